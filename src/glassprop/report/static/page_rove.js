// The drawing by keyboard: one stop for neurons and one for lines; arrows move among them, Enter chooses.

class Roving {
  stop(kind, id) {
    if (this.rove[kind] === null) this.rove[kind] = id;
    return this.rove[kind] === id ? 0 : -1;
  }

  /** Where the focus is inside the drawing, as a selector, to put it there again after drawing anew. */
  focused() {
    const node = document.activeElement && this.box.contains(document.activeElement) ? document.activeElement : null;
    if (!node || !node.dataset) return null;
    if (!this.columns) return null;
    for (const name of ["neuron", "weight", "more"])
      if (node.dataset[name] !== undefined) return `[data-${name}="${node.dataset[name]}"]`;
    return null;
  }

  key(event) {
    const node = event.target.closest("[data-neuron],[data-weight],[data-more]");
    if (!node || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") this.pick(node);
    else if (event.key.startsWith("Arrow")) this.move(node, event.key.slice(5));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  move(node, way) {
    const kind = node.dataset.weight ? "weight" : "neuron";
    const next = kind === "weight" ? this.nextLine(node, way) : this.nextNeuron(node, way);
    if (!next) return;
    this.rove[kind] = kind === "weight" ? next.dataset.weight : next.dataset.neuron || `more:${next.dataset.more}`;
    node.setAttribute("tabindex", -1);
    next.setAttribute("tabindex", 0);
    next.focus();
  }

  nextLine(node, way) {
    const ids = this.drawn.map(({ l, j, k }) => `${l}:${j}:${k}`);
    const at = ids.indexOf(node.dataset.weight) + (way === "Down" || way === "Right" ? 1 : -1);
    return this.box.querySelector(`[data-weight="${ids[(at + ids.length) % ids.length]}"]`);
  }

  nextNeuron(node, way) {
    const column = node.closest("[data-column]"),
      l = Number(column.dataset.column),
      at = [...column.children].indexOf(node);
    if (way === "Up" || way === "Down") return column.children[at + (way === "Down" ? 1 : -1)];
    const beside = this.box.querySelector(`[data-column="${l + (way === "Right" ? 1 : -1)}"]`);
    return beside && beside.children[Math.min(at, beside.children.length - 1)];
  }
}
