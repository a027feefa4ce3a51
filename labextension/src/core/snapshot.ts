/** The state of one search as the kernel publishes it and the notebook saves it (version 1). */

/** A number, a variable's name, or an operator's name with its arguments. Never markup. */
export type Tree = number | string | readonly [string, ...Tree[]];

export interface Parameter {
  readonly value: number | null;
  readonly error: number | null;
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
}
