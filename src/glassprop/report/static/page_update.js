// The last step: update, and again. What one step of the optimizer does to the parameters, and to the cost.

class Updating extends Backward {
  update() {
    const { m } = this,
      { update, training } = m.record;
    const lead = [
      said("The gradient says how the cost moves with every weight and bias. A step goes against it; then all begins again."),
      formula(
        sym("w"), " ← ", sym("w"), " − η ", by("C", sym("w")),
        training && training.optimizer !== "SGD" ? said(`${training.optimizer} does more than that: `, el("code", {}, training.formula)) : null,
      ),
    ];
    if (!update)
      return [
        this.equations("E11", "E12"),
        lead,
        said("What a step does here follows from all members of the model: ", el("code", {}, "explanation.step(…)"), " tells."),
      ];
    return [
      this.equations("E11", "E12"),
      lead,
      said(
        update.assumed
          ? "These weights came without an optimizer, so this is plain gradient descent, "
          : `One step of ${update.optimizer}, as it stood when training ended${training?.chosen_rate ? " but at a rate that was asked for" : ""}, `,
        `on ${m.count === 1 ? "this example" : `the ${m.count} examples of this page`}, η = `,
        num(update.rate, "rate"),
        ":",
      ),
      this.costs(),
      this.movedMost(),
    ];
  }

  costs() {
    const { m } = this,
      { update } = m.record;
    if (!update) return null;
    const now = m.made[m.example].cost,
      after = update.costs[m.example];
    /** @param {string} id @param {Child} what @param {Num} one @param {Num} other @returns {Row} */
    const row = (id, what, one, other) => ({
      "data-term": id,
      cells: [what, num(one, "before", 6), num(other, "after", 6), num(less(other, one), "change")],
    });
    const small = Math.abs((update.after ?? 0) - (update.before ?? 0)) < 1e-6 * Math.abs(update.before ?? 0);
    return [
      table(
        ["cost", "before", "after", "change"],
        [
          row("example", [C0(), " of this example"], now, after),
          ...(m.count > 1 ? [row("all", ["C, the average of ", String(m.count)], update.before, update.after)] : []),
        ],
        { "data-sum": "costs", class: "terms" },
      ),
      small
        ? said("That is too little to be seen: at the end of training the learning rate had come down to this.")
        : (update.after ?? 0) > (update.before ?? 0)
          ? said("The cost rises: the step is longer than the derivative tells of, or it follows other examples, remembered.")
          : null,
    ];
  }

  movedMost() {
    const { m } = this,
      moved = m.record.update?.moved ?? [];
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
