// Embeddings by waves: of x come x itself and the sums z_m = Σ_q w_mq cos(2π f_q x + c_q) + e_m.

const TURN = 2 * Math.PI;

/** The angle of a wave of a column (E35).
 *  @param {Blocks} own @param {number} at @param {number} x */
const angle = ({ f, c }, at, x) => TURN * f[at] * x + c[at];

/** ∂C₀/∂u of each wave of a column (E37).
 *  @param {Blocks} own @param {{ k: number; place: number; first: number; many: number }} of @param {number} waves
 *  @param {Float64Array} delta @param {number} x */
function byAngles(own, { place, first, many }, waves, delta, x) {
  const found = new Float64Array(waves);
  for (let q = 0; q < waves; q++) {
    let sum = 0;
    for (let m = 0; m < many - 1; m++) sum += delta[first + 1 + m] * own.w[(place * (many - 1) + m) * waves + q];
    found[q] = -Math.sin(angle(own, place * waves + q, x)) * sum;
  }
  return found;
}

/** @param {LiveLayer} layer */
const wavesOf = (layer) => layer.blocks[0].shape[1];

WALKS.periodic = {
  // E35
  weigh(layer, own, x) {
    const z = passedOn(layer, x),
      waves = wavesOf(layer);
    for (const { k, place, first, many } of embeddedOf(layer)) {
      z[first] = x[k];
      for (let m = 0; m < many - 1; m++) {
        const row = place * (many - 1) + m;
        let sum = 0;
        for (let q = 0; q < waves; q++) sum += own.w[row * waves + q] * Math.cos(angle(own, place * waves + q, x[k]));
        z[first + 1 + m] = sum + own.e[row];
      }
    }
    return z;
  },
  // E38
  byInput(layer, own, delta, x) {
    const g = passedBack(layer, delta),
      waves = wavesOf(layer);
    for (const of of embeddedOf(layer)) {
      const byU = byAngles(own, of, waves, delta, x[of.k]);
      g[of.k] = byU.reduce((sum, u, q) => sum + u * TURN * own.f[of.place * waves + q], delta[of.first]);
    }
    return g;
  },
  // E36, E37
  fill(layer, gradient, own, delta, x) {
    const waves = wavesOf(layer);
    for (const of of embeddedOf(layer)) {
      const byU = byAngles(own, of, waves, delta, x[of.k]);
      for (let q = 0; q < waves; q++) {
        const at = of.place * waves + q,
          cosine = Math.cos(angle(own, at, x[of.k]));
        gradient.f[at] += TURN * x[of.k] * byU[q];
        gradient.c[at] += byU[q];
        for (let m = 0; m < of.many - 1; m++) {
          gradient.w[(of.place * (of.many - 1) + m) * waves + q] += delta[of.first + 1 + m] * cosine;
        }
      }
      for (let m = 0; m < of.many - 1; m++) gradient.e[of.place * (of.many - 1) + m] += delta[of.first + 1 + m];
    }
  },
  place: () => null,
  // its own weights and what is added to it, and the waves that it shares
  entries(layer, j) {
    const of = embeddedInto(layer, j);
    if (!of || j === of.first) return [];
    const m = j - of.first - 1,
      waves = Array.from({ length: wavesOf(layer) }, (_, q) => q);
    return [
      ...layer.blocks.flatMap(({ name, shape }) => {
        if (name === "e") return [{ name, index: [of.place, m] }];
        if (name === "w") return waves.map((q) => ({ name, index: [of.place, m, q] }));
        return shape.length === 2 ? waves.map((q) => ({ name, index: [of.place, q] })) : [];
      }),
    ];
  },
  edges(layer, own, x) {
    const found = passedEdges(layer),
      waves = wavesOf(layer);
    for (const { k, place, first, many } of embeddedOf(layer)) {
      found[first * layer.n_in + k] = 1;
      for (let m = 0; m < many - 1; m++) {
        let sum = 0;
        for (let q = 0; q < waves; q++) {
          const at = place * waves + q;
          sum += own.w[(place * (many - 1) + m) * waves + q] * Math.sin(angle(own, at, x[k])) * TURN * own.f[at];
        }
        found[(first + 1 + m) * layer.n_in + k] = -sum;
      }
    }
    return found;
  },
};
