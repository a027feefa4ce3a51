/** The Pareto front as a picture: one focusable point a law, a staircase through the front. */
import { complexityAxis, lossAxis, type Axis, type LossAxis } from './axes';
import { setAttribute, svg } from './dom';
import { number, shorten, superscript } from './format';
import type { Law, Snapshot } from './snapshot';

/** Where the axes lie, in pixels of the screen, so that letters keep their size. */
interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function areaOf(width: number): Area {
  const height = Math.round(Math.max(240, width * 0.64));
  return { width, height, left: 62, right: width - 14, top: 14, bottom: height - 46 };
}

/** Keys that lead to the next or previous point. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity
};

export interface Plot {
  readonly node: SVGSVGElement;
  update(snapshot: Snapshot, selected: string | null): void;
}

export function createPlot(select: (id: string) => void): Plot {
  const node = svg('svg', {
    class: 'srk-plot',
    role: 'listbox',
    'aria-label': 'Loss against complexity, one point for each law'
  });
  node.addEventListener('keydown', event => stepOn(node, event));
  let area = areaOf(480);
  let drawn = '';
  let last: { snapshot: Snapshot; selected: string | null } | null = null;

  function draw(snapshot: Snapshot, selected: string | null): void {
    const shown = placed(snapshot);
    const places = shown.map(law => [law.id, law.complexity, law.loss, law.equation]);
    const signature = JSON.stringify([area.width, selected, snapshot.front.length, places]);
    if (signature === drawn) {
      return;
    }
    drawn = signature;
    const focused = node.contains(document.activeElement) ? document.activeElement?.getAttribute('data-law') : null;
    setAttribute(node, 'viewBox', `0 0 ${area.width} ${area.height}`);
    node.replaceChildren(...(shown.length > 0 ? picture(snapshot, shown, selected, area, select) : emptyPicture(area)));
    if (focused !== null && focused !== undefined) {
      pointOf(node, focused)?.focus();
    }
  }

  // In a frame of its own: drawing changes the height, which must not happen while sizes are told.
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry?.contentRect.width ?? 0);
    if (width > 0 && width !== area.width) {
      area = areaOf(width);
      requestAnimationFrame(() => last !== null && draw(last.snapshot, last.selected));
    }
  }).observe(node);

  return {
    node,
    update(snapshot, selected) {
      last = { snapshot, selected };
      draw(snapshot, selected);
    }
  };
}

/** The laws with a loss that is a number: only these have a place. */
function placed(snapshot: Snapshot): Law[] {
  return [...snapshot.front, ...snapshot.edits].filter(law => law.loss !== null);
}

function picture(
  snapshot: Snapshot,
  shown: Law[],
  selected: string | null,
  area: Area,
  select: (id: string) => void
): Node[] {
  const x = complexityAxis(shown);
  const y = lossAxis(shown);
  const front = snapshot.front.filter(law => law.loss !== null);
  const edits = snapshot.edits.filter(law => law.loss !== null);
  const open = shown.some(law => law.id === selected) ? selected : shown[0]?.id;
  const point = (law: Law, shape: 'circle' | 'diamond'): Node =>
    pointNode(law, shape, across(x, law, area), up(y, law, area), { selected: law.id === selected, open: law.id === open, select });
  return [
    ...frame(x, y, area),
    staircase(front, x, y, area),
    ...front.map(law => point(law, 'circle')),
    ...edits.map(law => point(law, 'diamond'))
  ];
}

function emptyPicture(area: Area): Node[] {
  const middle = { x: area.width / 2, y: area.height / 2, class: 'srk-plot-empty', 'text-anchor': 'middle' };
  return [svg('text', middle, 'No law yet')];
}

function across(axis: Axis, law: Law, { left, right }: Area): number {
  return left + axis.place(law.complexity) * (right - left);
}

function up(axis: Axis, law: Law, { top, bottom }: Area): number {
  return bottom - axis.place(law.loss ?? 0) * (bottom - top);
}

function frame(x: Axis, y: LossAxis, { left, right, top, bottom, height }: Area): Node[] {
  const nodes: Node[] = [];
  for (const tick of y.ticks) {
    const at = bottom - tick.at * (bottom - top);
    nodes.push(svg('line', { x1: left, x2: right, y1: at, y2: at, class: 'srk-grid' }));
    nodes.push(label(left - 8, at + 4, 'end', `10${superscript(tick.value)}`));
  }
  if (y.hasZero) {
    nodes.push(svg('line', { x1: left, x2: right, y1: bottom, y2: bottom, class: 'srk-grid srk-zero' }));
    nodes.push(label(left - 8, bottom + 4, 'end', '0'));
  }
  for (const tick of x.ticks) {
    const at = left + tick.at * (right - left);
    nodes.push(svg('line', { x1: at, x2: at, y1: bottom, y2: bottom + 5, class: 'srk-axis' }));
    nodes.push(label(at, bottom + 19, 'middle', String(tick.value)));
  }
  nodes.push(svg('path', { d: `M${left} ${top}V${bottom}H${right}`, class: 'srk-axis', fill: 'none' }));
  const title = label(14, (top + bottom) / 2, 'middle', 'loss (mean squared error)');
  setAttribute(title, 'transform', `rotate(-90 14 ${(top + bottom) / 2})`);
  const titles = [label((left + right) / 2, height - 8, 'middle', 'complexity'), title];
  titles.forEach(node => node.classList.add('srk-axis-title'));
  return [...nodes, ...titles].map(node => (setAttribute(node as Element, 'aria-hidden', 'true'), node));
}

function label(x: number, y: number, anchor: string, text: string): SVGTextElement {
  return svg('text', { x, y, 'text-anchor': anchor, class: 'srk-tick' }, text);
}

/** The least loss that any law of at most that complexity reaches. */
function staircase(front: readonly Law[], x: Axis, y: Axis, area: Area): Node {
  const corners = front.map((law, i) => {
    const [right, high] = [across(x, law, area).toFixed(1), up(y, law, area).toFixed(1)];
    return i === 0 ? `M${right} ${high}` : `H${right}V${high}`;
  });
  return svg('path', { d: corners.join('') || 'M0 0', class: 'srk-front', fill: 'none', 'aria-hidden': 'true' });
}

interface PointState {
  readonly selected: boolean;
  /** Whether the tab key leads here: one point of all. */
  readonly open: boolean;
  readonly select: (id: string) => void;
}

function pointNode(law: Law, shape: 'circle' | 'diamond', x: number, y: number, state: PointState): Node {
  const radius = state.selected ? 7 : 5;
  const mark =
    shape === 'circle'
      ? svg('circle', { r: radius, class: 'srk-mark' })
      : svg('path', { d: `M0 ${-radius - 1}L${radius + 1} 0L0 ${radius + 1}L${-radius - 1} 0Z`, class: 'srk-mark' });
  const text = `complexity ${law.complexity}, loss ${number(law.loss)}: ${shorten(law.equation, 160)}`;
  const node = svg(
    'g',
    {
      class: `srk-point srk-${shape}`,
      transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
      role: 'option',
      tabindex: state.open ? 0 : -1,
      'aria-selected': String(state.selected),
      'aria-label': (shape === 'diamond' ? 'entered formula, ' : '') + text,
      'data-law': law.id
    },
    svg('title', {}, text),
    svg('circle', { r: 12, class: 'srk-target' }),
    mark
  );
  node.addEventListener('click', () => state.select(law.id));
  node.addEventListener('keydown', event => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      state.select(law.id);
    }
  });
  return node;
}

/** Moves the selection with the arrow keys. */
function stepOn(node: SVGSVGElement, event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const points = [...node.querySelectorAll<SVGElement>('.srk-point')];
  const here = points.indexOf(document.activeElement as SVGElement);
  if (step === undefined || here < 0) {
    return;
  }
  event.preventDefault();
  const next = points[Math.max(0, Math.min(points.length - 1, here + step))]!;
  const id = next.getAttribute('data-law');
  next.focus();
  next.dispatchEvent(new MouseEvent('click'));
  if (id !== null) {
    pointOf(node, id)?.focus();
  }
}

function pointOf(node: SVGSVGElement, id: string): SVGElement | undefined {
  return [...node.querySelectorAll<SVGElement>('.srk-point')].find(point => point.getAttribute('data-law') === id);
}
