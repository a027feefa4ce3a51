/** The kernel's answer to "explain": how the spelling that was found becomes the one shown. */
import { list, MAX_NAME, text, textOrNull, texts } from './fields';
import type { Reply } from './host';
import { record, spellingOf, type Spelling } from './replies';

export interface Step extends Spelling {
  readonly rule: string;
  readonly conditions: readonly string[];
}

export interface Explanation {
  readonly start: Spelling;
  readonly steps: readonly Step[];
  readonly stopReason: string | null;
}

const MAX_STEPS = 1000;
const MAX_CONDITIONS = 100;

export function explanationOf(reply: Reply): Explanation {
  return {
    start: spellingOf(reply.start, 'start'),
    steps: list(reply.steps, 'steps', MAX_STEPS).map((item, i) => stepOf(item, `steps[${i}]`)),
    stopReason: textOrNull(reply.stop_reason, 'stop_reason')
  };
}

function stepOf(value: unknown, where: string): Step {
  const item = record(value, where);
  return {
    ...spellingOf(item, where),
    rule: text(item.rule, `${where}.rule`, MAX_NAME),
    conditions: texts(item.conditions ?? [], `${where}.conditions`, MAX_CONDITIONS)
  };
}
