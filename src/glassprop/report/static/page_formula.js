// Formulas of the record as functions: the tree of one is walked once and becomes closures; nothing is run as text.

const TINY = 2.2250738585072014e-308; // a floor that keeps 1/x finite

/** The normal distribution: its density, and what lies below x.
 *  @param {number} x */
const normalDensity = (x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
/** Near 0 by the series φ(x) (x + x³/3 + x⁵/15 + …), farther out by the continued fraction of the tail.
 *  @param {number} x @returns {number} */
function normalBelow(x) {
  if (Number.isNaN(x)) return x;
  const far = Math.abs(x);
  if (far < 3) {
    let term = x,
      sum = x;
    for (let n = 3; Math.abs(term) > 1e-18 * Math.abs(sum); n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + normalDensity(x) * sum;
  }
  let fraction = far;
  for (let n = 120; n > 0; n--) fraction = far + n / fraction;
  const tail = normalDensity(x) / fraction;
  return x < 0 ? tail : 1 - tail;
}

/** What formulas call, by name. A logarithm of 0 is taken of the least number instead, as the record's maker does.
 *  @type {Record<string, (...xs: number[]) => number>} */
const FUNCTIONS = {
  exp: Math.exp,
  expm1: Math.expm1,
  ln: (x) => Math.log(Math.max(x, TINY)),
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  abs: Math.abs,
  sign: Math.sign,
  min: Math.min,
  max: Math.max,
  "Φ": normalBelow,
  "φ": normalDensity,
};
/** @type {Record<string, (one: number, other: number) => boolean>} */
const RELATIONS = {
  ">": (one, other) => one > other,
  "<": (one, other) => one < other,
  ">=": (one, other) => one >= other,
  "<=": (one, other) => one <= other,
};
/** What is 0 makes a product 0, whatever the other factor; what is divided by is kept away from 0.
 *  @type {Record<string, (one: Formula, other: Formula) => Formula>} */
const OPERATIONS = {
  "+": (one, other) => (known) => one(known) + other(known),
  "-": (one, other) => (known) => one(known) - other(known),
  "*": (one, other) => (known) => {
    const first = one(known);
    return first === 0 ? first : first * other(known);
  },
  "/": (one, other) => (known) => {
    const above = one(known),
      below = other(known);
    return above / (below >= 0 ? Math.max(below, TINY * (1 + Math.abs(above))) : below);
  },
  "**": (one, other) => (known) => one(known) ** other(known),
};

/** A formula as a function.
 *  @param {Tree} tree @returns {Formula} */
function worked(tree) {
  if (typeof tree === "number") return () => tree;
  if (typeof tree === "string") return named(tree);
  const [what, ...parts] = tree;
  if (what === "if") return choice(parts);
  if (what === "Σ_m") return overAll(parts[0], 0, (sum, x) => sum + x);
  if (what === "max_m") return overAll(parts[0], -Infinity, Math.max);
  if (what === "**" && typeof parts[1] === "number") return power(worked(parts[0]), parts[1]);
  const each = parts.map(worked),
    [one, other] = each,
    name = String(what);
  if (name === "neg") return (known) => -one(known);
  if (Object.hasOwn(OPERATIONS, name)) return OPERATIONS[name](one, other);
  if (!Object.hasOwn(FUNCTIONS, name)) throw new Error(`no part of a formula: ${name}`);
  const f = FUNCTIONS[name];
  return each.length === 1 ? (known) => f(one(known)) : (known) => f(one(known), other(known));
}

/** @param {string} name @returns {Formula} */
const named = (name) => name.endsWith("_m") ? (known) => known.lists[name][known.m] : (known) => known.numbers[name];

/** @param {Tree[]} parts @returns {Formula} */
function choice([relation, ...parts]) {
  const holds = RELATIONS[String(relation)],
    [left, right, then, otherwise] = parts.map(worked);
  return (known) => (holds(left(known), right(known)) ? then(known) : otherwise(known));
}

/** By multiplication, as the record's maker does.
 *  @param {Formula} base @param {number} times @returns {Formula} */
const power = (base, times) => (known) => {
  const x = base(known);
  let found = x;
  for (let n = 1; n < times; n++) found *= x;
  return found;
};

/** What runs over all neurons of a layer: a sum, or the largest. Where it is the same for each of them it is worked
 *  out once.
 *  @param {Tree} term @param {number} first @param {(so: number, x: number) => number} join @returns {Formula} */
function overAll(term, first, join) {
  const of = worked(term),
    names = namesIn(term),
    list = names.find((name) => name.endsWith("_m")) ?? "",
    same = names.every((name) => name.endsWith("_m"));
  let turn = -1,
    kept = 0;
  return (known) => {
    if (same && turn === known.turn) return kept;
    const { m } = known,
      n = known.lists[list].length;
    let found = first;
    for (known.m = 0; known.m < n; known.m++) found = join(found, of(known));
    known.m = m;
    turn = known.turn;
    kept = found;
    return found;
  };
}

/** @param {Tree} tree @returns {string[]} */
const namesIn = (tree) =>
  typeof tree === "string" ? [tree] : Array.isArray(tree) ? tree.slice(1).flatMap(namesIn) : [];

/** @returns {LiveKnown} */
const nothingKnown = () => ({ numbers: {}, lists: {}, m: 0, turn: 0 });

/** What is replaced one after the other, as functions.
 *  @param {LiveReplacement[]} moves */
const moving = (moves) => moves.map(([what, by]) => ({ what, by: worked(by) }));
