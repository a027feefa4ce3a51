import { describe, expect, it } from 'vitest';

import { condition, confidence, count, number, percent, plural, rSquared, seconds, shorten } from '../src/core/format';

describe('number', () => {
  it.each([
    [0, '0'],
    [3, '3'],
    [-2, '−2'],
    [0.5, '0.5'],
    [1.00042, '1.000'],
    [123456.7, '123457'],
    [1234567, '1234567'],
    [12345678, '1.235×10⁷'],
    [-1.25e-5, '−1.25×10⁻⁵'],
    [9.99999e-4, '0.001000'],
    [9999.9, '10000'],
    [1e300, '1×10³⁰⁰'],
    [5e-324, '4.941×10⁻³²⁴'],
    [null, '–']
  ])('%s', (value, text) => expect(number(value)).toBe(text));
});

describe('rSquared', () => {
  it.each([
    [0.5, '0.5000'],
    [0.99999987, '0.99999987'],
    [1, '1'],
    [1 - 1e-14, '1'],
    [-0.25, '−0.2500'],
    [-1e-9, '0.0000'],
    [-1e7, '−1×10⁷'],
    [null, '–']
  ])('%s', (value, text) => expect(rSquared(value)).toBe(text));
});

describe('confidence', () => {
  it.each([
    [1.00042, 0.00031, '1.00042', '[0.99981, 1.00103]'],
    [12.3456, 1.2, '12.3', '[10.0, 14.7]'],
    [1234, 200, '1234', '[842, 1626]'],
    [-1.5, 0.1, '−1.50', '[−1.70, −1.30]'],
    [0.1, 0.1, '0.10', '[−0.10, 0.30]'],
    [2.1e-7, 3e-8, '2.10×10⁻⁷', '[1.51, 2.69]×10⁻⁷'],
    [6.02e23, 1e20, '6.0200×10²³', '[6.0180, 6.0220]×10²³'],
    [3, 0, '3', null],
    [3.25, null, '3.25', null],
    [1e308, 1e308, '1×10³⁰⁸', null],
    [null, 1, '–', null]
  ])('%s ± %s', (value, error, estimate, interval) => expect(confidence(value, error)).toEqual({ estimate, interval }));
});

describe('texts', () => {
  it('writes times', () => {
    expect([3.21, 59.4, 61, 3600, null].map(seconds)).toEqual(['3.2 s', '59 s', '1 min 1 s', '60 min', '–']);
  });

  it('counts', () => {
    expect([count(1234567), count(null), plural(1, 'row'), plural(2000, 'row')]).toEqual(['1,234,567', '–', '1 row', '2,000 rows']);
  });

  it('writes conditions with the usual signs', () => {
    expect(condition('x >= 0 and y != 1 and z <= 2')).toBe('x ≥ 0 and y ≠ 1 and z ≤ 2');
  });

  it('shortens', () => {
    expect([shorten('abcdef', 4), shorten('abc', 4)]).toEqual(['abc…', 'abc']);
  });
});

describe('percent', () => {
  it.each([[0, '0 %'], [1e-9, '< 1 %'], [0.005, '1 %'], [0.93, '93 %'], [0.9999, '> 99 %'], [1, '100 %']])(
    '%s',
    (p, text) => expect(percent(p)).toBe(text)
  );
});
