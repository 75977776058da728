// What training does with a derivative: the average over examples, and one step of the optimizer.

/** What a step downhill does to a parameter with this derivative.
 *  @param {Num} derivative */
const moves = (derivative) => (!derivative ? "leave it" : derivative < 0 ? "raise it" : "lower it");

class Pulls extends Errors {
  /** The same derivative in every example, side by side, and the average.
   *  @param {number} l @param {number} j @param {number} k */
  batch(l, j, k) {
    const { m } = this,
      { values, average } = m.pulls(l, j, k),
      most = largest(values);
    if (m.count === 1) return null;
    const rows = values.map((v, i) => ({
      "data-term": i,
      class: i === m.example ? "here" : null,
      cells: [
        `row ${m.record.examples[i].row}`,
        [num(v, "value"), bar(v, most)],
        moves(v),
      ],
    }));
    const after = () => [
      {
        class: "sum total",
        "data-term": "average",
        cells: [
          "average",
          [num(average, "average"), noBar()],
          moves(average),
        ],
      },
    ];
    return [
      heading("In every example, and on average"),
      folding(
        ["example", [by(C0(), this.edge(l, j, k)), noBar()], "a step would"],
        rows,
        after,
        { "data-sum": "batch", class: "terms" },
      ),
    ];
  }

  /** @param {number} l @param {number} j @param {number} k */
  optimizer(l, j, k) {
    const { m } = this,
      t = m.record.training,
      step = m.step(l, j, k),
      letter = m.letter(l, k);
    if (!t || !step) return null;
    const { before, after, decay, settings } = step;
    const recipe = decay ? t.formula.replaceAll("w", letter) : t.formula_of_biases.replaceAll("b", letter);
    /** @param {string} id @param {string} what @param {Num} value @returns {Row} */
    const row = (id, what, value) => ({ "data-term": id, cells: [what, num(value, id)] });
    const rows = [row("data", "average derivative over these examples", step.data)];
    if (t.l2)
      rows.push(
        row(
          "l2",
          decay
            ? `L2: α ${letter} / n, α = ${numeral(t.l2 * decay)}, n = ${m.count}`
            : `L2 leaves ${k < 0 ? "biases" : "these"} alone`,
          step.l2,
        ),
      );
    if (t.clip_norm !== null && t.clipping !== undefined)
      rows.push(
        row("clipping", `clipping: the gradient is made no longer than ${numeral(t.clip_norm)}; times`, step.clipping),
      );
    rows.push(row("g", "g, what the optimizer gets", step.g));
    const changes = after
      ? Object.keys(before).map((name) => ({
          "data-term": `after-${name}`,
          cells: [
            el("i", {}, name === "w" ? letter : name),
            num(before[name], "before"),
            num(after[name], "after"),
            num(less(after[name], before[name]), "change"),
          ],
        }))
      : [];
    return [
      heading(`One step of ${t.optimizer}`),
      said(el("code", {}, recipe || t.optimizer)),
      said(Object.entries(settings).map(([name, value], i) => [i ? ", " : "", `${name} = `, num(value, name)])),
      t.chosen_rate
        ? said(
            "The rate η was asked for, so that the step can be seen",
            t.trained_rate === null ? "." : ["; training’s last was ", num(t.trained_rate, "trained_rate"), "."],
          )
        : null,
      table(["", "number"], rows, { "data-sum": "gradient", class: "terms" }),
      t.clip_norm !== null && t.clipping === undefined
        ? said(`Clipping to a length of ${numeral(t.clip_norm)} is not applied here.`)
        : null,
      changes.length
        ? table(["", "before", "after", "change"], changes, { "data-sum": "step", class: "terms" })
        : said("What this optimizer makes of g is its own; the page has no formula of it."),
    ];
  }
}

/** The optimizer's formulas in numbers: w, and its memory, after a step with gradient g; null where it has none.
 *  @param {LiveReplacement[]} moves @param {Record<string, Num>} settings @param {Record<string, Num>} before
 *  @param {number} g @returns {Record<string, Num> | null} */
function moved(moves, settings, before, g) {
  if (!moves.length) return null;
  const known = nothingKnown(),
    { numbers } = known;
  for (const [name, value] of Object.entries({ ...settings, ...before, g }))
    numbers[name.replace("₁", "_1").replace("₂", "_2")] = value ?? NaN; // what is not finite stays so
  for (const { what, by } of moving(moves)) numbers[what] = by(known);
  return Object.fromEntries(Object.keys(before).map((name) => [name, numbers[name]]));
}
