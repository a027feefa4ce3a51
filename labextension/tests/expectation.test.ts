import { describe, expect, it } from 'vitest';

import { find, onAnEmptyPage, place, show, texts } from './mounted';
import { guide, law, snapshot, type Json } from './sample';

onAnEmptyPage();

const details = (): HTMLDetailsElement => find<HTMLDetailsElement>('.srk-expected');
const list = (title: string): string[] => texts(`.srk-expected ul[aria-label="${title}"] li`);
const guided = (changes: Json = {}, others: Json = {}): Json => snapshot({ guide: guide(changes), ...others });

describe('what the guide expected', () => {
  it('is folded below the table', () => {
    show(guided());
    expect([details().open, details().hidden]).toEqual([false, false]);
    expect(find('.srk-expected summary').textContent).toBe('What the guide expected');
    expect(details().previousElementSibling).toBe(find('.srk-pictures'));
  });

  it('is not there when no guide was asked', () => {
    const host = show(snapshot());
    expect(details().hidden).toBe(true);
    host.show(guided());
    expect(details().hidden).toBe(false);
    host.show(snapshot({ guide: null }));
    expect(details().hidden).toBe(true);
  });

  it('tells who expected it, whether it was used, and why', () => {
    const host = show(guided());
    expect(find('.srk-expected-about').textContent).toBe('guide 1, used by the search: it was sure of its columns. Asking took 21 ms.');
    host.show(guided({ used: false, reason: 'It is too noisy.', seconds: null }));
    expect(find('.srk-expected-about').textContent).toBe('guide 1, not used by the search: It is too noisy.');
    host.show(guided({ reason: '', seconds: null }));
    expect(find('.srk-expected-about').textContent).toBe('guide 1, used by the search.');
  });

  it('shows what is likely, as bars and as text', () => {
    show(guided({}, { front: [], best: null }));
    expect(list('Operators')).toEqual(['sin 93 %', 'power 60 %']);
    expect(list('Columns')).toEqual(['a 98 %', 'b < 1 %']);
    expect(list('First undo')).toEqual(['log(P) 61 %']);
    expect(list('Together in a product or a function')).toEqual(['a with b 30 %']);
    expect(find('.srk-expected .srk-bar > span').style.width).toBe('93%');
    expect(find('.srk-expected .srk-bar').getAttribute('aria-hidden')).toBe('true');
  });

  it('shows what it knows of the whole law', () => {
    const host = show(guided());
    expect(texts('.srk-expected dl > div')).toEqual(['sizeabout 9 nodes', 'noise1 % of the spread of the target', 'description42 bits']);
    host.show(guided({ size: null, noise: 0, length: null }));
    expect(texts('.srk-expected dl > div')).toEqual(['noisenone']);
  });

  it('leaves out lists that say nothing', () => {
    show(guided({ operators: [['sin', 0.01]], columns: [], pairs: [], peels: [] }));
    expect(texts('.srk-expected .srk-caption')).toEqual([]);
  });

  it('says what the selected law really has', () => {
    const front = [law('one', 1, 100, { tree: ['sin', 'b'] }), law('two', 3, 1e-5)];
    show(guided({}, { front }));
    expect(list('Operators')).toEqual(['sin 93 %', 'power 60 % in the law']);
    expect(list('Columns')).toEqual(['a 98 % in the law', 'b < 1 %']);
    find<HTMLElement>('tbody tr[data-law="one"]').click();
    expect(texts('.srk-expected .srk-in-law .srk-expected-name')).toEqual(['sin', 'b']);
  });

  it('says nothing of a law that has no tree', () => {
    show(guided({}, { front: [law('two', 2, 1, { tree: null })] }));
    expect(place.querySelector('.srk-in-law')).toBeNull();
  });

  it('stays open, and the same, while news come', () => {
    const running = (elapsed: number, changes: Json = {}): Json => guided(changes, { status: 'running', elapsed });
    const host = show(running(1));
    const row = find('.srk-expected li');
    details().open = true;
    host.show(running(2));
    expect(find('.srk-expected li')).toBe(row);
    host.show(running(3, { source: 'guide 2' }));
    expect(details().open).toBe(true);
    expect(find('.srk-expected-about').textContent).toContain('guide 2');
  });

  it('is text even where it looks like markup', () => {
    const evil = '<script>alert(1)</script><img src=x onerror=alert(1)>';
    const row = [[evil, 1]];
    show(guided({ source: evil, reason: evil, operators: row, columns: row, peels: row, pairs: [[evil, '__proto__', 1]] }));
    expect(place.querySelector('img, script')).toBeNull();
    expect(list('First undo')).toEqual([`${evil} 100 %`]);
    expect(list('Together in a product or a function')).toEqual([`${evil} with __proto__ 100 %`]);
    expect([...place.querySelectorAll('*')].flatMap(node => [...node.attributes]).filter(({ name }) => name.startsWith('on'))).toEqual([]);
  });

  it.each([3, { operators: 'all' }, guide({ peels: [['x', 2]] })])('is part of what makes a result none: %j', value => {
    show(snapshot({ guide: value }));
    expect(find('.srk-fallback').textContent).toContain('guide');
  });
});
