// A number of what is chosen, changed by slider or typed: beside the change of C₀ stands derivative × nudge.

const SLIDER = 400; // places on a slider

class Nudge {
  /** @param {Play} play */
  constructor(play) {
    this.play = play;
    this.choices = el("div", {});
    this.rows = el("div", {});
    /** Which of the parameters is held that lead from no neuron to another, and of what. */
    this.which = 0;
    this.whichOf = "";
    this.below = el("div", {});
    byId("nudge").append(this.choices, this.rows, this.below);
    /** What the controls are of, as text. */
    this.of = "";
    /** @type {Held[]} */
    this.held = [];
    /** C₀ before the first nudge. @type {Num} */
    this.cost = null;
    this.kept = false;
  }

  /** Count nudges from the numbers as they stand now. */
  rebase() {
    this.of = "";
  }

  /** Something else is chosen, another example is shown, or the numbers have changed. */
  shown() {
    const { chosen, model } = this.play.page,
      of = `${model.example} ${chosen ? called(chosen) : ""}`;
    if (of !== this.of) {
      this.of = of;
      this.choose(chosen);
      this.kept = false;
      this.cost = model.now.cost;
      this.hold(handles(this.play, chosen));
    }
    this.held.forEach((held) => this.say(held));
    refill(this.below, this.together(), this.switches(chosen));
  }

  /** Which of the parameters of its embedding, or of its activation, is held of a neuron.
   *  @param {Choice | null} chosen */
  choose(chosen) {
    const { live, model } = this.play,
      of = chosen ? called(chosen) : "",
      entries = chosen?.kind === "neuron" ? live.entries(model.example, chosen.l, chosen.j) : [];
    const words = [of, ...entries.map(entryWords)].join("; ");
    if (words === this.whichOf) return;
    if (!this.whichOf.startsWith(`${of}; `)) this.which = 0;
    this.whichOf = words;
    if (entries.length < 2) return this.choices.replaceChildren();
    const options = entries.map((entry, n) => el("option", { value: n, selected: n === this.which }, entryWords(entry))),
      box = el("select", { "data-which": "" }, options);
    box.addEventListener("change", () => {
      this.which = Number(box.value);
      this.rebase();
      this.shown();
      part("[data-which]", HTMLSelectElement).focus();
    });
    this.choices.replaceChildren(el("label", {}, `one of its ${entries.length} parameters `, box));
  }

  /** Take hold of these; the controls of the same numbers stay, and the focus on them.
   *  @param {Held[]} now */
  hold(now) {
    const before = this.held;
    this.held = now;
    if (now.length !== before.length || now.some(({ name }, n) => name !== before[n].name))
      return this.rows.replaceChildren(...now.map((held) => this.row(held)));
    now.forEach((held, n) => {
      const { slider, field, said: told_ } = before[n];
      Object.assign(held, { slider, field, said: told_ });
    });
  }

  /** What the chosen column could be switched to; where nothing can be changed, what to do.
   *  @param {Choice | null} chosen @returns {Child} */
  switches(chosen) {
    const found = chosen?.kind === "column" || chosen?.kind === "input" ? switchesOf(this.play, chosen) : [];
    if (this.held.length || found.length) return found;
    return said("Choose a weight, a neuron or an input, and change its number here. Or drag it, up or down.");
  }

  /** Where several numbers were changed, what their derivatives say together.
   *  @returns {Child} */
  together() {
    const moved = this.held.filter((held) => held.get() !== held.start);
    if (moved.length < 2) return null;
    const first = total(moved.map((held) => product(held.slope, held.get() - held.start)));
    return el("p", { class: "nudge-said" }, fact("Σ derivative × nudge", num(first, "first", 4)), this.changed(first));
  }

  /** The controls of one number.
   *  @param {Held} held */
  row(held) {
    const { name, words } = held,
      now = () => this.held.find((one) => one.name === name) ?? held;
    held.slider = el("input", { type: "range", min: 0, max: SLIDER, step: 1, "data-nudge": name, "aria-label": words });
    const { type, read, next } = held.writing ?? { type: "number", read: Number, next: (/** @type {number} */ x) => x };
    held.field = el("input", { type, step: "any", "data-typed": name, "aria-label": `${words}, typed` });
    held.said = el("span", { class: "nudge-said" });
    const { slider, field } = held,
      back = el("button", { type: "button", class: "quiet", "data-put-back": name, "aria-label": `Put ${words} back` }, "↺");
    slider.addEventListener("input", () => this.change(now(), next(at(now().range, Number(slider.value)))));
    field.addEventListener("input", () => {
      if (field.value.trim() !== "" && Number.isFinite(read(field.value))) this.change(now(), read(field.value));
    });
    field.addEventListener("change", () => this.say(now()));
    back.addEventListener("click", () => this.change(now(), now().start));
    return el("div", { class: "nudge-row" }, el("span", { class: "nudge-name" }, held.symbol), slider, field, back, held.said);
  }

  /** @param {Held} held @param {number} value */
  change(held, value) {
    if (value === held.get()) return;
    if (!this.kept) this.play.keep(held.words);
    this.kept = true;
    held.set(value);
    this.play.follow(held.parameter ? held.name : undefined, true);
  }

  /** The number, and what its nudge did, beside what its derivative said.
   *  @param {Held} held */
  say(held) {
    const value = held.get(),
      { slider, field } = held;
    if (!slider || !field || !held.said) return;
    held.range = reaching(held.range, value);
    slider.value = String(place(held.range, value));
    const { text, read } = held.writing ?? { text: (/** @type {number} */ x) => String(short(x)), read: Number };
    slider.setAttribute("aria-valuetext", held.writing ? text(value) : numeral(value));
    if (document.activeElement !== field || read(field.value) !== value) field.value = text(value);
    const first = product(held.slope, value - held.start),
      alone = this.held.every((other) => other === held || other.get() === other.start);
    refill(
      held.said,
      fact(
        [held.slopeName, " ="],
        [num(held.slope, "slope", 4), el("span", { class: "at" }, held.byNudge ? " by differences" : "")],
      ),
      fact(["× nudge ", num(value - held.start, "nudge", 4), " ="], num(first, "first", 4)),
      alone ? this.changed(first) : null,
    );
  }

  /** How C₀ has changed since the first nudge, and how far that is from what derivatives say.
   *  @param {Num} first @returns {Child} */
  changed(first) {
    const change = less(this.play.model.now.cost, this.cost);
    return [
      fact(["change of ", C0()], num(change, "change", 4)),
      fact("difference", num(less(change, first), "gap", 3)),
    ];
  }
}

/** Where a slider stands for a value, and the value of where it stands: round, as fine as the slider is.
 *  @param {[number, number]} range @param {number} value */
const place = ([low, high], value) => Math.round(((value - low) / (high - low)) * SLIDER);
/** @param {[number, number]} range @param {number} where */
const at = ([low, high], where) => short(low + ((high - low) * where) / SLIDER, (high - low) / SLIDER);

/** A number with the digits that are worth it: nine, or those down to a tenth of a unit.
 *  @param {number} x */
function short(x, unit = 0) {
  if (!Number.isFinite(x) || x === 0) return x;
  if (!unit) return Number(x.toPrecision(9));
  const digits = Math.min(12, Math.max(0, 1 - Math.floor(Math.log10(unit))));
  return Number(x.toFixed(digits));
}

/** A range that has the value within it.
 *  @param {[number, number]} range @param {number} value @returns {[number, number]} */
const reaching = ([low, high], value) =>
  fits(value) ? [Math.min(low, value), Math.max(high, value)] : [low, high];

/** As far on both sides as a number is from 0, and 2 at least.
 *  @param {number} value @returns {[number, number]} */
const around = (value) => {
  const reach = Math.max(2, Math.ceil(Math.abs(value)));
  return [value - reach, value + reach];
};
