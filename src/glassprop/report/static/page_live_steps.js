// A step of the optimizer: L2, clipping, and its formulas on every parameter, with its memory.

class Stepping {
  /** @param {Passes} passes @param {LiveOptimizer} record */
  constructor(passes, record) {
    this.passes = passes;
    this.record = record;
    this.memory = record.memory;
    this.decaying = moving(record.decaying);
    this.plain = moving(record.plain);
    this.known = nothingKnown();
    this.blocks = passes.layers.flatMap((layer) => layer.blocks);
    this.state = record.state.map(unpacked);
    this.t = record.settings.t;
  }

  /** As training left it. */
  reset() {
    this.state = this.record.state.map(unpacked);
    this.t = this.record.settings.t;
  }
  /** As before the first step. */
  forget() {
    this.state = this.record.state.map(() => new Float64Array(this.passes.theta.length));
    this.t = 0;
  }
  get rate() {
    return this.record.settings["η"];
  }

  /** Where a block begins and ends.
   *  @param {LiveBlock} block */
  ends({ start, shape }) {
    return { start, end: start + shape.reduce((n, m) => n * m, 1) };
  }

  /** What L2 adds to the cost of so many examples.
   *  @param {number} n */
  penalty(n) {
    const { l2 } = this.record,
      { theta } = this.passes;
    if (!l2) return 0;
    return this.blocks.reduce((sum, block) => {
      const { start, end } = this.ends(block);
      return sum + (block.decay ? block.decay * theta.subarray(start, end).reduce((so, w) => so + w * w, 0) : 0);
    }, 0) * 0.5 * l2 / n;
  }

  /** g, what the optimizer gets of ∇C over n examples, which becomes it; and what it was multiplied by for its length.
   *  @param {Float64Array} gradient @param {number} n */
  prepare(gradient, n) {
    const { l2, clip_norm } = this.record,
      { theta } = this.passes;
    for (const block of this.blocks) {
      const { start, end } = this.ends(block),
        strength = (l2 * block.decay) / n;
      for (let at = start; at < end; at++) {
        gradient[at] = block.rate ? gradient[at] * block.share + (strength ? strength * theta[at] : 0) : 0;
      }
    }
    const length = Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0)),
      clipping = clip_norm !== null && length > clip_norm ? clip_norm / length : 1;
    if (clipping !== 1) gradient.forEach((_, at) => gradient[at] *= clipping);
    return clipping;
  }

  /** Move every parameter, and the memory, by the formulas.
   *  @param {Float64Array} g @param {number} rate */
  move(g, rate) {
    const { known, memory, state, passes: { theta } } = this,
      { numbers } = known;
    this.t += 1;
    Object.assign(numbers, this.record.settings, { t: this.t });
    for (const block of this.blocks) {
      if (!block.rate) continue;
      const { start, end } = this.ends(block),
        moves = block.decay ? this.decaying : this.plain;
      numbers["η"] = rate * block.rate;
      numbers["λ"] = (this.record.settings["λ"] ?? 0) * block.decay;
      for (let at = start; at < end; at++) {
        numbers.w = theta[at];
        numbers.g = g[at];
        memory.forEach((name, n) => numbers[name] = state[n][at]);
        for (const { what, by } of moves) numbers[what] = by(known);
        theta[at] = numbers.w;
        memory.forEach((name, n) => state[n][at] = numbers[name]);
      }
    }
  }
}
