// Formula and drawing joined: pointing at a term lights its neuron or line, and the other way round.

class Joined {
  /** @param {HTMLElement[]} boxes what is joined */
  constructor(boxes) {
    this.boxes = boxes;
    /** @type {string[]} */
    this.places = [];
    for (const box of boxes) {
      for (const name of ["pointerover", "focusin"]) box.addEventListener(name, (event) => this.light(this.placesOf(event)));
      for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, () => this.light([]));
    }
  }

  /** What the innermost thing that is pointed at stands for: "n:1:0" a neuron, "w:1:0:2" a weight, "C" the cost.
   *  @param {Event} event */
  placesOf(event) {
    const node = under(event, "[data-at],[data-choose]");
    if (!node) return [];
    const { at, choose } = node.dataset;
    if (at) return at.split(" ");
    const [kind, ...numbers] = (choose ?? "").split(":");
    if (kind === "weight") return [`w:${numbers.join(":")}`];
    return kind === "column" ? [] : [`n:${kind === "input" ? `0:${numbers[0]}` : numbers.join(":")}`];
  }

  /** @param {string[]} places */
  light(places) {
    if (places.join() === this.places.join()) return;
    this.places = places;
    this.again();
  }

  /** After drawing anew. */
  again() {
    for (const box of this.boxes) {
      for (const node of box.querySelectorAll(".lit")) node.classList.remove("lit");
      for (const place of this.places)
        for (const node of box.querySelectorAll(`[data-at~="${place}"]`)) node.classList.add("lit");
    }
  }
}
