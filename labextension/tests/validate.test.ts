import { describe, expect, it } from 'vitest';

import { drawableTree, validate, validateLaw, validateVerdict } from '../src/core/validate';
import { guide, law, snapshot, type Json } from './sample';

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

describe('rows, code and hypotheses', () => {
  const sample = { columns: { a: [1, null], ['__proto__']: [3, 4] }, y: [5, null] };

  it('are read', () => {
    const hypotheses = [
      { id: 'h', kind: 'ban', text: 'sin(a)', tree: ['sin', 'a'] },
      { id: 'i', kind: 'symmetric', text: 'a + b', tree: ['add', 'a', 'b'] }
    ];
    const parameters = [{ value: 3, error: 1, path: [0, 2], fixed: true }];
    const full = law('a', 1, 1, { validation: 2, predicted: [1, null], parameters, code: { numpy: 'np.sin(a)', perl: 7 } });
    const { snapshot: read } = validate(snapshot({ front: [full], hypotheses, sample, paused: true, can_undo: true }));
    expect(read).toMatchObject({ hypotheses, paused: true, canUndo: true, canRedo: false });
    expect(read?.sample?.y).toEqual([5, null]);
    expect(read?.front[0]).toMatchObject({ validation: 2, predicted: [1, null], parameters });
    expect(read?.front[0]?.code).toEqual({ numpy: 'np.sin(a)', sympy: null, torch: null, c: null });
  });

  it('may have columns of any name', () => {
    const parsed: unknown = JSON.parse('{"y":[1],"columns":{"__proto__":[2],"constructor":[3],"<b>":[4]}}');
    const { snapshot: read } = validate(snapshot({ sample: parsed }));
    expect(read?.sample?.columns).toEqual([
      { name: '__proto__', values: [2] }, { name: 'constructor', values: [3] }, { name: '<b>', values: [4] }
    ]);
  });

  it('may be missing', () => {
    const { snapshot: read } = validate(snapshot({ front: [law('a', 1, 1, { parameters: [{ value: 1, error: null }] })] }));
    expect(read).toMatchObject({ sample: null, hypotheses: [], paused: false, canUndo: false, canRedo: false });
    expect(read?.front[0]).toMatchObject({ validation: null, predicted: null, code: null });
    expect(read?.front[0]?.parameters).toEqual([{ value: 1, error: null, path: null, fixed: false }]);
  });

  const columns = (count: number): Json => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, [1]]));
  it.each([
    [{ sample: [] }, 'sample is not an object with columns'],
    [{ sample: { y: [1] } }, 'sample is not an object with columns'],
    [{ sample: { y: [NaN], columns: {} } }, 'sample.y[0] is not a number'],
    [{ sample: { y: ['1'], columns: {} } }, 'sample.y[0] is not a number'],
    [{ sample: { y: Array(201).fill(0), columns: {} } }, 'sample.y has more than 200'],
    [{ sample: { y: [1, 2], columns: { a: [1] } } }, 'sample.columns["a"] has 1 rows, and sample.y has 2'],
    [{ sample: { y: [1], columns: columns(13) } }, 'sample.columns has more than 12'],
    [{ sample: { y: [1], columns: { ['a'.repeat(201)]: [1] } } }, 'longer than 200'],
    [{ paused: 'no' }, 'paused is neither true nor false'],
    [{ can_redo: 1 }, 'can_redo is neither true nor false'],
    [{ hypotheses: [{ id: 'h', kind: 'wish', text: 'a' }] }, 'hypotheses[0].kind is "wish"'],
    [{ hypotheses: [{ id: 'h', kind: 'ban', text: null }] }, 'hypotheses[0].text is not a text'],
    [{ hypotheses: [{ id: 'h', kind: 'symmetric', text: 'a*a', tree: ['mul', 'a', 'a'] }] }, 'hypotheses[0].tree has no two columns'],
    [{ hypotheses: [{ id: 'h', kind: 'symmetric', text: 'a*b' }] }, 'hypotheses[0].tree has no two columns'],
    [{ hypotheses: [{ id: 'h', kind: ['symmetric'], text: 'a*b', tree: ['mul', 'a', 'b'] }] }, 'hypotheses[0].kind is ["symmetric"]'],
    [{ hypotheses: Array(51).fill(0) }, 'hypotheses has more than 50'],
    [{ front: [law('a', 1, 1, { validation: 'low' })] }, 'front[0].validation is not a number'],
    [{ front: [law('a', 1, 1, { predicted: [Infinity] })] }, 'front[0].predicted[0] is not a number'],
    [{ front: [law('a', 1, 1, { predicted: Array(201).fill(0) })] }, 'front[0].predicted has more than 200'],
    [{ front: [law('a', 1, 1, { code: ['c'] })] }, 'front[0].code is not an object'],
    [{ front: [law('a', 1, 1, { code: { c: 'x'.repeat(16001) } })] }, 'front[0].code.c is longer than 16000'],
    [{ front: [law('a', 1, 1, { parameters: [{ path: [-1] }] })] }, 'parameters[0].path[0] is not a count'],
    [{ front: [law('a', 1, 1, { parameters: [{ path: Array(121).fill(0) }] })] }, 'path has more than 120'],
    [{ front: [law('a', 1, 1, { parameters: [{ fixed: 'yes' }] })] }, 'parameters[0].fixed is neither true nor false']
  ])('are refused when wrong: %#', (changes, problem) => {
    expect(validate(snapshot(changes)).problem).toContain(problem);
  });
});

describe('what the guide expected', () => {
  it('is read', () => {
    expect(validate(snapshot({ guide: guide() })).snapshot?.guide).toEqual({
      source: 'guide 1', used: true, reason: 'it was sure of its columns', seconds: 0.021, size: 9.2, noise: 0.01, length: 41.5,
      operators: [{ name: 'sin', p: 0.93 }, { name: 'pow', p: 0.6 }, { name: 'exp', p: 0.04 }],
      columns: [{ name: 'a', p: 0.98 }, { name: 'b', p: 0.001 }],
      pairs: [{ one: 'a', other: 'b', p: 0.3 }],
      peels: [{ name: 'log(P)', p: 0.61 }, { name: 'P/a', p: 0.02 }]
    });
  });

  it('may be missing, null, or not know its numbers', () => {
    expect(validate(snapshot()).snapshot?.guide).toBeNull();
    expect(validate(snapshot({ guide: null })).snapshot?.guide).toBeNull();
    const bare = guide({ size: null, noise: null, length: null, seconds: null });
    expect(validate(snapshot({ guide: bare })).snapshot?.guide).toMatchObject({ size: null, noise: null, length: null, seconds: null });
  });

  const longest: unknown[] = [];
  longest.length = 1e9;
  it.each([
    [3, 'guide is not an object'],
    [[], 'guide is not an object'],
    [guide({ source: 7 }), 'guide.source is not a text'],
    [guide({ source: 'x'.repeat(201) }), 'guide.source is longer than 200'],
    [guide({ reason: undefined }), 'guide.reason is not a text'],
    [guide({ reason: 'x'.repeat(2001) }), 'guide.reason is longer than 2000'],
    [guide({ used: 1 }), 'guide.used is neither true nor false'],
    [guide({ size: '9' }), 'guide.size is not a number'],
    [guide({ noise: NaN }), 'guide.noise is not a number'],
    [guide({ length: [] }), 'guide.length is not a number'],
    [guide({ seconds: Infinity }), 'guide.seconds is not a number'],
    [guide({ operators: undefined }), 'guide.operators is not a list'],
    [guide({ operators: { sin: 1 } }), 'guide.operators is not a list'],
    [guide({ operators: longest }), 'guide.operators has more than 20'],
    [guide({ columns: longest }), 'guide.columns has more than 12'],
    [guide({ pairs: longest }), 'guide.pairs has more than 6'],
    [guide({ peels: longest }), 'guide.peels has more than 10'],
    [guide({ operators: [longest] }), 'guide.operators[0] has more than 2'],
    [guide({ operators: ['ab'] }), 'guide.operators[0] is not a list'],
    [guide({ operators: [['sin']] }), 'guide.operators[0] has 1 entries, not 2'],
    [guide({ operators: [['sin', 1.01]] }), 'guide.operators[0] is not a number from 0 to 1'],
    [guide({ operators: [['sin', -0.1]] }), 'guide.operators[0] is not a number from 0 to 1'],
    [guide({ operators: [['sin', NaN]] }), 'guide.operators[0] is not a number from 0 to 1'],
    [guide({ columns: [['a', '0.5']] }), 'guide.columns[0] is not a number from 0 to 1'],
    [guide({ columns: [['x'.repeat(201), 0.5]] }), 'guide.columns[0] is longer than 200'],
    [guide({ pairs: [['a', 0.5]] }), 'guide.pairs[0] has 2 entries, not 3'],
    [guide({ pairs: [['a', null, 0.5]] }), 'guide.pairs[0] is not a text'],
    [guide({ peels: [[['x'], 0.5]] }), 'guide.peels[0] is not a text']
  ])('is refused when wrong: %#', (value, problem) => {
    expect(validate(snapshot({ guide: value })).problem).toContain(problem);
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
