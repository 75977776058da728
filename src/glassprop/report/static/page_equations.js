// The equations that panels name, as docs/derivation.md has them, so that a link to one works without a network.

/** Index letters below Σ. @param {string} over */
const sigma = (over) => ["Σ", el("sub", {}, over), " "];
/** A symbol of layer l - 1, or of layer l. @param {string} letter @param {string} index */
const before = (letter, index) => el("span", { class: "sym" }, el("i", {}, letter), el("span", { class: "marks" }, el("span", { class: "sup" }, "(l−1)"), el("span", { class: "sub" }, index)));
/** @param {string} letter @param {string[]} index */
const plain = (letter, ...index) => sym(letter, null, ...index);

/** What each says, and its formula. @type {Record<string, [string, () => Child[]]>} */
const EQUATIONS = {
  E2: ["The cost says how bad the result is for one example. For several outputs it is the sum (E14).", () => [C0(), " = ", ...sigma("j"), "(", plain("a", "j"), " − ", plain("y", "j"), ")²"]],
  E4: ["For small nudges, the factors by which they grow multiply. That is the chain rule.", () => [by(C0(), plain("w")), " = ", by(plain("z"), plain("w")), " · ", by(plain("a"), plain("z")), " · ", by(C0(), plain("a"))]],
  E6: ["The activation changes by its slope.", () => [by(plain("a"), plain("z")), " = σ′(", plain("z"), "), so ", plain("δ", "j"), " = σ′(", plain("z", "j"), ") · ", by(C0(), plain("a", "j"))]],
  E7: ["The cost of E2 changes by twice the difference; each cost has a derivative of its own.", () => [by(C0(), plain("a", "j")), " = 2 (", plain("a", "j"), " − ", plain("y", "j"), ")"]],
  E11: ["The cost of all n examples is the average of theirs, and so is its derivative.", () => [by(plain("C"), plain("w")), " = ", "1/n ", ...sigma("i"), by(plain("C", "i"), plain("w"))]],
  E12: ["All these derivatives, with respect to every weight and every bias of every layer, written in one column, are the gradient.", () => ["∇C"]],
  E14: ["A weighted sum runs over the neurons before; layer 0 is the input.", () => [plain("z", "j"), " = ", ...sigma("k"), plain("w", "j", "k"), " ", before("a", "k"), " + ", plain("b", "j"), ", ", plain("a", "j"), " = σ(", plain("z", "j"), ")"]],
  E15: ["A neuron reaches the cost by many ways: through every neuron of the next layer. Its derivative is the sum over these.", () => [by(C0(), before("a", "k")), " = ", ...sigma("j"), by(C0(), plain("a", "j")), " · ", by(plain("a", "j"), plain("z", "j")), " · ", by(plain("z", "j"), before("a", "k"))]],
  E16: ["A single weight enters one neuron alone.", () => [by(C0(), plain("w", "j", "k")), " = ", plain("δ", "j"), " ", before("a", "k")]],
  E17: ["So does a bias, which is added as it is.", () => [by(C0(), plain("b", "j")), " = ", plain("δ", "j")]],
  E18: ["E15 with its factors put in: δ is the product of its first two.", () => [by(C0(), before("a", "k")), " = ", ...sigma("j"), plain("δ", "j"), " ", plain("w", "j", "k")]],
  E23: ["Where every z of a layer moves every a, as in softmax, the slope is a matrix, the Jacobian; [m = j] is 1 if they are equal, else 0.", () => [by(plain("a", "m"), plain("z", "j")), " = ", plain("a", "m"), " ([m = j] − ", plain("a", "j"), "), so ", plain("δ", "j"), " = ", ...sigma("m"), by(C0(), plain("a", "m")), " ", by(plain("a", "m"), plain("z", "j"))]],
  E24: ["A layer’s activations with respect to its weights: the Jacobian times what the weight multiplies.", () => [by(plain("a", "i"), plain("w", "j", "k")), " = ", by(plain("a", "i"), plain("z", "j")), " · ", before("a", "k")]],
  E25: ["How surprised the network is to see the class that is right.", () => [C0(), " = −", ...sigma("i"), plain("y", "i"), " log ", plain("a", "i")]],
  E26: ["For some pairs of activation and cost, all of that collapses to a difference.", () => [plain("δ", "i"), " = ", plain("a", "i"), " − ", plain("y", "i")]],
  E29: ["A layer of factors has one for each neuron, and no mixing of inputs.", () => [plain("z", "k"), " = ", plain("s", "k"), " ", before("a", "k")]],
  E30: ["With respect to a factor.", () => [by(C0(), plain("s", "k")), " = ", plain("δ", "k"), " ", before("a", "k")]],
  E31: ["Through a factor the sum of E15 has one term.", () => [by(C0(), before("a", "k")), " = ", plain("δ", "k"), " ", plain("s", "k")]],
  E32: ["A residual layer adds its input to its output.", () => [plain("a", "j"), " = σ(", plain("z", "j"), ") + ", before("a", "j")]],
  E33: ["Then a neuron before it moves the cost in two ways: through every z, and past the layer.", () => [by(C0(), before("a", "k")), " = ", ...sigma("j"), plain("δ", "j"), " ", plain("w", "j", "k"), " + ", by(C0(), plain("a", "k"))]],
  E35: ["A number may become several: itself, and sums of waves.", () => [plain("z", "m"), " = ", ...sigma("q"), plain("w", "m", "q"), " cos(2π ", plain("f", "q"), " x + ", plain("c", "q"), ") + ", plain("e", "m")]],
  E38: ["With respect to the number itself: the sum over all that are made from it.", () => [by(C0(), plain("x")), " = ", plain("δ", "0"), " + 2π ", ...sigma("q"), plain("f", "q"), " ", by(C0(), plain("u", "q"))]],
  E39: ["A category has a code, and a table has a row for each code: the code becomes its row.", () => [plain("z", "m"), " = ", plain("t", "r", "m")]],
  E40: ["With respect to an entry it is δ in the row of the code; the code itself has no derivative.", () => [by(C0(), plain("t", "r", "m")), " = ", plain("δ", "m")]],
};

/** A link to an equation: the address stays, for it holds what is shown.
 *  @param {string} name */
function toEquation(name) {
  /** @param {Event} event */
  const onclick = (event) => {
    event.preventDefault();
    showEquation(name);
  };
  return el("a", { href: `#${name}`, "data-equation": name, onclick }, name);
}

/** @param {string} name */
function showEquation(name) {
  const entry = document.getElementById(name);
  if (!entry) return;
  const box = entry.closest("details");
  if (box) box.open = true;
  for (const other of document.querySelectorAll(".equation.here")) other.classList.remove("here");
  entry.classList.add("here");
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "center" });
}

/** All of them, at the end of the page.
 *  @param {HTMLElement} box */
function drawEquations(box) {
  box.replaceChildren(
    ...Object.entries(EQUATIONS).map(([name, [says, form]]) =>
      el("div", { id: name, class: "equation", tabindex: "-1" }, el("p", {}, el("b", {}, name), " ", says), formula(...form())),
    ),
  );
}
