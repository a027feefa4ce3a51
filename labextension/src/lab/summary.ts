/** A search in a few words, for a list of them. */
import { seconds, shorten } from '../core/format';
import type { Law, Snapshot } from '../core/snapshot';
import { validate } from '../core/validate';

export interface Summary {
  readonly formula: string;
  readonly data: string;
  readonly status: string;
  readonly time: string;
  /** The best law so far as an equation; null before there is one. */
  readonly law: string | null;
}

const LONGEST = 300;
const DIGITS = 5;
const NUMBER = /(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?/g;

/** Null for what is no snapshot. */
export function summaryOf(value: unknown): Summary | null {
  const { snapshot } = validate(value);
  if (snapshot === undefined) {
    return null;
  }
  const law = bestOf(snapshot);
  const limit = snapshot.status === 'running' && snapshot.timeLimit !== null ? ` of ${seconds(snapshot.timeLimit)}` : '';
  return {
    formula: shorten(snapshot.formula, LONGEST),
    data: shorten(snapshot.data, LONGEST),
    status: snapshot.status,
    time: seconds(snapshot.elapsed) + limit,
    law: law && shorten(`${snapshot.target} = ${rounded(law.equation)}`, LONGEST)
  };
}

/** Decimal numbers in few digits; names in backticks may look like numbers and stay. */
export function rounded(equation: string): string {
  return equation
    .split('`')
    .map((part, i) => (i % 2 === 1 ? part : part.replace(NUMBER, text => String(Number(Number(text).toPrecision(DIGITS))))))
    .join('`');
}

function bestOf(snapshot: Snapshot): Law | null {
  const best = [...snapshot.front, ...snapshot.edits].find(law => law.id === snapshot.best);
  return best ?? snapshot.front[snapshot.front.length - 1] ?? null;
}
