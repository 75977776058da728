// Forward and backward layer by layer, as the notes do: what each step is called, and what its panel says.

/** The steps in order: the whole, the input, each layer forward, the cost, each layer backward, the input again, and
 *  the update, after which all begins again.
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
    { kind: "cost", last: model.depth, title: predicts(model) ? "The prediction" : "The cost" },
    ...layers.map(backward).reverse(),
    { kind: "inputs", title: "Back at the input" },
    ...(predicts(model) ? [] : [/** @type {Step} */ ({ kind: "update", title: "Update, and again" })]),
  ];
}

class Walk extends Updating {
  /** @param {Model} model @param {Choose} choose */
  constructor(model, choose) {
    super(model, choose);
    this.guesses = new Guesses(model);
  }

  /** @param {Step} step @param {Known} known what has been computed by then @returns {Child[]} */
  stepPanel(step, known) {
    return [el("h2", {}, step.title), this.body(step, known)];
  }

  /** @param {Step} step @param {Known} known @returns {Child[]} */
  body(step, known) {
    if (step.kind === "forward") return this.forward(step.l);
    if (step.kind === "backward") return this.backward(step.l);
    if (step.kind === "cost") return predicts(this.m) ? whereBackBegins(this.m) : this.atCost();
    if (step.kind === "update") return this.update();
    return step.kind === "all" ? this.whole(known) : this.atInput(step.kind === "inputs");
  }

  /** Before the forward pass there is nothing but inputs and weights.
   *  @param {Known} known */
  whole(known) {
    const { m } = this;
    return [
      this.equations("E4", "E14", "E15"),
      said(
        "Walk through it with →: values appear when they are computed, ⇥ shows them all. Or choose a weight, a neuron or " +
          "an input in the drawing, and its formula stands here with its numbers.",
      ),
      known.cost ? formula(C0(), " = ", num(m.now.cost, "cost")) : this.guesses.ask(),
      predicts(m) ? null : said("cost: ", el("code", {}, `C₀ = ${m.record.network.cost_value}`)),
      this.begin(known),
    ];
  }

  /** A weight of each layer: that with the largest derivative, which is told when it is known.
   *  @param {Known} known */
  begin(known) {
    const { m } = this,
      rows = [];
    for (let l = m.depth; l >= 1; l--) {
      const terms = [];
      if (m.embeds(l)) continue;
      for (const j of m.record.shown[l])
        for (const k of m.record.shown[l - 1])
          if (m.joins(l, j, k)) terms.push({ j, k, product: m.derivative(l, j, k).value });
      const first = bySize(terms)[0];
      if (!first) continue;
      rows.push({
        "data-term": l,
        "data-at": `w:${l}:${first.j}:${first.k}`,
        cells: [
          `layer ${l}`,
          this.link({ kind: "weight", l, j: first.j, k: first.k }, this.edge(l, first.j, first.k)),
          num(m.w(l, first.j, first.k), "parameter"),
          ...(known.cost ? [num(first.product, "value")] : []),
        ],
      });
    }
    return [
      heading(known.cost ? "Where to begin: the largest derivative of each layer" : "Where to begin: the weight of each layer that will matter most"),
      table(["", "weight", "now", ...(known.cost ? [by(C0(), sym("w"))] : [])], rows, { "data-sum": "begin", class: "terms" }),
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
      this.equations(...(backward ? this.beforeLayer(1) : ["E14"])),
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
            this.guesses.ask(),
          ],
      folding(["input", sym("x"), ...(backward ? [by(C0(), sym("x"))] : [])], rows, null, {
        "data-sum": "layer",
        class: "terms",
      }, this.seen(0)),
      this.notShown(0),
      backward ? [heading("In full, for ", this.named(0, m.most(0))), this.byA(0, m.most(0))] : null,
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
      j = m.most(l);
    return [
      this.equations(...this.ofLayer(l)),
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
        this.seen(l),
      ),
      this.notShown(l),
      l === m.depth ? [this.inOwnUnits(l, j), this.guesses.tell()] : null,
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
      L = m.depth,
      known = m.now.terms !== null && m.now.terms !== undefined,
      outputs = m.record.shown[L];
    const left = known && m.record.left_out[L] ? less(m.now.cost, total(outputs.map((n) => m.term(n) ?? null))) : null;
    return [
      this.equations(this.ofCost(), "E7"),
      formula(C0(), " = ", num(m.now.cost, "cost", 6)),
      said("cost: ", el("code", {}, `C₀ = ${network.cost_value}`)),
      this.guesses.tell(),
      this.inOwnUnits(L, outputs[0]),
      known ? [heading("Its terms, output by output"), this.costTerms(left)] : null,
      said(
        "From here on backward. The first factor of every chain: ",
        el("code", {}, `∂C₀/∂a = ${network.cost_slope}`),
      ),
      folding(
        ["output", sym("a"), sym("y"), by(C0(), sym("a"))],
        this.rows(L, (n) => [num(m.a(L, n), "a"), num(m.y(n), "y"), num(m.byA(L, n), "by_a")]),
        null,
        { "data-sum": "layer", class: "terms" },
        this.seen(L),
      ),
      this.notShown(L),
    ];
  }

  /** What each output adds to the cost, and the sum.
   *  @param {Num} left what outputs that are not in the page add */
  costTerms(left) {
    const { m } = this,
      L = m.depth,
      most = largest(m.record.shown[L].map((n) => m.term(n) ?? null));
    const rows = this.rows(L, (n) => {
      const term = m.term(n) ?? null;
      return [num(m.a(L, n), "a"), num(m.y(n), "y"), [num(term, "term"), bar(term, most)]];
    }).map((row) => ({ ...row, "data-at": `d:${row["data-term"]} y:${row["data-term"]}` }));
    const after = () => [
      ...(left === null ? [] : [{ class: "sum", "data-term": "rest", cells: ["not in this page", "", "", [num(left, "term"), noBar()]] }]),
      { class: "sum total", "data-term": "total", "data-at": "C", cells: [C0(), "", "", [num(m.now.cost, "term"), noBar()]] },
    ];
    return folding(["output", sym("a"), sym("y"), ["term", noBar()]], rows, after, { "data-sum": "terms", class: "terms" }, this.seen(L));
  }
}
