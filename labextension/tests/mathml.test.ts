import { describe, expect, it } from 'vitest';

import { mathOf, targetTree } from '../src/core/mathml';
import type { Tree } from '../src/core/snapshot';

/** The tree of nodes without the grouping ones: msup(mi:a mn:2). */
function outline(node: Element): string {
  const inner = [...node.children].map(outline).filter(text => text !== '').join(' ');
  switch (node.localName) {
    case 'math':
    case 'mrow':
      return inner;
    case 'mspace':
      return '';
    case 'mo':
      return node.textContent === '\u2061' ? '' : node.textContent ?? '';
    default:
      return node.children.length > 0 ? `${node.localName}[${inner}]` : node.textContent ?? '';
  }
}

const drawn = (tree: Tree): string => outline(mathOf(tree));

describe('mathOf', () => {
  it.each<[Tree, string]>([
    ['x', 'x'],
    [2, '2'],
    [['pi'], 'π'],
    [['add', 'x', 1], 'x + 1'],
    [['add', 'x', -1], 'x − 1'],
    [['add', 'x', ['neg', ['mul', 2, 'y']]], 'x − 2 y'],
    [['add', 'x', ['mul', -2, 'y'], 'z'], 'x − 2 y + z'],
    [['add', 'x', ['neg', ['add', 'y', 'z']]], 'x − ( y + z )'],
    [['add', -2, 'x'], '− 2 + x'],
    [['mul', 2, ['add', 'x', 1]], '2 ( x + 1 )'],
    [['mul', ['neg', 'x'], 'y'], '− x y'],
    [['mul', 'x', ['neg', 'y']], 'x ( − y )'],
    [['mul', 'x', 2], 'x ⋅ 2'],
    [['mul', 'mass', 'speed'], 'mass ⋅ speed'],
    [['mul', ['add', 'x', 1], ['sin', 'x']], '( x + 1 ) sin ( x )'],
    [['neg', ['add', 'x', 'y']], '− ( x + y )'],
    [['neg', ['mul', 'x', 'y']], '− x y'],
    [['div', ['add', 'x', 1], 'y'], 'mfrac[x + 1 y]'],
    [['pow', ['add', 'x', 1], 2], 'msup[( x + 1 ) 2]'],
    [['pow', ['div', 'x', 'y'], 2], 'msup[( mfrac[x y] ) 2]'],
    [['pow', ['pow', 'x', 2], 3], 'msup[( msup[x 2] ) 3]'],
    [['pow', -2, 'x'], 'msup[( −2 ) x]'],
    [['pow', 'x', ['div', 3, 2]], 'msup[x 3 / 2]'],
    [['pow', 'x', ['neg', ['div', 1, 2]]], 'msup[x − 1 / 2]'],
    [['pow', ['sin', 'x'], 2], 'msup[sin 2] ( x )'],
    [['pow', ['log', 'x'], 2], 'msup[log ( x ) 2]'],
    [['sqrt', ['add', 'x', 1]], 'msqrt[x + 1]'],
    [['cbrt', 'x'], 'mroot[x 3]'],
    [['abs', ['neg', 'x']], '| − x |'],
    [['exp', ['neg', 'x']], 'msup[e − x]'],
    [['pow', ['exp', 'x'], 2], 'msup[( msup[e x] ) 2]'],
    [['asin', 'x'], 'arcsin ( x )'],
    [['min', 'x', 'y', 1], 'min ( x , y , 1 )'],
    [['floor', 'x'], '⌊ x ⌋'],
    [['constructor', 'x'], 'constructor ( x )'],
    [['__proto__', 'x', 'y'], '__proto__ ( x , y )'],
    [['toString'], 'toString']
  ])('%j', (tree, text) => expect(drawn(tree)).toBe(text));

  it('writes an exponential of something large as a function', () => {
    const large: Tree = ['add', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    expect(drawn(['exp', large])).toMatch(/^exp \( /);
  });

  it('writes large and small numbers with powers of ten', () => {
    expect(drawn(['mul', 2.5e-8, 'x'])).toBe('2.5 × msup[10 −8] x');
    expect(drawn(['pow', 2.5e8, 'x'])).toBe('msup[( 2.5 × msup[10 8] ) x]');
    expect(drawn(['add', 'x', -2.5e-8])).toBe('x − 2.5 × msup[10 −8]');
  });

  it('gives names subscripts and Greek letters', () => {
    expect(['x_1', 'x1', 'alpha', 'alpha_max', 'T_in_out', 'pressure', 'orbital_period'].map(drawn)).toEqual([
      'msub[x 1]',
      'msub[x 1]',
      'α',
      'msub[α max]',
      'msub[T in,out]',
      'pressure',
      'orbital_period'
    ]);
  });

  it('makes no markup of names', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const node = mathOf(['add', evil, [evil, 'x']], { left: evil });
    expect(node.querySelector('img')).toBeNull();
    expect(node.textContent).toContain(evil);
    expect([...node.querySelectorAll('*')].every(child => child.namespaceURI === node.namespaceURI)).toBe(true);
  });

  it('puts the target before the law', () => {
    expect(outline(mathOf('x', { left: targetTree('log(P)') }))).toBe('log ( P ) = x');
  });
});

describe('targetTree', () => {
  it.each<[string, Tree]>([
    ['P', 'P'],
    ['log(P)', ['log', 'P']],
    ['`orbital period`', 'orbital period'],
    ['1/P', '1/P'],
    ['', '?']
  ])('%s', (text, tree) => expect(targetTree(text)).toEqual(tree));
});
