// The cost along one weight through today's weights, with the tangent that is the derivative; over a pair, a plane.

const SLICE_POINTS = 61,
  SLICE_WORK = 2.5e6; // parameters times rows times points: what may be worked out at each picture

class Slice {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.box = byId("slice-box");
    /** The other weight of a pair. @type {WeightChoice | null} */
    this.held = null;
    /** What was worked out last, and for what. @type {{ of: string, costs: Num[], means: Num[] }} */
    this.known = { of: "", costs: [], means: [] };
    byId("slice").hidden = false;
    control("hold").addEventListener("click", () => {
      this.held = this.held ? null : this.along();
      this.draw();
    });
    part("#reach", HTMLInputElement).addEventListener("input", () => this.draw());
  }

  /** The weight or bias to go along: what is chosen, or the bias of the neuron that is.
   *  @returns {WeightChoice | null} */
  along() {
    const { chosen, model } = this.play.page;
    if (chosen?.kind !== "weight" && chosen?.kind !== "neuron") return null;
    const { l, j } = chosen,
      k = chosen.kind === "weight" ? chosen.k : -1;
    return this.play.live.get(l, j, k) === null || !model.joins(l, j, k) ? null : { kind: "weight", l, j, k };
  }

  draw() {
    const { held } = this,
      { words } = this.play.page,
      along = this.along(),
      hold = control("hold"),
      pair = along && held && called(along) !== called(held);
    refill(hold, held ? ["Let go of ", words.edge(held.l, held.j, held.k)] : "Hold it, and choose a second");
    hold.setAttribute("aria-pressed", String(Boolean(held)));
    hold.toggleAttribute("hidden", !along && !held);
    byId("slice-tools").toggleAttribute("hidden", !along && !held);
    if (!along) refill(this.box, said("Choose a weight or a bias, and the cost is drawn along it."));
    else if (pair) this.pair(held, along);
    else this.one(along);
  }

  /** How far to both sides of where the weight was before it was nudged.
   *  @param {WeightChoice} choice @returns {[number, number]} */
  range({ l, j, k }) {
    const { live, nudge } = this.play,
      now = live.get(l, j, k) ?? 0,
      reach = 2 ** Number(part("#reach", HTMLInputElement).value) * Math.max(1, Math.abs(now) / 16), // seen beside a large one
      start = nudge.held.find((held) => held.name.endsWith(`:${l}:${j}:${k}`))?.start ?? now,
      middle = Math.abs(now - start) < reach ? start : now;
    return [middle - reach, middle + reach];
  }

  /** @param {WeightChoice} choice */
  one({ l, j, k }) {
    const { live, model, page } = this.play,
      now = live.get(l, j, k) ?? 0,
      xs = this.range({ kind: "weight", l, j, k }),
      places = [...Array(SLICE_POINTS).keys()].map((n) => mix(xs, n / (SLICE_POINTS - 1)));
    const cost = model.now.cost,
      slope = model.derivative(l, j, k).value,
      { costs, means } = this.costs({ kind: "weight", l, j, k }, places),
      many = means.length > 0,
      all = [...costs, ...means, cost].filter(fits);
    if (!all.length || !xs.every(fits)) return refill(this.box, said("The cost has no number there."));
    const name = page.words.edge(l, j, k).textContent ?? "";
    const chart = frame({
      width: Math.max(260, Math.min(roomIn(this.box) - 4, 560)),
      height: 250,
      xs,
      ys: [Math.min(...all), Math.max(...all)],
      log: false,
      xLabel: k < 0 ? "the bias" : "the weight",
      yLabel: predicts(model) ? "prediction" : "cost",
      xTicks: ticks(xs[0], xs[1], false).filter((x) => x >= xs[0] && x <= xs[1]).map((x) => Number(x.toPrecision(3))),
    });
    if (many) chart.box.append(curve(chart, places, means, "run run-two", "mean"));
    chart.box.append(curve(chart, places, costs, "run run-one", "one"));
    if (fits(cost)) chart.box.append(...tangent(chart, now, cost, slope, xs, Math.max(...all) - Math.min(...all)));
    const told_ = [
      "C₀ of this example along ",
      page.words.edge(l, j, k),
      many ? ` (solid), the mean cost of all ${model.count} rows (dashed)` : "",
      "; the straight line is the tangent, whose slope is ",
      by(C0(), page.words.edge(l, j, k)),
      " = ",
      num(slope, "slope"),
      ".",
    ];
    const aloud = `${predicts(model) ? "ŷ" : "The cost"} along ${name}, now ${numeral(now)}: C₀ ${numeral(cost)}, slope ${numeral(slope)}`;
    refill(this.box, figure(told_, chart.box, aloud));
  }

  /** The costs at these places, of the example and of all rows; the same ones as long as only this weight is nudged.
   *  @param {WeightChoice} choice @param {number[]} places */
  costs({ l, j, k }, places) {
    const { live, model, turn } = this.play,
      of = [turn, model.example, l, j, k, places[0], places[1]].join(" ");
    if (of === this.known.of) return this.known;
    const many = model.count > 1 && !predicts(model) && model.count * SLICE_POINTS * model.record.network.parameters < SLICE_WORK;
    /** @param {number} [i] */
    const along = (i) => places.map((value) => live.costAlong([{ l, j, k, value }], i));
    this.known = { of, costs: along(model.example), means: many ? along() : [] };
    return this.known;
  }

  /** @param {WeightChoice} held @param {WeightChoice} along */
  pair(held, along) {
    if (![this.range(held), this.range(along)].flat().every(fits))
      return refill(this.box, said("The cost has no number there."));
    const { live, model, page } = this.play,
      i = model.example,
      both = [held, along],
      slopes = both.map(({ l, j, k }) => model.derivative(l, j, k).value),
      now = both.map(({ l, j, k }) => live.get(l, j, k) ?? 0);
    const plane = drawPlane(this.box, {
      xs: this.range(held),
      ys: this.range(along),
      cells: fineness(model.record),
      value: (x, y) => live.costAlong([{ ...held, value: x }, { ...along, value: y }], i),
      levels: (low, high) => [0.02, 0.08, 0.18, 0.32, 0.5, 0.72].map((share) => mix([low, high], share)), // closer below
      labels: [
        held.k < 0 ? "the bias held" : "the weight held",
        along.k < 0 ? "the bias chosen" : "the weight chosen",
      ],
    });
    const [x, y] = [plane.x(now[0]), plane.y(now[1])];
    plane.over.append(...downhill(plane, now, slopes), svg("circle", { cx: x, cy: y, r: 5, class: "today" }));
    const words = both.map((choice, n) => [
      n ? ", " : "",
      by(C0(), page.words.edge(choice.l, choice.j, choice.k)),
      " = ",
      num(slopes[n], n ? "slope" : "slope-held"),
    ]);
    refill(
      this.box,
      figure(
        ["C₀ over both, the held one to the right: orange low, blue high. The arrow goes downhill, against both derivatives: ", words, "."],
        plane.stack,
        `C₀ over two weights, now ${now.map((x) => numeral(x)).join(" and ")}; derivatives ${slopes.map((x) => numeral(x)).join(" and ")}`,
      ),
    );
  }
}

/** @typedef {{ x: (v: number) => number, y: (v: number) => number }} Places */

/** @param {Places} chart @param {number[]} places @param {Num[]} values @param {string} kind @param {string} name */
function curve({ x, y }, places, values, kind, name) {
  const points = values.flatMap((v, n) => (fits(v) ? [`${x(places[n]).toFixed(1)},${y(v).toFixed(1)}`] : []));
  return svg("polyline", { points: points.join(" "), class: kind, "data-slice": name });
}

/** A line through today's cost with the derivative as its slope, as long as there is room; and a dot.
 *  @param {Places} chart @param {number} now @param {number} cost @param {Num} slope
 *  @param {[number, number]} xs @param {number} height */
function tangent({ x, y }, now, cost, slope, xs, height) {
  const dot = svg("circle", { cx: x(now), cy: y(cost), r: 5, class: "today", "data-today": now });
  if (!isKnown(slope)) return [dot];
  const reach = Math.min((xs[1] - xs[0]) * 0.3, slope ? (height * 0.4) / Math.abs(slope) : Infinity);
  const [from, to] = [now - reach, now + reach];
  const line = svg("line", {
    x1: x(from),
    x2: x(to),
    y1: y(cost - reach * slope),
    y2: y(cost + reach * slope),
    class: "tangent",
    "data-tangent": slope,
  });
  return [line, dot];
}

/** An arrow against the derivatives, where they point anywhere.
 *  @param {Places & { xs: [number, number], ys: [number, number] }} plane @param {number[]} now @param {Num[]} slopes */
function downhill({ x, y, xs, ys }, now, [one, other]) {
  if (!isKnown(one) || !isKnown(other)) return [];
  const [x1, y1] = [x(now[0]), y(now[1])],
    largest = Math.max(Math.abs(one), Math.abs(other)) || 1,
    right = (-(one / largest) * (x(xs[1]) - x(xs[0]))) / (xs[1] - xs[0]), // on the screen, for so much less of both
    down = (-(other / largest) * (y(ys[1]) - y(ys[0]))) / (ys[1] - ys[0]),
    far = Math.hypot(right, down);
  if (!(far > 0)) return [];
  const [dx, dy] = [right / far, down / far],
    [x2, y2] = [x1 + 54 * dx, y1 + 54 * dy];
  /** @param {number} side */
  const barb = (side) => svg("line", { x1: x2, y1: y2, x2: x2 - 9 * dx + side * 5 * dy, y2: y2 - 9 * dy - side * 5 * dx });
  return [svg("g", { class: "downhill" }, svg("line", { x1, y1, x2, y2 }), barb(1), barb(-1))];
}
