// The panel: what was chosen, its formula, and its numbers. Each number stands in an element with its name.

/** What can be chosen as text: "weight:2:0:1", "neuron:1:3", "input:4", "column:0".
 *  @param {Choice} what */
const called = ({ kind, ...numbers }) => [kind, ...Object.values(numbers)].join(":");

/** Parts that several panels share. m: the model; link(what, ...content): a button that chooses something. */
/** What layers that embed make of a number, by kind. @type {Record<string, string>} */
const MADE = { periodic: "a, Σ w cos(2π f a + c) + e", category: "the row of a table for its code" };

class Parts {
  /** @param {Model} model @param {Choose} choose */
  constructor(model, choose) {
    this.m = model;
    this.choose = choose;
  }

  /** @param {Choice} what @param {Child[]} content */
  link(what, ...content) {
    const button = el(
      "button",
      {
        type: "button",
        class: "link",
        "data-choose": called(what),
      },
      ...content,
    );
    button.addEventListener("click", () => this.choose(what));
    return button;
  }
  /** @param {number} l @param {number} n @returns {Choice} */
  neuron(l, n) {
    return l === 0 ? { kind: "input", k: n } : { kind: "neuron", l, j: n };
  }
  /** @param {number} l @param {number} n */
  named(l, n) {
    const plain = l > 0 && l < this.m.depth;
    return this.link(
      this.neuron(l, n),
      plain ? `neuron ${n}` : el("span", {}, `${n}: `, el("bdi", {}, cut(this.m.name(l, n), 24))),
    );
  }

  /** Terms of a sum, the largest first, what is not listed as one number, and the total.
   *  @param {string} name @param {Child[]} head @param {Product[]} terms
   *  @param {{ l: number, rest?: Num, extra?: [string, Num, string][], whole: Num, link?: (n: number) => Child }} how */
  sum(name, head, terms, { l, rest = 0, extra = [], whole, link }) {
    const left = this.m.record.left_out[l],
      most = largest(terms.map((t) => t.product));
    const rows = terms.map((t) => ({
      "data-term": t.n,
      cells: [
        link ? link(t.n) : this.named(l, t.n),
        num(t.one, "one"),
        num(t.other, "other"),
        [num(t.product, "product"), bar(t.product, most)],
      ],
    }));
    /** @param {string} text @param {Num} value @param {string} id @returns {Row} */
    const line = (text, value, id) => ({
      class: "sum",
      "data-term": id,
      cells: [text, "", "", [num(value, "product"), noBar()]],
    });
    /** @param {Row[]} folded @returns {Row[]} */
    const after = (folded) => [
      ...(folded.length
        ? [
            line(
              `${folded.length} more`,
              total(folded.map((_, i) => terms[terms.length - folded.length + i].product)),
              "folded",
            ),
          ]
        : []),
      ...(left ? [line(`${left} not in this page`, rest, "rest")] : []),
      ...extra.map(([text, value, id]) => line(text, value, id)),
      { class: "sum total", "data-term": "total", cells: ["sum", "", "", [num(whole, "product"), noBar()]] },
    ];
    return folding([...head.slice(0, -1), [head[head.length - 1], noBar()]], rows, after, {
      "data-sum": name,
      class: "terms",
    });
  }

  /** A weight, a factor, or (k = -1) a bias.
   *  @param {number} l @param {number | string} j @param {number | string} k */
  edge(l, j, k) {
    if (k === -1) return sym("b", l, j);
    if (this.m.embeds(l)) return by(sym("z", l, j), sym("a", l - 1, k));
    return this.m.scales(l) ? sym("s", l, j) : sym("w", l, j, k);
  }

  /** What z of a neuron is.
   *  @param {number} l @param {number | string} j @returns {Child[]} */
  weighed(l, j) {
    if (this.m.embeds(l)) return [el("code", {}, MADE[this.m.layer(l).kind] ?? "")];
    const a = sym("a", l - 1, this.m.scales(l) ? j : "k");
    const terms = [this.edge(l, j, "k"), " ", a];
    return this.m.scales(l) ? terms : ["Σ", el("sub", {}, "k"), " ", ...terms, " + ", sym("b", l, j)];
  }

  /** What ∂C₀/∂a before a layer is: through its neurons, and past it where it is residual (E18, E33).
   *  @param {number} l @param {number | string} n @param {string} over @returns {Child[]} */
  returned(l, n, over = "j") {
    const j = this.m.scales(l) ? n : over;
    const through = [this.edge(l, j, n), " ", sym("δ", l, j)];
    return [
      ...(this.m.scales(l) ? [] : ["Σ", el("sub", {}, over), " "]),
      ...through,
      ...(this.m.layer(l).residual ? [" + ", by(C0(), sym("a", l, n))] : []),
    ];
  }

  /** What a layer that embeds does, and who tells of its parameters.
   *  @param {number} l */
  embedding(l) {
    return said(
      "An embedded number becomes ",
      el("code", {}, MADE[this.m.layer(l).kind] ?? ""),
      "; others are passed on. What leads from number to number is no parameter here but a derivative, which differs from ",
      "example to example. The layer’s parameters are not in this page: ",
      el("code", {}, `explanation.parameter(${l}, …)`),
      " takes each apart.",
    );
  }

  /** @param {number} l @param {number} j */
  forwardSum(l, j) {
    const { m } = this;
    if (m.embeds(l)) return this.embedding(l);
    /** @type {[string, Num, string][]} */
    const extra = m.scales(l) ? [] : [["bias b", m.b(l, j), "bias"]];
    return this.sum(
      "z",
      [el("i", {}, "k"), this.edge(l, j, "k"), sym("a", l - 1, "k"), "product"],
      m.forwardTerms(l, j),
      { l: l - 1, rest: m.restZ(l, j), extra, whole: m.z(l, j) },
    );
  }

  /** Where ∂C₀/∂a of a neuron or input comes from: the cost itself, or the neurons of the next layer (E15).
   *  @param {number} l @param {number} n @returns {Child[]} */
  byA(l, n) {
    if (l === this.m.depth) return this.costSlope(n);
    const head = [el("i", {}, "j"), this.edge(l + 1, "j", n), sym("δ", l + 1, "j"), "product"];
    /** @type {[string, Num, string][]} */
    const extra = this.m.layer(l + 1).residual ? [[`past layer ${l + 1}`, this.m.byA(l + 1, n), "past"]] : [];
    return [
      formula(
        by(C0(), sym(l ? "a" : "x", l || null, n)),
        " = ",
        this.returned(l + 1, n),
        " = ",
        num(this.m.byA(l, n), "by_a"),
      ),
      this.sum("by_a", head, this.m.backwardTerms(l, n), {
        l: l + 1,
        rest: this.m.restByA(l, n),
        extra,
        whole: this.m.byA(l, n),
      }),
    ];
  }

  /** @param {number} j */
  costSlope(j) {
    const { network } = this.m.record,
      L = this.m.depth;
    return [
      said(
        "The last layer: the cost itself, ",
        el("code", {}, `C₀ = ${network.cost_value}`),
        ", says it: ",
        el("code", {}, `∂C₀/∂a = ${network.cost_slope}`),
        ".",
      ),
      formula(
        sym("a", L, j),
        " = ",
        num(this.m.a(L, j), "a"),
        ", ",
        sym("y", null, j),
        " = ",
        num(this.m.y(j), "y"),
        ": ",
        by(C0(), sym("a", L, j)),
        " = ",
        num(this.m.byA(L, j), "by_a"),
      ),
    ];
  }

  /** δ of a neuron: slope times ∂C₀/∂a, or the sum over its Jacobian's column; and a - y where they collapse.
   *  @param {number} l @param {number} j @returns {Child[]} */
  delta(l, j) {
    const { m } = this,
      last = l === m.depth,
      collapsed = last && m.record.network.collapses;
    if (last && !m.now.long_way)
      return [
        said(
          "Here slope and ∂C₀/∂a have lost digits, for a has come to the end of its range or y: their collapsed form has not.",
        ),
        this.collapse(j),
      ];
    const long = m.mixes(l)
      ? this.column(l, j)
      : [
          formula(
            sym("δ", l, j),
            " = ",
            sym("σ′"),
            "(",
            sym("z", l, j),
            ") · ",
            by(C0(), sym("a", l, j)),
            " = ",
            num(m.slope(l, j), "slope"),
            " · ",
            factor(m.byA(l, j), "by_a"),
            " = ",
            num(m.delta(l, j), "delta"),
          ),
          said("slope: ", el("code", {}, `σ′(z) = ${m.layer(l).slope}`)),
        ];
    return [long, collapsed ? this.collapse(j) : null];
  }

  /** @param {number} l @param {number} j @returns {Child[]} */
  column(l, j) {
    const { m } = this,
      terms = m.columnTerms(l, j),
      name = m.layer(l).activation;
    const lead = [
      said(
        "In this layer every ",
        el("i", {}, "z"),
        " moves every ",
        el("i", {}, "a"),
        ` (${name}: `,
        el("code", {}, m.layer(l).slope),
        "), so the middle factor is a sum over the Jacobian’s column:",
      ),
      formula(
        sym("δ", l, j),
        " = Σ",
        el("sub", {}, "m"),
        " ",
        by(C0(), sym("a", l, "m")),
        " · ",
        by(sym("a", l, "m"), sym("z", l, j)),
        " = ",
        num(m.delta(l, j), "delta"),
      ),
    ];
    if (terms === null) return [lead, said("The Jacobian of so many neurons is not in this page; the sum is.")];
    const rest = m.record.left_out[l] ? less(m.delta(l, j), total(terms.map((t) => t.product))) : 0;
    return [
      lead,
      this.sum(
        "column",
        [el("i", {}, "m"), by(C0(), sym("a", null, "m")), by(sym("a", null, "m"), sym("z", null, j)), "product"],
        terms,
        { l, rest, whole: m.delta(l, j) },
      ),
    ];
  }

  /** @param {number} j */
  collapse(j) {
    const { m } = this,
      L = m.depth,
      plain = m.plainCollapse();
    return el(
      "div",
      { class: "collapse", "data-part": "collapse" },
      said("With this cost, all of that collapses to a difference:"),
      formula(
        sym("δ", L, j),
        " = ",
        sym("a", L, j),
        plain ? null : [" Σ", el("i", {}, "y")],
        " − ",
        sym("y", null, j),
        " = ",
        num(m.a(L, j), "a"),
        plain ? null : " Σy",
        " − ",
        factor(m.y(j), "y"),
        " = ",
        num(m.delta(L, j), "delta"),
      ),
    );
  }

  /** What a nudge says, beside the number.
   *  @param {[Num, boolean] | null} found @param {Num} value */
  difference(found, value) {
    if (!found)
      return said(
        "No central difference of this one is in the page; those of the largest derivatives of each layer are.",
      );
    const [by, kink] = found;
    return said(
      "By a nudge (central differences): ",
      num(by, "difference"),
      kink
        ? ". The nudge crosses a kink of an activation, so that the two need not agree."
        : Math.abs((by || 0) - (value || 0)) <= 1e-6 * Math.abs(value || 0) + 1e-9
          ? " ✓ agrees."
          : ".",
    );
  }
}
