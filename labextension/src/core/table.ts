/** The front as a table: one row a law, the selected one marked. */
import { html, setAttribute } from './dom';
import { condition, number, rSquared, shorten } from './format';
import { mathOf } from './mathml';
import type { Law, Snapshot } from './snapshot';
import { treeSize } from './validate';

/** A larger law is shown as text, cut to one line: a picture of it would not be read. */
const LARGEST_DRAWN = 80;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

export interface Table {
  readonly node: HTMLElement;
  update(snapshot: Snapshot, selected: string | null): void;
}

export function createTable(select: (id: string) => void): Table {
  const body = html('tbody');
  const validation = headNode('validation', 'number', 'mean squared error on rows held out');
  const grid = html('table', { role: 'grid', 'aria-label': 'Laws by complexity' }, headsNode(validation), body);
  const node = html('div', { class: 'srk-table' }, grid);
  const rows = new Map<string, { node: HTMLTableRowElement; signature: string }>();
  body.addEventListener('keydown', event => stepOn(body, event));

  function rowOf(law: Law, isBest: boolean, isHeld: boolean): HTMLTableRowElement {
    const { complexity, loss, r2, equation, conditions, parameters } = law;
    const signature = JSON.stringify([isBest, isHeld && law.validation, isHeld, complexity, loss, r2, equation, conditions, parameters.length]);
    const known = rows.get(law.id);
    if (known?.signature === signature) {
      return known.node;
    }
    const made = rowNode(law, isBest, isHeld);
    made.addEventListener('click', () => select(law.id));
    rows.set(law.id, { node: made, signature });
    return made;
  }

  return {
    node,
    update(snapshot, selected) {
      const focused = body.contains(document.activeElement) ? document.activeElement?.getAttribute('data-law') : null;
      const isHeld = snapshot.front.some(law => law.validation !== null);
      validation.hidden = !isHeld;
      const wanted = snapshot.front.map(law => rowOf(law, law.id === snapshot.best, isHeld));
      const open = snapshot.front.some(law => law.id === selected) ? selected : snapshot.front[0]?.id;
      snapshot.front.forEach((law, i) => {
        setAttribute(wanted[i]!, 'aria-selected', String(law.id === selected));
        setAttribute(wanted[i]!, 'tabindex', law.id === open ? 0 : -1);
      });
      if (wanted.length !== body.children.length || wanted.some((row, i) => row !== body.children[i])) {
        body.replaceChildren(...wanted);
        wanted.find(row => row.getAttribute('data-law') === focused)?.focus();
      }
      const ids = new Set(snapshot.front.map(law => law.id));
      [...rows.keys()].filter(id => !ids.has(id)).forEach(id => rows.delete(id));
    }
  };
}

/** The law as mathematics when it is small enough, else as text. */
export function equationNode(law: Law): Node {
  if (law.tree !== null && treeSize(law.tree) <= LARGEST_DRAWN) {
    return mathOf(law.tree);
  }
  return html('code', {}, shorten(law.equation, 120));
}

function headNode(text: string, name: string, title: string | null = null): HTMLElement {
  return html('th', { scope: 'col', class: `srk-${name}`, title }, text);
}

function headsNode(validation: Node): Node {
  const loss = headNode('loss', 'number', 'mean squared error');
  const others = [headNode('R²', 'number'), headNode('constants', 'number srk-count', 'number of fitted constants'), headNode('law', 'law')];
  return html('thead', {}, html('tr', {}, headNode('complexity', 'number'), loss, validation, ...others));
}

function rowNode(law: Law, isBest: boolean, isHeld: boolean): HTMLTableRowElement {
  const conditions = law.conditions.map(condition).join(', ');
  const cell = (text: string, kind = ''): Node => html('td', { class: `srk-number${kind}` }, text);
  return html(
    'tr',
    { 'data-law': law.id, title: conditions === '' ? null : `where ${conditions}` },
    html('td', { class: 'srk-number' }, isBest ? bestMark() : null, String(law.complexity)),
    cell(number(law.loss, 3)),
    isHeld ? cell(number(law.validation, 3)) : null,
    cell(rSquared(law.r2)),
    cell(String(law.parameters.length), ' srk-count'),
    html(
      'td',
      { class: 'srk-law' },
      equationNode(law),
      conditions === '' ? null : html('span', { class: 'srk-condition' }, shorten(conditions, 80))
    )
  );
}

function bestMark(): Node {
  return html('span', { class: 'srk-best', role: 'img', 'aria-label': 'best', title: 'the best trade of loss for complexity' }, '★');
}

/** Moves the selection with the arrow keys. */
function stepOn(body: HTMLElement, event: KeyboardEvent): void {
  const rows = [...body.querySelectorAll('tr')];
  const here = rows.indexOf(document.activeElement as HTMLTableRowElement);
  const step = event.key === 'Enter' || event.key === ' ' ? 0 : STEPS[event.key];
  if (step === undefined || here < 0) {
    return;
  }
  event.preventDefault();
  const next = rows[Math.max(0, Math.min(rows.length - 1, here + step))]!;
  next.click();
  next.focus();
}
