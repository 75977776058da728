// Dragging a line or a circle of the drawing up or down: its weight, bias or input goes with the pointer.

const LEAST = 4; // pixels, until then it is a click

/** @param {Play} play */
function dragging(play) {
  const box = byId("network-box");
  /** @type {{ y: number, choice: Choice, grip: Grip | null } | null} */
  let drag = null,
    dragged = false;
  box.addEventListener("pointerdown", (event) => {
    dragged = false;
    const node = event.pointerType !== "touch" && event.button === 0 ? under(event, "[data-weight],[data-neuron]") : null,
      choice = node && choiceOf(node);
    drag = choice && { y: event.clientY, choice, grip: null };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const up = drag.y - event.clientY;
    if (!drag.grip && Math.abs(up) < LEAST) return;
    drag.grip ??= take(play, drag.choice);
    if (!drag.grip) return;
    dragged = true;
    event.preventDefault();
    const { held, from, unit } = drag.grip;
    play.nudge.change(held, short(from + up * unit, unit));
  });
  window.addEventListener("pointerup", () => (drag = null));
  // the click that ends a drag is none
  box.addEventListener("click", (event) => dragged && event.stopPropagation(), true);
}

/** Choose what is dragged, and take hold of its number.
 *  @param {Play} play @param {Choice} choice @returns {Grip | null} */
function take(play, choice) {
  play.learn?.pause();
  play.page.chosen = choice;
  play.page.show(false);
  const [held] = play.nudge.held;
  return held ? { held, from: held.get(), unit: (held.range[1] - held.range[0]) / SLIDER } : null;
}

/** What a line or a circle stands for.
 *  @param {Drawn} node @returns {Choice} */
function choiceOf(node) {
  const [l, j, k] = (node.dataset.weight ?? node.dataset.neuron ?? "").split(":").map(Number);
  if (node.dataset.weight !== undefined) return { kind: "weight", l, j, k };
  return l === 0 ? { kind: "input", k: j } : { kind: "neuron", l, j };
}
