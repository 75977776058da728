// One example as the record has it, of the parameters, inputs and targets of now.

const LONG_WAY = 1e-11; // how far the long way may lie from the collapsed δ, relatively, and still be shown
const TERMS_HOLD = 1e-9; // how far the terms of C₀ may lie from it, relatively, and still be told
const MOST_JACOBIAN = 32; // neurons of a mixing layer whose Jacobian is written down

class LiveExamples {
  /** @param {ExplanationRecord} record @param {Passes} passes @param {LiveRecord} live */
  constructor(record, passes, live) {
    this.record = record;
    this.passes = passes;
    this.rules = live;
    this.most = live.most_differences;
    this.first = [...record.examples];
    this.xs = live.rows.map(({ x }) => unpacked(x));
    this.ys = live.rows.map(({ y }) => unpacked(y));
    this.lookups = this.lookupsOf();
    this.codes = new Map(this.lookups.map(({ k, size }) => [k, size]));
    this.outputs = this.xs.map((x) => passes.forward(x).a[passes.depth]);
  }

  /** Inputs that are codes of categories, of how many, and where they are looked up: followed through layers that pass
   *  them on. */
  lookupsOf() {
    /** @type {(number | null)[]} */
    let seen = Array.from({ length: this.passes.layers[0].n_in }, (_, k) => k);
    /** @type {LiveLookup[]} */
    const found = [];
    for (const [at, layer] of this.passes.layers.entries()) {
      if (!layer.embeds) break;
      if (layer.kind === "category") {
        layer.embeds.columns.forEach((k, place) => {
          const { name, shape } = layer.blocks[place];
          if (seen[k] !== null) found.push({ l: at + 1, name, k: seen[k], size: shape[0] });
        });
      }
      const after = Array(layer.n).fill(null);
      othersOf(layer).forEach((k, j) => after[j] = seen[k]);
      for (const { k, first } of embeddedOf(layer)) after[first] = layer.kind === "category" ? null : seen[k];
      seen = after;
    }
    return found;
  }

  /** @param {number} i @param {LivePass} pass @returns {ExampleRecord} */
  example(i, { trace, errors, y }) {
    const { passes, record } = this,
      { shown } = record,
      first = this.first[i],
      x = trace.a[0],
      L = passes.depth;
    /** @template T @param {(l: number) => T} of @returns {(T | null)[]} */
    const byLayer = (of) => [null, ...passes.layers.map((_, at) => of(at + 1))];
    /** @param {Float64Array} list @param {number} l */
    const some = (list, l) => shown[l].map((n) => finite(list[n]));
    const slopes = byLayer((l) => this.slopes(trace, l)),
      edges = byLayer((l) => this.edges(trace, l));
    const found = {
      row: first.row,
      target: same(y, this.ys[i]) ? first.target : inWords(this.rules.targets, y),
      prediction: same(trace.a[L], this.outputs[i]) ? first.prediction : inWords(this.rules.predicts, trace.a[L]),
      cost: finite(passes.total(trace, y)),
      y: some(y, L),
      z: byLayer((l) => some(trace.z[l], l)),
      a: trace.a.map((a, l) => some(a, l)),
      edges: edges.map((all, l) => all && this.between(all, l)),
      slope: slopes.map((slope, l) => slope && some(slope, l)),
      jacobian: byLayer((l) => this.jacobian(trace, l)),
      by_a: errors.byA.map((g, l) => some(g, l)),
      delta: byLayer((l) => some(errors.delta[l], l)),
      rest_z: byLayer((l) => this.restForward(trace, l)),
      rest_by_a: [...passes.layers.map((_, l) => this.restBackward(errors, edges, l)), null],
      terms: this.terms(trace, y),
      long_way: this.longWay(trace, errors, slopes[L]),
      collapse: this.collapse(y),
      columns: record.columns.map((_, number) => this.cell(i, number, x, y, errors)),
    };
    const differences = new Differences(passes, trace, errors, y);
    /** @type {ExampleRecord["differences"]["weights"]} */
    const weights = [null];
    for (let l = 1; l <= L; l++) lazily(weights, l, () => differences.weights(l, shown, this.most));
    const inputs = () => differences.inputs(shown[0], this.codes, this.most);
    return { ...found, differences: lazily({ weights }, "inputs", inputs) };
  }

  /** @param {LiveTrace} trace @param {number} l */
  slopes({ z, s }, l) {
    const sigma = this.passes.sigmas[l - 1];
    return sigma.elementwise ? sigma.slopes(z[l], s[l], this.passes.own[l - 1].p) : null;
  }

  /** ∂z_j/∂a_k of a layer of embeddings, all of them.
   *  @param {LiveTrace} trace @param {number} l */
  edges({ a }, l) {
    return this.passes.walk(l).edges(this.passes.layers[l - 1], this.passes.own[l - 1], a[l - 1]);
  }

  /** @param {Float64Array} all @param {number} l */
  between(all, l) {
    const { shown } = this.record,
      n = this.passes.layers[l - 1].n_in;
    return shown[l].map((j) => shown[l - 1].map((k) => finite(all[j * n + k])));
  }

  /** @param {LiveTrace} trace @param {number} l */
  jacobian({ z, s }, l) {
    const sigma = this.passes.sigmas[l - 1],
      here = this.record.shown[l];
    if (sigma.elementwise || here.length > MOST_JACOBIAN) return null;
    return sigma.jacobian(z[l], s[l], here).map((row) => row.map(finite));
  }

  /** What inputs that are not shown add to z.
   *  @param {LiveTrace} trace @param {number} l */
  restForward({ a }, l) {
    const layer = this.passes.layers[l - 1],
      { shown } = this.record;
    if (layer.embeds || shown[l - 1].length === layer.n_in) return shown[l].map(() => 0);
    const x = a[l - 1].slice();
    for (const k of shown[l - 1]) x[k] = 0;
    const z = this.passes.walk(l).weigh(layer, withoutBiases(this.passes.own[l - 1]), x);
    return shown[l].map((j) => finite(z[j]));
  }

  /** What neurons of the next layer that are not shown add to ∂C₀/∂a.
   *  @param {LiveErrors} errors @param {(Float64Array | null)[]} edges @param {number} l */
  restBackward({ delta }, edges, l) {
    const next = this.passes.layers[l],
      { shown } = this.record;
    if (shown[l + 1].length === next.n) return shown[l].map(() => 0);
    const d = delta[l + 1].slice(),
      of = edges[l + 1];
    for (const j of shown[l + 1]) d[j] = 0;
    if (of) return shown[l].map((k) => finite(d.reduce((sum, value, j) => sum + value * of[j * next.n_in + k], 0)));
    const g = this.passes.walk(l + 1).byInput(next, this.passes.own[l], d, NOTHING);
    return shown[l].map((k) => finite(g[k]));
  }

  /** What each output adds to C₀; null where a has lost the digits for it, or C₀ is a prediction.
   *  @param {LiveTrace} trace @param {Float64Array} y */
  terms({ a, z }, y) {
    if (this.record.asked === "prediction") return null;
    const { cost, depth } = this.passes,
      terms = cost.each(cost.value, a[depth], a[depth], y),
      whole = cost.total(z[depth], a[depth], y),
      [sum, size] = [(/** @type {number} */ x) => x, Math.abs].map((of) => terms.reduce((so, x) => so + of(x), 0));
    if (!(Math.abs(sum - whole) <= TERMS_HOLD * (size + Math.abs(whole)))) return null;
    return this.record.shown[depth].map((j) => finite(terms[j]));
  }

  /** Whether ∂C₀/∂a through the last activation gives δ: not so where a has rounded to 0 or 1.
   *  @param {LiveTrace} trace @param {LiveErrors} errors @param {Float64Array | null} slopes */
  longWay({ a, z, s }, { delta, byA }, slopes) {
    const { passes } = this,
      L = passes.depth,
      g = byA[L];
    if (![...g, ...delta[L]].every(Number.isFinite)) return false;
    if (!passes.cost.pair) return true;
    const long = slopes ? g.map((x, j) => x * slopes[j]) : passes.sigmas[L - 1].pullback(g, z[L], s[L], undefined),
      sum = g.reduce((so, x, j) => so + Math.abs(x) * a[L][j], 0);
    return long.every((x, j) => {
      const one = a[L][j],
        size = Math.abs(g[j]) * one,
        scale = slopes ? Math.abs(delta[L][j]) : one * (Math.abs(g[j]) * (1 - one) + sum - size);
      return Math.abs(x - delta[L][j]) <= LONG_WAY * scale;
    });
  }

  /** @param {Float64Array} y */
  collapse(y) {
    if (!this.passes.cost.pair) return null;
    const mixes = !this.passes.sigmas[this.passes.depth - 1].elementwise,
      total = y.reduce((sum, x) => sum + x, 0);
    return mixes && Math.abs(total - 1) > 1e-9 ? "a Σy - y" : "a - y";
  }

  /** What stands in a column, and the derivative with respect to it.
   *  @param {number} i @param {number} number @param {Float64Array} x @param {Float64Array} y
   *  @param {LiveErrors} errors @returns {CellRecord} */
  cell(i, number, x, y, { byA }) {
    const column = this.record.columns[number],
      first = this.first[i].columns[number],
      slopes = first.by_column;
    const known = slopes && slopes.every((slope) => slope !== null),
      value = known ? column.parts.reduce((sum, k, place) => sum + byA[0][k] * (slopes[place] ?? 0), 0) : NaN,
      found = { shown: this.cellShown(i, number, x), value: finite(value), by_column: slopes };
    return lazily(found, "switches", () => this.switches(column, x, y));
  }

  /** What C₀ would change by with another category, by passes forward.
   *  @param {ColumnRecord} column @param {Float64Array} x @param {Float64Array} y
   *  @returns {Record<string, Num>} */
  switches(column, x, y) {
    const { categories } = column,
      { passes } = this;
    if (!categories) return {};
    const before = passes.total(passes.forward(x), y);
    return Object.fromEntries(categories.map((name, place) =>
      [name, finite(passes.total(passes.forward(switched(column, x, place)), y) - before)]
    ));
  }

  /** What stands in the table, or would for the inputs of now; null where that cannot be told.
   *  @param {number} i @param {number} number @param {Float64Array} x */
  cellShown(i, number, x) {
    const column = this.record.columns[number],
      { shown, by_column } = this.first[i].columns[number],
      before = this.xs[i],
      moved = column.parts.filter((k) => x[k] !== before[k]);
    if (!moved.length || !shown) return shown;
    if (column.categories) {
      return column.categories.find((_, place) => same(switched(column, x, place), x)) ?? null;
    }
    const [slope] = by_column ?? [null];
    if (column.parts.length > 1 || !slope || !Number.isFinite(Number(shown))) return null;
    return briefly(Number(shown) + (x[moved[0]] - before[moved[0]]) / slope);
  }
}

/** What outputs or targets stand for, in words; null where that is not known.
 *  @param {Prediction | null} rule @param {Float64Array} values */
function inWords(rule, values) {
  if (!rule) return null;
  if (rule.kind === "largest") return rule.labels[values.indexOf(Math.max(...values))] ?? null;
  if (rule.kind === "half") return rule.labels[values[0] > 0.5 ? 1 : 0];
  const { mean, spread } = rule;
  return Array.from(values, (x) => briefly(x * spread + mean)).join(", ");
}

/** The inputs, had a column another category.
 *  @param {ColumnRecord} column @param {Float64Array} x @param {number} place */
function switched(column, x, place) {
  const found = x.slice();
  standingFor(column, place).forEach((value, at) => found[column.parts[at]] = value);
  return found;
}

/** @param {Float64Array} one @param {Float64Array} other */
const same = (one, other) => one.every((value, at) => value === other[at]);

/** The parameters of a layer, with biases of 0.
 *  @param {Blocks} own @returns {Blocks} */
const withoutBiases = (own) => (own.b ? { ...own, b: new Float64Array(own.b.length) } : own);

/** Six digits, as predictions are written.
 *  @param {number} x */
const briefly = (x) => String(Number(x.toPrecision(6)));

/** An object with one more part, which takes long and is worked out when it is first asked for.
 *  @template {object} T @template {string | number} K @template V @param {T} object @param {K} name @param {() => V} make
 *  @returns {T & Record<K, V>} */
function lazily(object, name, make) {
  /** @type {{ value: V } | null} */
  let made = null;
  const get = () => (made ??= { value: make() }).value;
  return /** @type {T & Record<K, V>} */ (Object.defineProperty(object, name, { get, enumerable: true, configurable: true }));
}
