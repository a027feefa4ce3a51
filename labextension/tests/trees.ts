/** Many different trees from a seed, the shapes that are drawn in a way of their own among them. */
import type { Tree } from '../src/core/snapshot';

/** The generator of Park and Miller, 1988: the same numbers on every machine. */
export function randomness(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const LEAVES: readonly Tree[] = [
  'x', 'y', 'mass', 'x_1', 'alpha', 2, 3, -1, -2, 0.5, -1.5, 2.5e-8, -2.5e9, ['pi'], ['e'], ['div', 3, 2], ['div', -1, 3], ['neg', 'x'], ['neg', 2]
];
const UNARY = ['neg', 'sin', 'cos', 'tanh', 'exp', 'log', 'sqrt', 'cbrt', 'abs', 'floor', 'sign', 'asin'];
const BINARY = ['div', 'pow', 'pow', 'mod', 'add', 'mul'];

export function randomTree(random: () => number, depth: number): Tree {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const inner = (): Tree => randomTree(random, depth - 1);
  const kind = depth === 0 ? 0 : random();
  if (kind < 0.2) {
    return pick(LEAVES);
  }
  if (kind < 0.45) {
    return [pick(UNARY), inner()];
  }
  if (kind < 0.75) {
    return [pick(BINARY), inner(), inner()];
  }
  return [pick(['add', 'mul', 'min']), inner(), inner(), inner()];
}

export function* randomTrees(count: number, seed = 7): Generator<Tree> {
  const random = randomness(seed);
  for (let i = 0; i < count; i++) {
    yield randomTree(random, 1 + (i % 4));
  }
}
