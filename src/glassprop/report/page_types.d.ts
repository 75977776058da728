// What the page's scripts are given and hand to each other: docs/explain-json.md as types, for the checker alone.

/** A number; null where it is not finite, or where there is none. */
type Num = number | null;
/** By layer, from 0 to L: a list by neuron, or null where the layer has none. */
type ByLayer<T> = (T[] | null)[];

interface LayerRecord {
  n: number;
  /** "dense"; "scale": neuron j sees number j before it alone; "periodic", "category": no z of these is a sum of w a */
  kind: string;
  residual: boolean;
  /** what rate, and decay and L2, are multiplied by */
  factors: { edge: [number, number]; bias: [number, number] };
  parametric: boolean;
  activation: string;
  elementwise: boolean;
  dropout: number;
  value: string;
  slope: string;
}

interface NetworkRecord {
  sizes: number[];
  layers: LayerRecord[];
  cost: string;
  cost_value: string;
  cost_slope: string;
  collapses: boolean;
  parameters: number;
}

interface ColumnRecord {
  name: string;
  parts: number[];
  categories: string[] | null;
  one_hot: boolean;
  unit: string;
  /** what the parts are by category, where the categories are not one-hot */
  stands: Num[][] | null;
}

interface CellRecord {
  shown: string | null;
  value: Num;
  by_column: Num[] | null;
  switches: Record<string, Num>;
}

interface ExampleRecord {
  row: number;
  target: string | null;
  prediction: string | null;
  cost: Num;
  y: Num[];
  z: ByLayer<Num>;
  a: ByLayer<Num>;
  slope: ByLayer<Num>;
  jacobian: ByLayer<Num[]>;
  by_a: ByLayer<Num>;
  delta: ByLayer<Num>;
  /** ∂z_j/∂a_k of a layer whose z is not linear in what it sees, and which has no w; null for others */
  edges: ByLayer<Num[]>;
  rest_z: ByLayer<Num>;
  rest_by_a: ByLayer<Num>;
  long_way: boolean;
  collapse: string | null;
  columns: CellRecord[];
  differences: {
    /** [j, k, value, kink] of the largest; k = -1 is the bias */
    weights: ByLayer<[number, number, Num, boolean]>;
    /** [k, value, kink] */
    inputs: [number, Num, boolean][];
  };
}

/** Numbers with the shape of the parameters: weights and biases. */
interface ParameterRecord {
  w: ByLayer<Num[]>;
  b: ByLayer<Num>;
}

interface TrainingRecord {
  optimizer: string;
  formula: string;
  formula_of_biases: string;
  settings: Record<string, Num>;
  /** the rate at the end of training, where another was chosen; and whether one was */
  trained_rate: Num;
  chosen_rate: boolean;
  l2: number;
  clip_norm: number | null;
  clipping?: Num;
  memory: Record<string, ParameterRecord>;
}

/** What each member says, by example, and all together. */
interface MembersRecord {
  count: number;
  walked: number;
  parameters: number;
  examples: {
    outputs: Num[][];
    mean: Num[];
    spread: Num[];
    costs: Num[];
    cost: Num;
    cost_of_mean: Num;
    by_x: Num[];
    columns: Num[];
  }[];
}

/** What `Explanation.to_dict()` gives and the page holds. */
interface ExplanationRecord extends ParameterRecord {
  format: number;
  kind: string;
  network: NetworkRecord;
  shown: number[][];
  left_out: number[];
  inputs: string[];
  outputs: string[];
  image: [number, number] | null;
  pixels: number[] | null;
  picture: { size: [number, number]; x: Num[][]; by_x: Num[][] } | null;
  columns: ColumnRecord[];
  columns_left_out: number;
  /** trained parameters of activations */
  p: ByLayer<Num>;
  examples: ExampleRecord[];
  /** of a network of several members; the rest is of the one that is walked through */
  members?: MembersRecord | null;
  gradient_size: Num[][];
  history: Record<string, Num[]>;
  training: TrainingRecord | null;
  /** what the page computes with; null where it stands still */
  live: LiveRecord | null;
  /** why it stands still; null where it does not */
  still: string | null;
}

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
  pair: { value: Tree; delta: Tree } | null;
}
/** What is replaced, and what by. */
type Move = [string, Tree];
interface LiveOptimizer {
  name: string;
  /** false: plain gradient descent, because the parameters came without an optimizer */
  given: boolean;
  settings: Record<string, number>;
  decaying: Move[];
  plain: Move[];
  memory: string[];
  state: Packed[];
  l2: number;
  clip_norm: number | null;
}
type Prediction =
  | { kind: "largest"; labels: string[] }
  | { kind: "half"; labels: string[] }
  | { kind: "number"; mean: number; spread: number };
interface LiveRecord {
  layers: LiveLayer[];
  theta: Packed;
  untrained: Packed;
  formulas: Record<string, LiveActivation>;
  cost: LiveCost;
  optimizer: LiveOptimizer;
  rows: { x: Packed; y: Packed; weight: number }[];
  predicts: Prediction | null;
  most_differences: number;
}

/** What a formula is worked out from: numbers by name, lists by names that end in _m; m runs in sums. */
interface Known {
  numbers: Record<string, number>;
  lists: Record<string, ArrayLike<number>>;
  m: number;
  /** goes up whenever the lists become others */
  turn: number;
}
type Formula = (known: Known) => number;

/** Of one layer: its arrays of parameters by name, views of all parameters (or of a gradient). */
type Blocks = Record<string, Float64Array>;
/** How a kind of layer computes: z, and its derivatives. */
interface LayerWalk {
  weigh(layer: LiveLayer, own: Blocks, x: Float64Array): Float64Array;
  /** what δ adds to ∂C₀/∂x */
  byInput(layer: LiveLayer, own: Blocks, delta: Float64Array, x: Float64Array): Float64Array;
  /** add ∂C₀ by each parameter */
  fill(layer: LiveLayer, gradient: Blocks, own: Blocks, delta: Float64Array, x: Float64Array): void;
  /** the block and the place in it of what leads from k (-1: the bias) to j; null where that is no parameter */
  place(layer: LiveLayer, j: number, k: number): [string, number] | null;
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


/** What can be chosen: a weight (k = -1: the bias), a neuron, an input, a column of the table. */
type WeightChoice = { kind: "weight"; l: number; j: number; k: number };
type Choice =
  | WeightChoice
  | { kind: "neuron"; l: number; j: number }
  | { kind: "input"; k: number }
  | { kind: "column"; number: number };
type Choose = (what: Choice) => void;

/** A step of the walk. */
type Step =
  | { kind: "all" | "input" | "inputs"; title: string }
  | { kind: "forward" | "backward"; l: number; title: string }
  | { kind: "cost"; last: number; title: string };

type Mode = "weight" | "activation" | "gradient";
/** What the page shows at present. */
type State = { mode: Mode; chosen: Choice | null; step: Step | null };

/** What a step, or several, came to: on which rows, their mean cost before and after, and what the last one moved. */
type Taken = { before: number; after: number; steps: number; rows: number[]; moved: LiveMove[] };
/** A number that can be changed: how it is called, its derivative where it stood, and its controls. */
type Held = {
  name: string;
  words: string;
  parameter?: boolean;
  symbol: Child;
  slopeName: Child;
  slope: Num;
  /** whether the slope was found by differences */
  byNudge?: boolean;
  start: number;
  range: [number, number];
  get: () => number;
  set: (value: number) => void;
  slider?: HTMLInputElement;
  field?: HTMLInputElement;
  said?: HTMLElement;
};
/** What the pointer holds while it drags. */
type Grip = { held: Held; from: number; unit: number };
/** What a column could be: what it is called, and its inputs. */
type Other = { name: string; values: number[] };

/** A term of a sum. */
type Term = { n: number; product: Num };
type Product = Term & { one: Num; other: Num };
/** A line of the drawing: a weight, and what it stands for in the present mode. */
type Line = { l: number; j: number; k: number; value: Num };

/** Whatever can be found in the page: it has a dataset, and can have the focus. */
type Drawn = HTMLElement | SVGElement;
/** What an element can hold: text, elements, nothing, and lists of these. */
type Child = Node | string | number | false | null | undefined | Child[];
type Attributes = Record<string, string | number | boolean | null | undefined>;
/** A row of a table: its cells, and attributes of the row. */
type Row = { cells: Child[]; class?: string | null; "data-term"?: string | number };
