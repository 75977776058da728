// The network as a drawing: columns of neurons, the important ones of each layer, y and the cost.

const FIRST = 10,
  MORE = 20;

class Drawing extends Lines {
  /** box: where it goes. act: {choose(what), state()}, where state tells mode, chosen and step.
   *  @param {HTMLElement} box @param {Model} model @param {{ choose: Choose, state: () => State }} act
   *  @param {number | null} width its own, where the box has none yet */
  constructor(box, model, act, width = null) {
    super(box, model, act);
    this.own = width;
    /** How many neurons of each layer are drawn, where one asked for more. @type {(number | null)[]} */
    this.unfolded = model.record.shown.map(() => null);
    this.first = FIRST;
  }

  /** The neurons of a layer that are drawn, in order: those that weigh most here, and what the chosen one has to do with.
   *  @param {number} l */
  visible(l) {
    const { model } = this,
      all = model.record.shown[l],
      most = this.unfolded[l] ?? this.first;
    if (all.length <= most) return all;
    const first = model.byInfluence(l).slice(0, most);
    const more = [...ends(this.state.chosen ?? { kind: "column", number: 0 }), ...this.ways.flatMap((way) => way.nodes)];
    for (const [layer, n] of more) if (layer === l && n >= 0 && !first.includes(n)) first.push(n);
    return first.sort((m, n) => m - n);
  }

  /** Which neurons are drawn, and where. */
  arrange() {
    const { model } = this,
      width = this.own ?? roomIn(this.box) - 4;
    /** @param {number} l @param {number[]} column */
    const widest = (l, column) => Math.max(...column.map((n) => widthOf(model.short(l, n, LETTERS), 12.5)));
    const place = () => {
      const columns = model.record.shown.map((_, l) => this.visible(l));
      const extra = columns.map((column, l) =>
        column.length < model.record.shown[l].length || this.unfolded[l] !== null ? 1 : 0,
      );
      const names = /** @type {[number, number]} */ ([0, model.depth].map((l) => widest(l, columns[l])));
      return new Layout({ width, columns, extra, names });
    };
    this.first = FIRST;
    this.layout = place();
    if (this.layout.across && this.layout.width > width) {
      this.first = Layout.fits(width);
      this.layout = place();
    }
  }

  draw() {
    this.begin();
    this.arrange();
    const focused = this.focused(),
      { width, height } = this.layout;
    const parts = [this.lines(), this.toCost(), this.heads(), this.columns(), this.cost(), this.numbers, this.titles()];
    refill(
      this.box,
      svg(
        "svg",
        { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Drawing of the network" },
        parts,
      ),
    );
    if (focused) this.focus(focused);
    this.reach();
  }
  /** @override */
  across() {
    return this.layout.across;
  }

  /** @param {string} selector */
  focus(selector) {
    const found = this.box.querySelector(selector);
    if (found instanceof SVGElement) found.focus({ preventScroll: true });
  }

  heads() {
    const { model, layout, state } = this,
      { sizes } = model.record.network;
    return sizes.map((size, l) => {
      const what = l === 0 ? "" : model.scales(l) ? "factors" : model.embeds(l) ? model.layer(l).kind : model.layer(l).activation,
        title = l === 0 ? "input" : `layer ${l}`,
        room = layout.across ? 30 : Math.max(4, Math.floor(layout.spacing / 6.4) - 4),
        below = l === 0 ? `${size} number${size > 1 ? "s" : ""}` : `${size} × ${cut(what, room)}`,
        { x, y } = layout.at(l, 0);
      return svg(
        "g",
        { class: `head ${isActive(state.step, l) ? "active" : "dim"}`, "data-layer": l },
        layout.across
          ? svg("text", { x: 2, y: y - layout.radius - (l ? 36 : 26), class: "start" }, svg("tspan", { class: "strong" }, title), ` ${below}`)
          : [svg("text", { x, y: 16, class: "strong" }, title), svg("text", { x: Math.max(x, widthOf(below, 12.5) / 2 + 3), y: 33 }, below)],
      );
    });
  }

  columns() {
    const { layout, state, model } = this;
    return layout.columns.map((column, l) =>
      svg(
        "g",
        {
          class: `column ${isActive(state.step, l) ? "active" : "dim"}`,
          role: "group",
          "aria-label": l === 0 ? "inputs" : `layer ${l}`,
          "data-column": l,
          "data-at": `L:${l}`,
        },
        column.map((n) => this.neuron(l, n)),
        layout.extra[l] ? this.more(l, model.record.shown[l].length - column.length) : null,
      ),
    );
  }

  /** What stands in a circle in this view; undefined where it is not known yet.
   *  @param {number} l @param {number} n @returns {Num | undefined} */
  inside(l, n) {
    const { model, known, state } = this;
    if (state.mode !== "gradient") return known.a >= l ? model.a(l, n) : undefined;
    return known.delta > l ? undefined : l === 0 ? model.byA(0, n) : model.delta(l, n);
  }

  /** @param {number} l @param {number} n */
  neuron(l, n) {
    const { model, state, known, layout } = this,
      { x, y } = layout.of(l, n),
      r = layout.radius,
      value = this.inside(l, n),
      id = `${l}:${n}`,
      label = sayNeuron(model, l, n, state.mode, known);
    const most = largest(layout.columns[l].map((m) => this.inside(l, m) ?? 0)),
      share = most ? Math.abs(value ?? 0) / most : 0,
      on = state.chosen !== null && ends(state.chosen).some(([layer, m]) => layer === l && m === n),
      back = known.delta <= l && state.mode !== "gradient" ? (l ? model.delta(l, n) : model.byA(0, n)) : undefined;
    const classes = ["neuron", value === undefined ? "unknown" : (value ?? 0) < 0 ? "minus" : "plus"];
    if (on) classes.push("chosen");
    if (this.isSpot(l, n)) classes.push("spot");
    if (this.isSummand(l, n)) classes.push("summed");
    return svg(
      "g",
      {
        class: classes.join(" "),
        role: "button",
        "data-neuron": id,
        "data-at": `n:${id}`,
        "data-value": value === undefined ? "" : String(value),
        tabindex: this.stop("neuron", id),
        "aria-label": label,
      },
      svg("title", {}, label),
      svg("circle", { cx: x, cy: y, r, class: "back" }),
      svg("circle", { cx: x, cy: y, r, class: "fill", "fill-opacity": (0.04 + 0.38 * share).toFixed(2) }),
      value === undefined ? null : this.fitted(brief(value), x, y, "inside"),
      back === undefined
        ? null
        : svg(
            "text",
            { x, y: y + r + 12, class: `delta ${(back ?? 0) < 0 ? "minus" : "plus"}`, "data-delta": String(back) },
            l ? "δ " : "∂ ",
            brief(back),
          ),
    );
  }

  /** A number in a circle, in letters so large that it has room.
   *  @param {string} text @param {number} x @param {number} y @param {string} name */
  fitted(text, x, y, name) {
    const room = 2 * this.layout.radius - 5,
      letters = [...text].reduce((all, c) => all + (/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹.·]/.test(c) ? 0.36 : 0.58), 0);
    return svg("text", { x, y: y + 4, class: `${name} letters-${Math.floor(Math.max(9, Math.min(12, room / letters)))}` }, text);
  }

  titles() {
    return this.layout.columns.map((column, l) =>
      svg("g", { class: `titles ${isActive(this.state.step, l) ? "active" : "dim"}`, "aria-hidden": "true" }, column.map((n) => this.title(l, n))),
    );
  }

  /** The name of an input or output beside its circle or above it; of others the number.
   *  @param {number} l @param {number} n */
  title(l, n) {
    const { model, layout } = this,
      { x, y } = layout.of(l, n),
      r = layout.radius;
    if (l > 0 && l < model.depth)
      return svg("text", { x: x + r * 0.74, y: y - r * 0.74, class: "number" }, String(n));
    const last = l > 0;
    if (layout.across || (!last && layout.above)) {
      const room = layout.across ? layout.step(l) - 2 : Math.min(layout.spacing, 2 * x) - 4;
      return svg("text", { x, y: y - r - (last ? 16 : 5), class: "name over" }, this.within(l, n, room, 11.5));
    }
    if (!last) return svg("text", { x: x - r - 7, y: y + 4, class: "name before" }, model.short(l, n, LETTERS));
    return svg("text", { x: x + r + 10, y: y - 5, class: "name after" }, this.nameBeside(n));
  }

  /** As much of an output's name as there is room for beside it.
   *  @param {number} n */
  nameBeside(n) {
    const { layout, model } = this,
      room = layout.costAt.x - BOX.width / 2 - layout.of(model.depth, n).x - layout.radius - (layout.above ? 12 : 30);
    return this.within(model.depth, n, room, 12.5);
  }
  /** @param {number} n @override */
  nameEnd(n) {
    const { layout, model } = this;
    return layout.of(model.depth, n).x + layout.radius + 10 + widthOf(this.nameBeside(n), 12.5);
  }

  /** As much of a name as there is room for.
   *  @param {number} l @param {number} n @param {number} room @param {number} size of the letters */
  within(l, n, room, size) {
    for (let most = LETTERS; most > 3; most--) {
      const name = this.model.short(l, n, most);
      if (widthOf(name, size) <= room) return name;
    }
    return this.model.short(l, n, 3);
  }

  /** @param {number} l @param {number} left */
  more(l, left) {
    const text = left > 0 ? `… ${left} more` : "fold",
      { x, y } = this.layout.at(l, this.layout.columns[l].length),
      half = this.layout.across ? Math.min(42, this.layout.step(l) / 2 - 2) : 42;
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
      svg("rect", { x: x - half, y: y - 12, width: 2 * half, height: 24, rx: 12 }),
      svg("text", { x, y: y + 4 }, half < 40 && left > 0 ? `+${left}` : text),
    );
  }

  cost() {
    const { model, layout, known } = this,
      { x, y } = layout.costAt,
      said = known.cost ? `cost C₀ of this example: ${numeral(model.now.cost)}` : "cost C₀ of this example: not computed yet";
    return svg(
      "g",
      {
        class: `cost ${isActiveCost(this.state.step, model.depth) ? "active" : "dim"}`,
        "data-cost": known.cost ? String(model.now.cost) : "",
        "data-at": "C",
        role: "img",
        "aria-label": said,
      },
      svg("title", {}, said),
      svg("rect", { x: x - BOX.width / 2, y: y - BOX.height / 2, width: BOX.width, height: BOX.height, rx: 8 }),
      svg("text", { x, y: known.cost ? y - 5 : y + 5, class: "strong" }, "C₀"),
      known.cost ? svg("text", { x, y: y + 14 }, brief(model.now.cost)) : null,
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
    const all = this.model.record.shown[l].length,
      now = this.unfolded[l] ?? this.first;
    this.unfolded[l] = now >= all ? null : Math.min(all, now + MORE);
    this.rove.neuron = `more:${l}`;
    this.draw();
    this.focus(`[data-more="${l}"]`);
  }
}
