import { describe, expect, it, vi } from 'vitest';

import { find, onAnEmptyPage, place, show, texts } from './mounted';
import { law, settle, snapshot, type Json } from './sample';

const EVIL = '<img src=x onerror=alert(1)><script>alert(1)</script>';
onAnEmptyPage();

const press = (key: string): boolean | undefined =>
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const chart = (name: string): string | null => find(`.srk-${name} svg`).getAttribute('aria-label');
const sample = { columns: { a: [1, 2, 3, 4], b: [null, 5, 6, 7] }, y: [2, 4, 6, null] };
const fitted = (predicted: unknown, changes: Json = {}): Json =>
  snapshot({ front: [law('two', 3, 1, { predicted })], sample, ...changes });

function choose(index: number): void {
  const choice = find<HTMLSelectElement>('.srk-residuals select');
  choice.selectedIndex = index;
  choice.dispatchEvent(new Event('change'));
}

describe('predicted against measured', () => {
  it('has a point for each row and says how they agree', () => {
    show(fitted([2.5, 4, 5.5, 1]));
    expect(place.querySelectorAll('.srk-scatter .srk-dot')).toHaveLength(3);
    expect(find('.srk-scatter svg').getAttribute('role')).toBe('img');
    expect(chart('scatter')).toBe('Predicted against measured P: 3 rows, correlation 1');
    expect(find('.srk-scatter figcaption').textContent).toBe('correlation 1 · 3 of 8 rows');
    expect(texts('.srk-scatter .srk-axis-title')).toEqual(['measured P', 'predicted P']);
  });

  it('says when no correlation is defined', () => {
    show(fitted([3, 3, 3, 3], { rows: 3 }));
    expect(find('.srk-scatter figcaption').textContent).toBe('correlation not defined · 3 rows');
  });

  it('lies higher for what is larger', () => {
    show(fitted([3, 4, 6, 1]));
    const heights = [...place.querySelectorAll('.srk-scatter .srk-dot')].map(dot => Number(dot.getAttribute('cy')));
    expect(heights).toEqual([...heights].sort((one, other) => other - one));
  });

  it.each([
    ['no sample', fitted([1, 2, 3, 4], { sample: null })],
    ['no predictions', fitted(undefined)],
    ['predictions on other rows', fitted([1, 2])],
    ['no row with both', fitted([null, null, null, 4])]
  ])('is hidden where there is %s', (_, value) => {
    show(value);
    expect([find('.srk-scatter').hidden, find('.srk-residuals').hidden]).toEqual([true, true]);
    expect(find('.srk-pictures').classList.contains('srk-with-fit')).toBe(false);
  });

  it('follows the selected law', () => {
    const front = [law('one', 1, 9, { predicted: [4, 4, 4, 4] }), law('two', 3, 1, { predicted: [2, 4, 6.5, 4] })];
    show(snapshot({ front, sample }));
    expect(find('.srk-scatter').hidden).toBe(false);
    find('tbody tr[data-law="one"]').click();
    expect(chart('residuals')).toContain('largest residual 2');
    expect(chart('scatter')).toContain('not defined');
  });
});

describe('residuals', () => {
  it('stand against the prediction at first', () => {
    show(fitted([2.5, 4, 5.5, 1]));
    expect(chart('residuals')).toBe('Residuals, measured minus predicted P, against predicted P: 3 rows, largest residual 0.5');
    expect(texts('.srk-residuals .srk-axis-title')).toEqual(['predicted P', 'residual']);
  });

  it('stand against the chosen variable, without the rows where it has no value', () => {
    show(fitted([2.5, 4, 5, 1]));
    choose(2);
    expect(chart('residuals')).toBe('Residuals, measured minus predicted P, against b: 2 rows, largest residual 1');
    expect(place.querySelectorAll('.srk-residuals .srk-dot')).toHaveLength(2);
    choose(0);
    expect(chart('residuals')).toContain('against predicted P');
  });

  it('keep the choice, and its list, while the search goes on', () => {
    const host = show(fitted([2.5, 4, 5, 1]));
    const option = find('.srk-residuals option');
    choose(1);
    host.show(fitted([2, 4, 5, 1]));
    expect(chart('residuals')).toContain('against a: 3 rows');
    expect(find('.srk-residuals option')).toBe(option);
    host.show(fitted([2, 4, 5, 1], { sample: { ...sample, columns: { c: [1, 1, 1, 1] } } }));
    expect(chart('residuals')).toContain('against predicted P');
    expect(find<HTMLSelectElement>('.srk-residuals select').selectedIndex).toBe(0);
  });

  it('of an exact law are zero', () => {
    show(fitted([2, 4, 6, 8]));
    expect(chart('residuals')).toContain('largest residual 0');
  });

  it('bear a column without any number', () => {
    show(fitted([2, 4, 5, 1], { sample: { ...sample, columns: { none: [null, null, null, null] } } }));
    choose(1);
    expect(chart('residuals')).toContain('against none: 0 rows');
    expect(place.querySelectorAll('.srk-residuals .srk-dot')).toHaveLength(0);
  });

  it('show hostile names as text', () => {
    const columns: unknown = JSON.parse(`{"__proto__": [1, 2, 3, 4], ${JSON.stringify(EVIL)}: [1, 2, 3, 4]}`);
    show(fitted([2, 4, 5, 1], { target: EVIL, sample: { ...sample, columns } }));
    choose(1);
    expect(chart('residuals')).toContain('against __proto__: 3 rows');
    choose(2);
    expect(chart('residuals')).toContain(`against ${EVIL}`);
    expect(place.querySelector('img, script')).toBeNull();
  });
});

describe('the figures', () => {
  it('tell training from validation', () => {
    show(snapshot({ front: [law('two', 3, 0.25, { validation: 0.5, r2: 0.75 })] }));
    expect(texts('.srk-figures > div')).toEqual(['R²0.7500', 'training loss0.25', 'validation loss0.5', 'complexity3']);
  });

  it('have one loss where no rows were held out', () => {
    show(snapshot({ front: [law('two', 3, 0.25, { r2: 0.75 })] }));
    expect(texts('.srk-figures > div')).toEqual(['R²0.7500', 'loss0.25', 'complexity3']);
  });
});

describe('the constants', () => {
  it('have intervals, or are frozen', () => {
    const parameters = [{ value: 2, error: 0.1 }, { value: 3, error: null }, { value: -2.5, error: 0.1, fixed: true }, { value: null, error: null }];
    show(snapshot({ front: [law('two', 2, 1, { parameters })] }));
    expect(texts('.srk-parameters li')).toEqual(['2.00[1.80, 2.20]', '3', '−2.5frozen', '–']);
    expect(find('.srk-parameters p').textContent).toBe('fitted constants with 95 % intervals');
  });

  it('are not listed when there are none', () => {
    show(snapshot());
    expect(find('.srk-constants').hidden).toBe(true);
  });
});

describe('the table', () => {
  it('has a column for the validation error when any law has one', () => {
    const host = show(snapshot());
    expect(find('th[title*="held out"]').hidden).toBe(true);
    host.show(snapshot({ front: [law('one', 1, 100), law('two', 3, 1, { validation: 2 })] }));
    expect(find('th[title*="held out"]').hidden).toBe(false);
    expect(texts('tr[data-law="one"] td').slice(1, 3)).toEqual(['100', '–']);
    expect(texts('tr[data-law="two"] td').slice(1, 3)).toEqual(['1', '2']);
    host.show(snapshot());
    expect(texts('tr[data-law="two"] td')).toHaveLength(5);
  });

  it('counts the constants', () => {
    show(snapshot({ front: [law('two', 3, 1, { parameters: [{ value: 1, error: 1 }, { value: 2, error: 1 }] })] }));
    expect(find('tr[data-law="two"] .srk-count').textContent).toBe('2');
  });
});

describe('the code', () => {
  const code = { numpy: 'np.sqrt(a)', sympy: 'sp.sqrt(a)', torch: 'torch.sqrt(a)', c: 'sqrt(a)' };
  const coded = (changes: Json = {}): Json => snapshot({ front: [law('two', 3, 1, { code, ...changes })] });
  const shown = (): (string | null)[] => [find('[role=tab][aria-selected=true]').textContent, find('[role=tabpanel]').textContent];

  it('has a tab for each language that the law has', () => {
    const host = show(coded());
    expect(texts('[role=tab]')).toEqual(['Python', 'LaTeX', 'SymPy', 'NumPy', 'PyTorch', 'C']);
    expect(shown()).toEqual(['Python', 'a**3']);
    host.show(coded({ code: { torch: '' }, latex: '' }));
    expect(texts('[role=tab]')).toEqual(['Python']);
  });

  it('is worked with the keyboard', () => {
    show(coded());
    find('[role=tab]').focus();
    press('ArrowRight');
    expect(shown()).toEqual(['LaTeX', 'a^{3}']);
    press('End');
    expect(shown()).toEqual(['C', 'sqrt(a)']);
    press('ArrowRight');
    expect(shown()[0]).toBe('Python');
    press('ArrowLeft');
    expect(shown()[0]).toBe('C');
    press('Home');
    expect(shown()[0]).toBe('Python');
    expect(document.activeElement?.textContent).toBe('Python');
    expect([...place.querySelectorAll<HTMLElement>('[role=tab]')].map(tab => tab.tabIndex)).toEqual([0, -1, -1, -1, -1, -1]);
  });

  it('tells which tab its panel belongs to', () => {
    show(coded());
    find('[role=tab]:nth-child(4)').click();
    const panel = find('[role=tabpanel]');
    const tab = find('[role=tab][aria-selected=true]');
    expect([panel.getAttribute('aria-labelledby'), tab.getAttribute('aria-controls')]).toEqual([tab.id, panel.id]);
    expect(shown()).toEqual(['NumPy', 'np.sqrt(a)']);
  });

  it('keeps the language from law to law where it can', () => {
    const host = show(coded());
    find('[role=tab]:nth-child(4)').click();
    host.show(coded({ code: null }));
    expect(shown()).toEqual(['Python', 'a**3']);
    host.show(coded({ code: { numpy: 'np.cbrt(a)' } }));
    expect(shown()).toEqual(['NumPy', 'np.cbrt(a)']);
  });

  it('goes to the clipboard', async () => {
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    show(coded());
    const button = find('.srk-copy');
    button.click();
    find('[role=tab]:last-child').click();
    expect(button.getAttribute('aria-label')).toBe('Copy C');
    button.click();
    await settle();
    expect(writeText.mock.calls).toEqual([['a**3'], ['sqrt(a)']]);
    expect(find('.srk-notice').textContent).toBe('C copied');
  });

  it('is copied without a clipboard too', async () => {
    vi.stubGlobal('navigator', {});
    const copy = vi.fn(() => true);
    Object.assign(document, { execCommand: copy });
    show(coded());
    find('.srk-copy').click();
    await settle();
    expect(copy).toHaveBeenCalledWith('copy');
    expect(place.querySelector('textarea')).toBeNull();
  });

  it('is text, whatever it says', () => {
    show(coded({ code: { numpy: EVIL }, equation: EVIL, latex: EVIL }));
    find('[role=tab]:last-child').click();
    expect(shown()).toEqual(['NumPy', EVIL]);
    expect(place.querySelector('img, script')).toBeNull();
  });
});

describe('the derivation', () => {
  const start = { tree: ['mul', 'a', 'a'], text: 'a*a' };
  const step = { rule: 'square', tree: ['pow', 'a', 2], text: 'a**2', conditions: ['a >= 0'] };
  const explanation = { start, steps: [step], stop_reason: 'proved' };

  async function open(): Promise<void> {
    const node = find<HTMLDetailsElement>('details');
    node.open = true;
    node.dispatchEvent(new Event('toggle'));
    await settle();
  }

  it('is asked for when it is opened, once', async () => {
    const host = show(snapshot(), async () => explanation);
    expect(host.calls).toEqual([]);
    await open();
    host.show(snapshot({ elapsed: 11 }));
    await open();
    expect(host.calls).toEqual([['explain', { law: 'two' }]]);
    expect(texts('.srk-steps .srk-rule')).toEqual(['as found', 'square']);
    expect(place.querySelectorAll('.srk-steps math')).toHaveLength(2);
    expect(find('.srk-steps .srk-condition').textContent).toBe('where a ≥ 0');
  });

  it('follows the selection, and no late answer takes its place', async () => {
    const answers: ((reply: Json) => void)[] = [];
    const host = show(snapshot(), () => new Promise(resolve => answers.push(resolve)));
    await open();
    find('tbody tr[data-law="one"]').click();
    expect(host.calls).toEqual([['explain', { law: 'two' }], ['explain', { law: 'one' }]]);
    answers[1]!({ ...explanation, steps: [{ ...step, rule: 'new' }] });
    answers[0]!({ ...explanation, steps: [{ ...step, rule: 'old' }] });
    await settle();
    expect(texts('.srk-steps .srk-rule')).toEqual(['as found', 'new']);
  });

  it('says so when no kernel is there, and asks when one comes', async () => {
    const host = show(snapshot());
    await open();
    expect(find('.srk-steps').textContent).toContain('run the cell again');
    host.findKernel(async () => explanation);
    await settle();
    expect(place.querySelectorAll('.srk-steps li')).toHaveLength(2);
  });

  it('is asked for again, when it is opened anew, after an error', async () => {
    const host = show(snapshot(), async () => ({ error: 'busy' }));
    await open();
    host.show(snapshot({ elapsed: 11 }));
    expect(host.calls).toHaveLength(1);
    host.findKernel(async () => explanation);
    await open();
    expect(texts('.srk-steps .srk-rule')).toEqual(['as found', 'square']);
  });

  it('keeps what it shows when the kernel goes', async () => {
    const host = show(snapshot(), async () => explanation);
    await open();
    host.loseKernel();
    await settle();
    expect(place.querySelectorAll('.srk-steps li')).toHaveLength(2);
  });

  it.each([
    [async () => ({ error: `no such law ${EVIL}` }), `no such law ${EVIL}`],
    [async () => Promise.reject(new Error('The kernel ended')), 'The kernel ended'],
    [async () => ({}), 'cannot be read'],
    [async () => ({ ...explanation, steps: [{ ...step, rule: 7 }] }), 'cannot be read'],
    [async () => ({ ...explanation, steps: Array(1001).fill(step) }), 'cannot be read'],
    [async () => ({ ...explanation, steps: [] }), 'no step was needed'],
    [async () => ({ ...explanation, steps: [], stop_reason: 'no proof found' }), 'No derivation: no proof found.'],
    [async () => ({ ...explanation, steps: Array(300).fill(step) }), '… and 100 more steps']
  ])('says what came instead: %#', async (answer, text) => {
    show(snapshot(), answer);
    await open();
    expect(find('.srk-steps').textContent).toContain(text);
    expect(place.querySelector('img, script')).toBeNull();
  });

  it('shows a step that cannot be drawn as text', async () => {
    show(snapshot(), async () => ({ ...explanation, steps: [{ rule: EVIL, tree: null, text: EVIL, conditions: [EVIL] }] }));
    await open();
    expect(find('.srk-steps li:last-child code').textContent).toBe(EVIL);
    expect(place.querySelector('img, script')).toBeNull();
  });
});
