import { describe, expect, it } from 'vitest';

import { correlation, largestResidual, rowsOf } from '../src/core/agreement';
import type { Law, Sample } from '../src/core/snapshot';
import { validateLaw } from '../src/core/validate';
import { law } from './sample';

const sample = (y: (number | null)[]): Sample => ({ columns: [], y });
const predicting = (predicted: unknown): Law => validateLaw(law('a', 1, 1, { predicted }))!;
const rows = (y: (number | null)[], predicted: (number | null)[]) => rowsOf(sample(y), predicting(predicted));

describe('rowsOf', () => {
  it('pairs what is measured with what is predicted', () => {
    expect(rows([1, 5], [2, 3])).toEqual([
      { index: 0, measured: 1, predicted: 2, residual: -1 },
      { index: 1, measured: 5, predicted: 3, residual: 2 }
    ]);
  });

  it('leaves out rows without a number, and keeps the places of the others', () => {
    expect(rows([null, 1, 2, 1e308], [1, null, 2, -1e308]).map(row => row.index)).toEqual([2]);
  });

  it('is empty where the law was not evaluated on this sample', () => {
    expect(rows([1, 2], [1])).toEqual([]);
    expect(rows([1], [1, 2])).toEqual([]);
    expect(rowsOf(sample([1]), predicting(undefined))).toEqual([]);
    expect(rowsOf(null, predicting([1]))).toEqual([]);
    expect(rowsOf(sample([1]), null)).toEqual([]);
  });
});

describe('correlation', () => {
  it('is that of Pearson', () => {
    expect(correlation(rows([1, 2, 3], [2, 4, 6]))).toBeCloseTo(1, 14);
    expect(correlation(rows([1, 2, 3], [3, 2, 1]))).toBeCloseTo(-1, 14);
    expect(correlation(rows([1, 2, 3, 4], [1, 3, 2, 4]))).toBeCloseTo(0.8, 14);
  });

  it('bears numbers of any size', () => {
    expect(correlation(rows([1e307, 2e307, 4e307], [1e307, 2e307, 4e307]))).toBeCloseTo(1, 14);
    expect(correlation(rows([1e-300, 2e-300, 4e-300], [1, 2, 4]))).toBeCloseTo(1, 14);
  });

  it('is null where one of the two does not vary', () => {
    expect(correlation(rows([1, 2], [0.1, 0.1]))).toBeNull();
    expect(correlation(rows([0, 0], [1, 2]))).toBeNull();
  });
});

describe('largestResidual', () => {
  it('has its sign', () => {
    expect(largestResidual(rows([1, 2], [1.5, 9]))).toBe(-7);
    expect(largestResidual([])).toBeNull();
  });
});
