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
  /** what each output adds to C₀; null where it is no sum over outputs */
  terms: Num[] | null;
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
  /** whether the rate was asked for, so that a step can be seen; and then that of the last step of training */
  chosen_rate: boolean;
  trained_rate: Num;
  /** what a step replaces, one after the other, of parameters that decay and of others; none of an optimizer of one's own */
  decaying: LiveReplacement[];
  plain: LiveReplacement[];
  l2: number;
  clip_norm: number | null;
  clipping?: Num;
  memory: Record<string, ParameterRecord>;
}

/** One step for all parameters on the examples: costs before and after it, and [l, j, k, from, to] of what moves most. */
interface UpdateRecord {
  optimizer: string;
  rate: Num;
  /** whether no optimizer came with the parameters, so that plain gradient descent is shown */
  assumed: boolean;
  before: Num;
  after: Num;
  costs: Num[];
  moved: [number, number, number, Num, Num][];
}

/** How a target was standardized, and outputs and targets in its own units, by example. */
interface UnitsRecord {
  mean: number;
  spread: number;
  scale: string;
  formula: string;
  own: Num[][] | null;
  own_y: Num[][] | null;
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

/** What is predicted of an example as one number, and what each column adds to it. */
interface PredictionRecord {
  of: string;
  output: string;
  value: Num;
  baseline: Num;
  baseline_is: string;
  columns: { name: string; shown: string | null; adds: Num; derivative: Num; unit: string }[];
  others: { count: number; adds: Num };
  rest: Num;
  points: number;
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
  /** what stands in the table of each point of a picture, by example */
  as_it_was: Num[][] | null;
  columns: ColumnRecord[];
  columns_left_out: number;
  /** trained parameters of activations */
  p: ByLayer<Num>;
  examples: ExampleRecord[];
  /** of a network of several members; the rest is of the one that is walked through */
  members?: MembersRecord | null;
  /** whether C₀ is the cost, or, of rows without a target, what is predicted */
  asked: string;
  predictions: PredictionRecord[];
  /** of a page: what it opens with */
  opens?: Choice | null;
  gradient_size: Num[][];
  history: Record<string, Num[]>;
  training: TrainingRecord | null;
  /** what the page computes with; null where it stands still */
  live: LiveRecord | null;
  /** why it stands still; null where it does not */
  still: string | null;
  update: UpdateRecord | null;
  /** of a regression whose target was standardized */
  units: UnitsRecord | null;
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
  | { kind: "all" | "input" | "inputs" | "update"; title: string }
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
  /** where it is not written as a number: the kind of its field, to text and back, and the nearest that can be written */
  writing?: { type: string; text: (value: number) => string; read: (text: string) => number; next: (value: number) => number };
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
/** A line of the drawing: a weight or (k = -1) bias, and what it stands for in the present mode; undefined: not known yet. */
type Line = { l: number; j: number; k: number; value: Num | undefined };
/** How far the walk has come: a of layers up to one, δ of those from another on (0: ∂C₀/∂x), and C₀. */
type Known = { a: number; delta: number; cost: boolean };
/** z of a neuron (else its a) on a way to the cost; a move on it; and a way, with the neurons and lines that it takes. */
type WayNode = { l: number; n: number; z: boolean };
type Move = { factor: Num; to: WayNode | null; line: { l: number; j: number; k: number } | null };
type Way = { nodes: [number, number][]; lines: { l: number; j: number; k: number }[]; product: number };

/** Whatever can be found in the page: it has a dataset, and can have the focus. */
type Drawn = HTMLElement | SVGElement;
/** What an element can hold: text, elements, nothing, and lists of these. */
type Child = Node | string | number | false | null | undefined | Child[];
/** Attributes; what is to be done on a click is a function. */
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;
/** A row of a table: its cells, and attributes of the row. */
type Row = { cells: Child[]; class?: string | null; "data-term"?: string | number; "data-at"?: string | null };
