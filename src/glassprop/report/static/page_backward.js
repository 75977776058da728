// The steps back: how the cost moves with a of a layer, with its z, and with every weight into it.

class Backward extends Chosen {
  /** A layer's neurons as rows: in their own order where they are few, else those that weigh most first.
   *  @param {number} l @param {(n: number) => Child[]} cells @returns {Row[]} */
  rows(l, cells) {
    const { m } = this,
      all = m.record.shown[l],
      order = all.length <= FIRST ? all : m.byInfluence(l);
    return order.map((n) => ({ "data-term": n, "data-at": `n:${l}:${n}`, cells: [this.named(l, n), ...cells(n)] }));
  }
  /** How many rows of a layer's table are not folded away.
   *  @param {number} l */
  seen(l) {
    return this.m.record.shown[l].length <= FIRST ? FIRST : SEEN;
  }
  /** @param {string} name @param {string} text */
  says(name, text) {
    return said(`${name}: `, el("code", {}, text));
  }
  /** @param {number} l */
  notShown(l) {
    const left = this.m.record.left_out[l];
    return left ? said(`${left} more of this layer are not in this page.`) : null;
  }

  /** @param {number} l @param {number} j @returns {Child[]} */
  everyWeight(l, j) {
    const { m } = this;
    return [
      heading("And so every weight into this layer"),
      formula(
        by(C0(), this.edge(l, "j", "k")),
        " = ",
        sym("δ", l, "j"),
        " ",
        sym("a", l - 1, m.scales(l) ? "j" : "k"),
      ),
      m.scales(l) ? null : formula(by(C0(), sym("b", l, "j")), " = ", sym("δ", l, "j")),
      this.weightsInto(l, j),
    ];
  }

  /** @param {number} l */
  backward(l) {
    const { m } = this,
      last = l === m.depth,
      slope = !m.mixes(l),
      j = m.most(l);
    const collapsed = last && m.record.network.collapses;
    /** @param {number} n @returns {Child[]} */
    const cells = (n) => [
      num(m.byA(l, n), "by_a"),
      ...(slope ? [num(m.slope(l, n), "slope")] : []),
      num(m.delta(l, n), "delta"),
      ...(collapsed ? [[num(m.a(l, n), "a"), " − ", factor(m.y(n), "y")]] : []),
    ];
    return [
      this.equations(...(last ? ["E7"] : this.beforeLayer(l + 1)), ...this.ofError(l), ...(m.embeds(l) ? [] : [this.ofParameter(l, 0), !m.scales(l) && this.ofParameter(l, -1)])),
      said(
        last
          ? "What the cost says of each output, through the activation: the error δ."
          : m.scales(l + 1)
            ? `Each neuron reaches the cost through its factor in layer ${l + 1}.`
            : m.embeds(l + 1)
            ? `Each neuron reaches the cost through what layer ${l + 1} makes of it.`
            : `Each neuron reaches the cost through all of layer ${l + 1}: a sum over it, then through the activation.`,
      ),
      last
        ? null
        : formula(
            by(C0(), sym("a", l, "j")),
            " = ",
            this.returned(l + 1, "j", "i"),
          ),
      slope
        ? formula(sym("δ", l, "j"), " = ", sym("σ′"), "(", sym("z", l, "j"), ") · ", by(C0(), sym("a", l, "j")))
        : formula(
            sym("δ", l, "j"),
            " = Σ",
            el("sub", {}, "m"),
            " ",
            by(C0(), sym("a", l, "m")),
            " · ",
            by(sym("a", l, "m"), sym("z", l, "j")),
          ),
      slope ? this.says("slope", `σ′(z) = ${m.layer(l).slope}`) : this.says("slope: a whole matrix, the Jacobian ([m = j] is 1 where m and j are the same neuron, else 0)", m.layer(l).slope),
      folding(
        [
          "neuron",
          by(C0(), sym("a")),
          ...(slope ? ["slope"] : []),
          sym("δ"),
          ...(collapsed ? [[sym("a"), " − ", sym("y")]] : []),
        ],
        this.rows(l, cells),
        null,
        { "data-sum": "layer", class: "terms" },
        this.seen(l),
      ),
      this.notShown(l),
      this.jacobian(l),
      heading("In full, for ", this.named(l, j)),
      last ? null : this.byA(l, j),
      this.delta(l, j),
      ...(m.embeds(l) ? [heading("Its parameters"), this.embedding(l)] : this.everyWeight(l, j)),
    ];
  }

  /** The Jacobian of a layer that mixes neurons, where it is small enough to be looked at.
   *  @param {number} l */
  jacobian(l) {
    const { m } = this,
      J = m.now.jacobian[l],
      shown = m.record.shown[l];
    if (J === null || shown.length > 12) return null;
    const rows = J.map((line, i) => ({
      "data-term": shown[i],
      cells: [[sym("a", null, shown[i])], ...line.map((x) => num(x, "entry", 3))],
    }));
    return el(
      "details",
      {},
      el("summary", {}, "The Jacobian ", by(sym("a", null, "m"), sym("z", null, "j"))),
      table(["", ...shown.map((n) => sym("z", null, n))], rows, { "data-sum": "jacobian", class: "terms" }),
    );
  }
}
