// What the drawing says of a circle or a line in each view, for tooltips and for those who do not see it.

/** What a line is called: a weight, a factor, a bias, or what an embedding makes of a number.
 *  @param {Model} m @param {number} l @param {number} k */
function kindOfLine(m, l, k) {
  if (k < 0) return "bias b";
  return m.embeds(l) ? "derivative ∂z/∂a" : m.scales(l) ? "factor s" : "weight w";
}

/** @param {Model} m @param {{ l: number, j: number, k: number }} line @param {Mode} mode */
function nameOfLine(m, { l, j, k }, mode) {
  const kind = kindOfLine(m, l, k),
    letter = kind.split(" ")[1],
    to = `${m.name(l, j)} of layer ${l}`,
    where = k < 0 ? `of ${to}` : `from ${m.name(l - 1, k)} to ${to}`;
  if (mode === "weight" || (mode === "activation" && k < 0)) return `${kind} ${where}`;
  if (mode === "activation") return `${m.embeds(l) ? "∂z/∂a times a" : `${letter} a`}, what flows ${where}`;
  return m.embeds(l) ? `δ ∂z/∂a, what goes back ${where}` : `derivative ∂C₀/∂${letter} by the ${kind.split(" ")[0]} ${where}`;
}

/** @param {Model} m @param {number} l @param {number} n */
function whose(m, l, n) {
  return l === 0 ? `input ${m.name(0, n)}` : `${l === m.depth ? "output " : ""}${m.name(l, n)} of layer ${l}`;
}

/** All that is known of a neuron, what the view shows first.
 *  @param {Model} m @param {number} l @param {number} n @param {Mode} mode @param {Known} known */
function sayNeuron(m, l, n, mode, known) {
  const a = known.a >= l ? `${l ? "activation a" : "value x"} ${numeral(m.a(l, n))}` : "",
    back = l ? `error δ ${numeral(m.delta(l, n))}` : `derivative ∂C₀/∂x ${numeral(m.byA(0, n))}`,
    parts = [a, known.delta <= l ? back : ""].filter(Boolean);
  if (mode === "gradient") parts.reverse();
  return `${whose(m, l, n)}: ${parts.join(", ") || "not computed yet"}`;
}
