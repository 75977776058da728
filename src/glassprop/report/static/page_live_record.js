// The record, written anew from what is computed: parameters, examples, and all else that follows from them.

const MOST_OF_UPDATE = 12; // parameters of which the step that would be next tells

class Written {
  /** @param {Live} live */
  constructor(live) {
    this.live = live;
    this.record = live.record;
    this.units = live.record.units;
    this.tells = live.record.update !== null;
  }

  /** Parameters, and what the optimizer remembers of them: those that are shown. */
  parameters() {
    const { record, live: { passes, stepping } } = this,
      { training } = record;
    /** @template T @param {(l: number) => T} of @returns {(T | null)[]} */
    const byLayer = (of) => [null, ...passes.layers.map((_, n) => of(n + 1))];
    /** @param {Float64Array} vector */
    const written = (vector) => ({
      w: byLayer((l) => (passes.layers[l - 1].embeds ? null : this.edges(vector, l))),
      b: byLayer((l) => this.biases(vector, l)),
    });
    Object.assign(record, written(passes.theta));
    record.p = byLayer((l) => {
      const { p } = passes.own[l - 1];
      return p ? record.shown[l].map((j) => finite(p[j])) : null;
    });
    if (!training) return;
    stepping.memory.forEach((name, n) => training.memory[name] = written(stepping.state[n]));
    training.settings.t = stepping.t + 1;
  }

  /** @param {Float64Array} vector @param {number} l */
  edges(vector, l) {
    const { shown } = this.record;
    return shown[l].map((j) => shown[l - 1].map((k) => finite(vector[this.live.at(l, j, k)] ?? 0)));
  }
  /** @param {Float64Array} vector @param {number} l */
  biases(vector, l) {
    return this.record.shown[l].map((j) => finite(vector[this.live.at(l, j, -1)] ?? 0));
  }

  /** All of it. */
  all() {
    const { record, live } = this,
      { training, picture } = record,
      { passes, stepping } = live;
    this.parameters();
    const all = live.xs.map((_, i) => live.both(i));
    record.examples = all.map((pass, i) => live.example(i, pass));
    record.gradient_size = all.map((pass) => passes.lengths(passes.gradient([pass])));
    if (training && training.clip_norm !== null) training.clipping = stepping.prepare(passes.gradient(all), live.count);
    this.predictions();
    if (this.tells) lazily(record, "update", () => this.update());
    if (picture) this.picture(picture, all);
    if (this.units) record.units = this.inUnits(this.units);
  }

  /** What is told of predictions, worked out when it is asked for. */
  predictions() {
    const { live, record } = this,
      { predictions } = live;
    if (!predictions) return;
    predictions.told.clear();
    /** @type {PredictionRecord[]} */
    const found = [];
    live.xs.forEach((x, i) => lazily(found, i, () => predictions.of(i, x)));
    record.predictions = found;
  }

  /** What the next step would do; nothing is done.
   *  @returns {UpdateRecord} */
  update() {
    const { live, record: { shown } } = this,
      kept = live.snapshot(),
      { before, after, rate, moved } = live.advance([...live.xs.keys()], live.rate),
      costs = live.xs.map((_, i) => finite(live.cost(i))),
      { name, given } = live.stepping.record;
    live.put(kept);
    /** @type {UpdateRecord["moved"]} */
    const told = moved.flatMap(({ l, j, k, from, to }) =>
      j !== null && k !== null && shown[l].includes(j) && (k < 0 || shown[l - 1].includes(k)) ? [[l, j, k, from, to]] : []
    );
    return {
      optimizer: name,
      rate,
      assumed: !given,
      before: finite(before),
      after: finite(after),
      costs,
      moved: told.slice(0, MOST_OF_UPDATE),
    };
  }

  /** Inputs as a picture, where not all of them are shown.
   *  @param {NonNullable<ExplanationRecord["picture"]>} picture @param {LivePass[]} all */
  picture(picture, all) {
    const { live, record } = this,
      places = record.live?.pixels ?? null;
    live.xs.forEach((x, i) => {
      const byX = all[i].errors.byA[0];
      x.forEach((value, k) => {
        const place = places ? places[k] : k;
        picture.x[i][place] = finite(value);
        picture.by_x[i][place] = finite(byX[k]);
      });
    });
  }

  /** Outputs and targets in the target's own units, where that is one factor and one shift; of others, as they came.
   *  @param {UnitsRecord} first @returns {UnitsRecord} */
  inUnits(first) {
    const { live, live: { examples, passes } } = this,
      { mean, spread, scale } = first;
    /** @param {Num[][] | null} known @param {Float64Array[]} now @param {Float64Array[]} before */
    const owned = (known, now, before) =>
      known && known.map((row, i) => {
        if (same(now[i], before[i])) return row;
        return Array.from(now[i], (x) => (scale === "none" ? finite(mean + spread * x) : null));
      });
    const outputs = live.xs.map((x) => passes.forward(x).a[passes.depth]);
    return {
      ...first,
      own: owned(first.own, outputs, examples.outputs),
      own_y: owned(first.own_y, live.ys, examples.ys),
    };
  }
}
