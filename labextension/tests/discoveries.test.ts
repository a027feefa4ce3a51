import { beforeEach, describe, expect, it, vi } from 'vitest';

import { createList, type DiscoveryList, type Entry } from '../src/lab/list';
import { reveal, shows } from '../src/lab/sidebar';
import { rounded, summaryOf } from '../src/lab/summary';
import { law, snapshot } from './sample';

type Panel = Parameters<typeof reveal>[0];

const MIME = 'application/vnd.sr-kernel+json';

describe('summaryOf', () => {
  it('tells the formula, the state and the best law', () => {
    expect(summaryOf(snapshot())).toEqual({
      formula: 'P ~ a', data: 'planets', status: 'finished', time: '10 s', law: 'P = a**3'
    });
  });

  it('tells how much of the time is used', () => {
    expect(summaryOf(snapshot({ status: 'running', elapsed: 3, time_limit: 60 }))?.time).toBe('3.0 s of 1 min');
  });

  it('takes the last law when none is called the best, and none when there is none', () => {
    expect(summaryOf(snapshot({ best: null }))?.law).toBe('P = a**7');
    expect(summaryOf(snapshot({ front: [] }))?.law).toBeNull();
  });

  it('bounds what is long', () => {
    const long = law('one', 1, 1, { equation: 'a + '.repeat(500) + 'a' });
    expect(summaryOf(snapshot({ best: 'one', front: [long] }))?.law).toHaveLength(300);
  });

  it.each([null, undefined, 3, {}, snapshot({ version: 9 })])('is nothing for %j', value => {
    expect(summaryOf(value)).toBeNull();
  });
});

describe('rounded', () => {
  it.each([
    ['365.24681234*a**1.5', '365.25*a**1.5'],
    ['1.23456789e-12 + 2*x1', '1.2346e-12 + 2*x1'],
    ['`speed 1.23456789` + 1.00000001', '`speed 1.23456789` + 1'],
    ['-0.1*x', '-0.1*x']
  ])('%s', (equation, shown) => {
    expect(rounded(equation)).toBe(shown);
  });
});

describe('the list', () => {
  const choose = vi.fn();
  let list: DiscoveryList;

  const entry = (key: string, changes = {}): Entry => ({ key, summary: summaryOf(snapshot(changes))! });
  const buttons = (): HTMLButtonElement[] => [...list.node.querySelectorAll('button')];

  beforeEach(() => {
    choose.mockClear();
    list = createList(choose);
    document.body.replaceChildren(list.node);
  });

  it('shows entries as buttons and tells which is chosen', () => {
    list.update('a.ipynb', [entry('k2', { formula: 'y ~ x' }), entry('k1')]);
    expect(buttons().map(button => button.textContent)).toEqual([
      'y ~ x finished · 10 s · planets P = a**3', 'P ~ a finished · 10 s · planets P = a**3'
    ]);
    buttons()[1]!.click();
    expect(choose.mock.calls).toEqual([['k1']]);
    expect(list.node.querySelector('h2')?.textContent).toBe('Discoveries of a.ipynb');
  });

  it('keeps the node of an entry, and its focus, while others come and go', () => {
    list.update('a.ipynb', [entry('k1')]);
    const [first] = buttons();
    first!.focus();
    list.update('a.ipynb', [entry('k1', { status: 'stopped' }), entry('k0')]);
    expect(buttons()[0]).toBe(first);
    expect(document.activeElement).toBe(first);
    expect(first!.textContent).toContain('stopped');
    list.update('a.ipynb', [entry('k2'), entry('k1')]);
    expect(buttons()).toHaveLength(2);
    expect(buttons()[1]).toBe(first);
    expect(document.activeElement).toBe(first);
  });

  it('says why it is empty', () => {
    list.update(null, []);
    expect(list.node.textContent).toContain('Open a notebook');
    list.update('a.ipynb', []);
    expect(list.node.textContent).toContain('No search in this kernel yet');
    expect(list.node.querySelector('ul')!.hidden).toBe(true);
  });

  it('makes no markup of what it shows', () => {
    list.update('<b>', [entry('k', { formula: '<img src=x>', target: '<i>' })]);
    list.tell('<u>');
    expect(list.node.querySelectorAll('img, i, b, u')).toHaveLength(0);
  });
});

describe('finding the output', () => {
  const cell = (session: unknown): unknown => ({ outputs: [{ output_type: 'stream' }, { data: { [MIME]: { session } } }] });

  it('knows the cell of a search', () => {
    expect(shows(cell('abc'), 'abc')).toBe(true);
    expect(shows(cell('abd'), 'abc')).toBe(false);
  });

  it.each([null, {}, { outputs: 3 }, { outputs: [null, 3, { data: null }, { data: { [MIME]: null } }] }])(
    'takes %j for none', value => {
      expect(shows(value, 'abc')).toBe(false);
    }
  );

  it('scrolls there', async () => {
    const node = document.createElement('div');
    const widgets = [{}, cell('abc')].map(json => ({ node, model: { toJSON: () => json } }));
    const content = { widgets, activeCellIndex: 0, scrollToItem: vi.fn(async () => undefined) };
    const panel = { content } as unknown as Panel;
    expect(await reveal(panel, 'abc')).toBe(true);
    expect(content.activeCellIndex).toBe(1);
    expect(content.scrollToItem).toHaveBeenCalledWith(1);
    expect(await reveal(panel, 'gone')).toBe(false);
  });
});
