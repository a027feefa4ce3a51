import { describe, expect, it, vi } from 'vitest';

import { find, onAnEmptyPage, place, show, texts, unmount } from './mounted';
import { law, settle, snapshot, type Json } from './sample';

onAnEmptyPage();

const press = (node: Element, key: string): boolean =>
  node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const running = (changes: Json = {}): Json => snapshot({ status: 'running', stop_reason: null, elapsed: 5, ...changes });
const selectedRow = (): string | null => find('tbody tr[aria-selected="true"]').getAttribute('data-law');

async function enter(text: string): Promise<void> {
  const input = find<HTMLInputElement>('.srk-input');
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  press(input, 'Enter');
  await settle();
}

describe('a saved result', () => {
  it('shows formula, figures, table and picture', () => {
    show(snapshot({ dropped: 2 }));
    expect(find('.srk-formula').textContent).toBe('P ~ a');
    expect(find('.srk-source').textContent).toBe('planets · 8 rows (2 dropped)');
    expect(find('.srk-facts').textContent).toContain('distinct functions200');
    expect(find('.srk-facts').textContent).toContain('ended becausetime limit reached');
    expect(place.querySelectorAll('tbody tr')).toHaveLength(3);
    expect(place.querySelectorAll('.srk-point')).toHaveLength(3);
    expect(place.querySelectorAll('tbody math')).toHaveLength(3);
  });

  it('selects the best law', () => {
    show(snapshot());
    expect(selectedRow()).toBe('two');
    expect(find('.srk-equation').getAttribute('aria-label')).toBe('P = a**3');
    expect(find<HTMLInputElement>('.srk-input').value).toBe('a**3');
  });

  it('cannot be edited or stopped, and says why', () => {
    show(running());
    expect(find<HTMLInputElement>('.srk-input').disabled).toBe(true);
    expect(find('.srk-answer').textContent).toContain('run the cell again');
    expect(find<HTMLElement>('.srk-stop').hidden).toBe(true);
    expect(find('.srk-status').textContent).toContain('was running');
  });

  it('shows a search without a law', () => {
    show(snapshot({ front: [], best: null, status: 'failed', message: 'the process ended' }));
    expect(find('.srk-detail').textContent).toContain('No law was found');
    expect(find('.srk-warnings').textContent).toBe('the process ended');
    expect(find<HTMLElement>('.srk-pictures').hidden).toBe(true);
  });

  it('shows laws that have no tree or no loss', () => {
    const front = [law('one', 1, null), law('two', 2, 1, { tree: null, equation: 'f(x)' })];
    show(snapshot({ front }));
    expect(place.querySelectorAll('.srk-point')).toHaveLength(1);
    expect(texts('tbody code')).toEqual(['f(x)']);
  });

  it('shows parameters with errors and conditions', () => {
    const front = [law('two', 2, 1, { parameters: [{ value: 1.00042, error: 0.00031 }], conditions: ['a >= 0'] })];
    show(snapshot({ front }));
    expect(find('.srk-parameters li').textContent).toBe('1.00042[0.99981, 1.00103]');
    expect(find('.srk-conditions').textContent).toBe('holds where a ≥ 0');
  });

  it('goes away without a trace', () => {
    const host = show(snapshot());
    unmount();
    expect(place.children).toHaveLength(0);
    expect(host.watched).toBe(false);
  });
});

describe('a result that is none', () => {
  it.each([null, 7, 'text', {}, snapshot({ front: [law('a', 1, 1, { loss: '<b>' })] })])('is shown as text', value => {
    show(value);
    expect(find('.srk-fallback').textContent).toContain('cannot be drawn');
  });

  it('is text even where it looks like markup', () => {
    show({ version: 1, formula: '<img src=x onerror=alert(1)>' });
    expect(place.querySelector('img')).toBeNull();
    expect(find('.srk-fallback pre').textContent).toContain('<img src=x');
  });

  it('gives way to a good one', () => {
    const host = show({});
    host.show(snapshot());
    expect(place.querySelector('.srk-fallback')).toBeNull();
    expect(place.querySelectorAll('tbody tr')).toHaveLength(3);
  });

  it('runs nothing of a hostile one', () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>';
    const bad = law('two', 2, 1, { equation: evil, latex: evil, tree: [evil, evil], conditions: [evil], verdict: { status: evil, text: evil } });
    show(snapshot({ formula: evil, target: evil, data: evil, warnings: [evil], message: evil, front: [bad], edits: [bad] }));
    expect(place.querySelector('img, script')).toBeNull();
    expect([...place.querySelectorAll('*')].flatMap(node => [...node.attributes]).filter(({ name }) => name.startsWith('on'))).toEqual([]);
  });
});

describe('selection', () => {
  it('links table, picture and detail', () => {
    show(snapshot());
    find<HTMLElement>('tbody tr[data-law="three"]').click();
    expect(find('.srk-point[aria-selected="true"]').getAttribute('data-law')).toBe('three');
    find('.srk-point[data-law="one"]').dispatchEvent(new MouseEvent('click', { bubbles: true }));
    expect(selectedRow()).toBe('one');
    expect(find('.srk-equation').getAttribute('aria-label')).toBe('P = a**1');
  });

  it('moves with the arrow keys in the table', () => {
    show(snapshot());
    const row = find<HTMLElement>('tbody tr[data-law="two"]');
    expect(row.tabIndex).toBe(0);
    row.focus();
    press(row, 'ArrowDown');
    expect(selectedRow()).toBe('three');
    expect(document.activeElement?.getAttribute('data-law')).toBe('three');
    press(document.activeElement!, 'ArrowDown');
    press(document.activeElement!, 'Home');
    expect(selectedRow()).toBe('one');
  });

  it('moves with the arrow keys in the picture', () => {
    show(snapshot());
    const point = find<SVGElement>('.srk-point[data-law="two"]');
    point.focus();
    press(point, 'ArrowLeft');
    expect(selectedRow()).toBe('one');
    expect(document.activeElement?.getAttribute('data-law')).toBe('one');
    press(document.activeElement!, 'End');
    expect(selectedRow()).toBe('three');
  });

  it('stays while better laws come, and falls back when its law is gone', () => {
    const host = show(running());
    find<HTMLElement>('tbody tr[data-law="one"]').click();
    host.show(running({ best: 'four', front: [law('one', 1, 100), law('four', 9, 1e-9)] }));
    expect(selectedRow()).toBe('one');
    host.show(running({ best: 'four', front: [law('four', 9, 1e-9)] }));
    expect(selectedRow()).toBe('four');
  });

  it('lets no key reach the notebook', () => {
    show(snapshot());
    const seen = vi.fn();
    place.addEventListener('keydown', seen);
    ['b', 'd', 'Enter', 'ArrowDown', 'Escape'].forEach(key => press(find('tbody tr'), key));
    expect(seen).not.toHaveBeenCalled();
  });

  it('keeps a row that did not change', () => {
    const host = show(running());
    const row = find('tbody tr[data-law="one"]');
    host.show(running({ elapsed: 6, front: [law('one', 1, 100), law('two', 3, 1e-7)] }));
    expect(find('tbody tr[data-law="one"]')).toBe(row);
  });
});

describe('a running search', () => {
  it('shows its progress', () => {
    show(running(), async () => ({}));
    expect(find<HTMLProgressElement>('progress').value).toBe(0.5);
    expect(find('.srk-facts').textContent).toContain('time5.0 s of 10 s');
    expect(find('.srk-status').textContent).toBe('running');
  });

  it('is asked to stop', async () => {
    vi.useFakeTimers();
    const host = show(running(), async () => ({ ok: true }));
    const stop = find<HTMLButtonElement>('.srk-stop');
    stop.click();
    expect([stop.disabled, stop.textContent]).toEqual([true, 'Stopping…']);
    await vi.advanceTimersByTimeAsync(600);
    expect(host.calls).toEqual([['stop', undefined]]);
    expect(host.interrupts).toBe(0);
    host.show(snapshot({ status: 'stopped' }));
    expect(stop.hidden).toBe(true);
    expect(find('.srk-status').textContent).toBe('stopped');
  });

  it('is interrupted when it does not answer', async () => {
    vi.useFakeTimers();
    const host = show(running(), () => new Promise(() => undefined));
    find<HTMLButtonElement>('.srk-stop').click();
    await vi.advanceTimersByTimeAsync(499);
    expect(host.interrupts).toBe(0);
    await vi.advanceTimersByTimeAsync(2);
    expect(host.interrupts).toBe(1);
  });

  it('survives the loss of its kernel', () => {
    const host = show(running(), async () => ({}));
    host.loseKernel();
    expect(find('.srk-status').textContent).toContain('no kernel');
    expect(find<HTMLElement>('.srk-stop').hidden).toBe(true);
    expect(find<HTMLInputElement>('.srk-input').disabled).toBe(true);
  });
});

describe('an entered formula', () => {
  const verdict = { status: 'equal', text: 'the same function' };

  it('is scored', async () => {
    const host = show(snapshot(), async () => ({ re: 1, law: law('edit', 5, 1e-4), verdict }));
    await enter(' a**1.5 ');
    expect(host.calls).toEqual([['score', { text: 'a**1.5', base: 'two' }]]);
    expect(find('.srk-scored').textContent).toContain('loss 1×10⁻⁴ · complexity 5');
    expect(find('.srk-scored .srk-equal').textContent).toBe('the same function');
  });

  it('is listed, and drawn when chosen', async () => {
    const edits = [law('e1', 5, 1e-4, { verdict }), law('e2', 6, 1e-3, { verdict: { status: 'odd', text: 'unknown' } })];
    show(snapshot({ edits }), async () => ({}));
    expect(texts('.srk-edits .srk-verdict')).toEqual(['unknown', 'the same function']);
    expect(place.querySelectorAll('.srk-diamond')).toHaveLength(2);
    find<HTMLElement>('.srk-edits button').click();
    expect(find('.srk-equation').getAttribute('aria-label')).toBe('P = a**6');
  });

  it('shows where it is wrong', async () => {
    show(snapshot(), async () => ({ re: 1, error: 'a closing parenthesis is missing', position: 4 }));
    await enter('sin(a');
    expect(find('.srk-error p').textContent).toBe('a closing parenthesis is missing');
    expect(find('.srk-error pre').textContent).toBe('sin(a\n    ^');
    expect(find('.srk-input').getAttribute('aria-invalid')).toBe('true');
  });

  it('shows the part of a long one that is wrong', async () => {
    show(snapshot(), async () => ({ re: 1, error: 'no', position: 100 }));
    await enter('x'.repeat(100) + '?' + 'y'.repeat(100));
    const [line, caret] = find('.srk-error pre').textContent!.split('\n');
    expect(line![caret!.length - 1]).toBe('?');
    expect(line).toMatch(/^…x{40}\?y{39}…$/);
  });

  it.each([
    [async () => ({ re: 1 }), 'cannot be read'],
    [async () => Promise.reject(new Error('The kernel ended')), 'The kernel ended']
  ])('says when the answer fails', async (answer, text) => {
    show(snapshot(), answer);
    await enter('a');
    expect(find('.srk-error').textContent).toContain(text);
  });

  it('waits for a busy kernel', async () => {
    vi.useFakeTimers();
    show(snapshot(), () => new Promise(() => undefined));
    await enter('a');
    expect(find('.srk-pending').textContent).toContain('scoring');
    await vi.advanceTimersByTimeAsync(1100);
    expect(find('.srk-pending').textContent).toContain('busy');
  });

  it('is not asked about when empty', async () => {
    const host = show(snapshot(), async () => ({}));
    await enter('   ');
    expect(host.calls).toEqual([]);
  });

  it('is kept while the search goes on, until another law is chosen or Escape is pressed', async () => {
    const host = show(running(), async () => ({}));
    const input = find<HTMLInputElement>('.srk-input');
    input.value = 'my own';
    input.dispatchEvent(new Event('input'));
    host.show(running({ best: 'three' }));
    expect(input.value).toBe('my own');
    press(input, 'Escape');
    expect(input.value).toBe('a**7');
    find<HTMLElement>('tbody tr[data-law="one"]').click();
    expect(input.value).toBe('a**1');
  });
});
