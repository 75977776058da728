// Forward and backward layer by layer, as the notes do: what each step is called, and what its panel says.

/** The steps in order: the whole, the input, each layer forward, the cost, each layer backward, and the input again.
 *  @param {Model} model @returns {Step[]} */
function stepsOf(model) {
  const layers = model.record.network.layers.map((_, i) => i + 1);
  /** @param {number} l @returns {Step} */
  const forward = (l) => ({ kind: "forward", l, title: `Forward: layer ${l}` });
  /** @param {number} l @returns {Step} */
  const backward = (l) => ({ kind: "backward", l, title: `Backward: layer ${l}` });
  return [
    { kind: "all", title: "The whole network" },
    { kind: "input", title: "The input" },
    ...layers.map(forward),
    { kind: "cost", last: model.depth, title: "The cost" },
    ...layers.map(backward).reverse(),
    { kind: "inputs", title: "Back at the input" },
  ];
}

class Walk extends Chosen {
  /** @param {Step} step @returns {Child[]} */
  stepPanel(step) {
    return [el("h2", {}, step.title), this.body(step)];
  }

  /** @param {Step} step @returns {Child[]} */
  body(step) {
    if (step.kind === "forward") return this.forward(step.l);
    if (step.kind === "backward") return this.backward(step.l);
    if (step.kind === "cost") return this.atCost();
    return step.kind === "all" ? this.whole() : this.atInput(step.kind === "inputs");
  }

  /** A layer's neurons as rows, those that weigh most first.
   *  @param {number} l @param {(n: number) => Child[]} cells @returns {Row[]} */
  rows(l, cells) {
    const { m } = this,
      order = [...m.record.shown[l]].sort((i, j) => m.influence(l, j) - m.influence(l, i));
    return order.map((n) => ({ "data-term": n, cells: [this.named(l, n), ...cells(n)] }));
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
  /** @param {number} l */
  most(l) {
    return [...this.m.record.shown[l]].sort((i, j) => this.m.influence(l, j) - this.m.influence(l, i))[0];
  }

  whole() {
    const { m } = this,
      { network } = m.record,
      ways = [];
    for (let l = m.depth; l >= 1; l--) {
      const terms = [];
      if (m.embeds(l)) continue;
      for (const j of m.record.shown[l])
        for (const k of m.record.shown[l - 1])
          if (m.joins(l, j, k)) terms.push({ j, k, product: m.derivative(l, j, k).value });
      const first = bySize(terms)[0];
      if (first)
        ways.push({
          "data-term": l,
          cells: [
            `layer ${l}`,
            this.link({ kind: "weight", l, j: first.j, k: first.k }, this.edge(l, first.j, first.k)),
            num(first.product, "value"),
          ],
        });
    }
    return [
      said(
        "Choose a weight, a neuron or an input in the drawing, and its formula stands here with its numbers. ",
        "Or walk through it with →.",
      ),
      formula(C0(), " = ", num(m.now.cost, "cost")),
      said("cost: ", el("code", {}, `C₀ = ${network.cost_value}`)),
      heading("Where to begin: the largest derivative of each layer"),
      table(["", "weight", by(C0(), sym("w"))], ways, { "data-sum": "begin", class: "terms" }),
    ];
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

  /** @param {boolean} backward */
  atInput(backward) {
    const { m } = this,
      rows = this.rows(0, (k) => [num(m.a(0, k), "x"), ...(backward ? [num(m.byA(0, k), "by_a")] : [])]);
    const columns = m.record.columns.map((column, number) => ({
      "data-term": number,
      cells: [
        this.columnLink(number, column),
        el("bdi", {}, m.now.columns[number].shown || ""),
        ...(backward
          ? [m.now.columns[number].value === null ? "a category" : num(m.now.columns[number].value, "value")]
          : []),
      ],
    }));
    return [
      backward
        ? [
            said(
              "The same sum once more, over the neurons of layer 1: how the cost moves with the input. ",
              "No training step uses it; it tells what the network looks at.",
            ),
            formula(
              by(C0(), sym("x", null, "k")),
              " = ",
              this.returned(1, "k"),
            ),
          ]
        : [
            said("Layer 0 is the input: what the network is given of this example."),
            formula(sym("a", 0, "k"), " = ", sym("x", null, "k")),
          ],
      folding(["input", sym("x"), ...(backward ? [by(C0(), sym("x"))] : [])], rows, null, {
        "data-sum": "layer",
        class: "terms",
      }),
      this.notShown(0),
      columns.length
        ? [
            heading("Columns of the table"),
            folding(["column", "stands there", ...(backward ? [by(C0(), el("i", {}, "column"))] : [])], columns, null, {
              "data-sum": "columns",
              class: "terms left",
            }),
          ]
        : null,
    ];
  }

  /** @param {number} l */
  forward(l) {
    const { m } = this,
      layer = m.layer(l),
      j = this.most(l);
    return [
      formula(
        sym("z", l, "j"),
        " = ",
        this.weighed(l, "j"),
      ),
      formula(
        sym("a", l, "j"),
        " = σ(",
        sym("z", l, m.mixes(l) ? null : "j"),
        ")",
        layer.residual ? [" + ", sym("a", l - 1, "j")] : null,
      ),
      said(`${layer.activation}: `, el("code", {}, `σ(z) = ${layer.value}`)),
      folding(
        ["neuron", sym("z"), sym("a")],
        this.rows(l, (n) => [num(m.z(l, n), "z"), num(m.a(l, n), "a")]),
        null,
        { "data-sum": "layer", class: "terms" },
      ),
      this.notShown(l),
      heading("In full, for ", this.named(l, j)),
      this.forwardSum(l, j),
      formula(
        sym("a", l, j),
        " = σ(",
        num(m.z(l, j), "z"),
        ")",
        layer.residual ? [" + ", factor(m.a(l - 1, j))] : null,
        " = ",
        num(m.a(l, j), "a"),
      ),
    ];
  }

  atCost() {
    const { m } = this,
      { network } = m.record,
      L = m.depth;
    return [
      formula(C0(), " = ", num(m.now.cost, "cost", 6)),
      said("cost: ", el("code", {}, `C₀ = ${network.cost_value}`)),
      said(
        "From here on backward. The first factor of every chain: ",
        el("code", {}, `∂C₀/∂a = ${network.cost_slope}`),
      ),
      folding(
        ["output", sym("a"), sym("y"), by(C0(), sym("a"))],
        this.rows(L, (n) => [num(m.a(L, n), "a"), num(m.y(n), "y"), num(m.byA(L, n), "by_a")]),
        null,
        { "data-sum": "layer", class: "terms" },
      ),
      this.notShown(L),
    ];
  }

  /** @param {number} l */
  backward(l) {
    const { m } = this,
      last = l === m.depth,
      slope = !m.mixes(l),
      j = this.most(l);
    const collapsed = last && m.record.network.collapses;
    /** @param {number} n @returns {Child[]} */
    const cells = (n) => [
      num(m.byA(l, n), "by_a"),
      ...(slope ? [num(m.slope(l, n), "slope")] : []),
      num(m.delta(l, n), "delta"),
      ...(collapsed ? [[num(m.a(l, n), "a"), " − ", factor(m.y(n), "y")]] : []),
    ];
    return [
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
      slope ? this.says("slope", `σ′(z) = ${m.layer(l).slope}`) : this.says("Jacobian", m.layer(l).slope),
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
