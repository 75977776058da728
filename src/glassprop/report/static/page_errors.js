// Where derivatives come from: ∂C₀/∂a as a sum over ways, δ through the activation, and what a nudge says beside them.

class Errors extends Parts {
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
        at: (j) => `w:${l + 1}:${j}:${n} n:${l + 1}:${j}`,
      }),
    ];
  }

  /** @param {number} j */
  costSlope(j) {
    const { network } = this.m.record,
      L = this.m.depth;
    if (predicts(this.m)) return [formula(by(C0(), sym("a", L, j)), " = ", num(this.m.byA(L, j), "by_a"))];
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
        { l, rest, whole: m.delta(l, j), at: (n) => `n:${l}:${n}` },
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
      said("With this cost, all of that collapses to a difference: in the product all else cancels."),
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
