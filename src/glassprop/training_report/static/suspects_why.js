// Why a row is listed, in sentences made of its numbers.

/** @param {SuspectsRecord} record @param {SuspectRow} row @returns {string[]} */
function whyOf(record, row) {
  const said = record.classes ? whyClass(row) : whyNumber(row);
  return [...said, ...whyLearned(row), ...whyPull(row)];
}

/** @param {SuspectRow} row */
function whyClass({ margin, confidence, spread }) {
  const said = [];
  if (margin !== null && Math.abs(margin) >= 0.05) {
    const times = short(Math.exp(Math.min(Math.abs(margin), 20))),
      least = Math.abs(margin) > 20 ? "more than " : "";
    said.push(
      margin < 0
        ? `Another label was ${least}${times} times as likely as the given one (margin ${short(margin)}).`
        : `The given label was ${least}${times} times as likely as any other (margin ${short(margin)}).`,
    );
  }
  if (confidence !== null)
    said.push(`The given label had a probability of ${percent(confidence)} on average${spread ? `, ± ${percent(spread)} from epoch to epoch` : ""} (its confidence).`);
  return said;
}

/** @param {SuspectRow} row */
function whyNumber({ margin, spread }) {
  if (margin === null) return [];
  const wander = spread ? `, ± ${short(spread)} from epoch to epoch` : "";
  return [`The prediction was off by ${short(Math.abs(margin))} on average${wander}, in the network's own units.`];
}

/** @param {SuspectRow} row */
function whyLearned({ learned, forgotten }) {
  if (learned === null || forgotten === null) return [];
  const said = [];
  if (learned < 0) said.push("The network never learned it.");
  else if (learned > 0) said.push(`It has been right for good only since epoch ${learned}.`);
  else said.push("It was right from the first epoch on.");
  if (forgotten > 0) said.push(`It was forgotten ${counted(forgotten, "time", "times")}: right, then wrong again.`);
  return said;
}

/** @param {SuspectRow} row */
function whyPull({ pull }) {
  if (pull === null) return [];
  return pull < 0
    ? [`It pulls against the other rows (pull ${short(pull)}: the cosine of its gradient with their mean).`]
    : [`It pulls with the other rows (pull ${short(pull)}: the cosine of its gradient with their mean).`];
}

/** @type {Record<string, string>} */
const KINDS = {
  label: "Probably a wrong label",
  row: "A row unlike all others, whose label may well be right",
};
