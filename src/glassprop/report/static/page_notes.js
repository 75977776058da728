// What stands above the drawing: notes on the whole page, and the example’s own facts.

/** A name and what it is now, for a line of facts.
 *  @param {Child} name @param {Child} what */
const fact = (name, what) => el("span", { class: "fact" }, name, " ", el("b", {}, what));

/** What the network makes of an example is told when the walk has come to it.
 *  @param {Model} model @param {ExampleRecord} e @param {Known} known */
function captionOf(model, e, known) {
  const parts = [`row ${e.row}`];
  if (e.target !== null) parts.push(`true ${cut(e.target, 24)}`);
  if (e.prediction !== null && known.a === model.depth) parts.push(`predicted ${cut(e.prediction, 24)}`);
  if (known.cost) parts.push(`C₀ ${numeral(e.cost)}`);
  return told(parts.join(" · "));
}

/** @param {Model} model @param {ExampleRecord} e @param {Known} known */
function factsOf(model, e, known) {
  return [
    fact("row", String(e.row)),
    e.target !== null ? fact("true", el("bdi", {}, cut(e.target, 40))) : "",
    e.prediction !== null && known.a === model.depth ? fact("predicted", el("bdi", {}, cut(e.prediction, 40))) : "",
    known.cost ? fact("C₀", num(e.cost, "cost")) : "",
  ];
}

/** @param {string} id @param {string} text */
function note(id, text) {
  byId(id).textContent = told(text);
  byId(id).hidden = false;
}

/** @param {Model} model */
function tellNotes(model) {
  const { record } = model,
    left = record.left_out
      .map((n, l) => (n ? `${n} of the ${l ? `neurons of layer ${l}` : "inputs"}` : ""))
      .filter(Boolean);
  const rows = record.examples.some((e) => e.target !== null || e.columns.some((cell) => cell.shown));
  if (rows)
    note(
      "rows-note",
      `This page holds ${model.count} row${model.count > 1 ? "s" : ""} of the table it was made from, ` +
        "readable by whoever gets the file.",
    );
  const columns = record.columns_left_out
    ? ` ${record.columns_left_out} columns that only they are made from are left out too.`
    : "";
  const { members, units } = record;
  if (units)
    note(
      "units-note",
      `This network speaks of ${cut(record.outputs[0] ?? "the target", 40)} in units in which it was standardized for ` +
        `training: y = ${formulaOf(units)}. So are a of the output, C₀ and all derivatives; what is true and what is ` +
        "predicted is told in its own units.",
    );
  if (members)
    note(
      "members-note",
      `The model is ${members.count} networks as one, and predicts their mean. ` +
        `This page walks through member ${members.walked}: outputs, C₀ and all that follows are its own.`,
    );
  if (record.live)
    note(
      "model-note",
      "This page computes, and so it holds the model: whoever gets the file can read all of its weights and biases.",
    );
  else if (record.still) note("model-note", record.still);
  if (left.length)
    note(
      "left-note",
      `To keep the page small, ${left.join(", ")} are left out: those that matter least to these examples. ` +
        `What they add to a sum stands there as one number.${columns}`,
    );
}
