// The chain rule, on the page: forward, z and a of every layer, and the cost; backward, δ of every layer, and ∇C.

const NOTHING = new Float64Array(0);

class Passes {
  /** @param {LiveRecord} record */
  constructor(record) {
    this.layers = record.layers;
    this.depth = record.layers.length;
    this.sigmas = record.layers.map((layer) => new Sigma(record.formulas[layer.activation]));
    this.cost = new CostOf(record.cost);
    this.theta = unpacked(record.theta);
    this.own = this.views(this.theta);
  }

  /** The parameters of each layer by block, as views of one vector.
   *  @param {Float64Array} vector @returns {Blocks[]} */
  views(vector) {
    return this.layers.map(({ blocks }) =>
      Object.fromEntries(
        blocks.map(({ name, start, shape }) => [name, vector.subarray(start, start + shape.reduce((n, m) => n * m, 1))]),
      )
    );
  }

  /** @param {number} l @returns {LayerWalk} */
  walk(l) {
    return WALKS[this.layers[l - 1].kind];
  }

  /** z of a layer, from what it sees; with rows of one's own in the place of those that tables have for its codes.
   *  @param {number} l @param {Float64Array} x @param {LiveTable[]} tables */
  weigh(l, x, tables = []) {
    const here = tables.length ? tables.filter((table) => table.l === l) : tables,
      layer = this.layers[l - 1];
    if (!here.length) return this.walk(l).weigh(layer, this.own[l - 1], x);
    const own = { ...this.own[l - 1], ...Object.fromEntries(here.map(({ name, row }) => [name, row])) };
    return this.walk(l).weigh(layer, own, withoutCodes(layer, x));
  }
  /** ∂ by such a row.
   *  @param {LiveTable} table @param {Float64Array[]} delta @param {LiveTrace} trace */
  bySeen({ l, name }, delta, { a }) {
    const layer = this.layers[l - 1],
      gradient = Object.fromEntries(layer.blocks.map((block) => [block.name, new Float64Array(block.shape[1])]));
    this.walk(l).fill(layer, gradient, this.own[l - 1], delta[l], withoutCodes(layer, a[l - 1]));
    return gradient[name];
  }

  /** σ(z) of a layer.
   *  @param {number} l @param {Float64Array} z */
  bent(l, z) {
    return this.sigmas[l - 1].values(z, this.own[l - 1].p);
  }

  /** E1, E14, E32: all layers from one on, from what it sees; with z of that one, where it is given.
   *  @param {Float64Array} x @param {number} first @param {Float64Array | null} given @param {LiveTable[]} tables
   *  @returns {LiveTrace} */
  forward(x, first = 1, given = null, tables = []) {
    /** @type {Float64Array[][]} */
    const [a, z, s] = [[x], [NOTHING], [NOTHING]];
    for (let l = first; l <= this.depth; l++) {
      const here = given && l === first ? given : this.weigh(l, x, tables),
        bent = this.bent(l, here),
        before = x;
      x = this.layers[l - 1].residual ? bent.map((value, j) => value + before[j]) : bent;
      z.push(here);
      s.push(bent);
      a.push(x);
    }
    return { a, z, s };
  }

  /** C₀ of a pass.
   *  @param {LiveTrace} trace @param {Float64Array} y */
  total({ a, z }, y) {
    return this.cost.total(z[z.length - 1], a[a.length - 1], y);
  }

  /** E13, E15, E18, E33: δ and ∂C₀/∂a of every layer; of layer 0, ∂C₀/∂x.
   *  @param {LiveTrace} trace @param {Float64Array} y @returns {LiveErrors} */
  backward(trace, y) {
    const { a, z, s } = trace,
      L = this.depth,
      byA = this.cost.byOutput(a[L], y),
      collapsed = this.cost.collapsed(a[L], y);
    return this.back(trace, collapsed ?? this.sigmas[L - 1].pullback(byA, z[L], s[L], this.own[L - 1].p), byA);
  }

  /** The same from ∂/∂z and ∂/∂a of the last layer.
   *  @param {LiveTrace} trace @param {Float64Array} byZ @param {Float64Array} byLast @returns {LiveErrors} */
  back({ a, z, s }, byZ, byLast) {
    const delta = Array(this.depth + 1).fill(NOTHING),
      byA = Array(this.depth + 1).fill(NOTHING),
      L = this.depth;
    byA[L] = byLast;
    for (let l = L; l > 0; l--) {
      delta[l] = l === L ? byZ : this.sigmas[l - 1].pullback(byA[l], z[l], s[l], this.own[l - 1].p);
      const g = this.walk(l).byInput(this.layers[l - 1], this.own[l - 1], delta[l], a[l - 1]),
        past = byA[l];
      byA[l - 1] = this.layers[l - 1].residual ? g.map((value, k) => value + past[k]) : g;
    }
    return { delta, byA };
  }

  /** E12: add ∂C₀ by every parameter to a gradient, which is like θ.
   *  @param {LiveTrace} trace @param {LiveErrors} errors @param {Blocks[]} gradient */
  fill({ a, z, s }, { delta, byA }, gradient) {
    this.layers.forEach((layer, at) => {
      const l = at + 1,
        own = this.own[at];
      this.walk(l).fill(layer, gradient[at], own, delta[l], a[l - 1]);
      if (!layer.parametric) return;
      const by = this.sigmas[at].byParameter(z[l], s[l], own.p);
      for (let j = 0; j < by.length; j++) gradient[at].p[j] += byA[l][j] * by[j];
    });
  }

  /** Forward and back with an example.
   *  @param {Float64Array} x @param {Float64Array} y @returns {LivePass} */
  both(x, y) {
    const trace = this.forward(x);
    return { trace, errors: this.backward(trace, y), y };
  }
  /** The mean of C₀ over examples.
   *  @param {LivePass[]} all */
  mean(all) {
    return all.reduce((sum, { trace, y }) => sum + this.total(trace, y), 0) / all.length;
  }
  /** E11: ∇C, the average over examples.
   *  @param {LivePass[]} all */
  gradient(all) {
    const gradient = new Float64Array(this.theta.length),
      views = this.views(gradient);
    for (const { trace, errors } of all) this.fill(trace, errors, views);
    return gradient.map((value) => value / all.length);
  }

  /** The length of the part of each layer.
   *  @param {Float64Array} gradient */
  lengths(gradient) {
    return this.views(gradient).map((blocks) =>
      finite(Math.sqrt(Object.values(blocks).reduce((sum, block) => sum + block.reduce((so, x) => so + x * x, 0), 0)))
    );
  }
}

/** What a layer of tables sees, with the first row asked for.
 *  @param {LiveLayer} layer @param {Float64Array} x */
function withoutCodes({ embeds }, x) {
  const found = x.slice();
  for (const k of embeds?.columns ?? []) found[k] = 0;
  return found;
}
