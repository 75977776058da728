// What stands between z and C₀, from the record's formulas: the activation of a layer, and the cost.

/** An activation, with its slope or, where it mixes neurons, what takes ∂C₀/∂a back to z. */
class Sigma {
  /** @param {LiveActivation} record */
  constructor(record) {
    this.elementwise = record.elementwise;
    this.kinks = record.kinks;
    this.p = record.p;
    this.value = worked(record.value);
    this.slope = worked(record.slope);
    this.byP = record.by_parameter === null ? null : worked(record.by_parameter);
    this.known = nothingKnown();
  }

  /** A formula at each neuron. p: the parameter of each, where it is trained.
   *  @param {Formula} of @param {Float64Array} z @param {Float64Array} s @param {Float64Array | undefined} p */
  each(of, z, s, p) {
    const { known } = this,
      { numbers } = known;
    known.turn++;
    known.lists.z_m = z;
    known.lists.a_m = s;
    return z.map((_, j) => {
      numbers.z = numbers.z_j = z[j];
      numbers.a = numbers.a_j = s[j];
      numbers.p = p ? p[j] : this.p;
      return of(known);
    });
  }

  /** @param {Float64Array} z @param {Float64Array | undefined} p */
  values(z, p) {
    return this.each(this.value, z, z, p);
  }

  /** σ'(z), where it is elementwise.
   *  @param {Float64Array} z @param {Float64Array} s @param {Float64Array | undefined} p */
  slopes(z, s, p) {
    return this.each(this.slope, z, s, p).map((slope) => Math.min(slope, Number.MAX_VALUE));
  }

  /** ∂a/∂p of each neuron.
   *  @param {Float64Array} z @param {Float64Array} s @param {Float64Array | undefined} p */
  byParameter(z, s, p) {
    return this.byP ? this.each(this.byP, z, s, p) : new Float64Array(z.length);
  }

  /** ∂a_m/∂z_j of an activation that mixes neurons (E23), row by row of the m and j asked for.
   *  @param {Float64Array} z @param {Float64Array} s @param {number[]} which */
  jacobian(z, s, which) {
    const { known } = this,
      { numbers } = known;
    known.turn++;
    known.lists.z_m = z;
    known.lists.a_m = s;
    return which.map((m) =>
      which.map((j) => {
        known.m = m;
        numbers.z_j = z[j];
        numbers.a_j = s[j];
        numbers["δ_mj"] = m === j ? 1 : 0;
        return this.slope(known);
      })
    );
  }

  /** ∂C₀/∂a to ∂C₀/∂z (E4, E6).
   *  @param {Float64Array} g @param {Float64Array} z @param {Float64Array} s @param {Float64Array | undefined} p */
  pullback(g, z, s, p) {
    if (this.elementwise) {
      const slopes = this.slopes(z, s, p);
      return g.map((x, j) => x * slopes[j]);
    }
    const all = Array.from(g.keys()),
      J = this.jacobian(z, s, all);
    return g.map((_, j) => all.reduce((sum, m) => sum + g[m] * J[m][j], 0));
  }
}

/** The cost of one example, with what it collapses to behind its output activation, if it does (E26). */
class CostOf {
  /** @param {LiveCost} record */
  constructor(record) {
    this.value = worked(record.value);
    this.slope = worked(record.slope);
    this.kinks = record.kinks.map(worked);
    this.targets = record.targets;
    this.pair = record.pair && { value: worked(record.pair.value), delta: worked(record.pair.delta) };
    this.known = nothingKnown();
    this.known.numbers.p = record.p;
  }

  /** A formula at each output.
   *  @param {Formula} of @param {Float64Array} z @param {Float64Array} a @param {Float64Array} y */
  each(of, z, a, y) {
    const { known } = this,
      { numbers } = known;
    known.turn++;
    known.lists.z_m = z;
    known.lists.a_m = a;
    known.lists.y_m = y;
    return a.map((_, j) => {
      numbers.z = z[j];
      numbers.a = a[j];
      numbers.y = y[j];
      return of(known);
    });
  }

  /** C₀, from z where the pair collapses.
   *  @param {Float64Array} z @param {Float64Array} a @param {Float64Array} y */
  total(z, a, y) {
    return this.each(this.pair ? this.pair.value : this.value, z, a, y).reduce((sum, x) => sum + x, 0);
  }

  /** The target nearest to a number.
   *  @param {number} y */
  target(y) {
    const [low, high] = this.targets;
    return Math.max(low ?? -Infinity, Math.min(high ?? Infinity, y));
  }

  /** ∂C₀/∂a (E7).
   *  @param {Float64Array} a @param {Float64Array} y */
  byOutput(a, y) {
    return this.each(this.slope, a, a, y);
  }

  /** What δ of the last layer collapses to; null where it goes the long way.
   *  @param {Float64Array} a @param {Float64Array} y */
  collapsed(a, y) {
    return this.pair && this.each(this.pair.delta, a, a, y);
  }
}

/** The numbers that a text packs.
 *  @param {Packed} text @returns {Float64Array} */
function unpacked(text) {
  const bytes = Uint8Array.from(atob(text.slice(3)), (character) => character.charCodeAt(0)),
    view = new DataView(bytes.buffer);
  if (text.startsWith("f4")) {
    return Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  }
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
