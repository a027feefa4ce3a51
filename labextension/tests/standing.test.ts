import { describe, expect, it } from 'vitest';

import type { Law } from '../src/core/snapshot';
import { standing } from '../src/core/standing';
import { validateLaw } from '../src/core/validate';

function law(id: string, complexity: number, loss: number | null): Law {
  return validateLaw({ id, complexity, loss, equation: 'x', tree: 'x' })!;
}

const FRONT = [law('one', 1, 10), law('two', 5, 1), law('three', 9, 0.1)];

describe('where an entered formula stands', () => {
  it.each([
    ['fits better than all of its size', 5, 0.5, 'would be on the front'],
    ['is smaller than all', 0, 100, 'would be on the front'],
    ['fits no better than a smaller one', 7, 1, 'behind the law of complexity 5'],
    ['fits worse than the constant', 7, 20, 'behind the law of complexity 1']
  ])('%s', (_, complexity, loss, words) => {
    expect(standing(law('mine', complexity, loss), FRONT)).toBe(words);
  });

  it('is known when it is one of them', () => {
    expect(standing(law('two', 5, 1), FRONT)).toBe('on the front');
  });

  it('is not told without a loss or without a front', () => {
    expect(standing(law('mine', 5, null), FRONT)).toBe('');
    expect(standing(law('mine', 5, 1), [])).toBe('');
  });
});
