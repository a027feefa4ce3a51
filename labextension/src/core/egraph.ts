/** The classes of an e-graph as boxes in layers, what a class is made of below them. */
import { html, setAttribute, svg } from './dom';
import { shorten } from './format';
import { layersOf } from './layers';
import type { EClass, EGraph } from './replies';

const WIDTH = 176;
const GAP = 18;
const BETWEEN = 44;
const LINE = 18;
const PADDING = 12;
/** Forms named in a box; the rest are named when it is chosen. */
const SHOWN = 3;

interface Box {
  readonly eclass: EClass;
  readonly layer: number;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** Calls `choose` with the class that a person picks. */
export function egraphNode(graph: EGraph, choose: (eclass: EClass) => void): HTMLElement {
  const boxes = boxesOf(graph);
  const all = [...boxes.values()];
  const width = Math.max(...all.map(box => box.x + WIDTH)) + GAP;
  const height = Math.max(...all.map(box => box.y + box.height)) + GAP;
  const lines = svg('svg', { width, height, 'aria-hidden': 'true' }, ...all.flatMap(box => linesFrom(box, boxes)));
  const canvas = html('div', { class: 'srk-canvas', role: 'group', 'aria-label': 'Classes of equal expressions' }, lines);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const buttons = all.map(box => boxNode(box, box.eclass.id === graph.root));
  canvas.append(...buttons);
  const pick = (button: HTMLElement): void => {
    buttons.forEach(one => {
      setAttribute(one, 'aria-pressed', String(one === button));
      setAttribute(one, 'tabindex', one === button ? 0 : -1);
    });
    const id = all[buttons.indexOf(button as HTMLButtonElement)]!.eclass.id;
    lines.querySelectorAll('path').forEach(line => line.classList.toggle('srk-near', [line.dataset.from, line.dataset.to].includes(id)));
    choose(boxes.get(id)!.eclass);
  };
  buttons.forEach(button => button.addEventListener('click', () => pick(button)));
  canvas.addEventListener('keydown', event => walk(event, all, buttons));
  return canvas;
}

export function nameOf({ forms, nodes, id }: EClass): string {
  return forms[0]?.text ?? nodes[0]?.text ?? id;
}

/** Each class once, under the first that needs it: the drawing for those who do not see it. */
export function listNode(graph: EGraph): HTMLElement {
  const byId = new Map(graph.classes.map(eclass => [eclass.id, eclass]));
  const told = new Set<string>();
  const item = (id: string): Node => {
    const eclass = byId.get(id)!;
    const others = eclass.forms.slice(1).map(form => shorten(form.text, 200));
    const isNew = !told.has(id);
    told.add(id);
    const inner = isNew ? childrenOf(eclass).map(item) : [];
    const text = `${shorten(nameOf(eclass), 200)}${isNew ? others.map(other => `, or ${other}`).join('') : ', as above'}`;
    return html('li', {}, text, inner.length > 0 ? html('ul', {}, ...inner) : null);
  };
  return html('ul', { class: 'srk-unseen', 'aria-label': 'The e-graph as a list' }, item(graph.root));
}

function childrenOf(eclass: EClass): string[] {
  return [...new Set(eclass.nodes.flatMap(node => node.children))];
}

/** Widths are even, so a layer is centred by its number of classes. */
function boxesOf(graph: EGraph): Map<string, Box> {
  const byId = new Map(graph.classes.map(eclass => [eclass.id, eclass]));
  const layers = layersOf(graph.root, new Map(graph.classes.map(eclass => [eclass.id, childrenOf(eclass)])));
  const most = Math.max(...layers.map(layer => layer.length));
  const boxes = new Map<string, Box>();
  let y = GAP;
  layers.forEach((ids, layer) => {
    const left = GAP + ((most - ids.length) * (WIDTH + GAP)) / 2;
    ids.forEach((id, i) => {
      const eclass = byId.get(id)!;
      boxes.set(id, { eclass, layer, x: left + i * (WIDTH + GAP), y, height: heightOf(eclass) });
    });
    y += Math.max(...ids.map(id => boxes.get(id)!.height)) + BETWEEN;
  });
  return boxes;
}

function heightOf({ forms }: EClass): number {
  return PADDING + LINE * (Math.max(1, Math.min(SHOWN, forms.length)) + (forms.length > SHOWN ? 1 : 0));
}

function boxNode({ eclass, x, y, height }: Box, isRoot: boolean): HTMLButtonElement {
  const { forms } = eclass;
  const texts = forms.length > 0 ? forms.slice(0, SHOWN).map(form => form.text) : [nameOf(eclass)];
  const lines = texts.map(text => html('code', { title: shorten(text, 400) }, shorten(text, 60)));
  const rest = forms.length > SHOWN ? html('span', { class: 'srk-rest' }, `and ${forms.length - SHOWN} more`) : null;
  const button = html(
    'button',
    {
      type: 'button', class: isRoot ? 'srk-box srk-root' : 'srk-box', tabindex: isRoot ? 0 : -1, 'aria-pressed': 'false',
      'data-class': eclass.id, 'aria-label': `${isRoot ? 'the law: ' : ''}${texts.map(text => shorten(text, 200)).join(', or ')}`
    },
    ...lines,
    rest
  );
  Object.assign(button.style, { left: `${x}px`, top: `${y}px`, width: `${WIDTH}px`, height: `${height}px` });
  return button;
}

function linesFrom(box: Box, boxes: ReadonlyMap<string, Box>): SVGPathElement[] {
  return childrenOf(box.eclass).map(id => {
    const end = boxes.get(id)!;
    const isBack = end.layer <= box.layer;
    const path = isBack ? around(box, end) : downward(box, end);
    return svg('path', { class: isBack ? 'srk-edge srk-back' : 'srk-edge', d: path, fill: 'none', 'data-from': box.eclass.id, 'data-to': id });
  });
}

function downward(from: Box, to: Box): string {
  const [x, y, end] = [from.x + WIDTH / 2, from.y + from.height, to.x + WIDTH / 2];
  const middle = (y + to.y) / 2;
  return `M${x},${y}C${x},${middle} ${end},${middle} ${end},${to.y}`;
}

/** An edge that closes a cycle leaves and enters at the right. */
function around(from: Box, to: Box): string {
  const [x, y, endX, endY] = [from.x + WIDTH, from.y + from.height / 2, to.x + WIDTH, to.y + to.height / 2];
  const out = Math.max(x, endX) + GAP;
  return from === to
    ? `M${x},${y - 8}C${out + 8},${y - 14} ${out + 8},${y + 14} ${x},${y + 8}`
    : `M${x},${y}C${out},${y} ${out},${endY} ${endX},${endY}`;
}

/** Left and right within a layer; up and down to the nearest box of the next one. */
function walk(event: KeyboardEvent, boxes: readonly Box[], buttons: readonly HTMLButtonElement[]): void {
  const here = boxes[buttons.indexOf(document.activeElement as HTMLButtonElement)];
  if (here === undefined || !event.key.startsWith('Arrow')) {
    return;
  }
  const isAside = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
  const sign = event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 1;
  const there = boxes.filter(box => (isAside ? box.layer === here.layer && (box.x - here.x) * sign > 0 : box.layer === here.layer + sign));
  const nearest = [...there].sort((a, b) => Math.abs(a.x - here.x) - Math.abs(b.x - here.x))[0];
  event.preventDefault();
  if (nearest !== undefined) {
    buttons.forEach(button => setAttribute(button, 'tabindex', -1));
    const button = buttons[boxes.indexOf(nearest)]!;
    button.tabIndex = 0;
    button.focus();
  }
}
