import { describe, expect, it } from 'vitest';

import { balancedScale, scaleOf } from '../src/core/scale';

const labels = (values: number[]): string[] => scaleOf(values).marks.map(mark => mark.label);

describe('scaleOf', () => {
  it('has ticks at round numbers, with as many decimals as they need', () => {
    expect(labels([0, 10])).toEqual(['0', '2', '4', '6', '8', '10']);
    expect(labels([-1.2, 1.3])).toEqual(['−1.0', '−0.5', '0', '0.5', '1.0']);
    expect(labels([0.01, 0.03])).toEqual(['0.010', '0.015', '0.020', '0.025', '0.030']);
  });

  it('has a power of ten for what is very small or large', () => {
    const scale = scaleOf([-4e-7, 2e-7]);
    expect(scale.exponent).toBe(-7);
    expect(scale.marks.map(mark => mark.label)).toEqual(['−4', '−2', '0', '2']);
    expect(scale.place(-1e-7)).toBeCloseTo(0.5);
    expect(scaleOf([0, 3e9]).exponent).toBe(9);
  });

  it('is logarithmic for positive values that span decades', () => {
    const scale = scaleOf([0.01, 100]);
    expect(scale.marks.map(mark => mark.label)).toEqual(['10⁻²', '10⁻¹', '10⁰', '10¹', '10²']);
    expect(scale.place(1)).toBeCloseTo(0.5);
    expect(scaleOf([0, 0.01, 100]).place(50)).toBeCloseTo(0.5);
  });

  it.each([
    [[]], [[0]], [[7]], [[-3, -3]], [[1e308, -1e308]], [[5e-324, 1e308]], [[5e-324]], [[-5e-324, 0]], [[1e15, 1e15 + 1]], [[0.1, 0.1 + 1e-17]]
  ])('places every value of %j inside', values => {
    for (const scale of [scaleOf(values), balancedScale(values)]) {
      const places = [...values.map(scale.place), ...scale.marks.map(mark => mark.at)];
      expect(places.every(place => place >= 0 && place <= 1)).toBe(true);
      expect(scale.marks.length).toBeGreaterThan(0);
      expect(scale.marks.length).toBeLessThan(14);
    }
  });

  it('is balanced around zero when asked', () => {
    expect(balancedScale([1, -5]).place(0)).toBeCloseTo(0.5);
    expect(balancedScale([0]).place(0)).toBeCloseTo(0.5);
  });
});
