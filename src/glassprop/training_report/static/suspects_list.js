// The list of rows beside the one that is shown: which was decided, and which are listed.

/** @type {Record<Action, string>} */
const MARKS = { keep: "✓", relabel: "→", "leave out": "✕" };

class RowList {
  /** @param {SuspectsRecord} record @param {Decisions} decisions @param {RowView} view @param {(at: number) => void} choose */
  constructor(record, decisions, view, choose) {
    this.record = record;
    this.decisions = decisions;
    this.view = view;
    this.box = part("list", HTMLElement);
    this.filter = part("show", HTMLSelectElement);
    this.at = 0;
    this.buttons = record.rows.map((row, at) => this.button(row, at));
    this.box.append(...this.buttons.map((button) => el("li", {}, button)));
    this.box.addEventListener("click", (event) => {
      const found = event.target instanceof Element ? event.target.closest("button") : null;
      if (found) choose(Number(found.dataset.at));
    });
    this.filter.addEventListener("change", () => this.sift());
    record.rows.forEach((_, at) => this.mark(at));
    this.sift();
  }

  /** @param {SuspectRow} row @param {number} at */
  button(row, at) {
    const name = (/** @type {number} */ label) => el("bdi", {}, this.view.label(label)),
      labels = row.given === row.suggested ? [name(row.given)] : [name(row.given), " → ", name(row.suggested)];
    return el(
      "button",
      { type: "button", "data-at": String(at), tabindex: "-1" },
      el("span", { class: "state", "aria-hidden": "true" }),
      el("span", { class: "which" }, String(row.row)),
      el("span", { class: "labels" }, ...labels),
    );
  }

  /** @param {number} at */
  mark(at) {
    const decision = this.decisions.of(at),
      state = this.buttons[at].querySelector(".state");
    if (!state) return;
    state.textContent = decision ? MARKS[decision.action] : "·";
    this.buttons[at].title = decision ? `decided: ${this.view.decided(decision)}` : "not decided yet";
  }

  /** @param {number} at */
  show(at) {
    const before = this.buttons[this.at];
    before.removeAttribute("aria-current");
    before.tabIndex = -1;
    this.at = at;
    this.buttons[at].setAttribute("aria-current", "true");
    this.buttons[at].tabIndex = 0;
    this.into();
  }

  /** Scroll the list, and not the page, to the row that is shown. */
  into() {
    const { box } = this,
      item = this.buttons[this.at],
      top = item.offsetTop - box.offsetTop;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + item.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + item.offsetHeight - box.clientHeight;
  }

  /** Whether a row is listed as things stand.
   *  @param {number} at */
  listed(at) {
    const wanted = this.filter.value,
      done = this.decisions.of(at) !== undefined;
    if (wanted === "open") return !done;
    if (wanted === "done") return done;
    return wanted === "all" || this.record.rows[at].kind === wanted;
  }

  sift() {
    let count = 0;
    this.buttons.forEach((button, at) => {
      const listed = this.listed(at),
        item = button.parentElement;
      if (listed) count += 1;
      if (item && item.hidden === listed) item.hidden = !listed; // what is as it was is not laid out anew
    });
    part("shown-count", HTMLElement).textContent = counted(count, "row", "rows");
    this.into();
  }

  /** The nearest listed row in a direction, or null. undecided: only of those that are not decided.
   *  @param {number} from @param {1 | -1} way @param {boolean} undecided */
  beside(from, way, undecided = false) {
    for (let at = from + way; at >= 0 && at < this.buttons.length; at += way)
      if (this.listed(at) && !(undecided && this.decisions.of(at))) return at;
    return null;
  }
}
