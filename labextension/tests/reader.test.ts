import { describe, expect, it } from 'vitest';

import { read } from '../src/core/reader';
import { textOf } from '../src/core/text';
import type { Tree } from '../src/core/snapshot';
import { randomTrees } from './trees';

describe('read', () => {
  it.each<[string, Tree]>([
    ['x', 'x'],
    ['2.5e-3', 0.0025],
    ['-2', -2],
    ['.5*x', ['mul', 0.5, 'x']],
    ['a + b - c', ['add', 'a', 'b', ['neg', 'c']]],
    ['a*b/c', ['div', ['mul', 'a', 'b'], 'c']],
    ['a/b*c', ['mul', ['div', 'a', 'b'], 'c']],
    ['-x**2', ['neg', ['pow', 'x', 2]]],
    ['x^-2', ['pow', 'x', -2]],
    ['2**3**x', ['pow', 2, ['pow', 3, 'x']]],
    ['--x', 'x'],
    ['(a + b)*c', ['mul', ['add', 'a', 'b'], 'c']],
    ['sin(x)^2', ['pow', ['sin', 'x'], 2]],
    ['ln(`orbital period`)', ['log', 'orbital period']],
    ['min(a, b, 3)', ['min', 'a', 'b', 3]],
    ['2*pi*e', ['mul', 2, ['pi'], ['e']]],
    ['?*x + ?', ['add', ['mul', '?', 'x'], '?']],
    ['θ·ω', ['mul', 'θ', 'ω']],
    ['  x  ', 'x'],
    ['constructor(__proto__)', ['constructor', '__proto__']]
  ])('%s', (text, tree) => expect(read(text)).toEqual({ tree }));

  it('takes a declared variable for itself, whatever constant has its name', () => {
    expect(read('e', new Set(['e']))).toEqual({ tree: 'e' });
  });

  it.each([
    ['', 'something is missing at the end', 0],
    ['x +', 'something is missing at the end', 3],
    ['sin(a', 'this parenthesis is never closed', 3],
    ['a) + b', '“)” is not expected here', 1],
    ['2x', 'an operator is missing before “x”', 1],
    ['x y', 'an operator is missing before “y”', 2],
    ['a * * b', '“*” is not expected here', 4],
    ['sin()', '“sin” needs an argument', 4],
    ['f(a,)', '“)” is not expected here', 4],
    ['a = b', '“=” cannot be read', 2],
    ['`ab', 'a backtick is never closed', 0],
    ['``', 'a name is empty', 0],
    ['1e999', '“1e999” is beyond the range of floating point', 0],
    ['x<script>', '“<” cannot be read', 1]
  ])('%s: %s', (text, problem, position) => expect(read(text)).toEqual({ problem, position }));

  it.each(['('.repeat(3000) + 'x', 'sin('.repeat(900), `${'-('.repeat(500)}x`, 'x^'.repeat(1500) + 'x'])('bounds the depth', text =>
    expect(read(text).problem).toContain('nested'));

  it('bounds the length', () => expect(read('x+'.repeat(9000)).problem).toContain('4000'));

  it('throws at nothing', () => {
    const signs = ['x', '2', '+', '-', '*', '**', '/', '(', ')', ',', '`', '?', 'sin(', ' ', '<', '.', 'e', '😀'];
    let state = 5;
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: i % 9 }, () => signs[(state = (state * 48271) % 2147483647) % signs.length]).join('');
      const reading = read(text);
      expect(reading.problem === undefined || (reading.position >= 0 && reading.position <= text.length), text).toBe(true);
    }
  });
});

const VALUES: Record<string, number> = { x: 0.7, y: 1.3, mass: 2.1, x_1: 0.4, alpha: 0.9 };
const FUNCTIONS: Record<string, (...values: number[]) => number> = {
  add: (...values) => values.reduce((sum, value) => sum + value),
  mul: (...values) => values.reduce((product, value) => product * value),
  neg: a => -a!,
  div: (a, b) => a! / b!,
  pow: (a, b) => a! ** b!,
  mod: (a, b) => a! - b! * Math.floor(a! / b!),
  pi: () => Math.PI,
  e: () => Math.E
};

function value(tree: Tree): number {
  if (typeof tree === 'number') {
    return tree;
  }
  if (typeof tree === 'string') {
    return VALUES[tree]!;
  }
  const [name, ...args] = tree;
  const known = FUNCTIONS[name] ?? (Math as unknown as Record<string, (...values: number[]) => number>)[name]!;
  return known(...args.map(value));
}

describe('textOf', () => {
  it.each<[Tree, string]>([
    [['add', 'x', ['neg', ['mul', 2, 'y']]], 'x - 2*y'],
    [['mul', ['add', 'x', 1], 'y'], '(x + 1)*y'],
    [['pow', ['neg', 'x'], 2], '(-x)**2'],
    [['div', 'a', ['mul', 'b', 'c']], 'a/(b*c)'],
    [['pi'], 'pi'],
    ['orbital period', '`orbital period`'],
    [['add', '?', 1], '? + 1']
  ])('%j', (tree, text) => expect(textOf(tree)).toBe(text));

  it('is read back with the same value', () => {
    let finite = 0;
    for (const tree of randomTrees(600, 23)) {
      const text = textOf(tree);
      const again = read(text);
      expect(again.problem, text).toBeUndefined();
      const [was, is] = [value(tree), value(again.tree!)];
      finite += Number.isFinite(was) ? 1 : 0;
      expect(Math.abs(was - is) <= 1e-9 * Math.abs(was) || Object.is(was, is) || Math.abs(was) > 1e15, `${text}: ${was}, ${is}`).toBe(true);
    }
    expect(finite).toBeGreaterThan(200);
  });
});
