// Derivatives by central differences, as the record has them: from four networks nudged by a little (E3).

const NUDGE = 1e-3; // of z
const NUDGES = [-2, -1, 1, 2].map((n) => n * NUDGE);
const NUDGE_WEIGHTS = [1, -8, 8, -1].map((n) => n / (12 * NUDGE));

class Differences {
  /** @param {Passes} passes @param {LiveTrace} trace @param {LiveErrors} errors @param {Float64Array} y */
  constructor(passes, trace, errors, y) {
    this.passes = passes;
    this.trace = trace;
    this.errors = errors;
    this.y = y;
  }

  /** The slope of C₀ where one entry of z of a layer moves, or of x of the first; and whether a kink lay in the way.
   *  @param {number} l @param {number} at @param {boolean} ofInput @returns {[number, boolean]} */
  along(l, at, ofInput) {
    const { passes, trace } = this;
    /** @type {number[][]} */
    const sides = [];
    const costs = NUDGES.map((nudge) => {
      const moved = (ofInput ? trace.a[0] : trace.z[l]).slice();
      moved[at] += nudge;
      const found = passes.forward(ofInput ? moved : trace.a[l - 1], l, ofInput ? null : moved);
      sides.push(this.sides(found, l));
      return passes.total(found, this.y);
    });
    const kink = sides[0].some((_, n) => {
      const above = sides.filter((row) => row[n] > 0).length;
      return above > 0 && above < sides.length;
    });
    return [costs.reduce((sum, cost, n) => sum + cost * NUDGE_WEIGHTS[n], 0), kink];
  }

  /** Numbers that change sign at a kink of an activation, from layer l on, or of the cost.
   *  @param {LiveTrace} trace @param {number} l */
  sides({ z, a }, l) {
    const { cost, sigmas } = this.passes,
      last = a[a.length - 1],
      found = z.slice(1).flatMap((here, n) =>
        sigmas[l - 1 + n].kinks.flatMap((kink) => Array.from(here, (value) => value - kink))
      );
    return [...found, ...cost.kinks.flatMap((kink) => Array.from(cost.each(kink, last, last, this.y)))];
  }

  /** The largest derivatives of a layer: [j, k, value, kink], k = -1 for a bias.
   *  @param {number} l @param {number[][]} shown @param {number} most @returns {[number, number, Num, boolean][]} */
  weights(l, shown, most) {
    const { passes, trace, errors } = this,
      layer = passes.layers[l - 1];
    const places = shown[l].flatMap((j) =>
      [...shown[l - 1], -1]
        .filter((k) => passes.walk(l).place(layer, j, k) && (k >= 0 || layer.blocks.some(({ name }) => name === "b")))
        .map((k) => ({ j, k, reach: k < 0 ? 1 : trace.a[l - 1][k] }))
    );
    /** @type {Map<number, [number, boolean]>} */
    const nudged = new Map();
    return largestFirst(places, ({ j, reach }) => errors.delta[l][j] * reach, most).map(({ j, k, reach }) => {
      const [slope, kink] = nudged.get(j) ?? this.along(l, j, false);
      nudged.set(j, [slope, kink]);
      return [j, k, finite(slope * reach), kink && reach !== 0];
    });
  }

  /** The largest by inputs: [k, value, kink]; there is none by the code of a category.
   *  @param {number[]} shown @param {Map<number, number>} codes @param {number} most @returns {[number, Num, boolean][]} */
  inputs(shown, codes, most) {
    return largestFirst(shown, (k) => this.errors.byA[0][k], most)
      .filter((k) => !codes.has(k))
      .map((k) => {
        // one at a time: a panel asks for one of them
        const found = lazily({}, "both", () => this.along(1, k, true));
        /** @type {[number, Num, boolean]} */
        const entry = [k, null, false];
        return lazily(lazily(entry, 1, () => finite(found.both[0])), 2, () => found.both[1]);
      });
  }
}

/** What is not finite is null, as everywhere in the record.
 *  @param {number} x @returns {Num} */
const finite = (x) => (Number.isFinite(x) ? x : null);

/** So many, the largest first; those of one size in their order.
 *  @template T @param {T[]} all @param {(one: T) => number} size @param {number} most */
const largestFirst = (all, size, most) =>
  all
    .map((one) => ({ one, size: Math.abs(size(one)) }))
    .sort((one, other) => other.size - one.size)
    .slice(0, most)
    .map(({ one }) => one);
