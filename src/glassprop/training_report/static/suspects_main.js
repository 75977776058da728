// The page of suspected labels put together: what keys and buttons do.

class Desk {
  /** @param {SuspectsRecord} record */
  constructor(record) {
    this.record = record;
    this.decisions = new Decisions(record);
    this.view = new RowView(record, this.decisions);
    this.list = new RowList(record, this.decisions, this.view, (at) => this.go(at));
    this.at = 0;
    this.choices();
    this.buttons();
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("beforeunload", (event) => {
      if (!this.decisions.kept && this.decisions.made.size) event.preventDefault();
    });
    this.go(this.list.beside(-1, 1, true) ?? 0);
    this.count();
  }

  /** Buttons for a few classes, each with a digit; a list of many; a field for numbers. */
  choices() {
    const { classes } = this.record,
      box = document.getElementById("choices"),
      other = document.getElementById("other");
    if (box && classes) {
      const digits = (this.digits = digitsOf(classes));
      this.view.buttons = classes.map(({ text }, k) => {
        const key = digits[k] === text ? "" : el("kbd", {}, digits[k]),
          button = el("button", { type: "button", title: this.view.label(k) }, key, " ", el("bdi", {}, this.view.label(k)));
        button.addEventListener("click", () => this.decide(k));
        return button;
      });
      box.append(...this.view.buttons);
    } else if (classes) part("choice", HTMLSelectElement).append(...classes.map((_, k) => el("option", { value: String(k) }, this.view.label(k))));
    other?.addEventListener("submit", (event) => {
      event.preventDefault();
      if (classes) this.decide(Number(part("choice", HTMLSelectElement).value));
      else this.number();
    });
  }

  /** The number that was typed, if it is one. */
  number() {
    const text = part("number", HTMLInputElement).value.trim().replace("−", "-"),
      value = Number(text),
      fault = text === "" || !Number.isFinite(value);
    part("number-fault", HTMLElement).textContent = fault ? "A number is wanted, such as 12.5." : "";
    if (!fault) this.decide(value);
  }

  buttons() {
    /** @param {string} id @param {() => void} deed */
    const on = (id, deed) => part(id, HTMLElement).addEventListener("click", deed);
    on("previous", () => this.step(-1));
    on("next", () => this.step(1));
    on("keep", () => this.decide(this.row.given));
    on("take", () => this.decide(this.row.suggested));
    on("leave", () => this.leave());
    on("undo", () => this.undo());
    on("clear", () => this.clear());
    on("download", () => handOver(this.csv(), "decisions.csv"));
    part("as-text", HTMLDetailsElement).addEventListener("toggle", () => this.text());
    part("safe", HTMLInputElement).addEventListener("change", () => this.text());
    part("safe-box", HTMLElement).hidden = !this.record.classes?.some((known) => known.safe !== undefined);
  }

  get row() {
    return this.record.rows[this.at];
  }

  /** @param {number} at */
  go(at) {
    this.at = at;
    this.view.show(at);
    this.list.show(at);
    const choice = document.getElementById("choice"),
      number = document.getElementById("number");
    if (choice instanceof HTMLSelectElement) choice.value = String(this.row.suggested);
    if (number instanceof HTMLInputElement) number.value = String(this.row.suggested);
  }

  /** @param {1 | -1} way */
  step(way) {
    const next = this.list.beside(this.at, way);
    if (next === null) this.say(way > 0 ? "That is the last one." : "That is the first one.");
    else {
      this.go(next);
      this.say(this.told());
    }
  }

  /** The row in a sentence. */
  told() {
    const { row, given, suggested } = this.row;
    return `Row ${row}: given ${this.view.label(given)}${given === suggested ? "" : `, suggested ${this.view.label(suggested)}`}.`;
  }

  /** @param {number} label */
  decide(label) {
    this.decisions.label(this.at, label);
    this.on();
  }

  leave() {
    this.decisions.leave(this.at);
    this.on();
  }

  /** A decision was made: say so, and go on to the next row without one. */
  on() {
    const done = this.at,
      said = `Row ${this.row.row}: ${this.view.decided(this.decisions.of(done))}.`,
      next = this.list.beside(done, 1, true) ?? this.list.beside(-1, 1, true);
    this.changed(done);
    if (next !== null && next !== done) this.go(next);
    this.say(next === null ? `${said} All listed rows are decided.` : `${said} ${this.told()}`);
  }

  undo() {
    const at = this.decisions.undo();
    if (at === null) {
      this.say("There is nothing to undo.");
      return;
    }
    this.changed(at);
    this.go(at);
    this.say(`Undone. ${this.told()}`);
  }

  clear() {
    const made = [...this.decisions.made.keys()];
    this.decisions.clear();
    for (const at of made) this.list.mark(at);
    this.changed(this.at);
    this.say(`${counted(made.length, "decision was", "decisions were")} forgotten.`);
  }

  /** What is decided of a row is another than before.
   *  @param {number} at */
  changed(at) {
    this.list.mark(at);
    this.view.mark(this.at);
    this.list.sift();
    this.count();
    this.text();
  }

  count() {
    const done = this.decisions.made.size;
    part("progress", HTMLProgressElement).value = done;
    part("progress-said", HTMLElement).textContent = `${done} of ${this.record.rows.length} decided`;
    part("memory-note", HTMLElement).hidden = this.decisions.kept;
  }

  csv() {
    return csvOf(this.decisions, part("safe", HTMLInputElement).checked);
  }

  text() {
    if (part("as-text", HTMLDetailsElement).open) part("csv", HTMLTextAreaElement).value = this.csv();
  }

  /** @param {string} text */
  say(text) {
    part("said", HTMLElement).textContent = text;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target instanceof HTMLElement && target.matches("input:not([type='checkbox']), select, textarea")) {
      if (event.key === "Escape") target.blur();
      return;
    }
    if (!part("keys", HTMLInputElement).checked) return;
    const deed = this.deed(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  /** What a key does, if anything.
   *  @param {string} key @returns {(() => void) | null} */
  deed(key) {
    const digit = this.digits?.indexOf(key) ?? -1;
    if (digit >= 0) return () => this.decide(digit);
    const field = document.querySelector("#other :is(input, select)");
    if (key === "l" && field instanceof HTMLElement) return () => field.focus();
    return this.deeds[key] ?? null;
  }

  /** @type {Record<string, () => void>} */
  deeds = {
    ArrowRight: () => this.step(1),
    n: () => this.step(1),
    ArrowLeft: () => this.step(-1),
    p: () => this.step(-1),
    k: () => this.decide(this.row.given),
    s: () => this.decide(this.row.suggested),
    x: () => this.leave(),
    u: () => this.undo(),
    "?": () => part("help", HTMLElement).scrollIntoView(),
  };
}

/** Which digit stands for each class: its own, where all are digits; else 1, 2, …, 9, 0.
 *  @param {ClassRecord[]} classes */
function digitsOf(classes) {
  const own = classes.map(({ text }) => text);
  return own.every((text) => /^[0-9]$/.test(text)) ? own : classes.map((_, k) => String((k + 1) % 10));
}

new Desk(JSON.parse(part("data", HTMLScriptElement).textContent ?? ""));
