/** Answers of the kernel, checked and bounded as snapshots are: they may come from any program. */
import { Malformed, MAX_NAME, count, flag, isRecord, list, numberOrNull, text, texts } from './fields';
import type { Host, Reply } from './host';
import type { Law, Tree, Verdict } from './snapshot';
import { MAX_EQUATION, drawableTree, validateLaw, validateVerdict } from './validate';

export const MAX_FORMS = 40;
export const MAX_CLASSES = 60;
export const MAX_NODES = 12;
export const MAX_JOINS = 2000;
const MAX_ITEMS = 50;
const MAX_ERROR = 1000;

/** What was asked for, or a sentence about why it is not there. */
export type Answer<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string };

export interface Spelling {
  /** null when it is too large to draw; the text is shown then. */
  readonly tree: Tree | null;
  readonly text: string;
}

export interface Form extends Spelling {
  readonly goals: readonly string[];
  readonly conditions: readonly string[];
}

export interface Nice extends Spelling {
  readonly loss: number | null;
  /** The loss with it over the loss now. */
  readonly ratio: number | null;
}

export interface Constant {
  readonly value: number | null;
  readonly error: number | null;
  readonly fixed: boolean;
  readonly nice: readonly Nice[];
}

export interface Choices {
  readonly part: Spelling;
  readonly forms: readonly Form[];
  /** null where the part is no constant. */
  readonly constant: Constant | null;
}

export interface ENode {
  readonly op: string;
  readonly text: string;
  readonly children: readonly string[];
}

export interface EClass {
  readonly id: string;
  readonly forms: readonly Spelling[];
  readonly nodes: readonly ENode[];
}

export interface Join {
  readonly rule: string;
  readonly left: string;
  readonly right: string;
  readonly before: string;
  readonly after: string;
}

export interface EGraph {
  readonly root: string;
  readonly classes: readonly EClass[];
  readonly joins: readonly Join[];
  /** Whether all that the rules found is in it. */
  readonly complete: boolean;
}

export interface Changed {
  readonly law: Law;
  readonly verdict: Verdict | null;
}

/** Asks the kernel; whatever goes wrong comes back as a sentence, so this never rejects. */
export async function ask<T>(
  host: Host,
  command: string,
  args: Record<string, unknown>,
  read: (reply: Reply) => T
): Promise<Answer<T>> {
  if (host.call === undefined) {
    return { problem: 'No kernel holds this search: run the cell again.' };
  }
  try {
    return readReply(await host.call(command, args), read);
  } catch (error) {
    return { problem: (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR) };
  }
}

export function readReply<T>(reply: unknown, read: (reply: Reply) => T): Answer<T> {
  if (isRecord(reply) && typeof reply.error === 'string') {
    return { problem: reply.error.slice(0, MAX_ERROR) };
  }
  try {
    return { value: read(record(reply, 'it')) };
  } catch (error) {
    if (error instanceof Malformed) {
      return { problem: `The kernel sent an answer that cannot be read: ${error.message}.` };
    }
    throw error;
  }
}

export function choicesOf(reply: Reply): Choices {
  return {
    part: spellingOf(reply.part, 'part'),
    forms: list(reply.forms ?? [], 'forms', MAX_FORMS).map((item, i) => formOf(item, `forms[${i}]`)),
    constant: reply.constant === null || reply.constant === undefined ? null : constantOf(reply.constant)
  };
}

/** The law that an edit made, with what is said about it. */
export function changedOf(reply: Reply): Changed {
  const law = validateLaw(reply.law);
  if (law === null) {
    throw new Malformed('law is none');
  }
  const verdict = validateVerdict(reply.verdict) ?? law.verdict;
  return { law: { ...law, verdict }, verdict };
}

/** The law that undo or redo leads to, or null when it leads to none. */
export function ledTo(reply: Reply): string | null {
  return reply.law === null || reply.law === undefined ? null : text(reply.law, 'law', MAX_NAME);
}

/** For requests whose answer says only that they were heard. */
export function heard(): true {
  return true;
}

/** Edges to classes that were left out for their number are left out too. */
export function egraphOf(reply: Reply): EGraph {
  const classes = list(reply.classes, 'classes', MAX_CLASSES).map((item, i) => classOf(item, `classes[${i}]`));
  const ids = new Set(classes.map(({ id }) => id));
  const root = idOf(reply.root, 'root');
  if (!ids.has(root)) {
    throw new Malformed('root names no class');
  }
  if (ids.size < classes.length) {
    throw new Malformed('two classes have one id');
  }
  const joins = list(reply.joins ?? [], 'joins', MAX_JOINS).map((item, i) => joinOf(item, `joins[${i}]`));
  return { root, classes: classes.map(one => withKnownChildren(one, ids)), joins, complete: flag(reply.complete, 'complete') };
}

function withKnownChildren(eclass: EClass, ids: ReadonlySet<string>): EClass {
  const nodes = eclass.nodes.map(node => ({ ...node, children: node.children.filter(id => ids.has(id)) }));
  return { ...eclass, nodes };
}

export function spellingOf(value: unknown, where: string): Spelling {
  const item = record(value, where);
  return { tree: drawableTree(item.tree), text: text(item.text, `${where}.text`, MAX_EQUATION) };
}

function formOf(value: unknown, where: string): Form {
  const item = record(value, where);
  return {
    ...spellingOf(item, where),
    goals: texts(item.goals ?? [], `${where}.goals`, MAX_ITEMS),
    conditions: texts(item.conditions ?? [], `${where}.conditions`, MAX_ITEMS)
  };
}

function constantOf(value: unknown): Constant {
  const item = record(value, 'constant');
  return {
    value: numberOrNull(item.value, 'constant.value'),
    error: numberOrNull(item.error, 'constant.error'),
    fixed: flag(item.fixed, 'constant.fixed'),
    nice: list(item.nice ?? [], 'constant.nice', MAX_FORMS).map((one, i) => niceOf(one, `constant.nice[${i}]`))
  };
}

function niceOf(value: unknown, where: string): Nice {
  const item = record(value, where);
  return {
    ...spellingOf(item, where),
    loss: numberOrNull(item.loss, `${where}.loss`),
    ratio: numberOrNull(item.ratio, `${where}.ratio`)
  };
}

function classOf(value: unknown, where: string): EClass {
  const item = record(value, where);
  return {
    id: idOf(item.id, `${where}.id`),
    forms: list(item.forms ?? [], `${where}.forms`, MAX_NODES).map((one, i) => spellingOf(one, `${where}.forms[${i}]`)),
    nodes: list(item.nodes ?? [], `${where}.nodes`, MAX_NODES).map((one, i) => nodeOf(one, `${where}.nodes[${i}]`))
  };
}

function nodeOf(value: unknown, where: string): ENode {
  const item = record(value, where);
  return {
    op: text(item.op, `${where}.op`, MAX_NAME),
    text: text(item.text, `${where}.text`, MAX_EQUATION),
    children: list(item.children ?? [], `${where}.children`, MAX_ITEMS).map((id, i) => idOf(id, `${where}.children[${i}]`))
  };
}

function joinOf(value: unknown, where: string): Join {
  const item = record(value, where);
  return {
    rule: text(item.rule, `${where}.rule`, MAX_EQUATION),
    left: idOf(item.left, `${where}.left`),
    right: idOf(item.right, `${where}.right`),
    before: text(item.before, `${where}.before`, MAX_EQUATION),
    after: text(item.after, `${where}.after`, MAX_EQUATION)
  };
}

/** Classes are named by texts or counted. */
function idOf(value: unknown, where: string): string {
  return typeof value === 'number' ? String(count(value, where)) : text(value, where, MAX_NAME);
}

export function record(value: unknown, where: string): Record<string, unknown> {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  return value;
}
