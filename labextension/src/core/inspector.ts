/** The e-graph behind a law, asked for when a person opens it. */
import { html } from './dom';
import { egraphNode, listNode, nameOf } from './egraph';
import { plural, shorten } from './format';
import type { Host } from './host';
import { ask, egraphOf, type EClass, type EGraph } from './replies';
import type { Law, Snapshot } from './snapshot';

const MOST_JOINS = 60;

export interface Inspector {
  readonly node: HTMLDetailsElement;
  update(snapshot: Snapshot, law: Law | null): void;
}

export function createInspector(host: Host): Inspector {
  const body = html('div', { class: 'srk-inspector-body' });
  const node = html('details', { class: 'srk-inspector' }, html('summary', {}, 'Show e-graph'), body);
  let law: Law | null = null;
  let shown = '';
  let turn = 0;

  async function load(): Promise<void> {
    if (law === null || shown === keyOf(law)) {
      return;
    }
    shown = keyOf(law);
    const mine = ++turn;
    body.replaceChildren(html('p', { class: 'srk-pending', role: 'status' }, 'Growing the e-graph of this law…'));
    const { value, problem } = await ask(host, 'egraph', { law: law.id }, egraphOf);
    if (mine !== turn) {
      return;
    }
    if (value === undefined) {
      shown = '';
      body.replaceChildren(html('p', { class: 'srk-problem', role: 'status' }, problem ?? ''));
    } else {
      body.replaceChildren(...graphNodes(value));
      centre(body.querySelector('.srk-egraph'));
    }
  }

  node.addEventListener('toggle', () => node.open && void load());
  return {
    node,
    update(_snapshot, next) {
      law = next;
      node.hidden = host.call === undefined || law === null;
      if (law === null || shown === keyOf(law)) {
        return;
      }
      turn++;
      if (node.open && !node.hidden && shown !== '') {
        void load();
      } else {
        shown = '';
        body.replaceChildren();
      }
    }
  };
}

/** Layers are centred, so the law's own class is in the middle, in sight also where the drawing is wider. */
function centre(frame: Element | null): void {
  if (frame !== null) {
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
  }
}

const keyOf = (law: Law): string => `${law.id} ${law.equation}`;

function graphNodes(graph: EGraph): Node[] {
  const classNode = html('div', { class: 'srk-class', 'aria-live': 'polite' }, 'Choose a class to see which rules joined its forms.');
  const drawing = egraphNode(graph, eclass => classNode.replaceChildren(...classNodes(eclass, graph)));
  const nodes = graph.classes.reduce((sum, eclass) => sum + eclass.nodes.length, 0);
  const size = `${plural(graph.classes.length, 'class').replace(/classs$/, 'classes')}, ${plural(nodes, 'node')}`;
  const extent = graph.complete ? 'the rules found nothing more' : 'a part of what the rules found';
  return [
    html('p', { class: 'srk-caption' }, `${size}; ${extent}. Each box is a class of expressions that are equal; lines lead to what they are made of.`),
    html('div', { class: 'srk-egraph' }, drawing),
    classNode,
    listNode(graph)
  ];
}

function classNodes(eclass: EClass, graph: EGraph): Node[] {
  const forms = eclass.forms.map(form => html('li', {}, html('code', {}, shorten(form.text, 400))));
  const joins = graph.joins.filter(join => join.left === eclass.id || join.right === eclass.id);
  const rows = joins.slice(0, MOST_JOINS).map(join =>
    html(
      'li',
      {},
      html('code', {}, shorten(join.before, 200)),
      ' = ',
      html('code', {}, shorten(join.after, 200)),
      html('span', { class: 'srk-rule' }, shorten(join.rule, 120))
    )
  );
  const rest = joins.length > MOST_JOINS ? html('p', {}, `and ${joins.length - MOST_JOINS} more`) : null;
  return [
    html('h4', {}, html('code', {}, shorten(nameOf(eclass), 200))),
    html('div', {}, html('span', { class: 'srk-caption' }, plural(forms.length, 'form')), html('ul', {}, ...forms)),
    html('div', {}, html('span', { class: 'srk-caption' }, rows.length > 0 ? 'joined by' : 'no rule joined it'), html('ul', {}, ...rows), rest)
  ];
}
