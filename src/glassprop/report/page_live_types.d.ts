// What the page computes with, and what its core hands to others: types for the checker alone.

/** A formula: a number, a name, or a list that begins with what to do. */
type Tree = number | string | Tree[];
/** Numbers as text: "f8:" or "f4:", and their bytes in base64. */
type Packed = string;

interface LiveBlock {
  name: string;
  shape: number[];
  start: number;
  /** what the learning rate, and decay and L2, are multiplied by */
  rate: number;
  decay: number;
  /** what its derivative counts in the average over members */
  share: number;
}
interface LiveLayer {
  kind: string;
  n_in: number;
  n: number;
  residual: boolean;
  parametric: boolean;
  activation: string;
  embeds: { columns: number[]; each: number[] } | null;
  blocks: LiveBlock[];
}
interface LiveActivation {
  value: Tree;
  slope: Tree;
  by_parameter: Tree | null;
  elementwise: boolean;
  p: number;
  kinks: number[];
}
interface LiveCost {
  value: Tree;
  slope: Tree;
  kinks: Tree[];
  p: number;
  /** from where to where targets may lie; null: any number */
  targets: [Num, Num];
  pair: { value: Tree; delta: Tree } | null;
}
/** What is replaced, and what by. */
type LiveReplacement = [string, Tree];
interface LiveOptimizer {
  name: string;
  /** false: plain gradient descent, because the parameters came without an optimizer */
  given: boolean;
  /** whether the rate was asked for; and then that of the last step of training, if there was one */
  chosen: boolean;
  trained_rate: Num;
  settings: Record<string, number>;
  decaying: LiveReplacement[];
  plain: LiveReplacement[];
  memory: string[];
  state: Packed[];
  l2: number;
  clip_norm: number | null;
}
type Prediction =
  | { kind: "largest"; labels: string[] }
  | { kind: "half"; labels: string[] }
  | { kind: "number"; mean: number; spread: number };
/** An output of which can be told: a class, say. */
type LiveOutput = { output: number; name: string; opposite: boolean };
/** What predictions are told anew by. */
interface LivePredicting {
  of: string;
  outputs: LiveOutput[];
  /** which of them, by example */
  asked: number[];
  /** null: that one; else how the likeliest is found: the second of two above a number, the largest, or ever the first */
  likeliest: number | "largest" | "first" | null;
  mean: number;
  spread: number;
  baseline: Packed;
  baseline_is: string;
  /** by input that is a code: how often each category came */
  shares: Record<string, Packed>;
  /** slopes: ∂x/∂column by example, or one for all; null where there is none */
  columns: { name: string; parts: number[]; unit: string; slopes: Packed[] | null }[];
  most_columns: number;
  most_points: number;
}
/** Where the code of a category, input k, is looked up: a table of so many rows. */
type LiveLookup = { l: number; name: string; k: number; size: number };
/** The same with what stands in place of the row. */
type LiveTable = LiveLookup & { row: Float64Array };
/** How a part of a date or a time of day is made of it, and scaled. */
type LiveTurn = { of: string; length: number; center: number; spread: number; limit: Num };
type LiveDate = { parts: number[]; unit: string; turns: LiveTurn[] };
interface LiveRecord {
  layers: LiveLayer[];
  theta: Packed;
  untrained: Packed;
  formulas: Record<string, LiveActivation>;
  cost: LiveCost;
  optimizer: LiveOptimizer;
  rows: { x: Packed; y: Packed; weight: number }[];
  predicts: Prediction | null;
  targets: Prediction | null;
  predicting: LivePredicting | null;
  dates: LiveDate[];
  most_differences: number;
  /** where in a picture each input lies, if not simply in order */
  pixels: number[] | null;
}

/** What a formula is worked out from: numbers by name, lists by names that end in _m; m runs in sums. */
interface LiveKnown {
  numbers: Record<string, number>;
  lists: Record<string, ArrayLike<number>>;
  m: number;
  /** goes up whenever the lists become others */
  turn: number;
}
type Formula = (known: LiveKnown) => number;

/** Of one layer: its arrays of parameters by name, views of all parameters (or of a gradient). */
type Blocks = Record<string, Float64Array>;
/** An entry of a block of parameters. */
type LiveEntry = { name: string; index: number[] };
/** How a kind of layer computes: z, and its derivatives. */
interface LayerWalk {
  weigh(layer: LiveLayer, own: Blocks, x: Float64Array): Float64Array;
  /** what δ adds to ∂C₀/∂x */
  byInput(layer: LiveLayer, own: Blocks, delta: Float64Array, x: Float64Array): Float64Array;
  /** add ∂C₀ by each parameter */
  fill(layer: LiveLayer, gradient: Blocks, own: Blocks, delta: Float64Array, x: Float64Array): void;
  /** the block and the place in it of what leads from k (-1: the bias) to j; null where that is no parameter */
  place(layer: LiveLayer, j: number, k: number): [string, number] | null;
  /** the parameters that move neuron j for an example, of those that lead from no neuron to another */
  entries(layer: LiveLayer, j: number, x: Float64Array): LiveEntry[];
  /** ∂z_j/∂x_k of all pairs, row by row; null where these are parameters */
  edges(layer: LiveLayer, own: Blocks, x: Float64Array): Float64Array | null;
}

/** A pass forward: a, z and σ(z) by layer, from 0 on (z and s have nothing there). */
interface LiveTrace {
  a: Float64Array[];
  z: Float64Array[];
  s: Float64Array[];
}
/** A pass back: δ and ∂C₀/∂a by layer. */
interface LiveErrors {
  delta: Float64Array[];
  byA: Float64Array[];
}
/** Both, with an example and its target. */
interface LivePass {
  trace: LiveTrace;
  errors: LiveErrors;
  y: Float64Array;
}
/** A parameter to be changed: k = -1 is the bias. */
type Place = { l: number; j: number; k: number };
/** A parameter that a step moved; j and k are null for one that leads from no neuron to another. */
interface LiveMove {
  l: number;
  j: number | null;
  k: number | null;
  /** its block and the index in it */
  name: string;
  index: number[];
  from: number;
  to: number;
}
/** A step: the mean of C₀ over its rows before and after, and what moved, the largest first. */
interface LiveStep {
  before: number;
  after: number;
  rate: number;
  /** the part that L2 adds to the cost, before and after */
  l2: [number, number];
  /** what the gradient was multiplied by to be no longer than allowed */
  clipping: number;
  moved: LiveMove[];
}
/** All that can change: to be handed back to `restore`. */
interface LiveSnapshot {
  theta: Float64Array;
  state: Float64Array[];
  t: number;
  xs: Float64Array[];
  ys: Float64Array[];
}
