import { afterEach, describe, expect, it } from 'vitest';

import { Page, type Answers } from './page';
import { law, settle, snapshot, type Json } from './sample';

const running = (changes: Json = {}): Json => snapshot({ status: 'running', stop_reason: null, elapsed: 5, ...changes });
const REQUIRED = { id: 'h1', kind: 'require', text: 'v**2', tree: ['pow', 'v', 2] };
const SYMMETRIC = { id: 'h3', kind: 'symmetric', text: 'x1 + x2', tree: ['add', 'x1', 'x2'] };
const BANNED = { id: 'h2', kind: 'ban', text: 'tan(x)', tree: ['tan', 'x'] };

let page: Page;
afterEach(() => page.leave());

function show(value: Json, answers: Answers | null = {}): Page {
  page = new Page(value, answers);
  return page;
}

describe('a running search', () => {
  it('is paused and resumed', async () => {
    show(running());
    await page.click('.srk-pause');
    page.host.show(running({ paused: true }));
    expect(page.find('.srk-status').textContent).toBe('paused');
    expect(page.find('.srk-pause').textContent).toBe('Resume');
    await page.click('.srk-pause');
    page.host.show(running());
    expect(page.find('.srk-pause').textContent).toBe('Pause');
    expect(page.host.calls.map(([command]) => command)).toEqual(['pause', 'resume']);
  });

  it('gets more time', async () => {
    show(running());
    expect(page.texts('.srk-more button')).toEqual(['+30 s', '+2 min', '+10 min']);
    for (const i of [1, 2, 3]) {
      await page.click(`.srk-more button:nth-child(${i})`);
    }
    expect(page.host.calls).toEqual([30, 120, 600].map(seconds => ['more', { seconds }]));
    page.host.show(running({ time_limit: null }));
    expect(page.find('.srk-more').hidden).toBe(true);
  });

  it('says what went wrong until the next try', async () => {
    let problem: string | undefined = 'the search has just ended';
    show(running(), { pause: () => (problem === undefined ? { ok: true } : { error: problem }) });
    await page.click('.srk-pause');
    page.host.show(running({ elapsed: 6 }));
    expect(page.find('.srk-steering .srk-problem').textContent).toBe(problem);
    problem = undefined;
    await page.click('.srk-pause');
    expect(page.find('.srk-steering .srk-problem').textContent).toBe('');
  });

  it('asks once until it is answered', async () => {
    show(running(), { pause: () => new Promise(() => undefined) });
    await page.click('.srk-pause');
    await page.click('.srk-pause');
    expect(page.host.calls).toHaveLength(1);
  });

  it('lists its hypotheses, each of which can be dropped', async () => {
    show(running({ hypotheses: [REQUIRED, BANNED] }));
    expect(page.texts('.srk-chip > span')).toEqual(['must contain v2', 'without tan\u2061(x)']);
    const drop = page.find('.srk-chip:last-child button');
    expect(drop.getAttribute('aria-label')).toBe('Drop: without tan(x)');
    drop.focus();
    await page.click('.srk-chip:last-child button');
    expect(page.host.calls).toEqual([['drop', { hypothesis: 'h2' }]]);
    page.host.show(running({ hypotheses: [REQUIRED] }));
    expect(document.activeElement).toBe(page.find('.srk-chip button'));
    page.host.show(running({ hypotheses: [] }));
    expect(document.activeElement).toBe(page.find('.srk-pause'));
    expect(page.find('.srk-chips').hidden).toBe(true);
  });

  it('names the columns that may be exchanged', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    show(running({ hypotheses: [SYMMETRIC, { ...SYMMETRIC, id: 'h4', tree: ['mul', evil, 'x2'] }] }));
    expect(page.texts('.srk-chip > span')).toEqual(['symmetric in x1, x2', `symmetric in ${evil}, x2`]);
    expect(page.place.querySelector('img')).toBeNull();
    expect(page.find('.srk-chip button').getAttribute('aria-label')).toBe('Drop: symmetric in x1, x2');
    await page.click('.srk-chip button');
    expect(page.host.calls).toEqual([['drop', { hypothesis: 'h3' }]]);
  });

  it.each([
    ['finished', snapshot({ hypotheses: [REQUIRED] }), {}],
    ['without a kernel', running({ hypotheses: [REQUIRED, SYMMETRIC], paused: true }), null]
  ] as const)('is not steered when %s', (_, value, answers) => {
    show(value, answers);
    expect([page.find('.srk-steering').hidden, page.find('.srk-chips').hidden]).toEqual([true, true]);
    expect(page.find('.srk-status').textContent).not.toContain('paused');
  });
});

describe('undo and redo', () => {
  const history = (undo: boolean, redo: boolean, changes: Json = {}): Json => snapshot({ can_undo: undo, can_redo: redo, ...changes });

  it('are there when something can be undone', () => {
    show(snapshot());
    expect(page.find('.srk-history').hidden).toBe(true);
    page.host.show(history(true, false));
    const disabled = [...page.place.querySelectorAll<HTMLButtonElement>('.srk-history button')].map(button => button.disabled);
    expect(disabled).toEqual([false, true]);
  });

  it('select the law that they lead to', async () => {
    show(history(true, true), { undo: { ok: true, law: 'one' }, redo: { ok: true, law: null } });
    await page.click('.srk-history button');
    expect(page.find('.srk-equation').getAttribute('aria-label')).toBe('P = a**1');
    expect(page.find('.srk-said').textContent).toBe('undone');
    await page.click('.srk-history button:last-child');
    expect(page.find('.srk-equation').getAttribute('aria-label')).toBe('P = a**1');
    expect(page.host.calls).toEqual([['undo', {}], ['redo', {}]]);
  });

  it('have keys, but not where text is typed', async () => {
    show(history(true, true));
    const table = page.find('tbody tr');
    await page.press('z', { ctrlKey: true }, page.find('.srk-input'));
    await page.press('z', {}, table);
    expect(page.host.calls).toEqual([]);
    await page.press('z', { ctrlKey: true }, table);
    await page.press('Z', { ctrlKey: true, shiftKey: true }, table);
    await page.press('z', { metaKey: true }, table);
    expect(page.host.calls.map(([command]) => command)).toEqual(['undo', 'redo', 'undo']);
    page.host.show(history(false, false));
    await page.press('z', { ctrlKey: true }, table);
    expect(page.host.calls).toHaveLength(3);
  });

  it('say what went wrong', async () => {
    show(history(true, false), { undo: { error: 'nothing to undo' } });
    await page.click('.srk-history button');
    expect(page.find('.srk-said').textContent).toBe('nothing to undo');
  });
});

describe('a formula that is typed', () => {
  it('is drawn', async () => {
    show(snapshot({ variables: ['a'] }));
    await page.type('2*sin(?)/a');
    expect(page.find('.srk-preview').hidden).toBe(false);
    expect(page.find('.srk-preview math').textContent).toBe('2sin\u2061(?)a');
    expect(page.host.calls).toEqual([]);
  });

  it('shows where it cannot be read', async () => {
    show(snapshot());
    await page.type('2*(a');
    expect(page.texts('.srk-preview p')).toEqual(['this parenthesis is never closed']);
    expect(page.find('.srk-preview pre').textContent).toBe('2*(a\n  ^');
    await page.type('');
    expect(page.find('.srk-preview').hidden).toBe(true);
  });

  it('makes no markup', async () => {
    show(snapshot());
    await page.type('`<img src=x onerror=alert(1)>` + 1');
    expect(page.place.querySelector('img')).toBeNull();
    expect(page.find('.srk-preview math').textContent).toContain('<img');
  });

  it('gives way to the answer, and to another law', async () => {
    show(snapshot(), { score: { law: law('e', 3, 1, { equation: 'a' }) } });
    await page.type('a + a');
    await page.press('Enter', {}, page.find('.srk-input'));
    await settle();
    expect([page.find('.srk-preview').hidden, page.texts('.srk-scored').length]).toEqual([true, 1]);
    await page.type('a + 1');
    await page.click('tbody tr[data-law="one"]');
    expect(page.find('.srk-preview').hidden).toBe(true);
  });

  it('says where the formula stands, until it is taken back', async () => {
    const entered = law('e', 30, 1, { equation: 'a' });
    show(snapshot(), { score: { law: entered } });
    await page.type('a');
    await page.press('Enter', {}, page.find('.srk-input'));
    await settle();
    expect(page.find('.srk-scored').textContent).toContain('behind the law of complexity');
    page.host.show(snapshot({ edits: [entered] }));
    expect(page.texts('.srk-scored')).toHaveLength(1);
    page.host.show(snapshot({ edits: [] }));
    expect(page.texts('.srk-scored')).toHaveLength(0);
  });
});
