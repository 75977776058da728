// One row: its labels, its cells or picture beside what is typical, and the buttons that decide.

class RowView {
  /** @param {SuspectsRecord} record @param {Decisions} decisions */
  constructor(record, decisions) {
    this.record = record;
    this.decisions = decisions;
    /** @type {HTMLButtonElement[]} */
    this.buttons = [];
  }

  /** A label as it is shown.
   *  @param {number} label */
  label(label) {
    const { classes } = this.record;
    if (!classes) return String(label);
    return (classes[label].shown ?? classes[label].text) || "(empty)";
  }

  /** @param {Decision | undefined} decision */
  decided(decision) {
    if (!decision) return "nothing yet";
    if (decision.action === "leave out") return "left out";
    return decision.action === "keep" ? `${this.label(decision.label)} (kept)` : this.label(decision.label);
  }

  /** @param {number} at */
  show(at) {
    const { rows } = this.record,
      row = rows[at];
    part("row-title", HTMLElement).textContent = `Row ${row.row}, ${at + 1} of ${rows.length}`;
    part("kind", HTMLElement).textContent = KINDS[row.kind] ? `${KINDS[row.kind]}.` : "";
    part("given", HTMLElement).textContent = this.label(row.given);
    part("suggested", HTMLElement).textContent = this.label(row.suggested);
    part("score", HTMLMeterElement).value = row.score ?? 0;
    part("score-said", HTMLElement).textContent = `score ${short(row.score ?? 0)}, of 1 at most`;
    part("why", HTMLElement).replaceChildren(...whyOf(this.record, row).map((said) => el("li", {}, said)));
    this.pictures(row);
    this.cells(row);
    this.ring(row);
    this.mark(at);
  }

  /** What is decided of the row, and which button says so.
   *  @param {number} at */
  mark(at) {
    const decision = this.decisions.of(at),
      { given, suggested } = this.record.rows[at],
      label = decision && decision.action !== "leave out" ? decision.label : null;
    part("decided", HTMLElement).textContent = this.decided(decision);
    press("keep", label === given);
    press("take", label === suggested);
    part("take", HTMLElement).hidden = given === suggested;
    press("leave", decision?.action === "leave out");
    this.buttons.forEach((button, k) => button.setAttribute("aria-pressed", String(label === k)));
    part("undo", HTMLButtonElement).setAttribute("aria-disabled", String(this.decisions.past.length === 0));
  }

  /** What is typical of the given and of the suggested label, by the name of each.
   *  @param {SuspectRow} row @returns {[string, Typical][]} */
  typical(row) {
    const { classes, typical } = this.record;
    if (!classes) return typical[""] ? [["all rows", typical[""]]] : [];
    return [...new Set([row.given, row.suggested])].flatMap((k) => (typical[k] ? [[this.label(k), typical[k]]] : []));
  }

  /** @param {SuspectRow} row */
  pictures(row) {
    /** @param {string} of @param {string} image @param {Node | string} said */
    const figure = (of, image, said) => el("figure", {}, el("img", { src: image, alt: of }), el("figcaption", {}, said));
    if (!row.image) return;
    part("pictures", HTMLElement).replaceChildren(
      figure("this row", row.image, "this row"),
      ...this.typical(row).map(([name, image]) => figure("the mean of others", String(image), el("span", {}, "mean of others: ", el("bdi", {}, name)))),
    );
  }

  /** @param {SuspectRow} row */
  cells(row) {
    if (!row.cells) return;
    /** @param {string | null} text */
    const cell = (text) => (text === null ? el("td", { class: "absent" }, "missing") : el("td", {}, el("bdi", {}, text))),
      typical = this.typical(row),
      head = ["column", "this row"].map((name) => el("th", { scope: "col" }, name)),
      others = typical.map(([name]) => el("th", { scope: "col" }, "typical: ", el("bdi", {}, name))),
      lines = row.cells.map((text, j) =>
        el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, this.record.columns[j])), cell(text), ...typical.map(([, cells]) => cell(cells[j]))),
      ),
      more = this.record.more_columns;
    part("cells", HTMLElement).replaceChildren(
      el("table", {}, el("thead", {}, el("tr", {}, ...head, ...others)), el("tbody", {}, ...lines)),
      more ? el("p", { class: "note" }, `… and ${counted(more, "column", "columns")} more, which this page does not hold.`) : "",
    );
  }

  /** @param {SuspectRow} row */
  ring({ at }) {
    const drawn = document.querySelector("#map svg");
    if (!drawn) return;
    let ring = drawn.querySelector(".ring");
    if (!ring) {
      ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      ring.setAttribute("class", "ring");
      ring.setAttribute("r", "7");
      drawn.append(ring);
    }
    ring.setAttribute("visibility", at ? "visible" : "hidden");
    if (at) ["cx", "cy"].forEach((name, k) => ring.setAttribute(name, String(at[k])));
  }
}

/** @param {string} id @param {boolean} pressed */
const press = (id, pressed) => part(id, HTMLElement).setAttribute("aria-pressed", String(pressed));
