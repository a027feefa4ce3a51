/** Where a law lies in the picture: complexity to the right, the logarithm of its loss upwards. */
import type { Law } from './snapshot';

export interface Tick {
  readonly at: number;
  readonly value: number;
}

export interface Axis {
  /** From a value to a place between 0 and 1. */
  readonly place: (value: number) => number;
  readonly ticks: readonly Tick[];
}

export interface LossAxis extends Axis {
  /** Whether the lowest line stands for a loss of zero. */
  readonly hasZero: boolean;
}

const MOST_TICKS = 8;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export function complexityAxis(laws: readonly Law[]): Axis {
  const values = laws.map(law => law.complexity);
  const low = Math.max(0, Math.min(...values) - 1);
  const high = Math.max(low + 2, Math.max(...values) + 1);
  const step = STEPS.find(size => (high - low) / size <= MOST_TICKS) ?? (high - low) / MOST_TICKS;
  const place = (value: number): number => (value - low) / (high - low);
  const ticks: Tick[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    ticks.push({ at: place(value), value });
  }
  return { place, ticks };
}

/**
 * Whole decades, one line below them for a loss of zero.
 *
 * A loss that is below the other losses by rounding alone is on that line too.
 */
export function lossAxis(laws: readonly Law[]): LossAxis {
  const losses = laws.flatMap(law => (law.loss === null ? [] : [law.loss]));
  const largest = Math.max(...losses, 0);
  const positive = losses.filter(loss => loss > largest * 1e-28);
  const hasZero = positive.length < losses.length;
  const powers = positive.map(Math.log10);
  const top = powers.length > 0 ? Math.ceil(Math.max(...powers) + 0.05) : 0;
  const lowest = powers.length > 0 ? Math.floor(Math.min(...powers) - 0.05) : -1;
  const step = STEPS.find(size => (top - lowest) / size <= MOST_TICKS) ?? 1;
  const bottom = top - Math.ceil((top - lowest) / step) * step - (hasZero ? step : 0);
  const place = (loss: number): number =>
    loss > largest * 1e-28 ? (Math.log10(loss) - bottom) / (top - bottom) : 0;
  const ticks: Tick[] = [];
  for (let power = top; power > bottom || (power === bottom && !hasZero); power -= step) {
    ticks.push({ at: (power - bottom) / (top - bottom), value: power });
  }
  return { place, ticks, hasZero };
}
