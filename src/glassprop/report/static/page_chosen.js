// One panel for each kind of thing that can be chosen: a weight or bias, a neuron, an input, a column of the table.

class Chosen extends Columns {
  /** @param {Choice} what @returns {Child[]} */
  panel(what) {
    if (what.kind === "weight") return this.weight(what.l, what.j, what.k);
    if (what.kind === "neuron") return this.oneNeuron(what.l, what.j);
    return what.kind === "input" ? this.input(what.k) : this.oneColumn(what.number);
  }

  /** @param {number} l @param {number} j @param {number} k */
  weight(l, j, k) {
    if (this.m.embeds(l)) return this.passage(l, j, k);
    const { m } = this,
      d = m.derivative(l, j, k),
      bias = k < 0;
    const it = () => this.edge(l, j, k),
      z = () => sym("z", l, j),
      a = () => sym("a", l, j);
    const title = el("h2", {}, bias ? "Bias " : m.scales(l) ? "Factor " : "Weight ", it());
    const lead = said(
      bias ? "The bias of " : ["From ", this.named(l - 1, k), " to "],
      this.named(l, j),
      `, layer ${l}. Now `,
      it(),
      " = ",
      num(m.parameter(l, j, k), "parameter"),
      ".",
    );
    const middle = by(a(), z()),
      end = by(C0(), a()),
      first = by(z(), it());
    const whole = num(d.value, "value", 6);
    const chain = d.collapsedOnly
      ? [first, " · ", by(C0(), z())]
      : d.mixes
        ? [
            first,
            " · ",
            el("span", {}, "Σ", el("sub", {}, "m"), " ", by(C0(), sym("a", l, "m")), " ", by(sym("a", l, "m"), z())),
          ]
        : [first, " · ", middle, " · ", end];
    return [
      title,
      this.equations("E4", this.ofParameter(l, k), ...(d.mixes ? ["E24"] : [])),
      lead,
      formula(by(C0(), it()), " = ", ...chain),
      this.factors(l, j, k, d),
      formula(by(C0(), it()), " = ", this.numbers(d), " = ", el("strong", {}, whole)),
      this.difference(m.difference(l, j, k), d.value),
      d.collapses || d.mixes || d.collapsedOnly ? [heading("The error ", sym("δ", l, j)), this.delta(l, j)] : null,
      d.collapsedOnly ? null : [heading("How ", by(C0(), a()), " came about"), this.byA(l, j)],
      this.ways(l, j, k),
      this.batch(l, j, k),
      this.optimizer(l, j, k),
    ];
  }

  /** The ways that lead from a weight to the cost, the largest first: those that are lit in the drawing.
   *  @param {number} l @param {number} j @param {number} k */
  ways(l, j, k) {
    const { m } = this,
      found = l === m.depth ? [] : waysFrom(m, l, j),
      into = m.derivative(l, j, k).into,
      most = largest(found.map((way) => way.product));
    if (found.length < 2) return null;
    const rows = found.map((way, i) => ({
      "data-term": i,
      "data-at": way.lines.map((line) => `w:${line.l}:${line.j}:${line.k}`).join(" "),
      cells: [
        `${i + 1}`,
        [way.nodes.map(([, n], at) => [at ? " → " : "", `${n}`]), " → ", C0()],
        [num(product(way.product, into), "product"), bar(product(way.product, into), most * Math.abs(into ?? 0))],
      ],
    }));
    return [
      heading("Its ways to the cost, the largest first"),
      said(`Through which neurons, from layer ${l} on; in the drawing these ways are lit.`),
      table(["", "way", ["product of all its factors", noBar()]], rows, { "data-sum": "ways", class: "terms left" }),
      this.equations("E15"),
    ];
  }

  /** What leads from k to j in a layer that embeds: no parameter, but a factor of what is before it.
   *  @param {number} l @param {number} j @param {number} k @returns {Child[]} */
  passage(l, j, k) {
    const { m } = this;
    if (k < 0 || !m.joins(l, j, k))
      return [el("h2", {}, `Layer ${l}`), said("Nothing leads there that has a derivative."), this.embedding(l)];
    const a = sym("a", l - 1, k);
    return [
      el("h2", {}, "Derivative ", this.edge(l, j, k)),
      this.equations(...this.beforeLayer(l)),
      said("From ", this.named(l - 1, k), " to ", this.named(l, j), `, layer ${l}.`),
      formula(this.edge(l, j, k), " = ", num(m.w(l, j, k), "parameter")),
      this.embedding(l),
      heading("What it adds to ", by(C0(), a)),
      formula(
        this.edge(l, j, k),
        " ",
        sym("δ", l, j),
        " = ",
        num(m.w(l, j, k)),
        " · ",
        factor(m.delta(l, j)),
        " = ",
        el("strong", {}, num(product(m.w(l, j, k), m.delta(l, j)), "value", 6)),
      ),
    ];
  }

  /** @param {ReturnType<Model["derivative"]>} d @returns {Child[]} */
  numbers(d) {
    if (d.collapsedOnly || d.mixes) return [num(d.into), " · ", factor(d.delta)];
    return [num(d.into), " · ", factor(d.slope), " · ", factor(d.byA)];
  }

  /** @param {number} l @param {number} j @param {number} k @param {ReturnType<Model["derivative"]>} d */
  factors(l, j, k, d) {
    const { m } = this,
      bias = k < 0,
      it = this.edge(l, j, k),
      z = sym("z", l, j);
    /** @param {string} name @param {Child} head @param {Child} text @param {Num} value @returns {Row} */
    const row = (name, head, text, value) => ({ "data-term": name, cells: [head, text, num(value, name, 6)] });
    const rows = [
      row(
        "by_w",
        by(z, it),
        bias ? "a bias is added as it is" : ["the activation it multiplies, ", sym("a", l - 1, k)],
        d.into,
      ),
    ];
    if (d.collapsedOnly || d.mixes)
      rows.push(
        row(
          "delta",
          by(C0(), sym("z", l, j)),
          d.collapsedOnly ? "from the collapsed form" : "the sum over the Jacobian’s column",
          d.delta,
        ),
      );
    else
      rows.push(
        row(
          "slope",
          by(sym("a", l, j), sym("z", l, j)),
          ["the slope ", el("code", {}, `σ′(z) = ${m.layer(l).slope}`)],
          d.slope,
        ),
        row(
          "by_a",
          by(C0(), sym("a", l, j)),
          l === m.depth
            ? ["from the cost: ", el("code", {}, m.record.network.cost_slope)]
            : "the sum over the ways to the cost",
          d.byA,
        ),
      );
    return table(["factor", "what it is", "number"], rows, { "data-sum": "factors", class: "terms left" });
  }

  /** @param {number} l @param {number} j */
  oneNeuron(l, j) {
    const { m } = this,
      last = l === m.depth,
      layer = m.layer(l);
    return [
      el("h2", {}, last ? ["Output ", el("bdi", {}, m.short(l, j, 30))] : `Neuron ${j}`, ` · layer ${l}`),
      this.equations(...this.ofLayer(l), ...(last ? [] : this.beforeLayer(l + 1)), ...this.ofError(l)),
      heading("Forward"),
      formula(
        sym("z", l, j),
        " = ",
        this.weighed(l, j),
        " = ",
        num(m.z(l, j), "z"),
      ),
      this.forwardSum(l, j),
      formula(sym("a", l, j), " = σ(", sym("z", l, j), ") = σ(", num(m.z(l, j), "z"), ") = ", num(m.a(l, j), "a")),
      said(`${layer.activation}: `, el("code", {}, `σ(z) = ${layer.value}`)),
      this.inOwnUnits(l, j),
      heading("Backward"),
      last && !m.now.long_way ? null : this.byA(l, j),
      this.delta(l, j),
      m.embeds(l) ? null : [heading("Its weights"), this.weightsInto(l, j)],
    ];
  }

  /** The derivative with respect to each weight into a neuron, as links to their panels; as a picture where
   *  the input is one.
   *  @param {number} l @param {number} j */
  weightsInto(l, j) {
    const { m } = this,
      all = [...m.record.shown[l - 1], -1]
        .filter((k) => m.joins(l, j, k))
        .map((k) => ({ n: k, product: m.derivative(l, j, k).value }));
    const terms = ownOrder(bySize(all)),
      most = largest(terms.map((t) => t.product));
    const rows = terms.map((t) => ({
      "data-term": t.n,
      "data-at": `w:${l}:${j}:${t.n}`,
      cells: [
        this.link(
          { kind: "weight", l, j, k: t.n },
          this.edge(l, j, t.n),
          t.n < 0 || l > 1 ? "" : [" ", el("bdi", {}, m.short(0, t.n, 18))],
        ),
        num(m.parameter(l, j, t.n), "parameter"),
        [num(t.product, "value"), bar(t.product, most)],
      ],
    }));
    return [
      l === 1 && m.record.image ? this.weightPictures(j) : null,
      folding(["", "weight", [by(C0(), sym("w")), noBar()]], rows, null, { "data-sum": "weights", class: "terms" }),
    ];
  }

  /** @param {number} j */
  weightPictures(j) {
    const { m } = this,
      ks = m.record.shown[0];
    /** @param {number} k */
    const pick = (k) => this.choose({ kind: "weight", l: 1, j, k });
    /** @param {Num[]} values */
    const draw = (values) => picture(spread(m.record, values), m, { signed: true, pick });
    return el(
      "div",
      { class: "pictures" },
      figure(
        ["the weights ", sym("w", 1, j, "k")],
        draw(ks.map((k) => m.w(1, j, k))),
        "the weights into this neuron as a picture",
      ),
      figure(
        ["their derivatives (a stroke: negative)"],
        draw(ks.map((k) => m.derivative(1, j, k).value)),
        "their derivatives as a picture",
      ),
    );
  }

  /** @param {number} k */
  input(k) {
    const { m } = this,
      columns = m.columnsOf(k);
    return [
      el("h2", {}, "Input ", el("bdi", {}, m.short(0, k, 40))),
      this.equations(...this.beforeLayer(1)),
      formula(sym("x", null, k), " = ", num(m.a(0, k), "x")),
      columns.map(({ column, number }) => said("Made from the column ", this.columnLink(number, column), ".")),
      heading("How the cost moves with it"),
      this.byA(0, k),
      this.difference(m.inputDifference(k), m.byA(0, k)),
      columns.map(({ column, number }) => [heading("In terms of the table"), this.cell(column, number)]),
      m.embeds(1) ? null : [heading("Its weights"), this.weightsFrom(k)],
    ];
  }

  /** @param {number} k */
  weightsFrom(k) {
    const { m } = this,
      joined = m.record.shown[1].filter((j) => m.joins(1, j, k)),
      terms = ownOrder(bySize(joined.map((j) => ({ n: j, product: m.derivative(1, j, k).value })))),
      most = largest(terms.map((t) => t.product));
    return folding(
      ["", "weight", [by(C0(), sym("w")), noBar()]],
      terms.map((t) => ({
        "data-term": t.n,
        "data-at": `w:1:${t.n}:${k}`,
        cells: [
          this.link({ kind: "weight", l: 1, j: t.n, k }, this.edge(1, t.n, k)),
          num(m.w(1, t.n, k), "parameter"),
          [num(t.product, "value"), bar(t.product, most)],
        ],
      })),
      null,
      { "data-sum": "weights", class: "terms" },
    );
  }
}
