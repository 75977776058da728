// The arithmetic of the page: products and sums of what the record holds, and the optimizer's last few operations.
// There is no activation, no cost and no backward pass here. Layers count from 1 (0 is the input), neurons from 0.

/** A product or a sum in which what is not finite (null in JSON) makes the whole unknown.
 *  @param {Num[]} xs @returns {Num} */
const product = (...xs) => xs.reduce((all, x) => (all === null || x === null ? null : all * x), 1);
/** @param {Num[]} xs @returns {Num} */
const total = (xs) => xs.reduce((all, x) => (all === null || x === null ? null : all + x), 0);
/** @param {Num} x @param {Num} y */
const less = (x, y) => (x === null || y === null ? null : x - y);
/** The largest first.
 *  @template {{ product: Num }} T @param {T[]} terms */
const bySize = (terms) => [...terms].sort((one, other) => Math.abs(other.product || 0) - Math.abs(one.product || 0));

/** What the inputs of a column are for one of its categories.
 *  @param {ColumnRecord} column @param {number} place */
const standingFor = ({ parts, stands }, place) =>
  parts.map((_, at) => (stands ? stands[place][at] ?? NaN : Number(at === place)));

class Model {
  /** @param {ExplanationRecord} record */
  constructor(record) {
    this.record = record;
    this.depth = record.network.layers.length;
    this.example = 0;
    /** The examples as the page was made. */
    this.made = [...record.examples];
    /** Names told apart, as they are asked for. @type {Map<string, string[]>} */
    this.cut = new Map();
    this.places = record.shown.map((numbers) => new Map(numbers.map((number, place) => [number, place])));
  }

  get now() {
    return this.record.examples[this.example];
  }
  get count() {
    return this.record.examples.length;
  }
  /** @param {number} l @param {number} n */
  has(l, n) {
    return this.places[l].has(n);
  }
  /** Where a neuron stands in the lists of its layer.
   *  @param {number} l @param {number} n */
  spot(l, n) {
    return this.places[l].get(n) ?? -1;
  }
  /** @param {ByLayer<Num>} list @param {number} l @param {number} n @returns {Num} */
  at(list, l, n) {
    return list[l]?.[this.spot(l, n)] ?? null;
  }
  /** @param {ByLayer<Num[]>} list @param {number} l @param {number} j @param {number} k */
  between(list, l, j, k) {
    return list[l]?.[this.spot(l, j)]?.[this.spot(l - 1, k)] ?? null;
  }
  /** @param {number} l */
  layer(l) {
    return this.record.network.layers[l - 1];
  }
  /** A name that no other of the layer has: of those that several share, with the number.
   *  @param {number} l @param {number} n */
  name(l, n) {
    return l === 0 || l === this.depth ? this.names(l)[this.spot(l, n)] : `neuron ${n}`;
  }
  /** The same in at most so many letters.
   *  @param {number} l @param {number} n @param {number} most */
  short(l, n, most) {
    const all = this.names(l),
      key = `${l}:${most}`;
    const found = this.cut.get(key) ?? apart(all.map((name) => cut(name, most)), all, this.record.shown[l], most);
    this.cut.set(key, found);
    return found[this.spot(l, n)];
  }
  /** Of all inputs (0), or of all outputs.
   *  @param {number} l */
  names(l) {
    const key = `${l}`,
      given = l === 0 ? this.record.inputs : this.record.outputs;
    const found = this.cut.get(key) ?? apart(given, given, this.record.shown[l], Infinity);
    this.cut.set(key, found);
    return found;
  }

  /** @param {number} l @param {number} n */
  a(l, n, example = this.now) {
    return this.at(example.a, l, n);
  }
  /** @param {number} l @param {number} n */
  z(l, n) {
    return this.at(this.now.z, l, n);
  }
  /** @param {number} l @param {number} n */
  delta(l, n, example = this.now) {
    return this.at(example.delta, l, n);
  }
  /** @param {number} l @param {number} n */
  byA(l, n) {
    return this.at(this.now.by_a, l, n);
  }
  /** @param {number} l @param {number} n */
  slope(l, n) {
    return this.at(this.now.slope, l, n);
  }
  /** @param {number} n */
  y(n) {
    return this.now.y[this.spot(this.depth, n)];
  }
  /** An output and its target in the target's own units, where it was standardized.
   *  @param {number} n */
  own(n) {
    const { units } = this.record,
      at = this.spot(this.depth, n);
    if (!units) return null;
    if (!units.own || !units.own_y) return null;
    return { a: units.own[this.example][at], y: units.own_y[this.example][at] };
  }
  /** @param {number} l */
  mixes(l) {
    return !this.layer(l).elementwise;
  }
  /** @param {number} l @param {number} j */
  b(l, j) {
    return this.at(this.record.b, l, j);
  }
  /** @param {number} l @param {number} j @param {number} k */
  w(l, j, k) {
    return this.between(this.embeds(l) ? this.now.edges : this.record.w, l, j, k);
  }
  /** Whether what leads from k to j is no parameter of a layer: it embeds, by waves or tables, and w is ∂z_j/∂a_k here.
   *  @param {number} l */
  embeds(l) {
    return this.record.w[l] === null;
  }
  /** Whether a layer has one factor for each neuron.
   *  @param {number} l */
  scales(l) {
    return this.layer(l).kind === "scale";
  }
  /** Whether something leads from k (-1: the bias) to j.
   *  @param {number} l @param {number} j @param {number} k */
  joins(l, j, k) {
    return this.embeds(l) ? k >= 0 && this.w(l, j, k) !== 0 : !this.scales(l) || j === k;
  }
  /** What the equations call it.
   *  @param {number} l @param {number} k */
  letter(l, k) {
    return k < 0 ? "b" : this.scales(l) ? "s" : "w";
  }
  /** @param {number} l @param {number} j @param {number} k */
  parameter(l, j, k) {
    return k < 0 ? this.b(l, j) : this.w(l, j, k);
  }

  /** What a neuron weighs in this example: |a ∂C₀/∂a|; where that cannot be told, by its size.
   *  @param {number} l @param {number} n */
  influence(l, n) {
    return Math.abs((this.a(l, n) || 0) * (this.byA(l, n) || 0));
  }
  /** The neurons of a layer, those that weigh most first.
   *  @param {number} l */
  byInfluence(l) {
    return [...this.record.shown[l]].sort((m, n) => this.influence(l, n) - this.influence(l, m));
  }
  /** The one that weighs most.
   *  @param {number} l */
  most(l) {
    return this.record.shown[l].reduce((best, n) => (this.influence(l, n) > this.influence(l, best) ? n : best));
  }
  /** What an output adds to the cost; undefined where the cost is no sum over outputs that the page knows.
   *  @param {number} n @returns {Num | undefined} */
  term(n) {
    return this.now.terms?.[this.spot(this.depth, n)];
  }

  /** ∂C₀/∂w_jk with its factors (E4, E16); k = -1 is the bias.
   *  @param {number} l @param {number} j @param {number} k */
  derivative(l, j, k) {
    const into = k < 0 ? 1 : this.a(l - 1, k);
    const last = l === this.depth;
    return {
      into,
      slope: this.slope(l, j),
      byA: this.byA(l, j),
      delta: this.delta(l, j),
      value: product(this.delta(l, j), into),
      mixes: this.mixes(l),
      collapsedOnly: last && !this.now.long_way,
      collapses: last && this.record.network.collapses,
    };
  }

  /** The terms w a of z_j, the largest first.
   *  @param {number} l @param {number} j */
  forwardTerms(l, j) {
    return bySize(
      this.record.shown[l - 1].filter((k) => this.joins(l, j, k)).map((k) => {
        const w = this.w(l, j, k),
          a = this.a(l - 1, k);
        return { n: k, one: w, other: a, product: product(w, a) };
      }),
    );
  }

  /** The terms w δ of ∂C₀/∂a of a neuron (or input) below the last layer (E15, E18), the largest first.
   *  @param {number} l @param {number} n */
  backwardTerms(l, n) {
    return bySize(
      this.record.shown[l + 1].filter((j) => this.joins(l + 1, j, n)).map((j) => {
        const w = this.w(l + 1, j, n),
          delta = this.delta(l + 1, j);
        return { n: j, one: w, other: delta, product: product(w, delta) };
      }),
    );
  }

  /** The terms ∂C₀/∂a_m J_mj of δ_j in a layer that mixes neurons; null where the page lacks its Jacobian.
   *  @param {number} l @param {number} j */
  columnTerms(l, j) {
    const J = this.now.jacobian[l];
    if (!J) return null;
    return bySize(
      this.record.shown[l].map((m, place) => {
        const byA = this.byA(l, m),
          entry = J[place][this.spot(l, j)];
        return { n: m, one: byA, other: entry, product: product(byA, entry) };
      }),
    );
  }

  /** What neurons that are not in the page add: to z of a neuron, and to ∂C₀/∂a of one.
   *  @param {number} l @param {number} j */
  restZ(l, j) {
    return this.at(this.now.rest_z, l, j);
  }
  /** @param {number} l @param {number} n */
  restByA(l, n) {
    return this.at(this.now.rest_by_a, l, n);
  }

  /** Whether δ is a - y as it stands, or y does not sum to 1 and a is multiplied by its sum first. */
  plainCollapse() {
    return !this.now.collapse?.includes("Σ");
  }

  /** The derivative by central differences, where the page holds it: [value, whether a kink lay in the way].
   *  @param {number} l @param {number} j @param {number} k @returns {[Num, boolean] | null} */
  difference(l, j, k) {
    const found = this.now.differences.weights[l]?.find((entry) => entry[0] === j && entry[1] === k);
    return found ? [found[2], found[3]] : null;
  }
  /** @param {number} k @returns {[Num, boolean] | null} */
  inputDifference(k) {
    const found = this.now.differences.inputs.find((entry) => entry[0] === k);
    return found ? [found[1], found[2]] : null;
  }

  /** One parameter's derivative in every example, and their average (E11).
   *  @param {number} l @param {number} j @param {number} k */
  pulls(l, j, k) {
    const values = this.record.examples.map((e) => product(this.delta(l, j, e), k < 0 ? 1 : this.a(l - 1, k, e)));
    const all = total(values);
    return { values, average: all === null ? null : all / values.length };
  }

  /** What a step of the optimizer on these examples does to a parameter; null where there is no optimizer.
   *  @param {number} l @param {number} j @param {number} k */
  step(l, j, k) {
    const t = this.record.training;
    if (!t) return null;
    const w = this.parameter(l, j, k),
      data = this.pulls(l, j, k).average;
    const [rate, decay] = this.layer(l).factors[k < 0 ? "bias" : "edge"];
    const l2 = decay ? product((t.l2 * decay) / this.count, w) : 0;
    const clipping = t.clipping ?? 1;
    const g = product(total([data, l2]), clipping);
    const settings = { ...t.settings, η: product(t.settings["η"], rate) };
    if ("λ" in settings) settings["λ"] = product(t.settings["λ"], decay);
    /** @type {Record<string, Num>} */
    const before = { w };
    for (const [name, memory] of Object.entries(t.memory))
      before[name] = k < 0 ? this.at(memory.b, l, j) : this.between(memory.w, l, j, k);
    const after = g === null ? null : moved(decay > 0 ? t.decaying : t.plain, settings, before, g);
    return { data, l2, clipping, g, before, after, decay, settings };
  }

  /** Columns of the table that an input is made from; what the page lists are those that are not the input itself.
   *  @param {number} k */
  columnsOf(k) {
    return this.record.columns
      .map((column, number) => ({ column, number }))
      .filter(({ column }) => column.parts.includes(k));
  }
}
