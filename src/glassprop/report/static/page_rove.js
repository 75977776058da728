// The drawing by keyboard: one stop for neurons and one for lines; arrows move among them by place, Enter chooses.

const STOPS = "[data-neuron],[data-weight],[data-more]";
/** What arrows do, as a step in x and one in y. @type {Record<string, [number, number]>} */
const WAYS = { Up: [0, -1], Down: [0, 1], Left: [-1, 0], Right: [1, 0] };

class Roving {
  /** @param {HTMLElement} box where it is drawn */
  constructor(box) {
    this.box = box;
    /** What the Tab key comes to. @type {{ neuron: string | null, weight: string | null }} */
    this.rove = { neuron: null, weight: null };
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("click", (event) => this.pick(under(event, STOPS)));
    // a click chooses and leaves the focus alone, so that arrows go on walking
    box.addEventListener("mousedown", (event) => {
      if (!under(event, STOPS)) return;
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
  }

  /** Choose what a stop stands for.
   *  @param {Drawn | null} _node */
  pick(_node) {}

  /** @param {"neuron" | "weight"} kind @param {string} id */
  stop(kind, id) {
    return this.rove[kind] === id ? 0 : -1;
  }
  /** The Tab key must come to something at first, and where what it came to is no longer drawn: to the first by place. */
  reach() {
    for (const [kind, group] of /** @type {["neuron" | "weight", string][]} */ ([["weight", "data-gap"], ["neuron", "data-column"]])) {
      const groups = [...this.box.querySelectorAll(`[${group}]`)],
        first = groups.map((part) => this.stops(part)).find((stops) => stops.length > 0);
      if (!first || groups.some((part) => part.querySelector("[tabindex='0']"))) continue;
      const [node] = first.sort((one, other) => this.order(one) - this.order(other));
      node.setAttribute("tabindex", "0");
      this.rove[kind] = this.id(node);
    }
  }
  /** How far along its column a stop is.
   *  @param {Drawn} node */
  order(node) {
    const { x, y } = this.place(node);
    return this.across() ? x : y;
  }

  /** @param {Drawn} node */
  id(node) {
    return node.dataset.weight ?? node.dataset.neuron ?? `more:${node.dataset.more}`;
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
    const kind = node.dataset.weight ? "weight" : "neuron",
      next = this.beside(node, way, kind === "weight" ? "data-gap" : "data-column");
    if (!next) return;
    this.rove[kind] = this.id(next);
    node.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }

  /** What lies next in the direction of an arrow: in the same column of neurons (or gap of lines) the next one along
   *  it, across it the nearest in the column beside.
   *  @param {Drawn} node @param {string} way @param {"data-gap" | "data-column"} group @returns {Drawn | null} */
  beside(node, way, group) {
    const own = node.closest(`[${group}]`);
    if (!own) return null;
    const [dx, dy] = WAYS[way],
      here = this.order(node),
      along = this.across() ? dx : dy;
    /** @param {Drawn} other */
    const ahead = (other) => this.order(other) - here;
    if (along) {
      const all = this.stops(own).sort((one, other) => ahead(one) - ahead(other));
      return all[all.indexOf(node) + along] ?? null;
    }
    const number = Number(own.getAttribute(group)) + (this.across() ? dy : dx),
      beside = this.box.querySelector(`[${group}="${number}"]`);
    if (!beside) return null;
    const stops = this.stops(beside),
      place = this.stops(own).indexOf(node);
    /** Of two that are as near, the one with the same number. @param {Drawn} other @param {number} i @returns {[number, Drawn]} */
    const far = (other, i) => [Math.abs(ahead(other)) + 1e-3 * Math.abs(i - place), other];
    return stops.map(far).sort(([one], [other]) => one - other)[0]?.[1] ?? null;
  }

  /** @param {Element} group @returns {Drawn[]} */
  stops(group) {
    return [...group.querySelectorAll(STOPS)].filter((node) => node instanceof SVGElement);
  }

  /** Whether layers stand one below the other. */
  across() {
    return false;
  }

  /** The middle of what is drawn of a stop: of a line, of a circle.
   *  @param {Drawn} node */
  place(node) {
    const mark = node.querySelector(".hit, circle, rect");
    /** @param {string} name */
    const of = (name) => Number(mark?.getAttribute(name) ?? 0);
    if (mark?.tagName === "line") return { x: (of("x1") + of("x2")) / 2, y: (of("y1") + of("y2")) / 2 };
    return mark?.tagName === "circle"
      ? { x: of("cx"), y: of("cy") }
      : { x: of("x") + of("width") / 2, y: of("y") + of("height") / 2 };
  }
}
