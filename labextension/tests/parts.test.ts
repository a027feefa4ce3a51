import { describe, expect, it } from 'vitest';

import { mathOf } from '../src/core/mathml';
import { children, columnsOf, cover, partAt, pathOf, pathText, step, type Part } from '../src/core/parts';
import type { Tree } from '../src/core/snapshot';
import { randomTrees } from './trees';

/** What is read, without what depends on the surroundings: signs, parentheses, dots, fractions. */
const bare = (text: string): string => text.replace(/[−+()⋅/\u2061]/g, '');

const drawn = (tree: Tree): Element => mathOf(tree, { digits: 5, paths: true });

function every(part: Part): Part[] {
  return [part, ...children(part).flatMap(every)];
}

describe('the paths in a drawing', () => {
  it('lead to the part that is drawn there, up to its sign', () => {
    for (const tree of randomTrees(150)) {
      const root = drawn(tree);
      for (const element of root.querySelectorAll('[data-path]')) {
        const path = pathOf(element.getAttribute('data-path')!);
        const part = partAt(tree, path);
        expect(part, `${JSON.stringify(tree)} has a part at ${pathText(path)}`).not.toBeNull();
        const whole = cover(root, path).map(piece => piece.textContent).join('');
        expect(bare(whole), JSON.stringify([tree, path])).toBe(bare(drawn(part!.tree).textContent!));
      }
    }
  });

  it('reach every part of the tree', () => {
    for (const tree of randomTrees(150, 11)) {
      const root = drawn(tree);
      for (const { path } of every({ tree, path: [] })) {
        expect(cover(root, path).length, JSON.stringify([tree, path])).toBeGreaterThan(0);
      }
    }
  });

  it('give the innermost part at each element', () => {
    const root = drawn(['mul', 'g', ['pow', ['sin', ['add', 'x', 1]], 2]]);
    const at = (text: string): string | null =>
      [...root.querySelectorAll('mi, mn')].find(node => node.textContent === text)!.closest('[data-path]')!.getAttribute('data-path');
    expect([at('g'), at('sin'), at('x'), at('1'), at('2')]).toEqual(['0', '1.0', '1.0.0.0', '1.0.0.1', '1.1']);
  });

  it('give a minus sign to the part that it belongs to', () => {
    const sign = (tree: Tree): string | null | undefined =>
      [...drawn(tree).querySelectorAll('mo')].find(node => node.textContent === '−')?.closest('[data-path]')?.getAttribute('data-path');
    expect(sign(['add', 'x', ['neg', 'y']])).toBe('1');
    expect(sign(['add', 'x', ['mul', -2, 'y']])).toBe('1.0');
    expect(sign(['add', 'x', ['div', -1, 2]])).toBe('1');
    expect(sign(['pow', 'x', ['neg', ['div', 1, 2]]])).toBe('1');
  });

  it('are not drawn unless asked for', () => {
    expect(mathOf(['add', 'x', 1]).querySelector('[data-path]')).toBeNull();
    const left = mathOf('x', { paths: true, left: ['log', 'P'] });
    expect([...left.querySelectorAll('[data-path]')].map(node => node.textContent)).toEqual(['x']);
  });

  it('change nothing that is seen', () => {
    for (const tree of randomTrees(60, 3)) {
      expect(drawn(tree).textContent).toBe(mathOf(tree, { digits: 5 }).textContent);
    }
  });
});

describe('the columns in a part', () => {
  it.each<[Tree, string[]]>([
    ['x', ['x']],
    [2.5, []],
    [['pi'], []],
    [['add', ['mul', 'y', 'x'], ['sin', 'y'], ['mul', ['pi'], 'z']], ['y', 'x', 'z']]
  ])('of %j are %j', (tree, columns) => expect(columnsOf(tree)).toEqual(columns));
});

describe('a walk through a tree', () => {
  const tree: Tree = ['add', ['mul', 2.5, 'x'], ['pow', 'y', ['div', 1, 2]]];

  it.each([
    [[], 'ArrowDown', [0]],
    [[], 'ArrowUp', []],
    [[], 'ArrowRight', []],
    [[0], 'ArrowRight', [1]],
    [[1], 'ArrowRight', [1]],
    [[1], 'ArrowLeft', [0]],
    [[0], 'ArrowLeft', [0]],
    [[0], 'ArrowDown', [0, 0]],
    [[0, 0], 'ArrowDown', [0, 0]],
    [[1, 1], 'ArrowDown', [1, 1]],
    [[1, 1], 'ArrowUp', [1]]
  ] as const)('%j %s %j', (from, key, to) => expect(step(tree, from, key)).toEqual(to));

  it('ends at a path that leads nowhere', () => {
    expect(partAt(tree, [5])).toBeNull();
    expect(partAt(tree, [1, 1, 0])).toBeNull();
    expect(partAt('x', [0])).toBeNull();
    expect(partAt(tree, [])).toEqual({ tree, path: [] });
  });
});
