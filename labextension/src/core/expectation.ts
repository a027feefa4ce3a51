/** What the guide expected of the law: folded, and compared with the selected law. */
import { html, setText } from './dom';
import { number, percent, shorten } from './format';
import type { Guide, Law, Share, Tree } from './snapshot';

/** Less likely operators and steps are not worth a line. */
const LEAST = 0.05;
const SIGNS = new Map([['add', '+'], ['neg', '−'], ['mul', '×'], ['div', '÷'], ['pow', 'power']]);
const MOST_SHOWN = 60;

export interface Expectation {
  readonly node: HTMLElement;
  update(guide: Guide | null, law: Law | null): void;
}

/** The node stays the same while news come, so it stays as open as it is. */
export function createExpectation(): Expectation {
  const about = html('p', { class: 'srk-expected-about' });
  const figures = html('dl', { class: 'srk-facts' });
  const lists = html('div', { class: 'srk-expected-lists' });
  const node = html('details', { class: 'srk-expected' }, html('summary', {}, 'What the guide expected'), about, figures, lists);
  let drawn = '';
  return {
    node,
    update(guide, law) {
      node.hidden = guide === null;
      const used = partsOf(law?.tree ?? null);
      const signature = JSON.stringify([guide, [...used.operators], [...used.columns]]);
      if (guide === null || signature === drawn) {
        return;
      }
      drawn = signature;
      setText(about, aboutText(guide));
      figures.replaceChildren(...figureNodes(guide));
      lists.replaceChildren(...listNodes(guide, used));
    }
  };
}

interface Parts {
  readonly operators: ReadonlySet<string>;
  readonly columns: ReadonlySet<string>;
}

/** The operators and columns of a law, sorted; its size is bounded. */
function partsOf(tree: Tree | null): Parts {
  const operators = new Set<string>();
  const columns = new Set<string>();
  const visit = (part: Tree): void => {
    if (typeof part === 'string') {
      columns.add(part);
    } else if (typeof part !== 'number') {
      const [name, ...args] = part;
      operators.add(name);
      args.forEach(visit);
    }
  };
  if (tree !== null) {
    visit(tree);
  }
  return { operators: new Set([...operators].sort()), columns: new Set([...columns].sort()) };
}

function aboutText({ source, used, reason, seconds }: Guide): string {
  const use = used ? 'used by the search' : 'not used by the search';
  const time = seconds === null ? '' : ` Asking took ${number(1000 * seconds, 2)} ms.`;
  return `${source}, ${use}${reason === '' ? '.' : `: ${reason.replace(/\.$/, '')}.`}${time}`;
}

function figureNodes({ size, noise, length }: Guide): Node[] {
  const figures: [string, string | null][] = [
    ['size', size === null ? null : `about ${number(Math.round(size), 2)} nodes`],
    ['noise', noise === null ? null : noiseText(noise)],
    ['description', length === null ? null : `${number(Math.round(length), 2)} bits`]
  ];
  return figures.flatMap(([name, value]) => (value === null ? [] : [html('div', {}, html('dt', {}, name), html('dd', {}, value))]));
}

function noiseText(noise: number): string {
  return noise < 1e-6 ? 'none' : `${number(noise >= 0.1 ? Math.round(100 * noise) : 100 * noise, 2)} % of the spread of the target`;
}

function listNodes({ operators, columns, pairs, peels }: Guide, used: Parts): Node[] {
  const likely = (rows: readonly Share[]): readonly Share[] => rows.filter(({ p }) => p >= LEAST);
  const named = pairs.map(({ one, other, p }) => ({ name: `${shorten(one, MOST_SHOWN)} with ${shorten(other, MOST_SHOWN)}`, p }));
  return [
    listNode('Operators', likely(operators), used.operators, name => SIGNS.get(name) ?? name),
    listNode('Columns', columns, used.columns),
    listNode('First undo', likely(peels)),
    listNode('Together in a product or a function', named)
  ].filter(node => node !== null);
}

/** Rows of a name, a bar and a probability; those in `used` say that the law has them. */
function listNode(title: string, rows: readonly Share[], used: ReadonlySet<string> | null = null, spell = (name: string): string => name): Node | null {
  if (rows.length === 0) {
    return null;
  }
  const items = rows.map(({ name, p }) => rowNode(spell(name), p, used?.has(name) === true));
  return html('div', { class: 'srk-expected-list' }, html('p', { class: 'srk-caption' }, title), html('ul', { 'aria-label': title }, ...items));
}

function rowNode(name: string, p: number, isUsed: boolean): Node {
  const fill = html('span', {});
  fill.style.width = `${100 * p}%`;
  return html(
    'li',
    { class: isUsed ? 'srk-in-law' : null },
    html('span', { class: 'srk-expected-name', title: name }, shorten(name, 2 * MOST_SHOWN + 6)),
    html('span', { class: 'srk-bar', 'aria-hidden': 'true' }, fill),
    html('span', { class: 'srk-share' }, ` ${percent(p)}`),
    isUsed ? html('span', { class: 'srk-held' }, ' in the law') : null
  );
}
