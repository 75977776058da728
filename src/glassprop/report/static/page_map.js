// The map of a network with two inputs: its output over their plane, with the rows of the page on it.

/** The map, where the network has two inputs that are numbers.
 *  @param {Play} play */
function mapOf(play) {
  const { record } = play.model;
  return record.network.sizes[0] === 2 && record.shown[0].length === 2 && !play.live.examples.codes.size
    ? new PlaneMap(play)
    : null;
}

/** The ends of colors: those of probabilities or of what goes from −1 to 1, so that colors stay while it learns.
 *  @param {number} low @param {number} high @returns {[number, number]} */
const roundEnds = (low, high) => (low < -1 || high > 1 ? [low, high] : [low < 0 ? -1 : 0, 1]);

class PlaneMap {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.box = byId("map-box");
    /** Which output is drawn. */
    this.output = 0;
    /** Where one points at. @type {[number, number] | null} */
    this.at = null;
    const { model } = play;
    /** Planes do not move while it trains. @type {[number, number][]} */
    this.ranges = [0, 1].map((k) => roomy(model.record.examples.map((e) => model.a(0, k, e) ?? 0)));
    const choice = part("#map-output", HTMLSelectElement);
    choice.append(...model.record.shown[model.depth].map((m) => el("option", { value: m }, cut(model.name(model.depth, m), 30))));
    choice.closest("label")?.toggleAttribute("hidden", model.record.shown[model.depth].length < 2);
    choice.addEventListener("change", () => {
      this.output = Number(choice.value);
      this.draw();
    });
    this.output = Number(choice.value);
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("pointermove", (event) => this.point(event));
    this.box.addEventListener("pointerleave", () => this.read(null));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => play.shown());
    byId("map").hidden = false;
  }

  draw() {
    const { live, model } = this.play;
    for (const k of [0, 1]) for (const e of model.record.examples) this.ranges[k] = reaching(this.ranges[k], model.a(0, k, e) ?? 0);
    this.plane = drawPlane(this.box, {
      xs: this.ranges[0],
      ys: this.ranges[1],
      cells: fineness(model.record),
      value: (x, y) => live.forward([x, y])[this.output],
      ends: roundEnds,
      levels: (bottom, top) => [(bottom + top) / 2],
      labels: [cut(model.name(0, 0), 30), cut(model.name(0, 1), 30)],
    });
    this.middle = (this.plane.bottom + this.plane.top) / 2;
    this.rows();
    this.cross = svg("g", { class: "cross" });
    this.plane.over.append(this.cross);
    this.box.replaceChildren(this.plane.stack);
    this.legend();
    this.read(this.at);
  }

  /** The rows of the page: round where the target is above the line, square where it is below. */
  rows() {
    const { play, plane } = this,
      { model } = play;
    if (!plane) return;
    model.record.examples.forEach((e, i) => {
      const at = [model.a(0, 0, e) ?? 0, model.a(0, 1, e) ?? 0];
      if (!at.every(fits)) return;
      const [x, y] = [plane.x(at[0]), plane.y(at[1])],
        target = e.y[model.spot(model.depth, this.output)],
        above = predicts(model) || (target ?? 0) > (this.middle ?? 0),
        here = i === model.example;
      const shape = above
        ? svg("circle", { class: "shape", cx: x, cy: y, r: 6 })
        : svg("rect", { class: "shape", x: x - 5, y: y - 5, width: 10, height: 10 });
      const mark = svg(
        "g",
        { class: `row-mark ${above ? "plus" : "minus"}${here ? " here" : ""}`, "data-row": i, "data-target": String(target) },
        svg("title", {}, `row ${e.row}: ${predicts(model) ? "" : `target ${numeral(target)}, `}output ${numeral(model.a(model.depth, this.output, e))}`),
        here ? svg("circle", { cx: x, cy: y, r: 11, class: "ring" }) : null,
        shape,
      );
      mark.onclick = () => play.page.turnTo(i);
      plane.over.append(mark);
    });
  }

  legend() {
    const { plane } = this;
    if (!plane) return;
    const { model } = this.play,
      rows = predicts(model) ? "" : ": a circle where the target is above that, a square where it is not";
    refill(
      byId("map-legend"),
      `Output ${cut(model.name(model.depth, this.output), 30)}: `,
      el("span", { class: "key minus" }, `orange to ${numeral(plane.bottom, 3)}`),
      ", ",
      el("span", { class: "key plus" }, `blue to ${numeral(plane.top, 3)}`),
      `; the line is where it is ${numeral(this.middle, 3)}. Marks are rows${rows}; the one with a ring is this example. ` +
        "Point at the map, or move over it by arrow keys.",
    );
  }

  // --- a point of it ------------------------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  point(event) {
    const { plane } = this;
    if (!plane) return;
    const frame_ = plane.over.getBoundingClientRect(),
      [left, right, low, high] = [plane.x(plane.xs[0]), plane.x(plane.xs[1]), plane.y(plane.ys[0]), plane.y(plane.ys[1])],
      shareX = (event.clientX - frame_.left - left) / (right - left),
      shareY = (event.clientY - frame_.top - low) / (high - low);
    if (Math.min(shareX, shareY) < 0 || Math.max(shareX, shareY) > 1) return this.read(null);
    this.read([mix(plane.xs, shareX), mix(plane.ys, shareY)]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { plane } = this,
      ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] },
      way = Object.entries(ways).find(([name]) => name === event.key)?.[1];
    if (!plane || !way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const from = this.at ?? [mix(plane.xs, 0.5), mix(plane.ys, 0.5)];
    const [x, y] = [plane.xs, plane.ys].map(([low, high], i) =>
      Math.max(low, Math.min(high, short(from[i] + (way[i] * (high - low)) / 40, (high - low) / 40))),
    );
    this.read([x, y]);
  }

  /** @param {[number, number] | null} at */
  read(at) {
    const { model, live } = this.play,
      { plane } = this;
    this.at = at;
    if (!plane || !this.cross) return;
    if (!at) {
      this.cross.replaceChildren();
      byId("map-said").textContent = "";
      return;
    }
    const [x, y] = [plane.x(at[0]), plane.y(at[1])];
    this.cross.replaceChildren(
      svg("line", { x1: x - 9, x2: x + 9, y1: y, y2: y }),
      svg("line", { x1: x, x2: x, y1: y - 9, y2: y + 9 }),
    );
    refill(
      byId("map-said"),
      el("bdi", {}, cut(model.name(0, 0), 20)),
      " ",
      num(at[0], "map-x", 3),
      ", ",
      el("bdi", {}, cut(model.name(0, 1), 20)),
      " ",
      num(at[1], "map-y", 3),
      ": output ",
      num(live.forward(at)[this.output], "map-output"),
    );
  }
}

/** @param {[number, number]} range @param {number} share */
const mix = ([low, high], share) => low + share * (high - low);
/** Numbers with room around them.
 *  @param {number[]} values @returns {[number, number]} */
function roomy(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)],
    room = (high - low) * 0.25 || 1;
  return [low - room, high + room];
}
