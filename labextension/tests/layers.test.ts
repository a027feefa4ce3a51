import { describe, expect, it } from 'vitest';

import { crossings, layersOf } from '../src/core/layers';
import { randomness } from './trees';

const edgesOf = (pairs: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(pairs));

describe('layersOf', () => {
  it('puts each name below all that lead to it', () => {
    expect(layersOf('a', edgesOf({ a: ['b', 'c'], b: ['c'], c: [] }))).toEqual([['a'], ['b'], ['c']]);
  });

  it('ends where names lead back to themselves', () => {
    expect(layersOf('a', edgesOf({ a: ['a', 'b'], b: ['c'], c: ['b', 'a'] }))).toEqual([['a'], ['b'], ['c']]);
  });

  it('keeps names that the root does not lead to', () => {
    expect(layersOf('a', edgesOf({ a: ['b'], b: [], z: ['b'] })).flat().sort()).toEqual(['a', 'b', 'z']);
  });

  it('undoes a crossing', () => {
    const edges = edgesOf({ r: ['a', 'b'], a: ['y'], b: ['x'], x: [], y: [] });
    expect(crossings([['r'], ['a', 'b'], ['x', 'y']], edges)).toBe(1);
    expect(crossings(layersOf('r', edges), edges)).toBe(0);
  });

  it('puts every name of any graph into one layer, with every edge of a tree downward', () => {
    const random = randomness(3);
    for (let round = 0; round < 60; round++) {
      const size = 2 + Math.floor(random() * 58);
      const edges = new Map<string, string[]>();
      for (let i = 0; i < size; i++) {
        edges.set(String(i), Array.from({ length: 3 }, () => String(Math.floor(random() * size))));
      }
      const layers = layersOf('0', edges);
      expect(layers.flat().sort()).toEqual([...edges.keys()].sort());
      expect(layers.every(layer => layer.length > 0)).toBe(true);
    }
    const tree = new Map(Array.from({ length: 60 }, (_, i) => [String(i), [2 * i + 1, 2 * i + 2].filter(j => j < 60).map(String)]));
    const layers = layersOf('0', tree);
    const depth = new Map(layers.flatMap((layer, at) => layer.map(name => [name, at] as const)));
    tree.forEach((belows, name) => belows.forEach(below => expect(depth.get(below)).toBe(depth.get(name)! + 1)));
    expect(crossings(layers, tree)).toBe(0);
  });
});
