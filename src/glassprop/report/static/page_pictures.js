// Inputs that are the points of a picture, drawn as one.

/** A chart or picture with what it is told below, and, for those who do not see it, in words. */
function figure(title, box, description) {
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", description);
  return el("figure", {}, box, el("figcaption", {}, title));
}

/** Where the inputs lie that the page holds: a map from the place in the picture to the number of the input. */
function placesOf(record) {
  return new Map(record.shown[0].map((k, i) => [record.pixels ? record.pixels[i] : k, k]));
}

/** How dark a pixel is, from 0 to 1: by its size where signs are shown, else between the least and the most. */
function shades(values, signed) {
  const known = values.map((x) => x || 0),
    low = signed ? 0 : Math.min(...known),
    span = (signed ? largest(known) : Math.max(...known)) - low;
  return known.map((x) => (span > 0 ? ((signed ? Math.abs(x) : x) - low) / span : 0));
}

/** A picture from what each place of it holds; in two colors if signed, with a stroke through what is negative. */
function picture(values, model, { signed, pick }) {
  const { record } = model,
    [h, w] = record.image || record.picture.size,
    places = placesOf(record),
    all = shades(values, signed),
    size = Math.max(5, Math.min(24, Math.floor(200 / Math.max(h, w))));
  const cells = values.map((value, place) => {
    const x = (place % w) * size,
      y = Math.floor(place / w) * size,
      k = places.get(place),
      at = { x, y, width: size, height: size },
      stroke = { x1: x + size * 0.3, x2: x + size * 0.7, y1: y + size / 2, y2: y + size / 2, class: "stroke-mark" };
    const sign = signed ? (value < 0 ? "minus" : "plus") : "ink";
    return svg(
      "g",
      { class: k === undefined ? sign : `${sign} known`, "data-pixel": k, "data-value": String(value) },
      svg("title", {}, `${k === undefined ? `point ${y / size},${x / size}` : model.name(0, k)}: ${numeral(value)}`),
      svg("rect", { ...at, class: "under" }),
      svg("rect", { ...at, class: "over", "fill-opacity": all[place].toFixed(3) }),
      signed && value < 0 && all[place] > 0.15 && size >= 7 ? svg("line", stroke) : null,
    );
  });
  const [width, height] = [w * size, h * size];
  const box = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "picture" }, cells);
  box.addEventListener("click", (event) => {
    const pixel = event.target.closest("[data-pixel]");
    if (pixel) pick(Number(pixel.dataset.pixel));
  });
  return box;
}

/** What lies at each place of the picture, from the numbers of the inputs that the page holds. */
function spread(record, numbers) {
  const full = Array(record.image[0] * record.image[1]).fill(0);
  [...placesOf(record).keys()].forEach((place, i) => (full[place] = numbers[i]));
  return full;
}

/** The input and ∂C₀/∂x as pictures; all of it, also where the page holds only some of the inputs themselves. */
function drawPictures(box, model, choose) {
  const { record, now } = model,
    pick = (k) => choose({ kind: "input", k });
  if (!record.image && !record.picture) return;
  const x = record.picture ? record.picture.x[model.example] : spread(record, now.a[0]),
    by = record.picture ? record.picture.by_x[model.example] : spread(record, now.by_a[0]);
  box.replaceChildren(
    figure("the input x", picture(x, model, { signed: false, pick }), "the input as a picture"),
    figure(
      "∂C₀/∂x: where more raises the cost; with a stroke, where it lowers it",
      picture(by, model, { signed: true, pick }),
      `the derivative with respect to each pixel, at most ${numeral(largest(by))} in size`,
    ),
  );
  box.closest("section").hidden = false;
}
