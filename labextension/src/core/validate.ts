/**
 * Turns JSON of unknown origin into a Snapshot or a reason why it is none.
 *
 * A notebook may come from anybody, so every field is checked and every size is bounded here; the
 * rest of the view relies on that.
 */
import type { Law, Parameter, Snapshot, Status, Tree, Verdict } from './snapshot';

export const MAX_LAWS = 200;
export const MAX_EQUATION = 4000;
export const MAX_TREE_NODES = 2000;
export const MAX_TREE_DEPTH = 120;
const MAX_LATEX = 16000;
const MAX_NAME = 200;
const MAX_TEXT = 2000;
const MAX_ITEMS = 100;
const MAX_VARIABLES = 10000;

export type Validated =
  | { readonly snapshot: Snapshot; readonly problem?: undefined }
  | { readonly snapshot?: undefined; readonly problem: string };

class Malformed extends Error {}

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
    stopReason: textOrNull(value.stop_reason, 'stop_reason'),
    elapsed: numberOrNull(value.elapsed, 'elapsed'),
    timeLimit: numberOrNull(value.time_limit, 'time_limit'),
    candidates: countOrNull(value.candidates, 'candidates'),
    distinct: countOrNull(value.distinct, 'distinct'),
    best: textOrNull(value.best, 'best'),
    warnings: texts(value.warnings ?? [], 'warnings', MAX_ITEMS),
    message: textOrNull(value.message, 'message'),
    front: [...front].sort((a, b) => a.complexity - b.complexity),
    edits: laws(value.edits ?? [], 'edits')
  };
}

function laws(value: unknown, where: string): Law[] {
  const items = list(value, where, MAX_LAWS).map((item, i) => lawOf(item, `${where}[${i}]`));
  return items;
}

function lawOf(value: unknown, where: string): Law {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  return {
    id: text(value.id, `${where}.id`, MAX_NAME),
    complexity: count(value.complexity, `${where}.complexity`),
    loss: numberOrNull(value.loss, `${where}.loss`),
    r2: numberOrNull(value.r2, `${where}.r2`),
    score: numberOrNull(value.score, `${where}.score`),
    equation: text(value.equation, `${where}.equation`, MAX_EQUATION),
    latex: text(value.latex ?? '', `${where}.latex`, MAX_LATEX),
    tree: drawableTree(value.tree),
    parameters: list(value.parameters ?? [], `${where}.parameters`, MAX_ITEMS).map((item, i) =>
      parameterOf(item, `${where}.parameters[${i}]`)
    ),
    conditions: texts(value.conditions ?? [], `${where}.conditions`, MAX_ITEMS),
    verdict: validateVerdict(value.verdict)
  };
}

function parameterOf(value: unknown, where: string): Parameter {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  return {
    value: numberOrNull(value.value, `${where}.value`),
    error: numberOrNull(value.error, `${where}.error`)
  };
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

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return String(JSON.stringify(value) ?? 'missing').slice(0, 40);
}

function text(value: unknown, where: string, limit: number): string {
  if (typeof value !== 'string') {
    throw new Malformed(`${where} is not a text`);
  }
  if (value.length > limit) {
    throw new Malformed(`${where} is longer than ${limit} characters`);
  }
  return value;
}

function textOrNull(value: unknown, where: string): string | null {
  return value === null || value === undefined ? null : text(value, where, MAX_TEXT);
}

function list(value: unknown, where: string, limit: number): unknown[] {
  if (!Array.isArray(value)) {
    throw new Malformed(`${where} is not a list`);
  }
  if (value.length > limit) {
    throw new Malformed(`${where} has more than ${limit} entries`);
  }
  return value;
}

function texts(value: unknown, where: string, limit: number): string[] {
  return list(value, where, limit).map((item, i) => text(item, `${where}[${i}]`, MAX_TEXT));
}

function numberOrNull(value: unknown, where: string): number | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Malformed(`${where} is not a number`);
  }
  return value;
}

function count(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Malformed(`${where} is not a count`);
  }
  return value;
}

function countOrNull(value: unknown, where: string): number | null {
  return value === null || value === undefined ? null : count(value, where);
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
