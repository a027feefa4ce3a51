/** The discoveries of a notebook as a list of buttons; knows nothing of JupyterLab. */
import { html, setAttribute, setText } from '../core/dom';
import type { Summary } from './summary';

export interface Entry {
  readonly key: string;
  readonly summary: Summary;
}

export interface DiscoveryList {
  readonly node: HTMLElement;
  /** `place` names the notebook; null when none is open. */
  update(place: string | null, entries: readonly Entry[]): void;
  /** Says something about the last choice. */
  tell(text: string): void;
}

interface Row {
  readonly node: HTMLElement;
  update(summary: Summary): void;
}

export function createList(choose: (key: string) => void): DiscoveryList {
  const title = html('h2', { id: 'srk-sidebar-title' }, 'Discoveries');
  const empty = html('p', { class: 'srk-sidebar-empty' });
  const list = html('ul', { 'aria-labelledby': title.id });
  const note = html('p', { class: 'srk-sidebar-note', role: 'status' });
  const rows = new Map<string, Row>();
  return {
    node: html('div', { class: 'srk-sidebar-body' }, title, empty, list, note),
    update(place, entries) {
      setText(title, place === null ? 'Discoveries' : `Discoveries of ${place}`);
      setText(empty, place === null ? 'Open a notebook to see its discoveries.' : 'No search in this kernel yet.');
      empty.hidden = entries.length > 0;
      list.hidden = entries.length === 0;
      keepOnly(rows, new Set(entries.map(entry => entry.key)));
      entries.forEach(({ key, summary }, i) => {
        const row = rows.get(key) ?? createRow(() => choose(key));
        rows.set(key, row);
        row.update(summary);
        // A node that is moved loses the focus, so one in its place is left alone.
        if (list.children[i] !== row.node) {
          list.insertBefore(row.node, list.children[i] ?? null);
        }
      });
    },
    tell: text => setText(note, text)
  };
}

function keepOnly(rows: Map<string, Row>, keys: ReadonlySet<string>): void {
  for (const [key, row] of rows) {
    if (!keys.has(key)) {
      row.node.remove();
      rows.delete(key);
    }
  }
}

function createRow(choose: () => void): Row {
  const formula = html('code', { class: 'srk-sidebar-formula' });
  const state = html('span', { class: 'srk-sidebar-state' });
  const law = html('code', { class: 'srk-sidebar-law' });
  const button = html('button', { type: 'button', title: 'Show it in the notebook' }, formula, ' ', state, ' ', law);
  button.addEventListener('click', choose);
  return {
    node: html('li', {}, button),
    update(summary) {
      setText(formula, summary.formula);
      setText(state, [summary.status, summary.time, summary.data].filter(text => text !== '').join(' · '));
      setText(law, summary.law ?? 'no law yet');
      setAttribute(button, 'data-status', summary.status);
    }
  };
}
