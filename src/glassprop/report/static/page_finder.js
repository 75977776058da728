// Any weight and any neuron that the page holds: looked up by numbers, or in lists.

class Finder {
  /** @param {Model} model @param {Walk} words @param {Choose} choose */
  constructor(model, words, choose) {
    this.model = model;
    this.words = words;
    this.choose = choose;
    part("#find-layer", HTMLSelectElement).append(
      ...model.record.network.layers.map((_, i) => el("option", { value: i + 1 }, String(i + 1))),
    );
    byId("find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.lookUp();
    });
    part("#lists", HTMLDetailsElement).addEventListener("toggle", () => this.lists());
  }

  lookUp() {
    const { model } = this,
      l = Number(part("#find-layer", HTMLSelectElement).value),
      [j, k] = [part("#find-j", HTMLInputElement).value, part("#find-k", HTMLInputElement).value];
    /** @type {string[]} */
    const faults = [];
    /** @param {number} layer @param {string} n @param {string} name */
    const look = (layer, n, name) => {
      const size = model.record.network.sizes[layer],
        what = layer ? `neurons of layer ${layer}` : "inputs";
      if (!/^\d+$/.test(n) || Number(n) >= size)
        faults.push(`${name} = ${n || "nothing"}: the ${what} count from 0 to ${size - 1}`);
      else if (!model.has(layer, Number(n))) faults.push(`${name} = ${n} is one of the ${what} left out of this page`);
    };
    look(l, j, "j");
    if (k !== "") look(l - 1, k, "k");
    byId("find-said").textContent = faults.join("; ");
    if (!faults.length) this.choose({ kind: "weight", l, j: Number(j), k: k === "" ? -1 : Number(k) });
  }

  /** All neurons that the page holds, made when the list is opened. */
  lists() {
    if (!part("#lists", HTMLDetailsElement).open) return;
    const { model, words } = this;
    const listed = model.record.shown.map((numbers, l) => [
      heading(l ? `Layer ${l}` : "Inputs"),
      folding(
        ["", l ? sym("a") : sym("x"), by(C0(), l ? sym("a") : sym("x"))],
        numbers.map((n) => ({
          "data-term": `${l}:${n}`,
          cells: [words.named(l, n), num(model.a(l, n), "a"), num(model.byA(l, n), "by_a")],
        })),
        null,
        { "data-list": l, class: "terms" },
        20,
      ),
    ]);
    refill(byId("lists-box"), listed);
  }
}
