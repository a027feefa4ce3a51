import { afterEach, describe, expect, it } from 'vitest';

import { Page, type Answers } from './page';
import { law, settle, snapshot, type Json } from './sample';

const spelt = (...texts: string[]): Json[] => texts.map(text => ({ tree: 'x', text }));
const node = (text: string, ...children: string[]): Json => ({ op: 'add', text, children });
const GRAPH = {
  root: 'sum',
  complete: true,
  classes: [
    { id: 'sum', forms: spelt('x + x', '2*x', 'x*2', 'x + x + 0'), nodes: [node('x + x', 'x', 'x'), node('2*x', 'two', 'x')] },
    { id: 'x', forms: spelt('x'), nodes: [node('x + 0', 'x', 'zero')] },
    { id: 'two', forms: spelt('2'), nodes: [] },
    { id: 'zero', forms: [], nodes: [node('0')] }
  ],
  joins: [
    { rule: 'double', left: 'sum', right: 'sum', before: 'x + x', after: '2*x' },
    { rule: 'add-zero', left: 'x', right: 'x', before: 'x + 0', after: 'x' }
  ]
};

let page: Page;
afterEach(() => page.leave());

async function open(answers: Answers = { egraph: GRAPH }, value: Json = snapshot()): Promise<void> {
  page = new Page(value, answers);
  await toggle(true);
}

async function toggle(isOpen: boolean): Promise<void> {
  const details = page.find<HTMLDetailsElement>('.srk-inspector');
  details.open = isOpen;
  details.dispatchEvent(new Event('toggle'));
  await settle();
}

const box = (id: string): HTMLButtonElement => page.find(`.srk-box[data-class="${id}"]`);
const top = (id: string): number => Number.parseFloat(box(id).style.top);

describe('the e-graph', () => {
  it('is asked for once, when it is opened', async () => {
    page = new Page(snapshot(), { egraph: GRAPH });
    expect(page.host.calls).toEqual([]);
    await toggle(true);
    await toggle(false);
    await toggle(true);
    expect(page.host.calls).toEqual([['egraph', { law: 'two' }]]);
  });

  it('shows classes in layers, the law on top', async () => {
    await open();
    expect(page.texts('.srk-box')).toHaveLength(4);
    expect(box('sum').className).toContain('srk-root');
    expect(top('sum')).toBeLessThan(top('x'));
    expect(top('x')).toBeLessThan(top('zero'));
    expect(box('sum').textContent).toBe('x + x2*xx*2and 1 more');
    expect(box('zero').textContent).toBe('0');
    expect(page.find('.srk-inspector-body').textContent).toContain('4 classes, 4 nodes; the rules found nothing more');
  });

  it('has a line to each class below, and back to itself', async () => {
    await open();
    const lines = [...page.place.querySelectorAll('.srk-edge')].map(line => [line.getAttribute('data-from'), line.getAttribute('data-to')]);
    expect(lines).toEqual(expect.arrayContaining([['sum', 'x'], ['sum', 'two'], ['x', 'x'], ['x', 'zero']]));
    expect(lines).toHaveLength(4);
    expect(page.place.querySelectorAll('.srk-back')).toHaveLength(1);
  });

  it('tells of a class which rules joined what', async () => {
    await open();
    box('sum').click();
    expect(box('sum').getAttribute('aria-pressed')).toBe('true');
    expect(page.texts('.srk-class li')).toEqual(['x + x', '2*x', 'x*2', 'x + x + 0', 'x + x = 2*xdouble']);
    expect(page.place.querySelectorAll('.srk-near')).toHaveLength(2);
    box('two').click();
    expect(page.find('.srk-class').textContent).toContain('no rule joined it');
    expect(box('sum').getAttribute('aria-pressed')).toBe('false');
  });

  it('is walked with the arrow keys', async () => {
    await open();
    expect([...page.place.querySelectorAll<HTMLElement>('.srk-box')].filter(one => one.tabIndex === 0)).toEqual([box('sum')]);
    box('sum').focus();
    await page.press('ArrowDown');
    const second = document.activeElement;
    expect([box('x'), box('two')]).toContain(second);
    await page.press(second === box('x') ? 'ArrowRight' : 'ArrowLeft');
    await page.press(second === box('x') ? 'ArrowLeft' : 'ArrowRight');
    await page.press('ArrowUp');
    expect(document.activeElement).toBe(box('sum'));
    await page.press('ArrowUp');
    expect(document.activeElement).toBe(box('sum'));
  });

  it('is a nested list too, which names each class once', async () => {
    await open();
    const list = page.find('ul[aria-label="The e-graph as a list"]');
    expect(list.textContent).toBe('x + x, or 2*x, or x*2, or x + x + 0xx, as above02');
    expect(list.querySelectorAll('ul ul')).toHaveLength(2);
  });

  it('belongs to the selected law', async () => {
    await open();
    await page.click('tbody tr[data-law="one"]');
    expect(page.host.calls).toEqual([['egraph', { law: 'two' }], ['egraph', { law: 'one' }]]);
    await toggle(false);
    await page.click('tbody tr[data-law="three"]');
    expect(page.host.calls).toHaveLength(2);
    expect(page.texts('.srk-box')).toEqual([]);
  });

  it('stays while the search goes on', async () => {
    const running = (changes: Json = {}): Json => snapshot({ status: 'running', stop_reason: null, ...changes });
    await open({ egraph: GRAPH }, running());
    const kept = box('sum');
    page.host.show(running({ elapsed: 11 }));
    expect(box('sum')).toBe(kept);
    expect(page.host.calls).toHaveLength(1);
  });

  it('shows an error, and asks again when it is opened again', async () => {
    await open({ egraph: { error: 'this law is too large' } });
    expect(page.find('.srk-inspector-body').textContent).toBe('this law is too large');
    await toggle(false);
    await toggle(true);
    expect(page.host.calls).toHaveLength(2);
  });

  it.each<[unknown]>([[null], [{}], [{ ...GRAPH, root: 'none' }], [{ ...GRAPH, classes: [{ id: 'sum', forms: 'x' }] }]])(
    'survives an odd answer: %#',
    async reply => {
      await open({ egraph: () => reply as Json });
      expect(page.find('.srk-inspector-body').textContent).toContain('cannot be read');
    }
  );

  it('draws the largest and most tangled one that is let in', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => String(i));
    const classes = ids.map(id => ({ id, forms: spelt(...Array(12).fill('y'.repeat(4000))), nodes: Array(12).fill(node('n', ...ids.slice(0, 50))) }));
    await open({ egraph: { root: '0', classes, joins: Array(2000).fill({ rule: 'r', left: '0', right: '0', before: 'a', after: 'b' }) } });
    expect(page.place.querySelectorAll('.srk-box')).toHaveLength(60);
    box('0').click();
    expect(page.find('.srk-class').textContent).toContain('and 1940 more');
  });

  it('makes no markup of what it is sent', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const join = { rule: evil, left: evil, right: evil, before: evil, after: evil };
    await open({ egraph: { root: evil, classes: [{ id: evil, forms: spelt(evil, evil), nodes: [node(evil, evil)] }], joins: [join], complete: false } });
    page.find('.srk-box').click();
    expect(page.place.querySelector('img')).toBeNull();
    expect(page.find('.srk-rule').textContent).toBe(evil);
  });

  it('is hidden without a kernel or a law', async () => {
    page = new Page(snapshot(), null);
    expect(page.find('.srk-inspector').hidden).toBe(true);
    page.leave();
    page = new Page(snapshot({ front: [law('one', 1, 1)] }), {});
    expect(page.find('.srk-inspector').hidden).toBe(false);
    page.host.show(snapshot({ front: [], best: null }));
    expect(page.find('.srk-inspector').hidden).toBe(true);
  });
});
