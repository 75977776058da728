// What the scripts of the page of suspected labels are given: suspects_record.py as types, for the checker alone.

type Action = "keep" | "relabel" | "leave out";

/** label: the number of a class, or a number itself */
interface Decision {
  action: Action;
  label: number;
}

/** A label exactly; how it is shown, and how a spreadsheet would not run it, where these are others. */
interface ClassRecord {
  text: string;
  shown?: string;
  safe?: string;
}

/** By column what is typical; or a picture. */
type Typical = (string | null)[] | string;

interface SuspectRow {
  row: number;
  given: number;
  suggested: number;
  kind: string;
  score: number | null;
  margin: number | null;
  confidence: number | null;
  spread: number | null;
  pull: number | null;
  /** null where nobody watched the training */
  forgotten: number | null;
  learned: number | null;
  /** where it lies in the drawing of the map */
  at: number[] | null;
  cells?: (string | null)[];
  image?: string;
}

interface SuspectsRecord {
  format: number;
  kind: string;
  source: string;
  target: string;
  n_rows: number;
  epochs: number;
  n_listed: number;
  columns: string[];
  more_columns: number;
  picture: boolean;
  classes: ClassRecord[] | null;
  rows: SuspectRow[];
  typical: Record<string, Typical>;
  key: string;
}
