// The arithmetic of the page: products and sums of what the record holds, and the optimizer's last few operations.
// There is no activation, no cost and no backward pass here. Layers count from 1 (0 is the input), neurons from 0.

/** A product or a sum in which what is not finite (null in JSON) makes the whole unknown. */
const product = (...xs) => (xs.includes(null) ? null : xs.reduce((all, x) => all * x, 1));
const total = (xs) => (xs.includes(null) ? null : xs.reduce((all, x) => all + x, 0));
const bySize = (terms) => [...terms].sort((one, other) => Math.abs(other.product || 0) - Math.abs(one.product || 0));

class Model {
  constructor(record) {
    this.record = record;
    this.depth = record.network.layers.length;
    this.example = 0;
    this.places = record.shown.map((numbers) => new Map(numbers.map((number, place) => [number, place])));
  }

  get now() {
    return this.record.examples[this.example];
  }
  get count() {
    return this.record.examples.length;
  }
  has(l, n) {
    return this.places[l].has(n);
  }
  at(list, l, n) {
    return list[l][this.places[l].get(n)];
  }
  layer(l) {
    return this.record.network.layers[l - 1];
  }
  name(l, n) {
    if (l === 0) return this.record.inputs[this.places[0].get(n)];
    return l === this.depth ? this.record.outputs[this.places[l].get(n)] : `neuron ${n}`;
  }

  a(l, n, example = this.now) {
    return this.at(example.a, l, n);
  }
  z(l, n) {
    return this.at(this.now.z, l, n);
  }
  delta(l, n, example = this.now) {
    return this.at(example.delta, l, n);
  }
  byA(l, n) {
    return this.at(this.now.by_a, l, n);
  }
  slope(l, n) {
    return this.now.slope[l] === null ? null : this.at(this.now.slope, l, n);
  }
  y(n) {
    return this.now.y[this.places[this.depth].get(n)];
  }
  mixes(l) {
    return !this.layer(l).elementwise;
  }
  b(l, j) {
    return this.at(this.record.b, l, j);
  }
  w(l, j, k) {
    return this.record.w[l][this.places[l].get(j)][this.places[l - 1].get(k)];
  }
  parameter(l, j, k) {
    return k < 0 ? this.b(l, j) : this.w(l, j, k);
  }

  /** What a neuron weighs in this example: |a ∂C₀/∂a|; where that cannot be told, by its size. */
  influence(l, n) {
    return Math.abs((this.a(l, n) || 0) * (this.byA(l, n) || 0));
  }

  /** ∂C₀/∂w_jk with its factors (E4, E16); k = -1 is the bias. */
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

  /** The terms w a of z_j, the largest first. */
  forwardTerms(l, j) {
    return bySize(
      this.record.shown[l - 1].map((k) => {
        const w = this.w(l, j, k),
          a = this.a(l - 1, k);
        return { n: k, one: w, other: a, product: product(w, a) };
      }),
    );
  }

  /** The terms w δ of ∂C₀/∂a of a neuron (or input) below the last layer (E15, E18), the largest first. */
  backwardTerms(l, n) {
    return bySize(
      this.record.shown[l + 1].map((j) => {
        const w = this.w(l + 1, j, n),
          delta = this.delta(l + 1, j);
        return { n: j, one: w, other: delta, product: product(w, delta) };
      }),
    );
  }

  /** The terms ∂C₀/∂a_m J_mj of δ_j in a layer that mixes neurons; null where the page lacks its Jacobian. */
  columnTerms(l, j) {
    const J = this.now.jacobian[l];
    if (J === null) return null;
    return bySize(
      this.record.shown[l].map((m, place) => {
        const byA = this.byA(l, m),
          entry = J[place][this.places[l].get(j)];
        return { n: m, one: byA, other: entry, product: product(byA, entry) };
      }),
    );
  }

  /** What neurons that are not in the page add: to z of a neuron, and to ∂C₀/∂a of one. */
  restZ(l, j) {
    return this.at(this.now.rest_z, l, j);
  }
  restByA(l, n) {
    return this.at(this.now.rest_by_a, l, n);
  }

  /** Whether δ is a - y as it stands, or y does not sum to 1 and a is multiplied by its sum first. */
  plainCollapse() {
    return !this.now.collapse.includes("Σ");
  }

  /** The derivative by central differences, where the page holds it: [value, whether a kink lay in the way]. */
  difference(l, j, k) {
    const found = this.now.differences.weights[l].find((entry) => entry[0] === j && entry[1] === k);
    return found ? found.slice(2) : null;
  }
  inputDifference(k) {
    const found = this.now.differences.inputs.find((entry) => entry[0] === k);
    return found ? found.slice(1) : null;
  }

  /** One parameter's derivative in every example, and their average (E11). */
  pulls(l, j, k) {
    const values = this.record.examples.map((e) => product(this.delta(l, j, e), k < 0 ? 1 : this.a(l - 1, k, e)));
    const all = total(values);
    return { values, average: all === null ? null : all / values.length };
  }

  /** What a step of the optimizer on these examples does to a parameter; null where there is no optimizer. */
  step(l, j, k) {
    const t = this.record.training;
    if (!t) return null;
    const w = this.parameter(l, j, k),
      data = this.pulls(l, j, k).average;
    const l2 = k < 0 ? 0 : (t.l2 * w) / this.count;
    const clipping = t.clipping === undefined || t.clipping === null ? 1 : t.clipping;
    const g = data === null ? null : (data + l2) * clipping;
    const before = { w };
    for (const [name, memory] of Object.entries(t.memory))
      before[name] = k < 0 ? this.at(memory.b, l, j) : memory.w[l][this.places[l].get(j)][this.places[l - 1].get(k)];
    const after = g === null ? null : moved(t.optimizer, t.settings, before, g, k >= 0);
    return { data, l2, clipping, g, before, after };
  }

  /** Columns of the table that an input is made from; what the page lists are those that are not the input itself. */
  columnsOf(k) {
    return this.record.columns
      .map((column, number) => ({ column, number }))
      .filter(({ column }) => column.parts.includes(k));
  }
}

/** The optimizer's formula in numbers: w, and its memory, after a step with gradient g. */
function moved(optimizer, s, before, g, decays) {
  const eta = s["η"],
    mu = s["μ"];
  if (optimizer === "SGD") return { w: before.w - eta * g };
  if (optimizer === "Momentum" || optimizer === "Nesterov") {
    const v = mu * before.v - eta * g;
    return { w: before.w + (optimizer === "Momentum" ? v : mu * v - eta * g), v };
  }
  if (optimizer !== "Adam" && optimizer !== "AdamW") return null;
  const one = s["β₁"],
    two = s["β₂"];
  const w = optimizer === "AdamW" && decays ? before.w - eta * s["λ"] * before.w : before.w;
  const m = one * before.m + (1 - one) * g,
    v = two * before.v + (1 - two) * g * g;
  const rate = (eta * Math.sqrt(1 - two ** s.t)) / (1 - one ** s.t);
  return { w: w - (rate * m) / (Math.sqrt(v) + s["ε"]), m, v };
}
