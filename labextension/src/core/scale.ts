/** From the values of a column to places along an axis, with ticks at round numbers. */
import { superscript } from './format';

export interface Mark {
  /** Between 0 and 1. */
  readonly at: number;
  readonly label: string;
}

export interface Scale {
  /** From a value to a place between 0 and 1. */
  readonly place: (value: number) => number;
  readonly marks: readonly Mark[];
  /** The labels are in units of ten to this power. */
  readonly exponent: number;
}

const MARGIN = 0.05;
const MOST_MARKS = 6;
/** A range narrower than this share of its values is widened: beyond it, digits are rounding. */
const NARROWEST = 1e-9;
/** Smaller numbers lose their digits, and are drawn as zero. */
const LEAST = 1e-300;
/** From this ratio of the largest to the least value on, positive values get a logarithmic axis. */
const WIDE = 1000;

/** Logarithmic where the values are positive and span decades, else linear. */
export function scaleOf(values: readonly number[]): Scale {
  const low = Math.min(...values);
  return Number.isFinite(low) && low > 0 && Math.max(...values) / low >= WIDE ? logarithmic(values) : linear(values);
}

/** Linear with zero in the middle. */
export function balancedScale(values: readonly number[]): Scale {
  return linear(values.flatMap(value => [value, -value]));
}

function linear(given: readonly number[]): Scale {
  const values = given.length > 0 ? given : [0];
  const largest = Math.max(0, ...values.map(Math.abs));
  const exponent = exponentOf(largest);
  // In units first: differences of the largest numbers would overflow.
  const scaled = (value: number): number => (Math.abs(value) < LEAST ? 0 : value / 10 ** exponent);
  const [low, high] = widened(scaled(Math.min(...values)), scaled(Math.max(...values)));
  const place = (value: number): number => (value - low) / (high - low);
  const step = roundStep((high - low) / MOST_MARKS);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const marks: Mark[] = [];
  for (let k = Math.ceil(low / step); k <= Math.floor(high / step); k++) {
    const label = k === 0 ? '0' : (k * step).toFixed(decimals).replace('-', '−');
    marks.push({ at: place(k * step), label });
  }
  return { place: value => place(scaled(value)), marks, exponent };
}

/** 0 where plain labels are short. */
function exponentOf(largest: number): number {
  return largest < LEAST || (largest >= 1e-2 && largest < 1e5) ? 0 : Math.floor(Math.log10(largest));
}

function widened(low: number, high: number): [number, number] {
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  const range = Math.max(high - low, magnitude * NARROWEST);
  const margin = high > low ? range * MARGIN : magnitude * 0.1 || 1;
  return [low - margin, high + margin];
}

/** The least of 1, 2, 5, 10, … times a power of ten that is at least `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5].find(factor => factor * power >= step) ?? 10) * power;
}

function logarithmic(values: readonly number[]): Scale {
  const [low, high] = widened(Math.log10(Math.min(...values)), Math.log10(Math.max(...values)));
  const place = (power: number): number => (power - low) / (high - low);
  const step = Math.ceil((high - low) / MOST_MARKS);
  const marks: Mark[] = [];
  for (let power = Math.ceil(low / step) * step; power <= high; power += step) {
    marks.push({ at: place(power), label: `10${superscript(power)}` });
  }
  return { place: value => place(Math.log10(value)), marks, exponent: 0 };
}
