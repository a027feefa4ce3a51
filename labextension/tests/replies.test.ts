import { describe, expect, it } from 'vitest';

import { ask, changedOf, choicesOf, egraphOf, ledTo, readReply } from '../src/core/replies';
import { law, type Json } from './sample';

const part = { tree: 'x', text: 'x' };
const eclass = (id: unknown, changes: Json = {}): Json => ({ id, forms: [part], nodes: [], ...changes });
const egraph = (changes: Json = {}): Json => ({ root: 1, classes: [eclass(1)], joins: [], complete: true, ...changes });

describe('a menu', () => {
  it('is read', () => {
    const nice = { text: '2', tree: 2, loss: 1, ratio: 1.0003 };
    const reply = {
      part,
      forms: [{ tree: ['neg', 'x'], text: '-x', goals: ['shorter'], conditions: ['x > 0'] }],
      constant: { value: 2.001, error: null, fixed: true, nice: [nice] }
    };
    expect(choicesOf(reply)).toEqual(reply);
  });

  it('may hold nothing but the part', () => {
    expect(choicesOf({ part })).toEqual({ part, forms: [], constant: null });
  });

  it.each([
    [{}, 'part'],
    [{ part: { tree: 'x' } }, 'part.text'],
    [{ part, forms: {} }, 'forms'],
    [{ part, forms: [7] }, 'forms[0]'],
    [{ part, forms: Array(41).fill(part) }, 'forms'],
    [{ part, forms: [{ ...part, goals: 'short' }] }, 'forms[0].goals'],
    [{ part, forms: [{ ...part, text: 'x'.repeat(5000) }] }, 'forms[0].text'],
    [{ part, constant: [] }, 'constant'],
    [{ part, constant: { value: Infinity } }, 'constant.value'],
    [{ part, constant: { fixed: 'no' } }, 'constant.fixed'],
    [{ part, constant: { nice: [{ ...part, ratio: '1' }] } }, 'constant.nice[0].ratio']
  ])('is refused where it is wrong: %#', (reply, where) => {
    const { problem } = readReply(reply, choicesOf);
    expect(problem).toContain('cannot be read');
    expect(problem).toContain(where);
  });

  it('draws no tree that is too large', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 50_000; i++) {
      deep = ['neg', deep];
    }
    expect(choicesOf({ part: { tree: deep, text: 'x' } }).part.tree).toBeNull();
  });
});

describe('an e-graph', () => {
  it('names its classes by numbers or texts', () => {
    const nodes = [{ op: 'neg', text: '-x', children: ['b'] }];
    const graph = egraphOf(egraph({ classes: [eclass(1, { nodes }), eclass('b')] }));
    expect([graph.root, graph.classes.map(({ id }) => id)]).toEqual(['1', ['1', 'b']]);
    expect(graph.classes[0]!.nodes[0]!.children).toEqual(['b']);
  });

  it('loses edges that lead nowhere', () => {
    const nodes = [{ op: 'add', text: 'a + b', children: [9, 1] }];
    expect(egraphOf(egraph({ classes: [eclass(1, { nodes })] })).classes[0]!.nodes[0]!.children).toEqual(['1']);
  });

  it.each([
    [{ root: 2 }, 'root'],
    [{ root: null }, 'root'],
    [{ classes: 'all' }, 'classes'],
    [{ classes: [eclass(1), eclass('1')] }, 'two classes'],
    [{ classes: Array.from({ length: 61 }, (_, i) => eclass(i)) }, 'classes'],
    [{ classes: [eclass(1, { nodes: Array(13).fill({ op: 'a', text: 'a', children: [] }) })] }, 'classes[0].nodes'],
    [{ classes: [eclass(1, { nodes: [{ op: 'a', text: 'a', children: [{}] }] })] }, 'children[0]'],
    [{ classes: [eclass(-1)] }, 'classes[0].id'],
    [{ joins: [{ rule: 'r', left: 1, right: 1, before: 'a' }] }, 'joins[0].after'],
    [{ complete: 'yes' }, 'complete']
  ])('is refused where it is wrong: %#', (changes, where) => {
    expect(readReply(egraph(changes), egraphOf).problem).toContain(where);
  });
});

describe('other answers', () => {
  it('are a law with a verdict', () => {
    const changed = changedOf({ law: law('a', 1, 1), verdict: { status: 'equal', text: 'the same' } });
    expect([changed.law.id, changed.law.verdict, changed.verdict?.status]).toEqual(['a', { status: 'equal', text: 'the same' }, 'equal']);
    expect(readReply({ law: { id: 1 } }, changedOf).problem).toContain('law is none');
  });

  it('are the law that a step leads to', () => {
    expect([ledTo({ law: 'a' }), ledTo({ law: null })]).toEqual(['a', null]);
    expect(readReply({ law: {} }, ledTo).problem).toContain('law is not a text');
  });

  it('are an error, cut to a bearable length', () => {
    expect(readReply({ error: 'no such law' }, ledTo)).toEqual({ problem: 'no such law' });
    expect(readReply({ error: 'x'.repeat(1e6) }, ledTo).problem).toHaveLength(1000);
    expect([null, 7, 'text', []].map(reply => readReply(reply, ledTo).problem)).toEqual(Array(4).fill(expect.stringContaining('it is not an object')));
  });
});

describe('ask', () => {
  const host = { get: () => null, onChange: () => () => undefined };

  it('rejects never', async () => {
    expect(await ask(host, 'undo', {}, ledTo)).toEqual({ problem: expect.stringContaining('run the cell again') });
    const gone = { ...host, call: async () => Promise.reject(new Error('The kernel ended')) };
    expect(await ask(gone, 'undo', {}, ledTo)).toEqual({ problem: 'The kernel ended' });
    const odd = { ...host, call: async () => Promise.reject('odd') };
    expect(await ask(odd, 'undo', {}, ledTo)).toEqual({ problem: 'odd' });
  });
});
