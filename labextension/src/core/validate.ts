/**
 * Turns JSON of unknown origin into a Snapshot or a reason why it is none.
 *
 * A notebook may come from anybody, so every field is checked and every size is bounded here; the
 * rest of the view relies on that.
 */
import {
  Malformed, MAX_NAME, MAX_TEXT, count, countOrNull, flag, isName, isRecord, list, numberOrNull, numbers, share, show,
  text, textOrNull, texts
} from './fields';
import { columnsOf } from './parts';
import type { Code, Guide, Hypothesis, Law, Parameter, Path, Sample, Share, Snapshot, Status, Tree, Verdict } from './snapshot';

export const MAX_LAWS = 200;
export const MAX_EQUATION = 4000;
export const MAX_TREE_NODES = 2000;
export const MAX_TREE_DEPTH = 120;
export const MAX_ROWS = 200;
export const MAX_COLUMNS = 12;
export const MAX_HYPOTHESES = 50;
/** The most rows of each list of what a guide expected. */
export const MAX_EXPECTED = { operators: 20, columns: 12, pairs: 6, peels: 10 } as const;
/** Characters of a law in LaTeX or in a programming language. */
const MAX_CODE = 4 * MAX_EQUATION;
const MAX_ITEMS = 100;
const MAX_VARIABLES = 10000;

export type Validated =
  | { readonly snapshot: Snapshot; readonly problem?: undefined }
  | { readonly snapshot?: undefined; readonly problem: string };

export function validate(value: unknown): Validated {
  try {
    return { snapshot: snapshotOf(value) };
  } catch (error) {
    if (error instanceof Malformed) {
      return { problem: error.message };
    }
    throw error;
  }
}

/** One law as it comes in an answer; throws nothing, a bad one is null. */
export function validateLaw(value: unknown): Law | null {
  try {
    return lawOf(value, 'law');
  } catch (error) {
    if (error instanceof Malformed) {
      return null;
    }
    throw error;
  }
}

export function validateVerdict(value: unknown): Verdict | null {
  if (!isRecord(value) || typeof value.status !== 'string' || typeof value.text !== 'string') {
    return null;
  }
  return { status: value.status.slice(0, MAX_NAME), text: value.text.slice(0, MAX_TEXT) };
}

function snapshotOf(value: unknown): Snapshot {
  if (!isRecord(value)) {
    throw new Malformed('it is not an object');
  }
  if (value.version !== 1) {
    throw new Malformed(`its version is ${show(value.version)}, and this viewer reads version 1`);
  }
  const front = laws(value.front, 'front');
  return {
    session: sessionOf(value.session),
    formula: text(value.formula, 'formula', MAX_EQUATION),
    target: text(value.target, 'target', MAX_TEXT),
    data: text(value.data ?? '', 'data', MAX_TEXT),
    variables: texts(value.variables ?? [], 'variables', MAX_VARIABLES),
    rows: countOrNull(value.rows, 'rows'),
    dropped: countOrNull(value.dropped, 'dropped') ?? 0,
    status: statusOf(value.status),
    paused: flag(value.paused, 'paused'),
    canUndo: flag(value.can_undo, 'can_undo'),
    canRedo: flag(value.can_redo, 'can_redo'),
    stopReason: textOrNull(value.stop_reason, 'stop_reason'),
    elapsed: numberOrNull(value.elapsed, 'elapsed'),
    timeLimit: numberOrNull(value.time_limit, 'time_limit'),
    candidates: countOrNull(value.candidates, 'candidates'),
    distinct: countOrNull(value.distinct, 'distinct'),
    best: textOrNull(value.best, 'best'),
    warnings: texts(value.warnings ?? [], 'warnings', MAX_ITEMS),
    message: textOrNull(value.message, 'message'),
    front: [...front].sort((a, b) => a.complexity - b.complexity),
    edits: laws(value.edits ?? [], 'edits'),
    sample: sampleOf(value.sample),
    hypotheses: list(value.hypotheses ?? [], 'hypotheses', MAX_HYPOTHESES).map((item, i) => hypothesisOf(item, `hypotheses[${i}]`)),
    guide: guideOf(value.guide)
  };
}

function laws(value: unknown, where: string): Law[] {
  return list(value, where, MAX_LAWS).map((item, i) => lawOf(item, `${where}[${i}]`));
}

function sampleOf(value: unknown): Sample | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (!isRecord(value) || !isRecord(value.columns)) {
    throw new Malformed('sample is not an object with columns');
  }
  const y = numbers(value.y, 'sample.y', MAX_ROWS);
  const columns = list(Object.entries(value.columns), 'sample.columns', MAX_COLUMNS) as [string, unknown][];
  return { y, columns: columns.map(([name, values]) => columnOf(name, values, y.length)) };
}

function columnOf(name: string, value: unknown, rows: number): Sample['columns'][number] {
  const where = `sample.columns[${show(name)}]`;
  const values = numbers(value, where, MAX_ROWS);
  if (values.length !== rows) {
    throw new Malformed(`${where} has ${values.length} rows, and sample.y has ${rows}`);
  }
  return { name: text(name, `the name of ${where}`, MAX_NAME), values };
}

function hypothesisOf(value: unknown, where: string): Hypothesis {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  const { kind } = value;
  if (kind !== 'require' && kind !== 'ban' && kind !== 'symmetric') {
    throw new Malformed(`${where}.kind is ${show(kind)}`);
  }
  const tree = drawableTree(value.tree);
  if (kind === 'symmetric' && (tree === null || columnsOf(tree).length < 2)) {
    throw new Malformed(`${where}.tree has no two columns`);
  }
  return { id: text(value.id, `${where}.id`, MAX_NAME), kind, text: text(value.text, `${where}.text`, MAX_EQUATION), tree };
}

function guideOf(value: unknown): Guide | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (!isRecord(value)) {
    throw new Malformed('guide is not an object');
  }
  return {
    source: text(value.source, 'guide.source', MAX_NAME),
    used: flag(value.used, 'guide.used'),
    reason: text(value.reason, 'guide.reason', MAX_TEXT),
    seconds: numberOrNull(value.seconds, 'guide.seconds'),
    operators: shares(value.operators, 'guide.operators', MAX_EXPECTED.operators),
    columns: shares(value.columns, 'guide.columns', MAX_EXPECTED.columns),
    pairs: expected(value.pairs, 'guide.pairs', MAX_EXPECTED.pairs, 2).map(({ names: [one, other], p }) => ({ one: one!, other: other!, p })),
    size: numberOrNull(value.size, 'guide.size'),
    noise: numberOrNull(value.noise, 'guide.noise'),
    length: numberOrNull(value.length, 'guide.length'),
    peels: shares(value.peels, 'guide.peels', MAX_EXPECTED.peels)
  };
}

function shares(value: unknown, where: string, limit: number): Share[] {
  return expected(value, where, limit, 1).map(({ names: [name], p }) => ({ name: name!, p }));
}

/** Rows of so many names and a probability. */
function expected(value: unknown, where: string, limit: number, width: number): { names: string[]; p: number }[] {
  return list(value, where, limit).map((item, i) => {
    const at = `${where}[${i}]`;
    const row = list(item, at, width + 1);
    if (row.length !== width + 1) {
      throw new Malformed(`${at} has ${row.length} entries, not ${width + 1}`);
    }
    return { names: row.slice(0, width).map(name => text(name, at, MAX_NAME)), p: share(row[width], at) };
  });
}

function lawOf(value: unknown, where: string): Law {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  return {
    id: text(value.id, `${where}.id`, MAX_NAME),
    complexity: count(value.complexity, `${where}.complexity`),
    loss: numberOrNull(value.loss, `${where}.loss`),
    validation: numberOrNull(value.validation, `${where}.validation`),
    r2: numberOrNull(value.r2, `${where}.r2`),
    score: numberOrNull(value.score, `${where}.score`),
    equation: text(value.equation, `${where}.equation`, MAX_EQUATION),
    latex: text(value.latex ?? '', `${where}.latex`, MAX_CODE),
    tree: drawableTree(value.tree),
    parameters: list(value.parameters ?? [], `${where}.parameters`, MAX_ITEMS).map((item, i) =>
      parameterOf(item, `${where}.parameters[${i}]`)
    ),
    conditions: texts(value.conditions ?? [], `${where}.conditions`, MAX_ITEMS),
    verdict: validateVerdict(value.verdict),
    predicted: value.predicted === null || value.predicted === undefined ? null : numbers(value.predicted, `${where}.predicted`, MAX_ROWS),
    code: codeOf(value.code, `${where}.code`)
  };
}

function parameterOf(value: unknown, where: string): Parameter {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  return {
    value: numberOrNull(value.value, `${where}.value`),
    error: numberOrNull(value.error, `${where}.error`),
    path: pathOf(value.path, `${where}.path`),
    fixed: flag(value.fixed, `${where}.fixed`)
  };
}

function pathOf(value: unknown, where: string): Path | null {
  if (value === null || value === undefined) {
    return null;
  }
  return list(value, where, MAX_TREE_DEPTH).map((item, i) => count(item, `${where}[${i}]`));
}

function codeOf(value: unknown, where: string): Code | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  const one = (name: keyof Code): string | null => {
    const source = value[name];
    return source === null || source === undefined ? null : text(source, `${where}.${name}`, MAX_CODE);
  };
  return { numpy: one('numpy'), sympy: one('sympy'), torch: one('torch'), c: one('c') };
}

/**
 * The tree if it is one and small enough to draw, else null.
 *
 * Walks with its own stack: nesting of any depth must not exhaust the browser's.
 */
export function drawableTree(value: unknown): Tree | null {
  const stack: [unknown, number][] = [[value, 0]];
  for (let nodes = 0; stack.length > 0; nodes++) {
    const [node, depth] = stack.pop()!;
    if (nodes > MAX_TREE_NODES || depth > MAX_TREE_DEPTH) {
      return null;
    }
    if (typeof node === 'number' ? Number.isFinite(node) : isName(node)) {
      continue;
    }
    if (!Array.isArray(node) || !isName(node[0]) || node.length > MAX_TREE_NODES) {
      return null;
    }
    for (let i = 1; i < node.length; i++) {
      stack.push([node[i], depth + 1]);
    }
  }
  return withPlainNumbers(value as Tree);
}

/** Floats that are whole and integers beyond 2**53 come as `["float", 2]` and `["integer", "…"]`. */
function withPlainNumbers(tree: Tree): Tree {
  if (typeof tree === 'number' || typeof tree === 'string') {
    return tree;
  }
  const [name, ...args] = tree;
  const [first] = args;
  if (args.length === 1 && name === 'float' && typeof first === 'number') {
    return first;
  }
  if (args.length === 1 && name === 'integer' && typeof first === 'string' && /^-?\d+$/.test(first)) {
    return Number(first);
  }
  return [name, ...args.map(withPlainNumbers)];
}

export function treeSize(tree: Tree): number {
  if (typeof tree === 'number' || typeof tree === 'string') {
    return 1;
  }
  const [, ...args] = tree;
  return args.reduce<number>((sum, arg) => sum + treeSize(arg), 1);
}

function statusOf(value: unknown): Status {
  if (value === 'running' || value === 'finished' || value === 'stopped' || value === 'failed') {
    return value;
  }
  throw new Malformed(`status is ${show(value)}`);
}

function sessionOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : null;
}
