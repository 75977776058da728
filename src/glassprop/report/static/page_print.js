// On paper all steps of the walk stand one below the other, each with its drawing.

const PAPER = 690; // how wide a drawing is there: A4 or letter, less the margins

class Printed {
  /** @param {HTMLElement} box @param {Model} model @param {Step[]} steps @param {Walk} words */
  constructor(box, model, steps, words) {
    this.box = box;
    this.model = model;
    this.steps = steps;
    this.words = words;
    window.addEventListener("beforeprint", () => this.fill());
    window.addEventListener("afterprint", () => this.box.replaceChildren());
    const paper = window.matchMedia("print");
    paper.addEventListener("change", () => (paper.matches ? this.fill() : this.box.replaceChildren()));
  }

  fill() {
    const { steps } = this;
    for (const details of document.querySelectorAll("#derivation details")) details.setAttribute("open", "");
    this.box.replaceChildren(
      ...steps.map((step, i) => {
        const drawn = el("div", { class: "drawn" });
        /** @type {State} */
        const state = { mode: "weight", chosen: null, step };
        new Drawing(drawn, this.model, { choose: () => {}, state: () => state }, PAPER).draw();
        const [, ...body] = this.words.stepPanel(step, knownAt(state, this.model.depth));
        return el(
          "section",
          { class: "printed", "data-printed": step.kind },
          el("h2", {}, `${i + 1}/${steps.length} · ${step.title}`),
          drawn,
          el("div", { class: "panel" }, body),
        );
      }),
    );
  }
}
