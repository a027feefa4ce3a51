/** How a law's predictions agree with the measured values of the sample. */
import type { Law, Sample } from './snapshot';

export interface Row {
  /** Its place in the sample. */
  readonly index: number;
  readonly measured: number;
  readonly predicted: number;
  /** Measured minus predicted. */
  readonly residual: number;
}

/** The rows where both values are numbers; none where the law was not evaluated on this sample. */
export function rowsOf(sample: Sample | null, law: Law | null): Row[] {
  const predictions = law?.predicted ?? [];
  if (sample === null || predictions.length !== sample.y.length) {
    return [];
  }
  return sample.y.flatMap((measured, index) => {
    const predicted = predictions[index] ?? null;
    if (measured === null || predicted === null || !Number.isFinite(measured - predicted)) {
      return [];
    }
    return [{ index, measured, predicted, residual: measured - predicted }];
  });
}

/** Pearson's correlation of measured and predicted; null where either does not vary. */
export function correlation(rows: readonly Row[]): number | null {
  const x = centred(rows.map(row => row.measured));
  const y = centred(rows.map(row => row.predicted));
  const product = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const norm = Math.sqrt(product(x, x)) * Math.sqrt(product(y, y));
  return norm > 0 ? Math.max(-1, Math.min(1, product(x, y) / norm)) : null;
}

/** Minus their mean, in units of the largest: squares of the data itself could overflow. */
function centred(values: readonly number[]): number[] {
  const unit = Math.max(...values.map(Math.abs)) || 1;
  const scaled = values.map(value => value / unit);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / scaled.length;
  const spread = scaled.map(value => value - mean);
  return spread.every(value => Math.abs(value) <= 1e-15) ? spread.map(() => 0) : spread;
}

/** The residual that is farthest from zero, with its sign. */
export function largestResidual(rows: readonly Row[]): number | null {
  return rows.reduce<number | null>((worst, { residual }) => (Math.abs(residual) >= Math.abs(worst ?? 0) ? residual : worst), null);
}
