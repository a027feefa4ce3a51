/** The state of one search as the kernel publishes it and the notebook saves it (version 1). */

/** A number, a variable's name, or an operator's name with its arguments. Never markup. */
export type Tree = number | string | readonly [string, ...Tree[]];

/** Numbers of children from the root: child i of `[op, child0, …]` is `tree[i + 1]`. */
export type Path = readonly number[];

export interface Parameter {
  readonly value: number | null;
  /** Standard error; null where it is not known. */
  readonly error: number | null;
  /** Where the constant stands in the tree; null where it stands nowhere. */
  readonly path: Path | null;
  /** Frozen by the user, not fitted. */
  readonly fixed: boolean;
}

/** The law as source text; null for a language that it has no spelling in. */
export interface Code {
  readonly numpy: string | null;
  readonly sympy: string | null;
  readonly torch: string | null;
  readonly c: string | null;
}

/** Rows of the data, for pictures: every column is as long as y, and null stands for no number. */
export interface Sample {
  readonly columns: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** Values of the left-hand side. */
  readonly y: readonly (number | null)[];
}

/** What the user has told the running search about the law. */
export interface Hypothesis {
  readonly id: string;
  /** Must be in the law, must not, or its columns may be exchanged in the law. */
  readonly kind: 'require' | 'ban' | 'symmetric';
  readonly text: string;
  readonly tree: Tree | null;
}

/** A name and its probability, from 0 to 1. */
export interface Share {
  readonly name: string;
  readonly p: number;
}

/** What a guide expected of the law before the search looked far; lists are likeliest first. */
export interface Guide {
  /** The name of the weights. */
  readonly source: string;
  /** Whether the search makes use of it, and why. */
  readonly used: boolean;
  readonly reason: string;
  /** CPU time that asking took. */
  readonly seconds: number | null;
  readonly operators: readonly Share[];
  readonly columns: readonly Share[];
  /** Two columns that stand together in a product or a function. */
  readonly pairs: readonly { readonly one: string; readonly other: string; readonly p: number }[];
  /** Nodes. */
  readonly size: number | null;
  /** Relative to the target's standard deviation. */
  readonly noise: number | null;
  /** Bits. */
  readonly length: number | null;
  /** The last operations, as text in the columns. */
  readonly peels: readonly Share[];
}

export interface Verdict {
  readonly status: string;
  readonly text: string;
}

export interface Law {
  readonly id: string;
  readonly complexity: number;
  /** Mean squared error; null where it is not a finite number. */
  readonly loss: number | null;
  /** Mean squared error on rows held out; null where none were. */
  readonly validation: number | null;
  readonly r2: number | null;
  readonly score: number | null;
  /** Python syntax with the data's own names. */
  readonly equation: string;
  readonly latex: string;
  /** null when the tree is missing or too large to draw; the equation is shown as text then. */
  readonly tree: Tree | null;
  readonly parameters: readonly Parameter[];
  readonly conditions: readonly string[];
  /** Only on formulas that a person has entered. */
  readonly verdict: Verdict | null;
  /** Values on the rows of the sample, one each; null when they were not sent. */
  readonly predicted: readonly (number | null)[] | null;
  readonly code: Code | null;
}

export type Status = 'running' | 'finished' | 'stopped' | 'failed';

export interface Snapshot {
  /** Names the search behind the result; null when none can be reached. */
  readonly session: string | null;
  readonly formula: string;
  readonly target: string;
  readonly data: string;
  readonly variables: readonly string[];
  readonly rows: number | null;
  readonly dropped: number;
  readonly status: Status;
  readonly paused: boolean;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly stopReason: string | null;
  /** Seconds. */
  readonly elapsed: number | null;
  readonly timeLimit: number | null;
  readonly candidates: number | null;
  readonly distinct: number | null;
  readonly best: string | null;
  readonly warnings: readonly string[];
  readonly message: string | null;
  /** By rising complexity. */
  readonly front: readonly Law[];
  readonly edits: readonly Law[];
  readonly sample: Sample | null;
  readonly hypotheses: readonly Hypothesis[];
  readonly guide: Guide | null;
}
