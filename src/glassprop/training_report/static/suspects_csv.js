// Decisions as CSV: row, given, new_label, action; in the order of the rows' numbers.

/** A label as the file has it: exactly, or with an apostrophe before what a spreadsheet would run.
 *  @param {SuspectsRecord} record @param {number} label @param {boolean} safe */
function exact(record, label, safe) {
  if (!record.classes) return String(label);
  const found = record.classes[label];
  return safe ? found.safe ?? found.text : found.text;
}

/** @param {string} text */
const field = (text) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** @param {Decisions} decisions @param {boolean} safe */
function csvOf(decisions, safe) {
  const { record, made } = decisions,
    lines = [...made].map(([at, { action, label }]) => {
      const { row, given } = record.rows[at];
      return { row, cells: [String(row), exact(record, given, safe), exact(record, label, safe), action] };
    });
  lines.sort((one, other) => one.row - other.row);
  return [["row", "given", "new_label", "action"], ...lines.map((line) => line.cells)]
    .map((cells) => `${cells.map(field).join(",")}\r\n`)
    .join("");
}

/** Hand a file to the reader.
 *  @param {string} text @param {string} name */
function handOver(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
