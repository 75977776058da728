// The network as a drawing: columns of neurons, the important ones of each layer, and the weights that count.

const TOP = 58,
  FIRST = 10,
  MORE = 20,
  MOST_LINES = 60,
  LABELED = 8,
  LEFT = 152,
  RIGHT = 200;

class Drawing extends Roving {
  /** box: where it goes. act: {choose(what), more(layer), state()}, where state tells mode, chosen and step.
   *  @param {HTMLElement} box @param {Model} model @param {{ choose: Choose, state: () => State }} act */
  constructor(box, model, act) {
    super(box);
    this.model = model;
    this.act = act;
    /** How many neurons of each layer are drawn at most. */
    this.unfolded = model.record.shown.map(() => FIRST);
    /** The neurons drawn of each layer, and the height of each. @type {number[][]} */
    this.columns = [];
    /** @type {Map<number, number>[]} */
    this.heights = [];
    this.gap = 46;
    this.radius = 18;
    this.width = 0;
  }

  /** Where a layer is, from left to right.
   *  @param {number} l */
  x(l) {
    return LEFT + (l * (this.width - LEFT - RIGHT)) / this.model.depth;
  }
  /** @param {number} l @param {number} n */
  y(l, n) {
    return this.heights[l].get(n) ?? 0;
  }

  /** The neurons of a layer that are drawn, in order: those that weigh most here, and the chosen one.
   *  @param {number} l */
  visible(l) {
    const { model } = this,
      all = model.record.shown[l],
      chosen = this.act.state().chosen;
    if (all.length <= this.unfolded[l]) return all;
    const first = [...all].sort((m, n) => model.influence(l, n) - model.influence(l, m)).slice(0, this.unfolded[l]);
    if (chosen) for (const [layer, n] of ends(chosen)) if (layer === l && n >= 0 && !first.includes(n)) first.push(n);
    return first.sort((m, n) => m - n);
  }

  draw() {
    const { model } = this;
    this.columns = model.record.shown.map((_, l) => this.visible(l));
    const extra = this.columns.map((column, l) =>
      column.length < model.record.shown[l].length || (this.unfolded[l] > FIRST && model.record.shown[l].length > FIRST)
        ? 1
        : 0,
    );
    const rows = Math.max(...this.columns.map((column, l) => column.length + extra[l]));
    this.gap = Math.max(46, Math.min(112, 340 / rows)); // few neurons get room
    this.radius = this.gap > 70 ? 24 : 18;
    const height = TOP + rows * this.gap + 16,
      width = Math.max(this.box.clientWidth - 4, LEFT + RIGHT + model.depth * 118);
    this.width = width;
    this.heights = this.columns.map((column, l) => {
      const start = TOP + ((rows - column.length - extra[l]) * this.gap) / 2 + this.gap / 2;
      return new Map(column.map((n, i) => [n, start + i * this.gap]));
    });
    const focused = this.focused();
    const parts = [this.heads(), this.lines(), this.neurons(extra), this.cost(width, rows)];
    this.box.replaceChildren(
      svg(
        "svg",
        { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Drawing of the network" },
        parts,
      ),
    );
    if (focused) this.focus(focused);
  }

  /** @param {string} selector */
  focus(selector) {
    const found = this.box.querySelector(selector);
    if (found instanceof SVGElement) found.focus();
  }

  heads() {
    const { model } = this,
      step = this.act.state().step;
    return this.columns.map((_, l) =>
      svg(
        "g",
        { class: `head ${isActive(step, l) ? "active" : "dim"}`, "data-layer": l },
        svg("text", { x: this.x(l), y: 20, class: "strong" }, l === 0 ? "input" : `layer ${l}`),
        svg(
          "text",
          { x: this.x(l), y: 37 },
          l === 0
            ? `${model.record.network.sizes[0]} numbers`
            : `${model.record.network.sizes[l]} × ${cut(model.scales(l) ? "factors" : model.embeds(l) ? model.layer(l).kind : model.layer(l).activation, 14)}`,
        ),
      ),
    );
  }

  /** What a line stands for in this mode: the weight, what flows through it, or ∂C₀/∂w.
   *  @param {number} l @param {number} j @param {number} k */
  lineValue(l, j, k) {
    const { model } = this,
      mode = this.act.state().mode;
    if (mode === "weight") return model.w(l, j, k);
    return mode === "activation"
      ? product(model.w(l, j, k), model.a(l - 1, k))
      : product(model.delta(l, j), model.embeds(l) ? model.w(l, j, k) : model.a(l - 1, k));
  }
  /** @param {number} l @param {number} n */
  neuronValue(l, n) {
    const { model } = this;
    if (this.act.state().mode !== "gradient") return model.a(l, n);
    return l === 0 ? model.byA(0, n) : model.delta(l, n);
  }

  /** The lines into a layer that are drawn, the largest first, and those of what is chosen.
   *  @param {number} l */
  linesInto(l) {
    const { chosen } = this.act.state();
    /** @type {Line[]} */
    const all = [];
    for (const j of this.columns[l])
      for (const k of this.columns[l - 1])
        if (this.model.joins(l, j, k)) all.push({ l, j, k, value: this.lineValue(l, j, k) });
    all.sort((one, other) => Math.abs(other.value || 0) - Math.abs(one.value || 0));
    return all.filter((line, i) => i < MOST_LINES || (chosen && isChosen(chosen, line)) || touches(chosen, line));
  }

  lines() {
    const { chosen, step } = this.act.state();
    this.drawn = [];
    return this.columns.slice(1).map((_, i) => {
      const l = i + 1,
        lines = this.linesInto(l),
        most = largest(lines.map((line) => line.value));
      this.drawn.push(...lines);
      return svg(
        "g",
        { class: isActiveGap(step, l) ? "gap active" : "gap dim", "data-gap": l },
        [...lines].reverse().map((line) => this.line(line, most, chosen, lines.length)),
      );
    });
  }

  /** @param {Line} line @param {number} most @param {Choice | null} chosen @param {number} count */
  line({ l, j, k, value }, most, chosen, count) {
    const [x1, y1, x2, y2] = [
      this.x(l - 1) + this.radius,
      this.y(l - 1, k),
      this.x(l) - this.radius,
      this.y(l, j),
    ];
    const share = most ? Math.abs(value || 0) / most : 0,
      sign = (value ?? 0) < 0 ? "minus" : "plus";
    const at = { x1, y1, x2, y2 },
      label = `weight from ${this.model.name(l - 1, k)} to ${this.model.name(l, j)} of layer ${l}: `;
    const near = 0.27; // close to where lines part, so that numbers do not meet
    return svg(
      "g",
      {
        class: `line ${sign}${chosen && isChosen(chosen, { l, j, k }) ? " chosen" : ""}`,
        role: "button",
        "data-weight": `${l}:${j}:${k}`,
        "data-value": String(value),
        tabindex: this.stop("weight", `${l}:${j}:${k}`),
        "aria-label": label + numeral(value),
      },
      svg("title", {}, label + numeral(value)),
      svg("line", { ...at, class: "hit" }),
      svg("line", {
        ...at,
        class: "stroke",
        "stroke-width": (0.5 + 4.5 * share).toFixed(2),
        "stroke-opacity": (0.25 + 0.75 * share).toFixed(2),
      }),
      count <= LABELED
        ? svg(
            "text",
            { class: "line-number", x: x1 + near * (x2 - x1), y: y1 + near * (y2 - y1) - 4 },
            numeral(value, 3),
          )
        : null,
    );
  }

  /** @param {number[]} extra */
  neurons(extra) {
    const { step } = this.act.state(),
      { model } = this;
    return this.columns.map((column, l) => {
      const most = largest(column.map((n) => this.neuronValue(l, n)));
      const bottom = Math.max(...this.heights[l].values(), TOP) + this.gap * 0.75;
      return svg(
        "g",
        { class: isActive(step, l) ? "active" : "dim", "data-column": l },
        column.map((n) => this.neuron(l, n, most)),
        extra[l] ? this.more(l, model.record.shown[l].length - column.length, bottom) : null,
      );
    });
  }

  /** @param {number} l @param {number} n @param {number} most */
  neuron(l, n, most) {
    const { chosen } = this.act.state(),
      value = this.neuronValue(l, n),
      x = this.x(l),
      y = this.y(l, n);
    const share = most ? Math.abs(value || 0) / most : 0,
      id = `${l}:${n}`,
      name = this.model.name(l, n);
    const on = chosen && ends(chosen).some(([layer, other]) => layer === l && other === n);
    const what = l === 0 ? `input ${name}` : `neuron ${n} of layer ${l}${l === this.model.depth ? ` ${name}` : ""}`;
    const label = `${what}: ${numeral(value)}`;
    const side =
      l === 0
        ? { x: x - this.radius - 7, y: y + 4, class: "name before" }
        : { x: x + this.radius + 7, y: y + 4, class: "name after" };
    return svg(
      "g",
      {
        class: `neuron ${(value ?? 0) < 0 ? "minus" : "plus"}${on ? " chosen" : ""}`,
        role: "button",
        "data-neuron": id,
        "data-value": String(value),
        tabindex: this.stop("neuron", id),
        "aria-label": label,
      },
      svg("title", {}, label),
      svg("circle", { cx: x, cy: y, r: this.radius, class: "back" }),
      svg("circle", { cx: x, cy: y, r: this.radius, class: "fill", "fill-opacity": (0.04 + 0.38 * share).toFixed(2) }),
      svg("text", { x, y: y + 4, class: "inside" }, tiny(value)),
      l === 0 || l === this.model.depth
        ? svg("text", side, cut(name, 14))
        : svg("text", { x: x - this.radius * 0.72, y: y - this.radius * 0.72, class: "number" }, String(n)),
    );
  }

  /** @param {number} l @param {number} left @param {number} y */
  more(l, left, y) {
    const text = left > 0 ? `… ${left} more` : "fold";
    return svg(
      "g",
      {
        class: "more",
        role: "button",
        "data-more": l,
        tabindex: this.stop("neuron", `more:${l}`),
        "aria-label":
          left > 0 ? `${left} more of ${l === 0 ? "the inputs" : `layer ${l}`}: show some` : `fold layer ${l}`,
      },
      svg("rect", { x: this.x(l) - 42, y: y - 6, width: 84, height: 24, rx: 12 }),
      svg("text", { x: this.x(l), y: y + 10 }, text),
    );
  }

  /** @param {number} width @param {number} rows */
  cost(width, rows) {
    const { step } = this.act.state(),
      x = width - 42,
      y = TOP + (rows * this.gap) / 2;
    return svg(
      "g",
      { class: `cost ${!step || ["all", "cost", "backward"].includes(step.kind) ? "active" : "dim"}`, "data-cost": "" },
      svg("rect", { x: x - 36, y: y - 24, width: 72, height: 48, rx: 8 }),
      svg("text", { x, y: y - 5, class: "strong" }, "C₀"),
      svg("text", { x, y: y + 14 }, numeral(this.model.now.cost, 4)),
      svg("title", {}, "cost of this example"),
    );
  }

  /** @param {Drawn | null} node @override */
  pick(node) {
    if (!node) return;
    const { neuron, weight, more } = node.dataset;
    if (more !== undefined) this.unfold(Number(more));
    const [l, j, k] = (neuron ?? weight ?? "").split(":").map(Number);
    if (weight !== undefined) {
      this.rove.weight = weight;
      this.act.choose({ kind: "weight", l, j, k });
    } else if (neuron !== undefined) {
      this.rove.neuron = neuron;
      this.act.choose(l === 0 ? { kind: "input", k: j } : { kind: "neuron", l, j });
    }
  }

  /** @param {number} l */
  unfold(l) {
    const all = this.model.record.shown[l].length;
    this.unfolded[l] = this.unfolded[l] >= all ? FIRST : this.unfolded[l] + MORE >= all ? all : this.unfolded[l] + MORE;
    this.rove.neuron = `more:${l}`;
    this.draw();
    this.focus(`[data-more="${l}"]`);
  }
}
