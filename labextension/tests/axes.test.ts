import { describe, expect, it } from 'vitest';

import { complexityAxis, lossAxis } from '../src/core/axes';
import type { Law } from '../src/core/snapshot';
import { validateLaw } from '../src/core/validate';
import { law } from './sample';

const laws = (...points: [number, number | null][]): Law[] =>
  points.map(([complexity, loss], i) => validateLaw(law(String(i), complexity, loss))!);

describe('complexityAxis', () => {
  it('has few whole ticks and room at both ends', () => {
    const axis = complexityAxis(laws([3, 1], [29, 1]));
    expect(axis.ticks.map(tick => tick.value)).toEqual([5, 10, 15, 20, 25, 30]);
    expect(axis.place(3)).toBeGreaterThan(0);
    expect(axis.place(29)).toBeLessThan(1);
  });

  it('works with one law and with very large ones', () => {
    expect(complexityAxis(laws([5, 1])).place(5)).toBe(0.5);
    expect(complexityAxis(laws([1, 1], [1e9, 1])).ticks.length).toBeLessThan(12);
  });
});

describe('lossAxis', () => {
  it('covers whole decades', () => {
    const axis = lossAxis(laws([1, 250], [2, 3e-3]));
    expect(axis.ticks.map(tick => tick.value)).toEqual([3, 2, 1, 0, -1, -2, -3]);
    expect(axis.hasZero).toBe(false);
    expect(axis.place(1000)).toBe(1);
  });

  it('has a line of its own for a loss of zero, or of rounding only', () => {
    const axis = lossAxis(laws([1, 1], [2, 1e-5], [3, 0], [4, 1e-31]));
    expect(axis.hasZero).toBe(true);
    expect([axis.place(0), axis.place(1e-31)]).toEqual([0, 0]);
    expect(axis.place(1e-5)).toBeGreaterThan(0);
  });

  it.each([[[[1, 0]]], [[[1, 1]]], [[[1, 1e300], [2, 1e-300]]], [[[1, 5e-324]]], [[[1, null]]]])(
    'places every loss of %j inside',
    points => {
      const axis = lossAxis(laws(...(points as [number, number | null][])));
      const places = points.map(point => axis.place((point[1] as number | null) ?? 0));
      expect(places.every(place => place >= 0 && place <= 1)).toBe(true);
      expect(axis.ticks.length).toBeLessThan(12);
      expect(axis.ticks.every(tick => tick.at >= 0 && tick.at <= 1)).toBe(true);
    }
  );
});
