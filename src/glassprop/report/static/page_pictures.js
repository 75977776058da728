// Inputs that are the points of a picture, drawn as one.

/** A chart or picture with what it is told below, and, for those who do not see it, in words.
 *  @param {Child} title @param {Element} box @param {string} description */
function figure(title, box, description) {
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", description);
  return el("figure", {}, box, el("figcaption", {}, title));
}

/** Show the section of the page that this box is in.
 *  @param {HTMLElement} box */
function reveal(box) {
  const section = box.closest("section");
  if (section) section.hidden = false;
}

/** Where the inputs lie that the page holds: a map from the place in the picture to the number of the input.
 *  @param {ExplanationRecord} record */
function placesOf(record) {
  return new Map(record.shown[0].map((k, i) => [record.pixels ? record.pixels[i] : k, k]));
}

/** How dark a pixel is, from 0 to 1: by its size where signs are shown, else between the least and the most.
 *  @param {Num[]} values @param {boolean} signed */
function shades(values, signed) {
  const known = values.map((x) => x || 0),
    low = signed ? 0 : Math.min(0, ...known),
    span = (signed ? largest(known) : Math.max(...known)) - low;
  return known.map((x) => (span > 0 ? ((signed ? Math.abs(x) : x) - low) / span : 0));
}

/** A picture from what each place of it holds; in two colors if signed, with a stroke through what is negative.
 *  @param {Num[]} values @param {Model} model @param {{ signed: boolean, pick: (k: number) => void }} how */
function picture(values, model, { signed, pick }) {
  const { record } = model,
    [h, w] = record.image ?? record.picture?.size ?? [0, 0],
    places = placesOf(record),
    all = shades(values, signed),
    size = Math.max(5, Math.min(24, Math.floor(200 / Math.max(h, w))));
  const cells = values.map((value, place) => {
    const x = (place % w) * size,
      y = Math.floor(place / w) * size,
      k = places.get(place),
      at = { x, y, width: size, height: size },
      stroke = { x1: x + size * 0.3, x2: x + size * 0.7, y1: y + size / 2, y2: y + size / 2, class: "stroke-mark" };
    const below = (value ?? 0) < 0,
      sign = signed ? (below ? "minus" : "plus") : "ink";
    return svg(
      "g",
      { class: k === undefined ? sign : `${sign} known`, "data-pixel": k, "data-value": String(value) },
      svg("title", {}, `${k === undefined ? `point ${y / size},${x / size}` : model.name(0, k)}: ${numeral(value)}`),
      svg("rect", { ...at, class: "under" }),
      svg("rect", { ...at, class: "over", "fill-opacity": all[place].toFixed(3) }),
      signed && below && all[place] > 0.15 && size >= 7 ? svg("line", stroke) : null,
    );
  });
  const [width, height] = [w * size, h * size];
  const box = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "picture" }, cells);
  box.onclick = (event) => {
    const pixel = under(event, "[data-pixel]");
    if (pixel) pick(Number(pixel.dataset.pixel));
  };
  return box;
}

/** What lies at each place of the picture, from the numbers of the inputs that the page holds.
 *  @param {ExplanationRecord} record @param {Num[]} numbers @returns {Num[]} */
function spread(record, numbers) {
  const [h, w] = record.image ?? [0, 0],
    full = Array(h * w).fill(0);
  [...placesOf(record).keys()].forEach((place, i) => (full[place] = numbers[i]));
  return full;
}

const MOVED = 1e-6; // an input that differs by more from what it was when the page was made was changed since

/** The input as it stood in the table, before it was scaled, where the page knows; what was changed since, in the same
 *  units. @param {Model} model @returns {Num[] | null} */
function asItWas(model) {
  const { record, now } = model,
    was = record.as_it_was?.[model.example],
    first = model.made[model.example].a[0] ?? [];
  if (!was) return null;
  const picture = [...was];
  for (const [place, k] of placesOf(record)) {
    const shift = less(now.a[0]?.[model.spot(0, k)] ?? null, first[model.spot(0, k)]) ?? 0;
    if (Math.abs(shift) <= MOVED * (1 + Math.abs(first[model.spot(0, k)] ?? 0))) continue;
    const [found] = model.columnsOf(k),
      slope = found ? now.columns[found.number].by_column?.[found.column.parts.indexOf(k)] : null;
    if (!slope) return null;
    picture[place] = total([picture[place], shift / slope]);
  }
  return picture;
}

/** The input and ∂C₀/∂x as pictures; all of it, also where the page holds only some of the inputs themselves.
 *  @param {HTMLElement} box @param {Model} model @param {Choose} choose @param {Known} known */
function drawPictures(box, model, choose, known) {
  const { record, now } = model;
  /** @param {number} k */
  const pick = (k) => choose({ kind: "input", k });
  if (!record.image && !record.picture) return;
  const was = asItWas(model);
  const x = was ?? (record.picture ? record.picture.x[model.example] : spread(record, now.a[0] ?? [])),
    by = record.picture ? record.picture.by_x[model.example] : spread(record, now.by_a[0] ?? []);
  const pictures = [
    figure(
      was ? "the input as it stands in the table" : "the input x, as the network is given it",
      picture(x, model, { signed: false, pick }),
      "the input as a picture",
    ),
  ];
  if (known.delta === 0)
    pictures.push(
      figure(
        "∂C₀/∂x: where more raises the cost; with a stroke, where it lowers it",
        picture(by, model, { signed: true, pick }),
        `the derivative with respect to each pixel, at most ${numeral(largest(by))} in size`,
      ),
    );
  refill(box, pictures);
  reveal(box);
}
