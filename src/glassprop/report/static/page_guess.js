// What a reader guesses before the forward pass, and what came of it.

class Guesses {
  /** @param {Model} model */
  constructor(model) {
    this.m = model;
    /** By example. @type {Map<number, string>} */
    this.made = new Map();
  }

  /** Several outputs: which is the largest. One: how large it is, in the target's own units where it has some. */
  ask() {
    const { m } = this,
      L = m.depth,
      outputs = m.record.shown[L],
      guess = this.made.get(m.example) ?? "";
    const field =
      outputs.length > 1
        ? el(
            "select",
            { id: "guess" },
            el("option", { value: "" }, "–"),
            outputs.map((n) => el("option", { value: String(n), selected: String(n) === guess }, m.short(L, n, 40))),
          )
        : el("input", { id: "guess", type: "number", step: "any", value: guess });
    field.addEventListener("change", () => this.made.set(m.example, field.value));
    return el(
      "div",
      { class: "guess", "data-part": "guess" },
      el(
        "label",
        { for: "guess" },
        outputs.length > 1 ? "Your guess: which output will be the largest? " : "Your guess: what will the output be? ",
      ),
      field,
    );
  }

  /** @returns {Child} */
  tell() {
    const { m } = this,
      L = m.depth,
      outputs = m.record.shown[L],
      guess = this.made.get(m.example) ?? "";
    if (guess === "") return null;
    const box = (/** @type {Child[]} */ ...parts) => el("p", { class: "said guess", "data-part": "guessed" }, ...parts);
    if (outputs.length > 1) {
      const best = outputs.reduce((top, n) => ((m.a(L, n) ?? -Infinity) > (m.a(L, top) ?? -Infinity) ? n : top)),
        right = String(best) === guess;
      return box(
        right ? "You guessed it: " : ["You guessed ", el("bdi", {}, m.short(L, Number(guess), 40)), "; "],
        "the largest output is ",
        el("bdi", {}, m.short(L, best, 40)),
        ", ",
        num(m.a(L, best), "guessed"),
        ".",
      );
    }
    const a = m.own(outputs[0])?.a ?? m.a(L, outputs[0]);
    return box(`You guessed ${numeral(Number(guess))}; it is `, num(a, "guessed"), ", ", num(less(a, Number(guess)), "off"), " from that.");
  }
}
