/** The kernel's answer to "explain": how the spelling that was found becomes the one shown. */
import { isRecord, list, Malformed, MAX_NAME, text, textOrNull, texts } from './fields';
import type { Tree } from './snapshot';
import { drawableTree, MAX_EQUATION } from './validate';

export interface Form {
  readonly tree: Tree | null;
  readonly text: string;
}

export interface Step extends Form {
  readonly rule: string;
  readonly conditions: readonly string[];
}

export interface Explanation {
  readonly start: Form;
  readonly steps: readonly Step[];
  readonly stopReason: string | null;
}

const MAX_STEPS = 1000;
const MAX_CONDITIONS = 100;

/** Null for an answer that is none. */
export function explanationOf(value: unknown): Explanation | null {
  try {
    return read(value);
  } catch (error) {
    if (error instanceof Malformed) {
      return null;
    }
    throw error;
  }
}

function read(value: unknown): Explanation {
  const reply = record(value, 'the answer');
  return {
    start: formOf(record(reply.start, 'start'), 'start'),
    steps: list(reply.steps, 'steps', MAX_STEPS).map((item, i) => stepOf(record(item, `steps[${i}]`), `steps[${i}]`)),
    stopReason: textOrNull(reply.stop_reason, 'stop_reason')
  };
}

function stepOf(value: Record<string, unknown>, where: string): Step {
  return {
    ...formOf(value, where),
    rule: text(value.rule, `${where}.rule`, MAX_NAME),
    conditions: texts(value.conditions ?? [], `${where}.conditions`, MAX_CONDITIONS)
  };
}

function formOf(value: Record<string, unknown>, where: string): Form {
  return { tree: drawableTree(value.tree), text: text(value.text, `${where}.text`, MAX_EQUATION) };
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (!isRecord(value)) {
    throw new Malformed(`${where} is not an object`);
  }
  return value;
}
