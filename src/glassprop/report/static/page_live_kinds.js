// The kinds of layer, by name, each of which has a file that says how it computes; and what embeddings share: some of
// the numbers before them are embedded, and the others are passed on first.

/** @type {Record<string, LayerWalk>} */
const WALKS = {};

/** The numbers that are passed on, in their order.
 *  @param {LiveLayer} layer */
function othersOf({ n_in, embeds }) {
  const embedded = new Set(embeds?.columns);
  return Array.from({ length: n_in }, (_, k) => k).filter((k) => !embedded.has(k));
}

/** Of each number that is embedded: which it is, and where in z what becomes of it begins, and how many those are.
 *  @param {LiveLayer} layer */
function embeddedOf({ n_in, embeds }) {
  const { columns, each } = embeds ?? { columns: [], each: [] };
  let first = n_in - columns.length;
  return columns.map((k, place) => {
    const here = { k, place, first, many: each[place] };
    first += each[place];
    return here;
  });
}

/** What a neuron is made of, where it is a number that is embedded.
 *  @param {LiveLayer} layer @param {number} j */
const embeddedInto = (layer, j) => embeddedOf(layer).find(({ first, many }) => j >= first && j < first + many);

/** z with what is passed on in its places, and the rest 0.
 *  @param {LiveLayer} layer @param {Float64Array} x */
function passedOn(layer, x) {
  const z = new Float64Array(layer.n);
  othersOf(layer).forEach((k, j) => z[j] = x[k]);
  return z;
}

/** What δ adds to ∂C₀/∂x of what is passed on.
 *  @param {LiveLayer} layer @param {Float64Array} delta */
function passedBack(layer, delta) {
  const g = new Float64Array(layer.n_in);
  othersOf(layer).forEach((k, j) => g[k] = delta[j]);
  return g;
}

/** ∂z/∂x of what is passed on.
 *  @param {LiveLayer} layer */
function passedEdges(layer) {
  const found = new Float64Array(layer.n * layer.n_in);
  othersOf(layer).forEach((k, j) => found[j * layer.n_in + k] = 1);
  return found;
}
