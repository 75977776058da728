// What was decided about each row: changed, undone, and kept in the browser's memory where that is allowed.

class Decisions {
  /** @param {SuspectsRecord} record */
  constructor(record) {
    this.record = record;
    this.name = `glassprop-labels-${record.key}`;
    /** By the place of the row in the list. @type {Map<number, Decision>} */
    this.made = new Map();
    /** What each decision replaced, the last one at the end. @type {{ at: number, before: Decision | undefined }[]} */
    this.past = [];
    this.kept = this.read();
  }

  /** @param {number} at @returns {Decision | undefined} */
  of(at) {
    return this.made.get(at);
  }

  /** A label for a row; the given one means that it is kept.
   *  @param {number} at @param {number} label */
  label(at, label) {
    this.make(at, { action: label === this.record.rows[at].given ? "keep" : "relabel", label });
  }

  /** @param {number} at */
  leave(at) {
    this.make(at, { action: "leave out", label: this.record.rows[at].given });
  }

  /** @param {number} at @param {Decision} decision */
  make(at, decision) {
    this.past.push({ at, before: this.made.get(at) });
    this.made.set(at, decision);
    this.write();
  }

  /** Take back the last decision: of which row, or null where there is none. */
  undo() {
    const last = this.past.pop();
    if (!last) return null;
    if (last.before) this.made.set(last.at, last.before);
    else this.made.delete(last.at);
    this.write();
    return last.at;
  }

  clear() {
    this.made.clear();
    this.past = [];
    this.write();
  }

  /** Whether the browser keeps anything for this page; what it has kept is taken up. */
  read() {
    try {
      const text = localStorage.getItem(this.name);
      if (text) this.take(JSON.parse(text));
      localStorage.setItem(this.name, text ?? "[]");
      return true;
    } catch {
      return false;
    }
  }

  /** Whatever stands there may have been written by others: only what can be meant is taken.
   *  @param {unknown} kept */
  take(kept) {
    if (!Array.isArray(kept)) return;
    const { rows, classes } = this.record;
    for (const [at, action, label] of kept) {
      if (!(Number.isInteger(at) && at >= 0 && at < rows.length && ACTIONS.includes(action))) continue;
      const known = classes ? Number.isInteger(label) && label >= 0 && label < classes.length : Number.isFinite(label);
      if (known) this.made.set(at, { action, label });
    }
  }

  write() {
    if (!this.kept) return;
    try {
      localStorage.setItem(this.name, JSON.stringify([...this.made].map(([at, { action, label }]) => [at, action, label])));
    } catch {
      this.kept = false;
    }
  }
}

/** @type {Action[]} */
const ACTIONS = ["keep", "relabel", "leave out"];
