// What in the drawing has to do with what is chosen, and with the present step; what is known by then.

/** The neurons that something chosen has to do with, as [layer, number].
 *  @param {Choice} chosen @returns {[number, number][]} */
function ends(chosen) {
  if (chosen.kind === "weight")
    return [
      [chosen.l, chosen.j],
      [chosen.l - 1, chosen.k],
    ];
  if (chosen.kind === "neuron") return [[chosen.l, chosen.j]];
  return chosen.kind === "input" ? [[0, chosen.k]] : [];
}
/** @param {Choice | null} chosen @param {{ l: number, j: number, k: number }} line */
const isChosen = (chosen, { l, j, k }) =>
  chosen !== null && chosen.kind === "weight" && chosen.l === l && chosen.j === j && chosen.k === k;
/** @param {Choice | null} chosen @param {{ l: number, j: number, k: number }} line */
const touches = (chosen, { l, j, k }) =>
  chosen !== null &&
  chosen.kind !== "weight" &&
  ends(chosen).some(([layer, n]) => (layer === l && n === j) || (layer === l - 1 && n === k));

/** A number for little room: two or three significant digits, whatever its size.
 *  @param {Num} x */
function brief(x) {
  if (x === null) return "∞";
  const three = numeral(x, 3);
  if (three.length <= 6 && Math.abs(x) >= 1e-3) return three;
  const e = x === 0 ? 0 : Math.floor(Math.log10(Math.abs(x)));
  if (e >= -3 && e < 5) return numeral(x, 2);
  const [mantissa, power] = x.toExponential(1).split("e");
  return `${mantissa.replace("-", "−")}·10${[...String(Number(power))].map((c) => SUPERSCRIPT[c]).join("")}`;
}

/** How far the walk has come: the last layer whose a is known, the first one whose δ is (0: ∂C₀/∂x), and C₀.
 *  Where there is no step, or one asks for another view before the first, all is known.
 *  @param {State} state @param {number} depth @returns {Known} */
function knownAt({ step, mode }, depth) {
  const none = depth + 1;
  if (step === null || (step.kind === "all" && mode !== "weight")) return { a: depth, delta: 0, cost: true };
  if (step.kind === "all" || step.kind === "input") return { a: 0, delta: none, cost: false };
  if (step.kind === "forward") return { a: step.l, delta: none, cost: false };
  if (step.kind === "cost") return { a: depth, delta: none, cost: true };
  return { a: depth, delta: step.kind === "backward" ? step.l : 0, cost: true };
}

/** The neuron whose numbers stand in full in the panel of a step: the one of its layer that weighs most.
 *  @param {Model} model @param {Step | null} step @returns {{ l: number, n: number } | null} */
function spotlight(model, step) {
  if (step === null) return null;
  const l = step.kind === "forward" || step.kind === "backward" ? step.l : step.kind === "inputs" ? 0 : -1;
  return l < 0 ? null : { l, n: model.most(l) };
}

/** Whether a line is one of those that the sum in the panel of the present step is over.
 *  @param {Step | null} step @param {{ l: number, n: number } | null} spot @param {{ l: number, j: number, k: number }} line */
function isSummed(step, spot, { l, j, k }) {
  if (step === null || spot === null) return false;
  return step.kind === "forward" ? l === spot.l && j === spot.n : l === spot.l + 1 && k === spot.n;
}

/** Whether a layer, or the weights into it, is what the present step is about; all are where there is no step.
 *  @param {Step | null} step @param {number} l */
function isActive(step, l) {
  if (step === null || step.kind === "all" || step.kind === "update") return true;
  if (step.kind === "forward") return l === step.l || l === step.l - 1;
  if (step.kind === "backward") return l === step.l || l === step.l + 1;
  return step.kind === "cost" ? l === step.last : l === 0 || (step.kind === "inputs" && l === 1);
}
/** Backward, these are the weights that δ comes back through, not those into the layer.
 *  @param {Step | null} step @param {number} l */
function isActiveGap(step, l) {
  if (step === null || step.kind === "all" || step.kind === "update") return true;
  if (step.kind === "forward") return l === step.l;
  if (step.kind === "backward") return l === step.l + 1;
  return step.kind === "inputs" && l === 1;
}
/** Whether what leads from the outputs to C₀ is.
 *  @param {Step | null} step @param {number} depth */
function isActiveCost(step, depth) {
  if (step === null || step.kind === "all" || step.kind === "update") return true;
  return step.kind === "cost" || (step.kind === "backward" && step.l === depth);
}
