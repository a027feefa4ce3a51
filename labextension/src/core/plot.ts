/** The Pareto front as a picture: one focusable point a law, a staircase through the front. */
import { complexityAxis, lossAxis, type Axis, type LossAxis } from './axes';
import { across, areaOf, followWidth, frameNodes, up, type Area, type Side } from './chart';
import { setAttribute, svg } from './dom';
import { number, shorten, superscript } from './format';
import type { Law, Snapshot } from './snapshot';

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
  let width = 480;
  let drawn = '';
  let last: { snapshot: Snapshot; selected: string | null } | null = null;

  function draw(snapshot: Snapshot, selected: string | null): void {
    const shown = placed(snapshot);
    const places = shown.map(law => [law.id, law.complexity, law.loss, law.equation]);
    const signature = JSON.stringify([width, selected, snapshot.front.length, places]);
    if (signature === drawn) {
      return;
    }
    drawn = signature;
    const focused = node.contains(document.activeElement) ? document.activeElement?.getAttribute('data-law') : null;
    const y = lossAxis(shown);
    const area = areaOf(width, sideOf(y));
    setAttribute(node, 'viewBox', `0 0 ${area.width} ${area.height}`);
    node.replaceChildren(...(shown.length > 0 ? picture(snapshot, shown, selected, area, select) : emptyPicture(area)));
    if (focused !== null && focused !== undefined) {
      pointOf(node, focused)?.focus();
    }
  }

  followWidth(node, now => {
    width = now;
    if (last !== null) {
      draw(last.snapshot, last.selected);
    }
  });

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
  const point = (law: Law, shape: 'circle' | 'diamond'): Node => {
    const { right, high } = placeOf(law, x, y, area);
    return pointNode(law, shape, right, high, { selected: law.id === selected, open: law.id === open, select });
  };
  const below = { title: 'complexity', marks: x.ticks.map(({ at, value }) => ({ at, label: String(value) })) };
  return [
    ...frameNodes(area, below, sideOf(y)),
    staircase(front, x, y, area),
    ...front.map(law => point(law, 'circle')),
    ...edits.map(law => point(law, 'diamond'))
  ];
}

function emptyPicture(area: Area): Node[] {
  const middle = { x: area.width / 2, y: area.height / 2, class: 'srk-plot-empty', 'text-anchor': 'middle' };
  return [svg('text', middle, 'No law yet')];
}

/** The loss, its logarithm upwards. */
function sideOf({ ticks, hasZero }: LossAxis): Side {
  const decades = ticks.map(({ at, value }) => ({ at, label: `10${superscript(value)}` }));
  return { title: 'loss (mean squared error)', marks: hasZero ? [...decades, { at: 0, label: '0', dashed: true }] : decades };
}

function placeOf(law: Law, x: Axis, y: Axis, area: Area): { right: number; high: number } {
  return { right: across(x.place(law.complexity), area), high: up(y.place(law.loss ?? 0), area) };
}

/** The least loss that any law of at most that complexity reaches. */
function staircase(front: readonly Law[], x: Axis, y: Axis, area: Area): Node {
  const corners = front.map((law, i) => {
    const { right, high } = placeOf(law, x, y, area);
    return i === 0 ? `M${right.toFixed(1)} ${high.toFixed(1)}` : `H${right.toFixed(1)}V${high.toFixed(1)}`;
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
