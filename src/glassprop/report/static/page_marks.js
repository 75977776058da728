// What in the drawing has to do with what is chosen, and with the present step; and the numbers inside circles.

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
/** @param {Choice} chosen @param {{ l: number, j: number, k: number }} line */
const isChosen = (chosen, { l, j, k }) =>
  chosen.kind === "weight" && chosen.l === l && chosen.j === j && chosen.k === k;
/** @param {Choice | null} chosen @param {{ l: number, j: number, k: number }} line */
const touches = (chosen, { l, j, k }) =>
  chosen !== null &&
  chosen.kind !== "weight" &&
  ends(chosen).some(([layer, n]) => (layer === l && n === j) || (layer === l - 1 && n === k));
/** @param {Num} x */
const tiny = (x) =>
  x !== null && x !== 0 && (Math.abs(x) < 0.005 || Math.abs(x) >= 1000)
    ? (x < 0 ? "−" : "") + (Math.abs(x) < 1 ? "~0" : "big")
    : numeral(x === null ? null : Number(x.toFixed(2)), 3).replace("not finite", "∞");

/** Whether a layer, or the weights into it, is what the present step is about; all are where there is no step.
 *  @param {Step | null} step @param {number} l */
function isActive(step, l) {
  if (!step || step.kind === "all") return true;
  if (step.kind === "forward") return l === step.l || l === step.l - 1;
  if (step.kind === "backward") return l === step.l || l === step.l - 1;
  return step.kind === "cost" ? l === step.last : l === 0 || (step.kind === "inputs" && l === 1);
}
/** @param {Step | null} step @param {number} l */
function isActiveGap(step, l) {
  if (!step || step.kind === "all") return true;
  if (step.kind === "forward" || step.kind === "backward") return l === step.l;
  return step.kind === "inputs" && l === 1;
}
