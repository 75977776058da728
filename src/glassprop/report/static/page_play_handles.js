// The numbers that can be taken hold of: a weight, a bias, an input, a target; and the columns that can be switched.

/** What of the chosen thing can be changed.
 *  @param {Play} play @param {Choice | null} chosen @returns {Held[]} */
function handles(play, chosen) {
  if (!chosen) return [];
  if (chosen.kind === "column") return dateHeld(play, chosen.number);
  if (chosen.kind === "weight") return parameterHeld(play, chosen.l, chosen.j, chosen.k);
  if (chosen.kind === "input")
    return [...play.model.columnsOf(chosen.k).flatMap(({ number }) => dateHeld(play, number)), ...inputHeld(play, chosen.k)];
  const { l, j } = chosen,
    entry = play.live.entries(play.model.example, l, j)[play.nudge.which];
  return [...(entry ? entryHeld(play, l, j, entry) : []), ...parameterHeld(play, l, j, -1), ...(l === play.model.depth && !predicts(play.model) ? targetHeld(play, j) : [])];
}

/** @param {Play} play @param {number} l @param {number} j @param {number} k @returns {Held[]} */
function parameterHeld({ live, page: { model, words } }, l, j, k) {
  const start = live.get(l, j, k);
  if (start === null || !model.joins(l, j, k)) return [];
  const what = k < 0 ? "bias" : model.scales(l) ? "factor" : "weight";
  return [
    {
      name: `${model.letter(l, k)}:${l}:${j}:${k}`,
      parameter: true,
      words: k < 0 ? `bias of ${plainName(model, l, j)}` : `${what} from ${plainName(model, l - 1, k)} to ${plainName(model, l, j)}`,
      symbol: words.edge(l, j, k),
      slopeName: by(C0(), words.edge(l, j, k)),
      slope: model.derivative(l, j, k).value,
      start,
      range: around(start),
      get: () => live.get(l, j, k) ?? NaN,
      set: (value) => live.set(l, j, k, value),
    },
  ];
}

/** What an entry of a block is, in words. @type {Record<string, string>} */
const ENTRIES = { p: "parameter of the activation", f: "frequency", c: "phase", w: "weight of a wave", e: "what is added" };
/** @param {LiveEntry} entry */
const entryWords = ({ name, index }) => `${ENTRIES[name] ?? "number of the table"} ${name}[${index.join(",")}]`;

/** Any other parameter of a layer.
 *  @param {Play} play @param {number} l @param {number} j @param {LiveEntry & { at: number }} entry @returns {Held[]} */
function entryHeld({ live, page: { model } }, l, j, entry) {
  const { theta } = live.passes,
    start = theta[entry.at],
    symbol = sym(entry.name, l, ...entry.index);
  return [
    {
      name: `at:${entry.at}`,
      parameter: true,
      words: `${entryWords(entry)} of layer ${l}, for ${plainName(model, l, j)}`,
      symbol,
      slopeName: by(C0(), sym(entry.name, l, ...entry.index)),
      slope: finite(live.gradient([model.example])[entry.at]),
      start,
      range: around(start),
      get: () => theta[entry.at],
      set: (value) => (theta[entry.at] = value),
    },
  ];
}

/** @param {Play} play @param {number} k @returns {Held[]} */
function inputHeld({ live, page: { model } }, k) {
  const i = model.example,
    start = model.a(0, k);
  if (start === null || live.examples.codes.has(k)) return [];
  const values = model.record.examples.map((e) => model.a(0, k, e) ?? 0),
    spread = Math.max(...values) - Math.min(...values) || 2;
  return [
    {
      name: `x:${k}`,
      words: `input ${model.name(0, k)}`,
      symbol: [sym("x", null, k), " ", el("bdi", {}, cut(model.name(0, k), 24))],
      slopeName: by(C0(), sym("x", null, k)),
      slope: model.byA(0, k),
      start,
      range: reaching([Math.min(...values) - spread / 2, Math.max(...values) + spread / 2], start),
      get: () => model.a(0, k) ?? NaN,
      set: (value) => live.setInput(i, k, value),
    },
  ];
}

/** @param {Play} play @param {number} m @returns {Held[]} */
function targetHeld({ live, page: { model } }, m) {
  const i = model.example,
    start = model.y(m);
  if (start === null) return [];
  const all = model.record.examples.flatMap((e) => e.y).map((y) => y ?? 0),
    within = all.every((y) => y >= 0 && y <= 1);
  return [
    {
      name: `y:${m}`,
      words: `target of ${plainName(model, model.depth, m)}`,
      symbol: sym("y", null, m),
      slopeName: by(C0(), sym("y", null, m)),
      slope: slopeByTarget(live, i, m, start),
      byNudge: true,
      start,
      range: within ? [0, 1] : reaching(around(start), start),
      get: () => model.y(m) ?? NaN,
      set: (value) => live.setTarget(i, m, value),
    },
  ];
}

/** ∂C₀/∂y by central differences: no training step uses it, and the network has no formula of it.
 *  @param {Live} live @param {number} i @param {number} m @param {number} y */
function slopeByTarget(live, i, m, y) {
  const h = 1e-3,
    [far, near, on, farther] = [y - 2 * h, y - h, y + h, y + 2 * h].map((value) => {
      live.setTarget(i, m, value);
      return live.cost(i);
    });
  live.setTarget(i, m, y);
  if (far === null || near === null || on === null || farther === null) return null;
  return (far - 8 * near + 8 * on - farther) / (12 * h);
}

/** @param {Model} model @param {number} l @param {number} n */
const plainName = (model, l, n) =>
  l === 0 ? model.name(0, n) : l === model.depth ? `output ${model.name(l, n)}` : `neuron ${n} of layer ${l}`;
