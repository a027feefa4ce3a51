/** The selected law: rendered, with its parameters, conditions and buttons to copy it. */
import { html, setText } from './dom';
import { condition, number, rSquared, withError } from './format';
import { mathOf, targetTree } from './mathml';
import type { Law, Snapshot } from './snapshot';
import { treeSize } from './validate';

const LARGEST_DRAWN = 400;
const NOTICE_TIME = 2000;

export interface Detail {
  readonly node: HTMLElement;
  update(snapshot: Snapshot, law: Law | null): void;
}

export function createDetail(): Detail {
  const body = html('div', { class: 'srk-detail-body' });
  const notice = html('span', { class: 'srk-notice', role: 'status' });
  const python = html('button', { type: 'button' }, 'Copy Python');
  const latex = html('button', { type: 'button' }, 'Copy LaTeX');
  const buttons = html('div', { class: 'srk-copy' }, python, latex, notice);
  const node = html('section', { class: 'srk-detail', 'aria-label': 'Selected law' }, body, buttons);
  let shown: Law | null = null;
  let drawn = '';
  const copying = (button: HTMLButtonElement, text: (law: Law) => string, name: string): void =>
    button.addEventListener('click', () => {
      if (shown !== null) {
        void copy(text(shown), button).then(done => say(notice, done ? `${name} copied` : 'the browser refused to copy'));
      }
    });
  copying(python, law => law.equation, 'Python');
  copying(latex, law => law.latex, 'LaTeX');
  return {
    node,
    update(snapshot, law) {
      const signature = JSON.stringify([snapshot.target, snapshot.status, law]);
      if (signature === drawn) {
        return;
      }
      drawn = signature;
      shown = law;
      buttons.hidden = law === null;
      latex.disabled = law === null || law.latex === '';
      body.replaceChildren(...(law === null ? [emptyNode(snapshot)] : lawNodes(snapshot, law)));
    }
  };
}

function emptyNode(snapshot: Snapshot): Node {
  return html('p', { class: 'srk-empty' }, snapshot.status === 'running' ? 'Looking for a first law…' : 'No law was found.');
}

function lawNodes(snapshot: Snapshot, law: Law): Node[] {
  const figures: [string, string][] = [
    ['R²', rSquared(law.r2)],
    ['loss', number(law.loss)],
    ['complexity', String(law.complexity)]
  ];
  const fact = ([name, value]: [string, string]): Node => html('div', {}, html('dt', {}, name), html('dd', {}, value));
  const nodes: Node[] = [
    html('div', { class: 'srk-equation', tabindex: 0, role: 'group', 'aria-label': `${snapshot.target} = ${law.equation}` }, formulaNode(snapshot, law)),
    html('dl', { class: 'srk-figures' }, ...figures.map(fact))
  ];
  if (law.conditions.length > 0) {
    nodes.push(html('p', { class: 'srk-conditions' }, `holds where ${law.conditions.map(condition).join(', ')}`));
  }
  if (law.parameters.length > 0) {
    nodes.push(parametersNode(law));
  }
  return nodes;
}

function formulaNode(snapshot: Snapshot, law: Law): Node {
  if (law.tree === null || treeSize(law.tree) > LARGEST_DRAWN) {
    return html('code', {}, `${snapshot.target} = ${law.equation}`);
  }
  return mathOf(law.tree, { digits: 5, display: true, left: targetTree(snapshot.target), paths: true });
}

function parametersNode(law: Law): Node {
  const items = law.parameters.map(({ value, error }) => html('li', {}, withError(value, error)));
  const title = html('span', { class: 'srk-caption' }, law.parameters.length === 1 ? 'fitted constant' : 'fitted constants');
  return html('div', { class: 'srk-parameters' }, title, html('ul', {}, ...items));
}

/** The clipboard is closed to pages from other machines; there a selected field still copies. */
async function copy(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = html('textarea', { class: 'srk-clipboard', 'aria-hidden': 'true' });
    field.value = text;
    button.after(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    button.focus();
    return done;
  }
}

function say(notice: HTMLElement, text: string): void {
  setText(notice, text);
  setTimeout(() => {
    if (notice.textContent === text) {
      notice.textContent = '';
    }
  }, NOTICE_TIME);
}
