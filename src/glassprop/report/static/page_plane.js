// Values over a plane as colors: orange below, blue above, with lines where they are equal; marks are put on top.

/** @typedef {{ xs: [number, number], ys: [number, number], cells: number, value: (x: number, y: number) => Num,
 *  ends?: (low: number, high: number) => [number, number], levels: (low: number, high: number) => number[], labels: [string, string] }} Field */

/** Draw a field into a box; says where data lies in it.
 *  @param {HTMLElement} box @param {Field} field */
function drawPlane(box, { xs, ys, cells, value, ends, levels, labels }) {
  const width = Math.max(250, Math.min(roomIn(box) - 4, 460)),
    height = Math.round(width * 0.86),
    xTicks = ticks(xs[0], xs[1], false),
    wide = outer(xTicks),
    tall = outer(ticks(ys[0], ys[1], false));
  const { box: over, x, y } = frame({
    width,
    height,
    xs: wide,
    ys: tall,
    log: false,
    xLabel: labels[0],
    yLabel: labels[1],
    xTicks: xTicks.map((tick) => Number(tick.toPrecision(3))),
  });
  over.classList.add("over-plane");
  const grid = sampled(wide, tall, cells, value),
    known = grid.flat().filter(fits),
    [least, most] = [Math.min(...known), Math.max(...known)],
    [bottom, top] = ends ? ends(least, most) : [least, most];
  const canvas = painted(grid, bottom, top);
  Object.assign(canvas.style, {
    left: `${x(wide[0])}px`,
    top: `${y(tall[1])}px`,
    width: `${x(wide[1]) - x(wide[0])}px`,
    height: `${y(tall[0]) - y(tall[1])}px`,
  });
  const [stepX, stepY] = [(wide[1] - wide[0]) / cells, (tall[1] - tall[0]) / cells];
  /** @param {[number, number]} cell from the middle of the first */
  const to = ([column, row]) => `${x(wide[0] + (column + 0.5) * stepX).toFixed(1)} ${y(tall[0] + (row + 0.5) * stepY).toFixed(1)}`;
  for (const level of levels(bottom, top)) {
    const lines = contour(grid, level).map(([from, end]) => `M${to(from)}L${to(end)}`);
    over.append(svg("path", { d: lines.join("") || "M0 0", class: "level", "data-level": level }));
  }
  const stack = el("div", { class: "plane" }, canvas, over);
  return { stack, over, x, y, xs: wide, ys: tall, bottom, top };
}

/** @param {number[]} list @returns {[number, number]} */
const outer = (list) => [list[0], list[list.length - 1]];

/** The value in the middle of every cell, row by row from below.
 *  @param {[number, number]} xs @param {[number, number]} ys @param {number} cells
 *  @param {(x: number, y: number) => Num} value @returns {Num[][]} */
function sampled(xs, ys, cells, value) {
  const each = [...Array(cells).keys()],
    [stepX, stepY] = [(xs[1] - xs[0]) / cells, (ys[1] - ys[0]) / cells];
  return each.map((row) =>
    each.map((column) => {
      const found = value(xs[0] + (column + 0.5) * stepX, ys[0] + (row + 0.5) * stepY);
      return fits(found) ? found : null;
    }),
  );
}

/** One dot of a canvas for each value; the browser makes it larger, and smooth.
 *  @param {Num[][]} grid @param {number} low @param {number} high */
function painted(grid, low, high) {
  const n = grid.length,
    canvas = el("canvas", { width: n, height: n, "aria-hidden": "true" }),
    context = canvas.getContext("2d");
  if (!context) return canvas;
  const image = context.createImageData(n, n),
    shades = [color("--minus"), color("--card"), color("--plus")];
  grid.forEach((values, row) =>
    values.forEach((value, column) => {
      const share = value === null || !(high > low) ? 0.5 : Math.max(0, Math.min(1, (value - low) / (high - low))),
        side = share < 0.5 ? shades[0] : shades[2],
        much = 0.85 * Math.abs(2 * share - 1),
        at = 4 * ((n - 1 - row) * n + column);
      side.forEach((c, i) => (image.data[at + i] = Math.round(much * c + (1 - much) * shades[1][i])));
      image.data[at + 3] = 255;
    }),
  );
  context.putImageData(image, 0, 0);
  return canvas;
}

/** A color of the style, as red, green and blue.
 *  @param {string} name */
function color(name) {
  const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim().slice(1),
    full = text.length === 3 ? [...text].map((c) => c + c).join("") : text;
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
}

/** Where a grid passes a level: pieces of lines in cells, between the middles of neighbors.
 *  @param {Num[][]} grid @param {number} level @returns {[[number, number], [number, number]][]} */
function contour(grid, level) {
  /** @type {[[number, number], [number, number]][]} */
  const found = [];
  for (let row = 0; row + 1 < grid.length; row++)
    for (let column = 0; column + 1 < grid.length; column++) {
      /** @type {[number, number][]} */
      const corners = [[column, row], [column + 1, row], [column + 1, row + 1], [column, row + 1]];
      const cut_ = corners.flatMap((from, i) => crossing(grid, from, corners[(i + 1) % 4], level));
      for (let i = 0; i + 1 < cut_.length; i += 2) found.push([cut_[i], cut_[i + 1]]);
    }
  return found;
}

/** @param {Num[][]} grid @param {[number, number]} from @param {[number, number]} to @param {number} level
 *  @returns {[number, number][]} */
function crossing(grid, from, to, level) {
  const [one, other] = [grid[from[1]][from[0]], grid[to[1]][to[0]]];
  if (one === null || other === null || one > level === other > level) return [];
  const share = (level - one) / (other - one);
  return [[from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]];
}

/** How fine a plane can be, so that it is drawn at once.
 *  @param {ExplanationRecord} record */
const fineness = (record) => Math.max(12, Math.min(44, Math.round(Math.sqrt(2e6 / record.network.parameters))));
