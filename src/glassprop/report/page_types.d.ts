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
  gradient_size: Num[][];
  history: Record<string, Num[]>;
  training: TrainingRecord | null;
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
