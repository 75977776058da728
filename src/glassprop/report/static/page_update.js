// The last step: update, and again. What one step of the optimizer does to the parameters, and to the cost.

class Updating extends Backward {
  update() {
    const { m } = this,
      { training, update: told } = m.record;
    const lead = [
      this.equations("E11", "E12"),
      said("The gradient says how the cost moves with every weight and bias. A step goes against it; then all begins again."),
      formula(sym("w"), " ← ", sym("w"), " − η ", by(sym("C"), sym("w"))),
      training && training.optimizer !== "SGD" && told
        ? said(`${training.optimizer} does more than that: `, el("code", {}, training.formula))
        : null,
    ];
    if (!told)
      return [lead, said("What a step does here follows from all members of the model: ", el("code", {}, "explanation.step(…)"), " tells.")];
    const trained = !told.assumed && !(training?.chosen_rate && training.trained_rate === null),
      asked = training?.chosen_rate ? " but at a rate that was asked for" : "";
    return [
      lead,
      said(
        trained
          ? `One step of ${told.optimizer}, as it stood when training ended${asked}, `
          : told.assumed
            ? "These weights came without an optimizer, so this is plain gradient descent, "
            : "One step of gradient descent, ",
        `on ${m.count === 1 ? "this example" : `the ${m.count} examples of this page`}, η = `,
        num(told.rate, "rate"),
        ":",
      ),
      this.costs(told),
      this.movedMost(told),
    ];
  }

  /** @param {UpdateRecord} told */
  costs({ before, after, costs }) {
    const { m } = this;
    /** @param {string} id @param {Child} what @param {Num} one @param {Num} other @returns {Row} */
    const row = (id, what, one, other) => ({
      "data-term": id,
      cells: [what, num(one, "before", 6), num(other, "after", 6), num(less(other, one), "change")],
    });
    const small = Math.abs((after ?? 0) - (before ?? 0)) < 1e-6 * Math.abs(before ?? 0);
    return [
      table(
        ["cost", "before", "after", "change"],
        [
          row("example", [C0(), " of this example"], m.now.cost, costs[m.example]),
          ...(m.count > 1 ? [row("all", ["C, the average of ", String(m.count)], before, after)] : []),
        ],
        { "data-sum": "costs", class: "terms" },
      ),
      small
        ? said("That is too little to be seen: at the end of training the learning rate had come down to this.")
        : (after ?? 0) > (before ?? 0)
          ? said("The cost rises: the step is longer than the derivative tells of, or it goes by examples before, which the optimizer remembers.")
          : null,
    ];
  }

  /** @param {UpdateRecord} told */
  movedMost({ moved }) {
    const rows = moved.map(([l, j, k, from, to], i) => ({
      "data-term": i,
      "data-at": `w:${l}:${j}:${k}`,
      cells: [
        this.link({ kind: "weight", l, j, k }, this.edge(l, j, k)),
        num(from, "from"),
        num(to, "to"),
        num(less(to, from), "change"),
      ],
    }));
    if (!rows.length) return null;
    return [
      heading("What moves most"),
      folding(["", "from", "to", "change"], rows, null, { "data-sum": "moved", class: "terms" }),
      said("And again: forward with the new weights, the cost, back. Training is many such steps."),
    ];
  }
}
