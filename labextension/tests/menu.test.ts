import { afterEach, describe, expect, it, vi } from 'vitest';

import { Page, type Answers } from './page';
import { law, settle, snapshot, type Json } from './sample';

const TREE = ['add', ['mul', 2.001, ['sin', 'a']], ['neg', ['div', 'a', 'b']]];
const EQUATION = '2.001*sin(a) - a/b';
const LAW = law('two', 3, 1e-5, { tree: TREE, equation: EQUATION });
const FORM = { tree: ['cos', 'a'], text: 'cos(a)', goals: ['shorter', 'factored'], conditions: ['a >= 0'] };
const NICE = { text: '2', tree: 2, loss: 1.0003e-5, ratio: 1.0003 };
const CONSTANT = { value: 2.001, error: 0.001, fixed: false, nice: [NICE] };
const VERDICT = { status: 'equal', text: 'the same function' };

const menuOf = (changes: Json = {}): Json => ({ part: { tree: 'a', text: 'a' }, forms: [FORM], constant: null, ...changes });
const state = (changes: Json = {}): Json => snapshot({ front: [law('one', 1, 100), LAW], variables: ['a', 'b'], ...changes });
const running = (changes: Json = {}): Json => state({ status: 'running', stop_reason: null, ...changes });

let page: Page;
afterEach(() => {
  page.leave();
  vi.useRealTimers();
});

function show(value: Json = state(), answers: Answers | null = { menu: menuOf() }): Page {
  page = new Page(value, answers);
  return page;
}

const menu = (): HTMLElement => page.find('.srk-menu');
const items = (): string[] => [...page.place.querySelectorAll('[role="menuitem"]')].map(item => item.getAttribute('aria-label') ?? '');
const chosen = (): string => page.texts('.srk-chosen').join('');
const at = (path: string): string => `.srk-equation [data-path="${path}"]`;
const item = (label: string): string => `[role="menuitem"][aria-label^="${label}"]`;
const equation = (): HTMLElement => page.find('.srk-equation');

describe('the drawn law', () => {
  it('shows the part under the pointer', () => {
    show();
    page.find(at('0.1.0')).dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    expect(page.texts('.srk-hovered')).toEqual(['a']);
    page.find(at('1.0')).dispatchEvent(new MouseEvent('mouseover', { bubbles: true }));
    expect(page.texts('.srk-hovered')).toEqual(['ab']);
    page.find('.srk-detail').dispatchEvent(new MouseEvent('mouseleave'));
    expect(page.texts('.srk-hovered')).toEqual([]);
  });

  it('opens a menu for the part that is clicked', async () => {
    show();
    await page.click(at('0.1'));
    expect(page.host.calls).toEqual([['menu', { law: 'two', path: [0, 1] }]]);
    expect(chosen()).toBe('sin\u2061(a)');
    expect(menu().hidden).toBe(false);
    expect(menu().getAttribute('aria-label')).toBe('What to do with sin(a)');
  });

  it('highlights a term together with its sign', async () => {
    show();
    await page.click(at('1'));
    expect(chosen()).toBe('−ab');
  });

  it('is walked with the keys, and the part is announced', async () => {
    show();
    equation().focus();
    const heard: (string | undefined)[] = [];
    for (const key of ['ArrowRight', 'Enter', 'ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp']) {
      await page.press(key);
      heard.push(page.find('.srk-explorer [aria-live]').textContent ?? undefined);
    }
    const [product, whole] = ['2.001*sin(a): part 1 of 2', `the whole law: ${EQUATION}`];
    expect(heard).toEqual(['', whole, product, '-(a/b): part 2 of 2', product, '2.001: part 1 of 2', product]);
    await page.press('Enter');
    expect(page.host.calls).toEqual([['menu', { law: 'two', path: [0] }]]);
  });

  it('forgets the part with Escape', async () => {
    show();
    equation().focus();
    await page.press('Enter');
    expect(chosen()).not.toBe('');
    await page.press('Escape');
    expect(chosen()).toBe('');
  });

  it('is not open to anything without a kernel', async () => {
    show(state(), null);
    await page.click(at('0'));
    equation().focus();
    await page.press('Enter');
    expect(chosen()).toBe('');
    expect(equation().getAttribute('role')).toBe('group');
    expect(page.find('.srk-explorer .srk-hint').hidden).toBe(true);
  });

  it('keeps part, focus and menu while other things of the snapshot change', async () => {
    show(running());
    equation().focus();
    await page.press('Enter');
    await page.press('ArrowDown');
    page.host.show(running({ elapsed: 8, front: [law('one', 1, 90), { ...LAW, loss: 2e-5 }] }));
    expect(chosen()).toBe('2.001sin\u2061(a)');
    expect(document.activeElement).toBe(equation());
    await page.press('Enter');
    page.host.show(running({ elapsed: 9 }));
    expect(menu().hidden).toBe(false);
    page.host.show(running({ front: [law('two', 3, 1e-5)] }));
    expect(menu().hidden).toBe(true);
  });

  it('stays with the law when the search goes past it, but not when that is banned', async () => {
    show(running());
    equation().focus();
    await page.press('Enter');
    await page.press('Enter');
    page.host.show(running({ front: [law('other', 3, 1e-9)], best: 'other' }));
    page.host.show(running({ front: [law('other', 3, 1e-9)], best: 'other', elapsed: 9 }));
    expect([menu().hidden, equation().getAttribute('aria-label')]).toEqual([false, `P = ${EQUATION}`]);
    const hypotheses = [{ id: 'h1', kind: 'ban', text: 'sin(a)', tree: ['sin', 'a'] }];
    page.host.show(running({ front: [law('other', 3, 1e-9)], best: 'other', hypotheses }));
    expect(equation().getAttribute('aria-label')).not.toBe(`P = ${EQUATION}`);
  });

  it('draws as text when it is too large, and offers nothing there', async () => {
    const huge = ['add', ...Array.from({ length: 900 }, (_, i) => `x${i}`)];
    show(state({ front: [law('two', 3, 1, { tree: huge })] }));
    equation().focus();
    await page.press('Enter');
    expect([menu().hidden, page.host.calls]).toEqual([true, []]);
  });
});

describe('the menu', () => {
  it('lists equivalents with goals and conditions, and the hole', async () => {
    show();
    await page.click(at('0.1'));
    expect(items()).toEqual(['cos(a), shorter, factored, where a ≥ 0', 'Replace it by ? and let the engine fill it']);
    expect(page.find('.srk-menu-item math').textContent).toContain('cos');
    expect(page.texts('.srk-goal')).toEqual(['shorter', 'factored']);
    expect(document.activeElement?.getAttribute('aria-label')).toContain('cos(a)');
  });

  it('offers what can be done with a constant, and at which cost', async () => {
    show(state(), { menu: menuOf({ forms: [], constant: CONSTANT }) });
    await page.click(at('0.0'));
    expect(page.find('.srk-menu-about').textContent).toBe('2.0010, fitted, 95 % interval [1.9990, 2.0030]');
    expect(items().slice(0, 2)).toEqual(['Freeze it at 2.001', 'Set it to 2, loss ×1.0003']);
    expect(page.texts('.srk-cost')).toEqual(['loss ×1.0003']);
  });

  it('offers to free a frozen constant', async () => {
    show(state(), { menu: menuOf({ constant: { ...CONSTANT, fixed: true, nice: [] } }), constant: { law: LAW } });
    await page.click(at('0.0'));
    expect(page.find('.srk-menu-about').textContent).toContain('frozen');
    await page.click(item('Free it'));
    expect(page.host.calls[1]).toEqual(['constant', { law: 'two', path: [0, 0], do: 'free' }]);
  });

  it('offers no hole for the whole law', async () => {
    show();
    await page.click(at(''));
    expect(items()).toHaveLength(1);
  });

  it('says when there is nothing to choose', async () => {
    show(state(), { menu: menuOf({ forms: [] }) });
    await page.click(at(''));
    expect(page.find('.srk-menu-said').textContent).toBe('No other way to write it was found.');
  });

  it('offers hypotheses only while the search runs', async () => {
    show(running());
    await page.click(at('0.1'));
    expect(items().slice(-2)).toEqual(['Require this in every law', 'Ban this from every law']);
    await page.click(item('Ban'));
    expect(page.host.calls[1]).toEqual(['ban', { law: 'two', path: [0, 1] }]);
    expect(menu().hidden).toBe(true);
    expect(page.find('.srk-said').textContent).toBe('The search now avoids it.');
  });

  it('offers to exchange the columns of a part that has some', async () => {
    show(running());
    await page.click(at('1'));
    expect(items().slice(-2)).toEqual(['Ban this from every law', 'Keep symmetric in a, b']);
    await page.press('End');
    expect(document.activeElement?.textContent).toBe('Keep symmetric in a, b');
    await page.click(item('Keep'));
    expect(page.host.calls[1]).toEqual(['symmetric', { law: 'two', path: [1] }]);
    expect(menu().hidden).toBe(true);
    expect(page.find('.srk-said').textContent).toBe('The search now keeps to laws in which these columns may be exchanged.');
    expect(document.activeElement).toBe(equation());
  });

  it('makes no markup of the columns that may be exchanged', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    show(running({ front: [law('two', 3, 1e-5, { tree: ['add', evil, 'a'] })] }));
    await page.click(at(''));
    expect(items().slice(-1)).toEqual([`Keep symmetric in ${evil}, a`]);
    expect(page.place.querySelector('img')).toBeNull();
  });

  it.each<[string, string, string, Json]>([
    ['0.1', 'cos(a)', 'swap', { path: [0, 1], text: 'cos(a)' }],
    ['0.0', 'Set it to 2', 'constant', { path: [0, 0], do: 'snap', text: '2' }],
    ['0.0', 'Freeze it', 'constant', { path: [0, 0], do: 'freeze' }],
    ['0.1', 'Replace it', 'fill', { path: [0, 1] }]
  ])('at %s, “%s” sends %s and shows the law that comes back', async (path, label, command, args) => {
    const made = law('new', 4, 1e-5, { tree: ['cos', 'a'], equation: 'cos(a)' });
    show(state(), { menu: menuOf({ constant: CONSTANT }), [command]: { law: made, verdict: VERDICT } });
    await page.click(at(path));
    await page.click(item(label));
    expect(page.host.calls[1]).toEqual([command, { law: 'two', ...args }]);
    expect(menu().hidden).toBe(true);
    expect(equation().getAttribute('aria-label')).toBe('P = cos(a)');
    expect(page.find<HTMLInputElement>('.srk-input').value).toBe('cos(a)');
    expect(page.find('.srk-said').textContent).toBe('the same function');
    expect(document.activeElement).toBe(equation());
    page.host.show(state({ edits: [made] }));
    expect(equation().getAttribute('aria-label')).toBe('P = cos(a)');
  });

  it('moves with the arrow keys, and Escape gives the focus back to the part', async () => {
    show();
    await page.click(at('0.1'));
    const where = (): string => document.activeElement?.textContent ?? '';
    const first = where();
    await page.press('ArrowDown');
    expect(where()).toContain('Replace');
    await page.press('ArrowDown');
    expect(where()).toBe(first);
    await page.press('End');
    expect(where()).toContain('Replace');
    await page.press('Escape');
    expect(menu().hidden).toBe(true);
    expect(document.activeElement).toBe(equation());
    expect(chosen()).toBe('sin\u2061(a)');
  });

  it('goes away when the focus goes elsewhere', async () => {
    vi.useFakeTimers();
    show();
    await page.click(at('0.1'));
    page.find('.srk-input').focus();
    await vi.advanceTimersByTimeAsync(1);
    expect([menu().hidden, chosen()]).toEqual([true, '']);
    expect(document.activeElement).toBe(page.find('.srk-input'));
  });

  it('shows what goes wrong in its place and stays', async () => {
    show(state(), { menu: menuOf(), swap: { error: 'this part has changed meanwhile' } });
    await page.click(at('0.1'));
    await page.click(item('cos'));
    expect([page.find('.srk-menu-said').textContent, menu().hidden]).toEqual(['this part has changed meanwhile', false]);
    expect(page.find(item('cos')).getAttribute('aria-disabled')).toBeNull();
  });

  it('takes one choice at a time and says that it waits', async () => {
    vi.useFakeTimers();
    show(state(), { menu: menuOf(), swap: () => new Promise(() => undefined) });
    await page.click(at('0.1'));
    await page.click(item('cos'));
    await page.click(item('Replace'));
    expect(page.host.calls.map(([command]) => command)).toEqual(['menu', 'swap']);
    expect(page.find('.srk-menu-said').className).toContain('srk-pending');
    await vi.advanceTimersByTimeAsync(1100);
    expect(page.find('.srk-menu-said').textContent).toContain('busy');
  });

  it('heeds no answer that comes after it was closed', async () => {
    let answer: (reply: Json) => void = () => undefined;
    show(state(), { menu: menuOf(), swap: () => new Promise(resolve => (answer = resolve)) });
    await page.click(at('0.1'));
    await page.click(item('cos'));
    await page.press('Escape');
    answer({ law: law('new', 4, 1, { equation: 'late' }) });
    await settle();
    expect(equation().getAttribute('aria-label')).toBe(`P = ${EQUATION}`);
  });

  it.each<[unknown]>([[7], [{ part: 3 }], [{ part: { text: 'x' }, forms: [{ text: {} }] }], [{ part: { text: 'x' }, constant: 'two' }]])(
    'survives an odd answer: %j',
    async reply => {
      show(state(), { menu: () => reply as Json });
      await page.click(at('0.1'));
      expect(page.find('.srk-menu-said').textContent).toContain('cannot be read');
    }
  );

  it('makes no markup of what it is sent', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const form = { tree: [evil, evil], text: evil, goals: [evil], conditions: [evil] };
    const constant = { ...CONSTANT, nice: [{ ...NICE, text: evil, tree: evil }] };
    show(state(), { menu: { part: { text: evil, tree: evil }, forms: [form], constant }, swap: { error: evil } });
    await page.click(at('0.0'));
    await page.click(item('<img'));
    expect(page.place.querySelector('img')).toBeNull();
    expect(page.find('.srk-menu-said').textContent).toBe(evil);
  });
});
