// What the page computes with: the network of the record, its rows and its optimizer, all of which can be changed.

const MOST_MOVED = 50; // parameters that a step tells of

class Live {
  /** @param {ExplanationRecord} record */
  constructor(record) {
    const { live } = record;
    if (!live) throw new Error("this record holds nothing to compute with");
    this.record = record;
    this.passes = new Passes(live);
    this.stepping = new Stepping(this.passes, live.optimizer);
    this.examples = new LiveExamples(record, this.passes, live);
    this.start = unpacked(live.untrained);
    this.trained = this.passes.theta.slice();
    this.xs = this.examples.xs.map((x) => x.slice());
    this.ys = this.examples.ys.map((y) => y.slice());
    this.predictions = live.predicting && new LivePredictions(this, live.predicting);
    this.written = new Written(this);
    this.written.parameters();
  }

  get count() {
    return this.xs.length;
  }
  /** The learning rate of the last step of training. */
  get rate() {
    return this.stepping.rate;
  }

  // --- what is there, and changed -----------------------------------------------------------------------------------

  /** Where a parameter stands among all; -1 where there is none. k = -1: the bias.
   *  @param {number} l @param {number} j @param {number} k */
  at(l, j, k) {
    const layer = this.passes.layers[l - 1],
      place = layer && this.passes.walk(l).place(layer, j, k),
      block = place && layer.blocks.find(({ name }) => name === place[0]);
    return block && j >= 0 && j < layer.n && k < layer.n_in ? block.start + place[1] : -1;
  }
  /** @param {number} l @param {number} j @param {number} k @returns {Num} */
  get(l, j, k) {
    const at = this.at(l, j, k);
    return at < 0 ? null : this.passes.theta[at];
  }
  /** @param {number} l @param {number} j @param {number} k @param {number} value */
  set(l, j, k, value) {
    const at = this.at(l, j, k);
    if (at < 0 || !Number.isFinite(value)) return;
    this.passes.theta[at] = value;
    const [place, before] = [this.record.shown[l].indexOf(j), k < 0 ? 0 : this.record.shown[l - 1].indexOf(k)];
    if (place < 0 || before < 0) return;
    if (k < 0) this.record.b[l]?.splice(place, 1, value);
    else this.record.w[l]?.[place].splice(before, 1, value);
  }
  /** Parameters that move a neuron for an example and lead from no neuron to another: of its embedding, and that of its
   *  activation. Where they stand among all, too.
   *  @param {number} i @param {number} l @param {number} j @returns {(LiveEntry & { at: number })[]} */
  entries(i, l, j) {
    const layer = this.passes.layers[l - 1],
      x = this.passes.forward(this.xs[i]).a[l - 1],
      own = layer.parametric ? [{ name: "p", index: [j] }] : [];
    return [...own, ...this.passes.walk(l).entries(layer, j, x)].map((entry) => ({ ...entry, at: entryAt(layer, entry) }));
  }

  /** All inputs of a row as they are now, those that are not shown among them.
   *  @param {number} i */
  inputs(i) {
    return Array.from(this.xs[i]);
  }
  /** The code of a category stays one.
   *  @param {number} i @param {number} k @param {number} value */
  setInput(i, k, value) {
    if (!Number.isFinite(value)) return;
    const most = this.examples.codes.get(k);
    this.xs[i][k] = most === undefined ? value : Math.max(0, Math.min(most - 1, Math.round(value)));
  }
  /** What the cost has no place for becomes the nearest that it has one for.
   *  @param {number} i @param {number} m @param {number} value */
  setTarget(i, m, value) {
    if (Number.isFinite(value)) this.ys[i][m] = this.passes.cost.target(value);
  }

  // --- what follows -------------------------------------------------------------------------------------------------

  /** C₀ of an example.
   *  @param {number} i */
  cost(i) {
    return this.passes.total(this.passes.forward(this.xs[i]), this.ys[i]);
  }
  /** Its mean over the rows of the page, or over some.
   *  @param {number[]} rows */
  costs(rows = [...this.xs.keys()]) {
    return rows.reduce((sum, i) => sum + this.cost(i), 0) / rows.length;
  }
  /** a of the last layer.
   *  @param {ArrayLike<number>} x */
  forward(x) {
    return Array.from(this.passes.forward(Float64Array.from(x)).a[this.passes.depth]);
  }
  /** C₀ of an example, or of all on average, if some parameters were others; they stay as they are.
   *  @param {(Place & { value: number })[]} places @param {number} [i] */
  costAlong(places, i) {
    const { theta } = this.passes,
      spots = places.map(({ l, j, k }) => this.at(l, j, k)),
      kept = spots.map((at) => theta[at]);
    spots.forEach((at, n) => at < 0 || (theta[at] = places[n].value));
    const found = i === undefined ? this.costs() : this.cost(i);
    spots.forEach((at, n) => at < 0 || (theta[at] = kept[n]));
    return found;
  }
  /** C₀ of an example with another category in a column, less what it is: by a pass forward.
   *  @param {number} i @param {number} number @param {number} place */
  switched(i, number, place) {
    const x = switched(this.record.columns[number], this.xs[i], place);
    return this.passes.total(this.passes.forward(x), this.ys[i]) - this.cost(i);
  }
  /** ∇C, the average over some rows, like θ: `at` tells where a parameter stands in it.
   *  @param {number[]} rows */
  gradient(rows = [...this.xs.keys()]) {
    return this.passes.gradient(rows.map((i) => this.both(i)));
  }
  /** Forward and back with an example.
   *  @param {number} i */
  both(i) {
    return this.passes.both(this.xs[i], this.ys[i]);
  }
  /** An example as the record has it.
   *  @param {number} i */
  example(i, pass = this.both(i)) {
    return this.examples.example(i, pass);
  }

  // --- training -----------------------------------------------------------------------------------------------------

  /** One step of the optimizer on some rows.
   *  @param {{ rows?: number[]; rate?: number }} how */
  step({ rows = [...this.xs.keys()], rate = this.rate } = {}) {
    const found = this.advance(rows, rate);
    this.written.parameters();
    return found;
  }

  /** The same, of which the record learns nothing.
   *  @param {number[]} rows @param {number} rate @returns {LiveStep} */
  advance(rows, rate) {
    const { theta } = this.passes,
      from = theta.slice(),
      n = rows.length,
      all = rows.map((i) => this.both(i)),
      before = this.passes.mean(all),
      l2 = [this.stepping.penalty(n)],
      gradient = this.passes.gradient(all),
      clipping = this.stepping.prepare(gradient, n);
    this.stepping.move(gradient, rate);
    const after = this.costs(rows);
    l2.push(this.stepping.penalty(n));
    return { before, after, rate, l2: [l2[0], l2[1]], clipping, moved: this.moved(from, theta) };
  }

  /** What is another than it was, the largest change first.
   *  @param {Float64Array} from @param {Float64Array} to @returns {LiveMove[]} */
  moved(from, to) {
    const all = Array.from(to.keys()).filter((at) => from[at] !== to[at]);
    return largestFirst(all, (at) => to[at] - from[at], MOST_MOVED)
      .map((at) => ({ ...this.named(at), from: from[at], to: to[at] }));
  }

  /** Which parameter stands there.
   *  @param {number} at @returns {Pick<LiveMove, "l" | "j" | "k" | "name" | "index">} */
  named(at) {
    const l = 1 + this.passes.layers.findLastIndex(({ blocks }) => blocks[0].start <= at),
      { blocks } = this.passes.layers[l - 1],
      { name, shape, start } = blocks[blocks.findLastIndex((block) => block.start <= at)];
    let rest = at - start;
    const index = shape.toReversed().map((n) => {
      const here = rest % n;
      rest = (rest - here) / n;
      return here;
    }).toReversed();
    const leads = [index[index.length - 1], -1].find((k) => this.at(l, index[0], k) === at);
    return { l, j: leads === undefined ? null : index[0], k: leads ?? null, name, index };
  }

  /** @returns {LiveSnapshot} */
  snapshot() {
    const copies = (/** @type {Float64Array[]} */ lists) => lists.map((list) => list.slice());
    return {
      theta: this.passes.theta.slice(),
      state: copies(this.stepping.state),
      t: this.stepping.t,
      xs: copies(this.xs),
      ys: copies(this.ys),
    };
  }
  /** @param {LiveSnapshot} kept */
  restore(kept) {
    this.put(kept);
    this.written.parameters();
  }
  /** The same, of which the record learns nothing.
   *  @param {LiveSnapshot} kept */
  put({ theta, state, t, xs, ys }) {
    this.passes.theta.set(theta);
    this.stepping.state = state.map((list) => list.slice());
    this.stepping.t = t;
    this.xs = xs.map((list) => list.slice());
    this.ys = ys.map((list) => list.slice());
  }
  /** All as the page was opened: the trained weights, the optimizer's memory, inputs and targets. */
  reset() {
    this.passes.theta.set(this.trained);
    this.stepping.reset();
    this.xs = this.examples.xs.map((x) => x.slice());
    this.ys = this.examples.ys.map((y) => y.slice());
    this.written.parameters();
  }
  /** A start, before the first step; inputs and targets stay as they are. */
  untrained() {
    this.passes.theta.set(this.start);
    this.stepping.forget();
    this.written.parameters();
  }

  /** Make all of the record that of now: every example, the lengths of gradients, what a step would do. */
  renew() {
    this.written.all();
  }
}

/** Where an entry stands among all parameters.
 *  @param {LiveLayer} layer @param {LiveEntry} entry */
function entryAt({ blocks }, { name, index }) {
  const block = blocks.find((one) => one.name === name);
  return block ? block.start + block.shape.reduce((so, n, at) => so * n + index[at], 0) : -1;
}
