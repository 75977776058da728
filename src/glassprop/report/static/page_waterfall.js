// What is predicted, and how it came about: a waterfall of what each column adds. And a page of rows without a target.

const MOST_STEPS = 12; // of a waterfall; what the others add is one step

/** Whether this page explains predictions, in the place of a cost: no target plays a part.
 *  @param {Model} model */
const predicts = (model) => model.record.asked === "prediction";

/** What is predicted of an example, in words.
 *  @param {PredictionRecord} told @returns {Child[]} */
function whatIsPredicted(told) {
  const name = el("bdi", {}, cut(told.output, 40));
  if (told.of === "probability") return ["the probability of ", name];
  return told.of === "score" ? ["the score of ", name, " (z of the last layer)"] : [name, " as it is predicted"];
}

/** A bar from one number to the next, on the scale of all of them.
 *  @param {number} from @param {number} to @param {number[]} ends */
function span(from, to, [low, high]) {
  const place = (/** @type {number} */ v) => (160 * (v - low)) / (high - low || 1),
    [left, right] = [place(Math.min(from, to)), place(Math.max(from, to))];
  return svg(
    "svg",
    { class: "bar-mark", viewBox: "0 0 160 10", width: 160, height: 10, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { x: left, y: 1, width: Math.max(1, right - left), height: 8, class: to < from ? "minus" : "plus" }),
  );
}

const NEAR = 0.25; // levels this near to each other, beside how far they are from 0, are shown without it

/** From where to where bars go: from 0, or where that leaves nothing to be seen, around the levels.
 *  @param {number[]} levels */
function scaleOf(levels) {
  const [low, high] = [Math.min(...levels), Math.max(...levels)],
    room = 0.25 * (high - low);
  if (low <= 0 && high >= 0) return [low, high];
  if (high - low > NEAR * Math.max(Math.abs(low), Math.abs(high)) || !(room > 0)) return [Math.min(0, low), Math.max(0, high)];
  return [low > 0 ? low - room : low, high < 0 ? high + room : high];
}

/** What stands in a cell, in few letters: a number in six digits.
 *  @param {string} text */
const inCell = (text) => (text.trim() !== "" && text.length > 8 && Number.isFinite(Number(text)) ? numeral(Number(text), 6) : cut(text, 16));

/** @param {HTMLElement} box @param {Model} model @param {Known} known */
function drawWaterfall(box, model, known) {
  const told = model.record.predictions[model.example];
  reveal(box);
  if (known.a < model.depth && !predicts(model))
    return refill(box, said("It stands here when the walk has come to the output."));
  const steps = told.columns.slice(0, MOST_STEPS).map((column) => ({ ...column, id: column.name }));
  const others = told.columns.slice(MOST_STEPS),
    count = others.length + told.others.count;
  const none = { shown: null, derivative: null, unit: "" };
  if (count)
    steps.push({ ...none, id: "others", name: `${count} more`, adds: total([told.others.adds, ...others.map((c) => c.adds)]) });
  steps.push({ ...none, id: "rest", name: "rest", adds: told.rest });
  const levels = [told.baseline ?? 0];
  for (const step of steps) levels.push(levels[levels.length - 1] + (step.adds ?? 0));
  const ends = scaleOf(levels);
  /** @param {string} id @param {Num} value @returns {Row} */
  const end = (id, value) => ({
    class: "sum total",
    "data-term": id,
    cells: [id, "", "", "", num(value, "level"), span(Math.max(0, ends[0]) + Math.min(0, ends[1]), value ?? 0, ends)],
  });
  const rows = steps.map((step, i) => ({
    "data-term": step.id,
    cells: [
      el("bdi", {}, cut(step.name, 24)),
      el("bdi", {}, step.derivative === null ? cut(step.shown ?? "", 16) : inCell(step.shown ?? "")),
      step.derivative === null ? "" : [num(step.derivative, "derivative"), step.unit ? ` per ${step.unit}` : ""],
      num(step.adds, "adds"),
      num(levels[i + 1], "level"),
      span(levels[i], levels[i + 1], ends),
    ],
  }));
  const { live } = model.record,
    still = live && !live.predicting ? " It is of the row and the weights that this page came with, not of what is changed here." : "";
  refill(
    box,
    said(
      "Predicted is ",
      ...whatIsPredicted(told),
      ": ",
      num(told.value, "value"),
      `. What each column adds to it is counted from ${told.baseline_is}: integrated gradients (E46), taken on ` +
        `${told.points} points of the way from there; what they miss is the rest.${still}`,
      ends[0] > 0 || ends[1] < 0 ? [" Bars begin at ", num(ends[0] > 0 ? ends[0] : ends[1], "from", 3), "."] : "",
    ),
    table(
      ["column", "here", by(el("i", {}, "ŷ"), el("i", {}, "column")), "adds", "so far", ""],
      [end("baseline", told.baseline), ...rows, end("prediction", told.value)],
      { "data-sum": "waterfall", class: "terms left" },
    ),
  );
}

/** The panel of the last step forward, where no cost follows: what the way back begins with.
 *  @param {Model} model @returns {Child[]} */
function whereBackBegins(model) {
  const told = model.record.predictions[model.example],
    last = model.depth;
  return [
    said(
      "What is explained is not a cost, but what is predicted. The way back begins at it, ŷ: ",
      ...whatIsPredicted(told),
      ".",
    ),
    formula(el("i", {}, "ŷ"), " = ", num(told.value, "value", 6)),
    table(
      ["output", sym("a"), by(el("i", {}, "ŷ"), sym("a"))],
      model.record.shown[last].map((n) => ({
        "data-term": n,
        cells: [el("bdi", {}, cut(model.name(last, n), 24)), num(model.a(last, n), "a"), num(model.byA(last, n), "by_a")],
      })),
      { "data-sum": "asked", class: "terms left" },
    ),
    said("An output that is not asked for has 0: it moves nothing of this one by itself."),
  ];
}

/** Words of this page where it tells of a cost: of what is predicted, in its place.
 *  @param {Model} model */
function tellOfPredictions(model) {
  if (!predicts(model)) return;
  TOLD.prediction = true;
  document.documentElement.dataset.asked = "prediction";
  const note = byId("asked-note");
  note.hidden = false;
  byId("slice-title").textContent = "The prediction along a weight";
  part("#live .deeds", HTMLElement).setAttribute("aria-label", "What was changed");
  for (const name of ["take-step", "play", "untrained"]) control(name).hidden = true;
  note.textContent =
    "This page explains what is predicted, ŷ: no target plays a part, so there is no cost and no step of training. " +
    "Every derivative says how ŷ moves.";
}

/** What the page opens with: chosen where it was made, unless the address says more. null: nothing, or it is left out.
 *  @param {Model} model @returns {Choice | null} */
function opensWith(model) {
  const opens = model.record.opens ?? null;
  if (opens === null || opens.kind === "column") return opens;
  if (opens.kind === "input") return model.has(0, opens.k) ? opens : null;
  const there = opens.kind === "weight" && model.has(opens.l, opens.j) && (opens.k < 0 || model.has(opens.l - 1, opens.k));
  return there ? opens : null;
}
