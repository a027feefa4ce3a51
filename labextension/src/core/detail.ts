/** The selected law: rendered, with its figures, constants, conditions, code and derivation. */
import { createCode } from './code';
import { constantsNode } from './constants';
import { createDerivation } from './derivation';
import { html } from './dom';
import { condition, number, rSquared } from './format';
import type { Host } from './host';
import { mathOf, targetTree } from './mathml';
import type { Law, Snapshot } from './snapshot';
import { treeSize } from './validate';

const LARGEST_DRAWN = 400;

export interface Detail {
  readonly node: HTMLElement;
  update(snapshot: Snapshot, law: Law | null): void;
}

export function createDetail(host: Host): Detail {
  const body = html('div', { class: 'srk-detail-body' });
  const constants = html('div', { class: 'srk-constants' });
  const code = createCode();
  const derivation = createDerivation(host);
  const facts = html('div', { class: 'srk-law-facts' }, constants, code.node);
  const node = html('section', { class: 'srk-detail', 'aria-label': 'Selected law' }, body, facts, derivation.node);
  let drawn = '';
  return {
    node,
    update(snapshot, law) {
      code.update(law);
      derivation.update(law);
      const signature = JSON.stringify([snapshot.target, snapshot.status, law === null ? null : { ...law, predicted: null, code: null }]);
      if (signature === drawn) {
        return;
      }
      drawn = signature;
      const list = law === null ? null : constantsNode(law);
      constants.replaceChildren(...(list === null ? [] : [list]));
      constants.hidden = list === null;
      body.replaceChildren(...(law === null ? [emptyNode(snapshot)] : lawNodes(snapshot, law)));
    }
  };
}

function emptyNode(snapshot: Snapshot): Node {
  return html('p', { class: 'srk-empty' }, snapshot.status === 'running' ? 'Looking for a first law…' : 'No law was found.');
}

function lawNodes(snapshot: Snapshot, law: Law): Node[] {
  const nodes: Node[] = [
    html('div', { class: 'srk-equation', tabindex: 0, role: 'group', 'aria-label': `${snapshot.target} = ${law.equation}` }, formulaNode(snapshot, law)),
    figuresNode(law)
  ];
  if (law.conditions.length > 0) {
    nodes.push(html('p', { class: 'srk-conditions' }, `holds where ${law.conditions.map(condition).join(', ')}`));
  }
  return nodes;
}

function figuresNode(law: Law): Node {
  const error = 'mean squared error';
  const fact = (name: string, value: string, title: string | null = null): Node =>
    html('div', { title }, html('dt', {}, name), html('dd', {}, value));
  const held = law.validation !== null;
  return html(
    'dl',
    { class: 'srk-figures' },
    fact('R²', rSquared(law.r2)),
    fact(held ? 'training loss' : 'loss', number(law.loss), held ? `${error} on the rows it was fitted to` : error),
    held ? fact('validation loss', number(law.validation), `${error} on rows held out`) : null,
    fact('complexity', String(law.complexity))
  );
}

function formulaNode(snapshot: Snapshot, law: Law): Node {
  if (law.tree === null || treeSize(law.tree) > LARGEST_DRAWN) {
    return html('code', {}, `${snapshot.target} = ${law.equation}`);
  }
  return mathOf(law.tree, { digits: 5, display: true, left: targetTree(snapshot.target), paths: true });
}
