// Charts: gradient size by layer, history of the cost.

/** Ticks for an axis: round numbers, or powers of ten.
 *  @param {number} low @param {number} high @param {boolean} log */
function ticks(low, high, log) {
  if (log) {
    const from = Math.floor(Math.log10(low)),
      to = Math.ceil(Math.log10(high)),
      every = Math.ceil((to - from) / 5) || 1,
      list = [];
    for (let e = from; e < to + every; e += every) list.push(10 ** e);
    return list;
  }
  const size = Math.max(Math.abs(low), Math.abs(high)),
    rough = Math.max((high - low) / 4 || 1, size * 1e-12), // finer ones are one number in rounding
    unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5].find((m) => m * unit >= rough) ?? 10),
    list = [];
  for (let i = Math.floor(low / step); i * step < high + step * 0.999; i++) list.push(i * step);
  return list;
}

/** Whether a chart has a place for it: differences of such numbers are numbers, too.
 *  @param {Num | undefined} x @returns {x is number} */
const fits = (x) => x !== null && x !== undefined && Math.abs(x) < 1e300;

/** How wide boxes are. @type {WeakMap<Element, number>} */
const rooms = new WeakMap(),
  measuring = new ResizeObserver((changed) => changed.forEach((one) => rooms.set(one.target, one.contentRect.width)));

/** How wide a box is, without laying out the page for it each time.
 *  @param {HTMLElement} box */
function roomIn(box) {
  if (!rooms.has(box)) {
    rooms.set(box, box.clientWidth);
    measuring.observe(box);
  }
  return rooms.get(box) ?? 0;
}

/** A frame with axes: {box, x, y} with x, y from data to places.
 *  @param {{ width: number, height: number, xs: number[], ys: number[], log: boolean, xLabel: string,
 *  yLabel: string, xTicks: number[], top?: number, bottom?: number }} what */
function frame({ width, height, xs, ys, log, xLabel, yLabel, xTicks, top = 12, bottom = 44 }) {
  const [left, right] = [64, 14],
    list = ticks(ys[0], ys[1], log);
  /** @param {number} v */
  const to = (v) => (log ? Math.log10(v) : v),
    [low, high] = [to(list[0]), to(list[list.length - 1])];
  /** @param {number} v */
  const x = (v) => left + ((v - xs[0]) / (xs[1] - xs[0] || 1)) * (width - left - right);
  /** @param {number} v */
  const y = (v) => height - bottom - ((to(v) - low) / (high - low || 1)) * (height - top - bottom);
  const box = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, class: "chart" },
    list.map((v) => [
      svg("line", { x1: left, x2: width - right, y1: y(v), y2: y(v), class: "grid" }),
      svg("text", { x: left - 6, y: y(v) + 4, class: "end" }, numeral(v, 3)),
    ]),
    xTicks.map((v) => svg("text", { x: x(v), y: height - bottom + 17 }, String(v))),
    svg("text", { x: (left + width - right) / 2, y: height - 8, class: "axis-name" }, xLabel),
    svg("text", { transform: `translate(13 ${(height - bottom + top) / 2}) rotate(-90)`, class: "axis-name" }, yLabel),
  );
  return { box, x, y };
}

/** ‖∂C₀/∂(W, b)‖ of each layer: a bar for this example, dots for the others; when the walk has come there.
 *  @param {HTMLElement} box @param {Model} model @param {Known} known */
function drawSizes(box, model, known) {
  if (known.delta > 0) return refill(box, said("Comes on the way back."));
  const sizes = model.record.gradient_size,
    all = sizes.flat().filter(fits).filter((v) => v > 0);
  if (!all.length) return refill(box, said("All gradients are 0."));
  const [low, high] = [Math.min(...all), Math.max(...all)],
    log = high / low > 50;
  const layers = model.record.network.layers.map((_, i) => i + 1);
  const width = Math.max(280, Math.min(roomIn(box) - 4, 560));
  const {
    box: chart,
    x,
    y,
  } = frame({
    width,
    height: 250,
    bottom: 74,
    xs: [0.4, model.depth + 0.6],
    ys: [log ? low : 0, high],
    log,
    xLabel: "layer, and size",
    yLabel: log ? "size of gradient, log scale" : "size of gradient",
    xTicks: layers,
  });
  const base = 250 - 74,
    wide = Math.min(48, (x(2) - x(1)) * 0.5);
  layers.forEach((l) => {
    const value = sizes[model.example][l - 1];
    if (fits(value) && value > 0)
      chart.append(
        svg(
          "rect",
          {
            x: x(l) - wide / 2,
            y: y(value),
            width: wide,
            height: Math.max(0, base - y(value)),
            class: "size",
            "data-size": l,
            "data-value": String(value),
          },
          svg("title", {}, `layer ${l}: ${numeral(value)}`),
        ),
      );
    sizes.forEach((row, i) => {
      const other = row[l - 1] ?? 0;
      if (i !== model.example && fits(other) && other > 0)
        chart.append(svg("circle", { cx: x(l), cy: y(other), r: 3.5, class: "dot" }));
    });
    // below the axis, where neither a grid line nor a ring goes through it
    const room = x(2) - x(1),
      row = room < 44 && l % 2 === 0 ? 1 : 0;
    if (room >= 24) chart.append(svg("text", { x: x(l), y: base + 33 + 13 * row, class: "value" }, brief(value)));
  });
  refill(
    box,
    figure(
      `‖∂C₀/∂W, ∂C₀/∂b‖ of this example${model.count > 1 ? "; rings: the other examples" : ""}`,
      chart,
      layers.map((l) => `layer ${l}: ${numeral(sizes[model.example][l - 1])}`).join("; "),
    ),
  );
}

/** @type {Record<string, [string, string]>} */
const RUNS = {
  cost: ["training", "run-one"],
  validation_cost: ["validation", "run-two"],
};

/** Cost, and cost of the rows held out, by epoch.
 *  @param {HTMLElement} box @param {Model} model */
function drawHistory(box, model) {
  const { best_epoch: [best] = [], ...curves } = model.record.history;
  const runs = Object.entries(curves).filter(
    ([, v]) => Array.isArray(v) && v.some((y) => typeof y === "number"),
  );
  const all = runs.flatMap(([, v]) => v).filter((v) => typeof v === "number");
  if (!all.length) return;
  reveal(box);
  const [low, high] = [Math.min(...all), Math.max(...all)],
    log = low > 0 && high / low > 50,
    n = Math.max(...runs.map(([, v]) => v.length));
  const width = Math.max(280, Math.min(roomIn(box) - 4, 560)),
    above = 18 * Math.ceil(runs.length / 2); // the names of the curves, two in a line, where no curve goes
  const {
    box: chart,
    x,
    y,
  } = frame({
    width,
    height: 220 + above,
    top: 12 + above,
    xs: [1, Math.max(n, 2)],
    ys: [log ? low : Math.min(0, low), high],
    log,
    xLabel: "epoch",
    yLabel: log ? "cost, log scale" : "cost",
    xTicks: n > 2 ? [1, Math.round((n + 1) / 2), n] : [1, 2].slice(0, n),
  });
  runs.forEach(([name, values], i) => {
    const points = values
      .map((v, e) => (typeof v === "number" ? `${x(e + 1).toFixed(1)},${y(v).toFixed(1)}` : null))
      .filter(Boolean);
    chart.append(
      svg("polyline", {
        points: points.join(" "),
        class: `run ${RUNS[name] ? RUNS[name][1] : "run-two"}`,
        "data-run": name,
      }),
    );
    const at = 64 + (i % 2) * ((width - 64) / 2),
      line = 10 + 18 * Math.floor(i / 2);
    chart.append(
      svg("line", {
        x1: at,
        x2: at + 26,
        y1: line,
        y2: line,
        class: `run ${RUNS[name] ? RUNS[name][1] : "run-two"}`,
        "data-named": name,
      }),
      svg("text", { x: at + 32, y: line + 4, class: "start" }, RUNS[name] ? RUNS[name][0] : cut(name, 14)),
    );
  });
  if (best) {
    const at = x(best).toFixed(1);
    chart.append(
      svg("line", {
        x1: at,
        x2: at,
        y1: y(log ? low : Math.min(0, low)),
        y2: y(high),
        class: "run kept",
        "data-kept": best,
      }),
    );
  }
  const ends = runs.map(([name, v]) => `${name} from ${numeral(v[0])} to ${numeral(v[v.length - 1])}`).join("; ");
  const kept = best ? `; the weights of epoch ${best} were kept (upright line)` : "";
  refill(box, figure(`The cost of every epoch of training${kept}`, chart, ends));
}
