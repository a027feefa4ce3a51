import { describe, expect, it } from 'vitest';

import { drawableTree, validate, validateLaw, validateVerdict } from '../src/core/validate';
import { law, snapshot } from './sample';

describe('validate', () => {
  it('reads a snapshot', () => {
    const { snapshot: read } = validate(snapshot({ dropped: 2 }));
    expect(read).toMatchObject({ formula: 'P ~ a', dropped: 2, stopReason: 'time', timeLimit: 10 });
    expect(read?.front.map(item => item.complexity)).toEqual([1, 3, 7]);
  });

  it('sorts the front by complexity', () => {
    const { snapshot: read } = validate(snapshot({ front: [law('b', 9, 1), law('a', 2, 3)] }));
    expect(read?.front.map(item => item.id)).toEqual(['a', 'b']);
  });

  it('accepts null for what is not known or not finite', () => {
    const open = { rows: null, elapsed: null, time_limit: null, stop_reason: null, best: null, session: null };
    expect(validate(snapshot({ ...open, front: [law('a', 1, null)] })).problem).toBeUndefined();
  });

  it.each([
    [null, 'not an object'],
    [[], 'not an object'],
    ['text', 'not an object'],
    [snapshot({ version: 2 }), 'version is 2'],
    [snapshot({ version: undefined }), 'version is missing'],
    [snapshot({ front: {} }), 'front is not a list'],
    [snapshot({ front: [null] }), 'front[0] is not an object'],
    [snapshot({ front: [law('a', 1, 1), law('b', 2.5, 1)] }), 'front[1].complexity is not a count'],
    [snapshot({ front: [law('a', 1, 1, { loss: '1' })] }), 'front[0].loss is not a number'],
    [snapshot({ front: [law('a', 1, Infinity)] }), 'front[0].loss is not a number'],
    [snapshot({ front: [law('a', 1, 1, { equation: 'x'.repeat(4001) })] }), 'longer than 4000'],
    [snapshot({ front: Array.from({ length: 201 }, (_, i) => law(String(i), i, 1)) }), 'more than 200'],
    [snapshot({ front: [law('a', 1, 1, { parameters: [1] })] }), 'parameters[0] is not an object'],
    [snapshot({ status: 'paused' }), 'status is "paused"'],
    [snapshot({ formula: 7 }), 'formula is not a text'],
    [snapshot({ warnings: 'many' }), 'warnings is not a list'],
    [snapshot({ candidates: -1 }), 'candidates is not a count']
  ])('names what is wrong', (value, problem) => {
    expect(validate(value).problem).toContain(problem);
  });

  it('ignores a session key that no kernel would make', () => {
    expect(validate(snapshot({ session: '<b>' })).snapshot?.session).toBeNull();
    expect(validate(snapshot({ session: { toString: 1 } })).snapshot?.session).toBeNull();
  });
});

describe('drawableTree', () => {
  it('keeps trees of numbers, names and operations', () => {
    const tree = ['add', 1, ['mul', 'x', ['pi']]];
    expect(drawableTree(tree)).toEqual(tree);
  });

  it.each([[['add', null]], [['', 1]], [[]], [[1, 2]], [NaN], [Infinity], [{}], [undefined], [['f', ['g', '']]]])(
    'refuses %j',
    tree => expect(drawableTree(tree)).toBeNull()
  );

  it('refuses what is nested too deeply, without recursion', () => {
    let tree: unknown = 'x';
    for (let i = 0; i < 200000; i++) {
      tree = ['neg', tree];
    }
    expect(drawableTree(tree)).toBeNull();
    expect(validateLaw(law('a', 1, 1, { tree }))?.tree).toBeNull();
  });

  it('refuses what has too many nodes', () => {
    expect(drawableTree(['add', ...Array.from({ length: 5000 }, () => 'x')])).toBeNull();
  });
});

describe('answers', () => {
  it('reads a law and a verdict', () => {
    expect(validateLaw(law('a', 3, 0.5))?.complexity).toBe(3);
    expect(validateVerdict({ status: 'equal', text: 'the same' })).toEqual({ status: 'equal', text: 'the same' });
  });

  it('is null for others', () => {
    expect(validateLaw({ id: 'a' })).toBeNull();
    expect(validateLaw(undefined)).toBeNull();
    expect(validateVerdict({ status: 1 })).toBeNull();
    expect(validateVerdict('equal')).toBeNull();
  });
});

describe('numbers of a tree', () => {
  it('are plain, however the kernel marks them', () => {
    expect(drawableTree(['mul', ['float', 720], 'n'])).toEqual(['mul', 720, 'n']);
    expect(drawableTree(['integer', '-10000000000000000000000'])).toBe(-1e22);
  });

  it('are nothing else', () => {
    expect(drawableTree(['float', 'x'])).toEqual(['float', 'x']);
    expect(drawableTree(['integer', 'many'])).toEqual(['integer', 'many']);
  });
});
