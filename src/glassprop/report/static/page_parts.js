// What the panel is made of: links, sums with their terms, equations. Each number stands in an element with its name.

/** What can be chosen as text: "weight:2:0:1", "neuron:1:3", "input:4", "column:0".
 *  @param {Choice} what */
const called = ({ kind, ...numbers }) => [kind, ...Object.values(numbers)].join(":");

/** What layers that embed make of a number, by kind. @type {Record<string, string>} */
const MADE = { periodic: "a, Σ w cos(2π f a + c) + e", category: "the row of a table for its code" };

/** Parts that several panels share. m: the model; link(what, ...content): a button that chooses something. */
class Parts {
  /** @param {Model} model @param {Choose} choose */
  constructor(model, choose) {
    this.m = model;
    this.choose = choose;
  }

  /** @param {Choice} what @param {Child[]} content */
  link(what, ...content) {
    const onclick = () => this.choose(what);
    return el("button", { type: "button", class: "link", "data-choose": called(what), onclick }, ...content);
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
      plain ? `neuron ${n}` : el("span", {}, `${n}: `, el("bdi", {}, this.m.short(l, n, 24))),
    );
  }

  /** Terms of a sum, the largest first where they are many, what is not listed as one number, and the total.
   *  @param {string} name @param {Child[]} head @param {Product[]} terms
   *  @param {{ l: number, rest?: Num, extra?: [string, Num, string][], whole: Num, link?: (n: number) => Child,
   *  at?: (n: number) => string }} how  at: what in the drawing a term is of */
  sum(name, head, terms, { l, rest = 0, extra = [], whole, link, at }) {
    const left = this.m.record.left_out[l],
      most = largest(terms.map((t) => t.product));
    const ordered = ownOrder(terms);
    const rows = ordered.map((t) => ({
      "data-term": t.n,
      "data-at": at ? at(t.n) : null,
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
              total(folded.map((_, i) => ordered[ordered.length - folded.length + i].product)),
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

  /** What a panel rests on: links into the derivation, which the page holds.
   *  @param {(string | false)[]} names */
  equations(...names) {
    const all = [...new Set(names)].filter((name) => name !== false);
    return el(
      "p",
      { class: "equations" },
      all.length > 1 ? "Equations " : "Equation ",
      all.map((name, i) => [i ? ", " : "", toEquation(name)]),
    );
  }

  /** The equation of a layer's weighted sum, by its kind; and of what is added where it is residual.
   *  @param {number} l @returns {string[]} */
  ofLayer(l) {
    const { kind, residual } = this.m.layer(l),
      own = /** @type {Record<string, string>} */ ({ scale: "E29", periodic: "E35", category: "E39" })[kind] ?? "E14";
    return residual ? [own, "E32"] : [own];
  }
  /** That of how the cost moves with what a layer sees.
   *  @param {number} l @returns {string[]} */
  beforeLayer(l) {
    const { kind, residual } = this.m.layer(l),
      own = /** @type {Record<string, string[]>} */ ({ scale: ["E31"], periodic: ["E15", "E38"], category: ["E15", "E40"] })[kind] ?? ["E15", "E18"];
    return residual ? [...own, "E33"] : own;
  }
  /** That of δ in a layer.
   *  @param {number} l @returns {string[]} */
  ofError(l) {
    const { m } = this;
    return [m.mixes(l) ? "E23" : "E6", ...(l === m.depth && m.record.network.collapses ? ["E26"] : [])];
  }
  /** That of the cost itself. */
  ofCost() {
    return /entropy|log_loss/.test(this.m.record.network.cost) ? "E25" : "E2";
  }
  /** That of the derivative by a parameter.
   *  @param {number} l @param {number} k */
  ofParameter(l, k) {
    return k < 0 ? "E17" : this.m.scales(l) ? "E30" : "E16";
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

  /** Of an output whose target was standardized: what it is in the target's own units.
   *  @param {number} l @param {number} j */
  inOwnUnits(l, j) {
    const { m } = this,
      own = l === m.depth ? m.own(j) : null;
    if (own === null) return null;
    return said("In the target’s own units: a is ", num(own.a, "own"), ", y is ", num(own.y, "own_y"), ".");
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
      { l: l - 1, rest: m.restZ(l, j), extra, whole: m.z(l, j), at: (k) => `w:${l}:${j}:${k} n:${l - 1}:${k}` },
    );
  }
}
