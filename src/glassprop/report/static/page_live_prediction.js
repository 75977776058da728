// What is predicted as one number, its derivatives by what the network is given, and what each column adds to it (E46).

class LivePredictions {
  /** @param {Live} live @param {LivePredicting} rule */
  constructor({ record, passes, examples }, rule) {
    this.record = record;
    this.passes = passes;
    this.rule = rule;
    this.baseline = unpacked(rule.baseline);
    this.shares = new Map(Object.entries(rule.shares).map(([k, share]) => [Number(k), unpacked(share)]));
    this.slopes = rule.columns.map(({ slopes }) => slopes && slopes.map(unpacked));
    this.lookups = examples.lookups;
    /** The examples that are told of today's numbers. */
    this.told = new Set(record.predictions.keys());
  }

  /** What is told of an example.
   *  @param {number} i @param {Float64Array} x @returns {PredictionRecord} */
  of(i, x) {
    const { rule } = this,
      asked = rule.outputs[this.asked(i, x)],
      slopes = this.passed(x, asked, []).byX,
      found = integrated(this.way(x, asked), rule.most_points);
    this.told.add(i);
    const columns = rule.columns
      .map(({ name, parts, unit }, n) => ({
        name,
        shown: this.shown(i, name, parts),
        adds: parts.reduce((sum, k) => sum + found.parts[k], 0),
        derivative: this.derivative(n, i, slopes),
        unit,
      }))
      .sort((one, other) => Math.abs(other.adds) - Math.abs(one.adds));
    const others = columns.slice(rule.most_columns);
    return {
      of: rule.of,
      output: asked.name,
      value: finite(found.end),
      baseline: finite(found.begin),
      baseline_is: rule.baseline_is,
      columns: columns.slice(0, rule.most_columns).map((one) => ({ ...one, adds: finite(one.adds) })),
      others: { count: others.length, adds: finite(others.reduce((sum, { adds }) => sum + adds, 0)) },
      rest: finite(found.end - found.begin - columns.reduce((sum, { adds }) => sum + adds, 0)),
      points: found.points,
    };
  }

  /** Which of the outputs is told of: the one that was asked for, or the likeliest.
   *  @param {number} i @param {Float64Array} x */
  asked(i, x) {
    const { likeliest, asked } = this.rule;
    if (likeliest === null) return asked[i];
    if (likeliest === "first") return 0;
    const a = this.passes.forward(x).a[this.passes.depth];
    // where numbers are too large to compute with, none is the largest: then it is told of the first
    return likeliest === "largest" ? Math.max(a.indexOf(Math.max(...a)), 0) : Number(a[0] > likeliest);
  }

  /** @param {number} n @param {number} i @param {Float64Array} byX */
  derivative(n, i, byX) {
    const all = this.slopes[n],
      slopes = all && (all[i] ?? all[0]);
    return slopes && finite(this.rule.columns[n].parts.reduce((sum, k, at) => sum + byX[k] * slopes[at], 0));
  }

  /** What stands in the table, where the page knows.
   *  @param {number} i @param {string} name @param {number[]} parts */
  shown(i, name, parts) {
    const number = this.record.columns.findIndex((one) => one.name === name && one.parts.join() === parts.join());
    return number < 0 ? "" : this.record.examples[i].columns[number].shown;
  }

  /** f, and what each input adds to df/dt, on the way from the baseline.
   *  @param {Float64Array} x @param {LiveOutput} asked */
  way(x, asked) {
    const way = x.map((value, k) => value - this.baseline[k]),
      ends = this.lookups.map((of) => this.rowsOf(of, x));
    return (/** @type {number} */ t) => {
      const rows = ends.map(({ begin, end }) => begin.map((from, m) => from + t * (end[m] - from))),
        { value, byX, byRows } = this.passed(this.baseline.map((from, k) => from + t * way[k]), asked, rows),
        moves = byX.map((slope, k) => slope * way[k]);
      ends.forEach(({ begin, end }, n) =>
        begin.forEach((from, m) => moves[this.lookups[n].k] += byRows[n][m] * (end[m] - from))
      );
      return { value, moves };
    };
  }

  /** Of an input that is a code: the mean of its table's rows over the training, and the row of the example.
   *  @param {LiveLookup} lookup @param {Float64Array} x */
  rowsOf({ l, name, k, size }, x) {
    const table = this.passes.own[l - 1][name],
      many = table.length / size,
      shares = this.shares.get(k) ?? new Float64Array(size),
      begin = new Float64Array(many);
    shares.forEach((share, row) => begin.forEach((_, m) => begin[m] += share * table[row * many + m]));
    return { begin, end: table.slice(x[k] * many, (x[k] + 1) * many) };
  }

  /** Forward, and back from the output. rows: what stands in the place of the rows of tables, if not they themselves.
   *  @param {Float64Array} x @param {LiveOutput} asked @param {Float64Array[]} rows */
  passed(x, { output, opposite }, rows) {
    const { passes, rule, lookups } = this,
      score = rule.of === "score",
      L = passes.depth,
      tables = rows.map((row, n) => ({ ...lookups[n], row })),
      trace = passes.forward(x, 1, null, tables),
      one = new Float64Array(trace.a[L].length);
    one[output] = 1;
    const byZ = score ? one : passes.sigmas[L - 1].pullback(one, trace.z[L], trace.s[L], passes.own[L - 1].p),
      { delta, byA } = passes.back(trace, byZ, score ? new Float64Array(one.length) : one),
      a = (score ? trace.z : trace.a)[L][output],
      slope = opposite ? -1 : rule.spread,
      value = opposite ? (rule.of === "probability" ? 1 - a : -a) : rule.mean + rule.spread * a;
    const byRows = tables.map((table) => passes.bySeen(table, delta, trace).map((d) => d * slope));
    return { value, byX: byA[0].map((d) => d * slope), byRows };
  }
}
