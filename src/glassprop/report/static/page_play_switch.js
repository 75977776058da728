// A column of several inputs, switched to another category or to what stands in another row: the true change of C₀.

/** Tables of what the columns of the chosen thing could be switched to.
 *  @param {Play} play @param {{ kind: "column", number: number } | { kind: "input", k: number }} chosen */
function switchesOf(play, chosen) {
  const { model } = play,
    columns = chosen.kind === "column" ? [model.record.columns[chosen.number]] : model.columnsOf(chosen.k).map((c) => c.column);
  return columns.flatMap((column) => {
    const others = choicesOf(play, column);
    return others.length ? [switchTable(play, column, others)] : [];
  });
}

/** What else the inputs of a column could be: each category, or what they are in the page's other rows.
 *  @param {Play} play @param {ColumnRecord} column @returns {Other[]} */
function choicesOf({ model, rows }, column) {
  const { categories, parts } = column;
  if (categories) return categories.map((name, n) => ({ name, values: standingFor(column, n) }));
  if (parts.length < 2) return []; // a number, which has a slider
  const number = model.record.columns.indexOf(column);
  return model.record.examples.map((e, i) => ({
    name: `as in row ${e.row}${e.columns[number].shown ? `: ${e.columns[number].shown}` : ""}`,
    values: parts.map((k) => rows[i][k]),
  }));
}

/** @param {Play} play @param {ColumnRecord} column @param {Other[]} others */
function switchTable(play, column, others) {
  const { live, model } = play,
    i = model.example,
    number = model.record.columns.indexOf(column),
    x = [...live.xs[i]],
    cost = live.cost(i);
  /** @param {number[]} values */
  const put = (values) => column.parts.forEach((k, at) => live.setInput(i, k, values[at]));
  const changes = others.map(({ values }) => {
    put(values);
    return less(live.cost(i), cost);
  });
  put(column.parts.map((k) => x[k]));
  const rows = others.map(({ name, values }, n) => {
    const isNow = column.parts.every((k, at) => x[k] === values[at]),
      first = firstOrder(play, column, values, x);
    const onclick = () => {
      play.keep(`the switch of ${cut(column.name, 24)}`);
      put(values);
      play.nudge.rebase();
      play.follow();
    };
    const button = el("button", { type: "button", class: "link", "data-choose": `${number}:${n}`, "data-switch": n, "aria-pressed": String(isNow), onclick }, el("bdi", {}, cut(name, 40)));
    return {
      "data-term": n,
      class: isNow ? "here" : null,
      cells: [button, num(changes[n], "change"), num(first, "first"), num(less(changes[n], first), "gap", 3)],
    };
  });
  return el(
    "div",
    { "data-column-switch": number },
    said(
      "Switch ",
      el("bdi", {}, cut(column.name, 40)),
      ": what ",
      C0(),
      " would change by, by a pass forward, and what the derivatives say.",
    ),
    folding(["", ["change of ", C0()], "Σ derivative × nudge", "difference"], rows, null, {
      "data-sum": "true switches",
      class: "terms",
    }),
  );
}

/** Σ ∂C₀/∂x Δx over the inputs of a column; unknown where one has no derivative, or is not in the page.
 *  @param {Play} play @param {ColumnRecord} column @param {number[]} values @param {number[]} x */
const firstOrder = ({ live, model }, column, values, x) =>
  column.parts.some((k) => live.examples.codes.has(k))
    ? null
    : total(column.parts.map((k, at) => (values[at] === x[k] ? 0 : product(model.byA(0, k), values[at] - x[k]))));
