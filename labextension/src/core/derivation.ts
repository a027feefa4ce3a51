/** How the law came to its shown spelling: folded, and asked of the kernel when it is opened. */
import { html } from './dom';
import { explanationOf, type Explanation, type Step } from './explanation';
import { condition } from './format';
import type { Host } from './host';
import { mathOf } from './mathml';
import { ask, type Spelling } from './replies';
import type { Law } from './snapshot';
import { treeSize } from './validate';

/** Steps shown: a longer derivation is not read to its end. */
const MOST_STEPS = 200;
const LARGEST_DRAWN = 200;
const NO_KERNEL = 'To derive it, a kernel must hold this search: run the cell again.';

export interface Derivation {
  readonly node: HTMLElement;
  update(law: Law | null): void;
}

export function createDerivation(host: Host): Derivation {
  const body = html('div', { class: 'srk-steps', tabindex: 0, role: 'group', 'aria-label': 'Steps of the derivation' });
  const node = html('details', { class: 'srk-derivation' }, html('summary', {}, 'Derivation'), body);
  let law: Law | null = null;
  /** The spelling that was asked about; null when the next opening must ask. */
  let asked: string | null = null;

  async function derive(): Promise<void> {
    if (!node.open || law === null || asked === keyOf(law)) {
      return;
    }
    if (host.call === undefined) {
      body.replaceChildren(note(NO_KERNEL));
      return;
    }
    const key = (asked = keyOf(law));
    body.replaceChildren(note('asking the kernel…', 'status'));
    const nodes = await answered(host, law);
    if (asked === key) {
      body.replaceChildren(...nodes);
    }
  }

  node.addEventListener('toggle', () => {
    if (body.querySelector('.srk-refused') !== null) {
      asked = null;
    }
    void derive();
  });
  return {
    node,
    update(next) {
      law = next;
      node.hidden = law === null;
      if (law !== null && asked !== keyOf(law)) {
        asked = null;
      }
      void derive();
    }
  };
}

function keyOf(law: Law): string {
  return JSON.stringify([law.id, law.equation]);
}

async function answered(host: Host, law: Law): Promise<Node[]> {
  const { value, problem } = await ask(host, 'explain', { law: law.id }, explanationOf);
  return value === undefined ? [note(problem ?? '', 'alert')] : stepNodes(value);
}

function note(text: string, role: 'status' | 'alert' | null = null): Node {
  return html('p', { class: role === 'alert' ? 'srk-refused' : 'srk-note', role }, text);
}

function stepNodes({ start, steps, stopReason }: Explanation): Node[] {
  if (steps.length === 0) {
    const proved = stopReason === 'proved' || stopReason === null;
    return [note(proved ? 'The law is shown as it was found: no step was needed.' : `No derivation: ${stopReason}.`)];
  }
  const shown = steps.slice(0, MOST_STEPS);
  const items = [
    html('li', {}, formNode(start), html('span', { class: 'srk-rule' }, 'as found')),
    ...shown.map(stepNode)
  ];
  const rest = steps.length - shown.length;
  return [html('ol', {}, ...items), ...(rest > 0 ? [note(`… and ${rest} more steps`)] : [])];
}

function stepNode(step: Step): Node {
  const where = step.conditions.map(condition).join(', ');
  return html(
    'li',
    {},
    formNode(step),
    html('span', { class: 'srk-rule' }, step.rule),
    where === '' ? null : html('span', { class: 'srk-condition' }, `where ${where}`)
  );
}

function formNode({ tree, text }: Spelling): Node {
  const drawn = tree !== null && treeSize(tree) <= LARGEST_DRAWN;
  return html('span', { class: 'srk-form' }, drawn ? mathOf(tree) : html('code', {}, text));
}
