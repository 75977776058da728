// The drawing by keyboard: one stop for neurons and one for lines; arrows move among them, Enter chooses.

const STOPS = "[data-neuron],[data-weight],[data-more]";

class Roving {
  /** @param {HTMLElement} box where it is drawn */
  constructor(box) {
    this.box = box;
    /** What the Tab key comes to. @type {{ neuron: string | null, weight: string | null }} */
    this.rove = { neuron: null, weight: null };
    /** @type {Line[]} */
    this.drawn = [];
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("click", (event) => this.pick(under(event, STOPS)));
  }

  /** Choose what a stop stands for.
   *  @param {Drawn | null} _node */
  pick(_node) {}

  /** @param {"neuron" | "weight"} kind @param {string} id */
  stop(kind, id) {
    if (this.rove[kind] === null) this.rove[kind] = id;
    return this.rove[kind] === id ? 0 : -1;
  }

  /** Where the focus is inside the drawing, as a selector, to put it there again after drawing anew. */
  focused() {
    const node = document.activeElement;
    if (!(node instanceof SVGElement) || !this.box.contains(node)) return null;
    for (const name of ["neuron", "weight", "more"])
      if (node.dataset[name] !== undefined) return `[data-${name}="${node.dataset[name]}"]`;
    return null;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const node = under(event, STOPS);
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.pick(node);
    else if (event.key.startsWith("Arrow")) this.move(node, event.key.slice(5));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Drawn} node @param {string} way */
  move(node, way) {
    const kind = node.dataset.weight ? "weight" : "neuron";
    const next = kind === "weight" ? this.nextLine(node, way) : this.nextNeuron(node, way);
    if (!next) return;
    this.rove[kind] = next.dataset.weight ?? next.dataset.neuron ?? `more:${next.dataset.more}`;
    node.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }

  /** @param {Drawn} node @param {string} way @returns {Drawn | null} */
  nextLine(node, way) {
    const ids = this.drawn.map(({ l, j, k }) => `${l}:${j}:${k}`);
    const at = ids.indexOf(node.dataset.weight ?? "") + (way === "Down" || way === "Right" ? 1 : -1);
    return this.box.querySelector(`[data-weight="${ids[(at + ids.length) % ids.length]}"]`);
  }

  /** @param {Drawn} node @param {string} way @returns {Drawn | null} */
  nextNeuron(node, way) {
    const column = /** @type {Drawn | null} */ (node.closest("[data-column]"));
    if (!column) return null;
    const l = Number(column.dataset.column),
      at = [...column.children].indexOf(node);
    if (way === "Up" || way === "Down") return this.nth(column, at + (way === "Down" ? 1 : -1));
    const beside = this.box.querySelector(`[data-column="${l + (way === "Right" ? 1 : -1)}"]`);
    return beside && this.nth(beside, Math.min(at, beside.children.length - 1));
  }

  /** @param {Element} column @param {number} n */
  nth(column, n) {
    const found = column.children[n];
    return found instanceof SVGElement ? found : null;
  }
}
