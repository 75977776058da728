// The lines of the drawing: weights, biases, and what leads from the outputs to the cost.

const MOST_LINES = 60,
  LABELED = 8;

class Lines extends Roving {
  /** @param {HTMLElement} box @param {Model} model @param {{ choose: Choose, state: () => State }} act */
  constructor(box, model, act) {
    super(box);
    this.model = model;
    this.act = act;
    this.layout = new Layout({ width: 0, columns: [[0], [0]], extra: [0, 0], names: [0, 0] });
    /** @type {State} */
    this.state = { mode: "weight", chosen: null, step: null };
    this.known = knownAt(this.state, model.depth);
    this.spot = spotlight(model, null);
    /** The largest ways from the chosen weight to the cost. @type {Way[]} */
    this.ways = [];
    /** Numbers on lines: drawn above all lines, so that none goes through one. @type {SVGElement[]} */
    this.numbers = [];
  }

  /** What the page shows at present, read once for a drawing. */
  begin() {
    const { model } = this;
    this.state = this.act.state();
    this.known = knownAt(this.state, model.depth);
    this.spot = spotlight(model, this.state.step);
    const { chosen } = this.state;
    this.ways = chosen?.kind === "weight" ? waysFrom(model, chosen.l, chosen.j) : [];
    this.numbers = [];
  }

  /** @param {number} l @param {number} n */
  isSpot(l, n) {
    return this.spot !== null && this.spot.l === l && this.spot.n === n;
  }
  /** Whether a or δ of a neuron is in the sum of the present step.
   *  @param {number} l @param {number} n */
  isSummand(l, n) {
    const { step } = this.state,
      { spot, model } = this;
    if (!step || !spot) return false;
    if (step.kind === "forward") return l === spot.l - 1 && model.joins(spot.l, spot.n, n);
    return l === spot.l + 1 && model.joins(l, n, spot.n);
  }

  /** What a line stands for in this view: the weight, what flows through it, or ∂C₀/∂w; undefined if not known yet.
   *  @param {number} l @param {number} j @param {number} k @returns {Num | undefined} */
  lineValue(l, j, k) {
    const { model, known } = this,
      { mode } = this.state;
    if (mode === "weight") return model.parameter(l, j, k);
    if (mode === "activation")
      return known.a >= l ? product(model.parameter(l, j, k), k < 0 ? 1 : model.a(l - 1, k)) : undefined;
    if (known.delta > l) return undefined;
    return product(model.delta(l, j), k < 0 ? 1 : model.embeds(l) ? model.w(l, j, k) : model.a(l - 1, k));
  }

  /** How large the way through a line is among those that are lit: 0 the largest; -1 if it is on none.
   *  @param {number} l @param {number} j @param {number} k */
  rank(l, j, k) {
    return this.ways.findIndex((way) => way.lines.some((line) => line.l === l && line.j === j && line.k === k));
  }

  /** The lines into a layer that are drawn, the largest first, and those of what is chosen.
   *  @param {number} l */
  linesInto(l) {
    const { chosen } = this.state,
      { columns } = this.layout;
    /** @type {Line[]} */
    const all = [];
    for (const j of columns[l])
      for (const k of columns[l - 1])
        if (this.model.joins(l, j, k)) all.push({ l, j, k, value: this.lineValue(l, j, k) });
    all.sort((one, other) => Math.abs(other.value || 0) - Math.abs(one.value || 0));
    return all.filter(
      (line, i) =>
        i < MOST_LINES ||
        isChosen(chosen, line) ||
        touches(chosen, line) ||
        isSummed(this.state.step, this.spot, line) ||
        this.rank(line.l, line.j, line.k) >= 0,
    );
  }

  lines() {
    return this.layout.columns.slice(1).map((column, i) => {
      const l = i + 1,
        lines = this.linesInto(l),
        most = largest(lines.map((line) => line.value ?? 0));
      const biases = column
        .filter((j) => this.model.joins(l, j, -1))
        .map((j) => ({ l, j, k: -1, value: this.lineValue(l, j, -1) }));
      const active = isActiveGap(this.state.step, l),
        derived = this.state.step?.kind === "backward" && this.state.step.l === l;
      return svg(
        "g",
        { class: `gap ${active ? "active" : derived ? "derived" : "dim"}`, "data-gap": l, "data-at": `G:${l}` },
        [...lines].reverse().map((line) => this.line(line, most, lines.length)),
        biases.map((line) => this.bias(line)),
      );
    });
  }

  /** What lines and biases have in common. @param {Line} line @param {string[]} classes @returns {[Attributes, string]} */
  about({ l, j, k, value }, classes) {
    const id = `${l}:${j}:${k}`,
      { state } = this,
      said = value === undefined ? "not computed yet" : numeral(value),
      label = `${nameOfLine(this.model, { l, j, k }, state.mode)}: ${said}`,
      rank = this.rank(l, j, k);
    const all = [...classes, value === undefined ? "unknown" : (value ?? 0) < 0 ? "minus" : "plus"];
    if (isChosen(state.chosen, { l, j, k })) all.push("chosen");
    if (isSummed(state.step, this.spot, { l, j, k })) all.push("summed");
    if (rank >= 0) all.push("way", `way-${rank}`);
    return [
      {
        class: all.join(" "),
        role: "button",
        "data-weight": id,
        "data-at": `w:${id}`,
        "data-value": value === undefined ? "" : String(value),
        "data-way": rank >= 0 ? rank + 1 : null,
        tabindex: this.stop("weight", id),
        "aria-label": label,
      },
      label,
    ];
  }

  /** @param {Line} line @param {number} most @param {number} count */
  line(line, most, count) {
    const { l, j, k, value } = line,
      { layout } = this,
      at = layout.between(layout.of(l - 1, k), layout.of(l, j)),
      share = most ? Math.abs(value ?? 0) / most : 0;
    const [attributes, label] = this.about(line, ["line"]);
    const number = (count <= LABELED && layout.roomy(l)) || this.marked(line);
    if (number && value !== undefined)
      this.numbers.push(this.number(brief(value), layout.onLine(at, layout.columns[l].indexOf(j)), l));
    return svg(
      "g",
      attributes,
      svg("title", {}, label),
      svg("line", { ...at, class: "hit" }),
      svg("line", {
        ...at,
        class: "stroke",
        "stroke-width": (value === undefined ? 0.8 : 0.5 + 4.5 * share).toFixed(2),
        "stroke-opacity": (0.25 + 0.75 * share).toFixed(2),
      }),
    );
  }

  /** Whether a line is one that the panel speaks of.
   *  @param {Line} line */
  marked(line) {
    return (
      isChosen(this.state.chosen, line) ||
      (isSummed(this.state.step, this.spot, line) && this.layout.most <= 10) ||
      this.rank(line.l, line.j, line.k) === 0
    );
  }

  /** @param {string} text @param {{ x: number, y: number }} at @param {number} l */
  number(text, at, l) {
    const dim = this.state.step && !isActiveGap(this.state.step, l);
    return svg("text", { ...at, class: `line-number${dim ? " dim" : ""}` }, text);
  }

  /** A bias: its letter and number above the neuron, and a short line into it.
   *  @param {Line} line */
  bias(line) {
    const { layout } = this,
      { x, y } = layout.of(line.l, line.j),
      r = layout.radius,
      at = { x1: x - r * 0.62 - 3, y1: y - r - 1, x2: x - r * 0.5, y2: y - r * 0.87 },
      letter = layout.across && layout.step(line.l) < 62 ? "" : this.state.mode === "gradient" ? "∂b " : "b ",
      [attributes, label] = this.about(line, ["line", "bias"]);
    return svg(
      "g",
      attributes,
      svg("title", {}, label),
      svg("line", { ...at, class: "stroke", "stroke-width": 1.6 }),
      svg("rect", { x: x - 26, y: y - r - 14, width: 52, height: 14, class: "under" }),
      svg("text", { x: x - 2, y: y - r - 4, class: "bias-number" }, line.value === undefined ? letter || "b" : `${letter}${brief(line.value)}`),
    );
  }

  /** From each output, and from its y, to C₀: with its term of the cost, or ∂C₀/∂a on the way back. */
  toCost() {
    const { layout, model, known, state } = this,
      L = model.depth,
      back = known.delta <= L && (state.mode === "gradient" || state.step?.kind === "backward");
    const each = layout.columns[L].map((n) => {
      const at = layout.toCost(n),
        value = back ? model.byA(L, n) : known.cost ? model.term(n) : undefined,
        what = back ? "∂C₀/∂a" : "term of the cost",
        label = `${what} of ${whose(model, L, n)}: ${value === undefined ? "not computed yet" : numeral(value)}`;
      const [from, to] = at.a.slice(-2),
        start = this.layout.across ? from[0] : Math.max(from[0], this.nameEnd(n)),
        share = this.layout.across ? 0.3 : (0.5 * (start + to[0]) - from[0]) / (to[0] - from[0] || 1),
        x = this.layout.across ? from[0] + 0.3 * (to[0] - from[0]) : 0.5 * (start + to[0]),
        points = (/** @type {number[][]} */ line) => line.join(" ");
      if (value !== undefined && layout.columns[L].length <= LABELED)
        this.numbers.push(
          svg("text", { x: x + 2, y: from[1] + share * (to[1] - from[1]) - 3, class: `line-number cost-number${isActiveCost(state.step, L) ? "" : " dim"}` }, brief(value)),
        );
      return svg(
        "g",
        { class: "to-cost", "data-output": n, "data-at": `d:${n}`, "data-value": value === undefined ? "" : String(value) },
        svg("title", {}, label),
        svg("polyline", { points: points(at.a), class: "hit" }),
        svg("polyline", { points: points(at.a), class: "stroke" }),
        svg("polyline", { points: points(at.y), class: "stroke from-y" }),
        this.target(n),
      );
    });
    return svg("g", { class: `gap ${isActiveCost(state.step, L) ? "active" : "dim"}`, "data-gap": "cost" }, each);
  }

  /** How far the name of an output reaches, where it stands beside it.
   *  @param {number} _n */
  nameEnd(_n) {
    return 0;
  }

  /** @param {number} n */
  target(n) {
    const { x, y } = this.layout.target(n),
      { known, model } = this,
      said = `what ${whose(model, model.depth, n)} ought to be: y ${known.cost ? numeral(model.y(n)) : "comes with the cost"}`;
    return svg(
      "g",
      { class: "target", "data-y": n, "data-at": `y:${n}`, role: "img", "aria-label": said },
      svg("title", {}, said),
      svg("rect", { x: x - TARGET.width / 2, y: y - TARGET.height / 2, width: TARGET.width, height: TARGET.height, rx: 4 }),
      svg("text", { x, y: y + 4 }, known.cost ? `y ${brief(model.y(n))}` : "y"),
    );
  }
}
