/** Points between two axes, in pixels of the screen, so that letters keep their size. */
import { html, setAttribute, setText, svg } from './dom';
import { shorten } from './format';
import type { Mark } from './scale';

export interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One axis as drawn. */
export interface Side {
  readonly title: string;
  readonly marks: readonly (Mark & { readonly dashed?: boolean })[];
}

/** A point, its coordinates between 0 and 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly title: string;
}

export interface Drawing {
  /** What the picture shows, in words. */
  readonly label: string;
  readonly caption: string;
  readonly x: Side;
  readonly y: Side;
  readonly points: readonly Point[];
  /** From the left edge to the right one: the heights where a perfect law would lie. */
  readonly ideal: readonly [number, number];
}

export interface Chart {
  readonly node: HTMLElement;
  update(drawing: Drawing | null): void;
}

/** Pixels that a letter takes. */
const LETTER = 7;

export function areaOf(width: number, y: Side): Area {
  const height = Math.round(Math.max(230, Math.min(310, width * 0.8)));
  const longest = Math.max(3, ...y.marks.map(mark => mark.label.length));
  return { width, height, left: 36 + LETTER * longest, right: width - 14, top: 14, bottom: height - 46 };
}

/** A figure with a caption; `extra` stands beside the caption. */
export function createChart(name: string, ...extra: Node[]): Chart {
  const picture = svg('svg', { class: 'srk-chart', role: 'img' });
  const caption = html('span');
  const node = html('figure', { class: `srk-figure ${name}` }, picture, html('figcaption', {}, caption, ...extra));
  let width = 340;
  let last: Drawing | null = null;
  let drawn = '';
  const draw = (): void => {
    const signature = JSON.stringify([width, last]);
    if (last !== null && signature !== drawn) {
      drawn = signature;
      setAttribute(picture, 'aria-label', last.label);
      setText(caption, last.caption);
      drawInto(picture, width, last);
    }
  };
  followWidth(picture, now => {
    width = now;
    draw();
  });
  return {
    node,
    update(drawing) {
      last = drawing;
      node.hidden = drawing === null;
      draw();
    }
  };
}

function drawInto(picture: SVGSVGElement, width: number, { x, y, points, ideal }: Drawing): void {
  const area = areaOf(width, y);
  const line = svg('line', { x1: area.left, x2: area.right, y1: up(ideal[0], area), y2: up(ideal[1], area), class: 'srk-ideal' });
  setAttribute(picture, 'viewBox', `0 0 ${area.width} ${area.height}`);
  picture.replaceChildren(...frameNodes(area, x, y), line, ...points.map(point => dotNode(point, area)));
}

function dotNode({ x, y, title }: Point, area: Area): Node {
  const place = { cx: across(x, area).toFixed(1), cy: up(y, area).toFixed(1) };
  return svg('circle', { ...place, r: 3, class: 'srk-dot' }, svg('title', {}, title));
}

export function across(place: number, { left, right }: Area): number {
  return left + place * (right - left);
}

export function up(place: number, { top, bottom }: Area): number {
  return bottom - place * (bottom - top);
}

export function frameNodes(area: Area, x: Side, y: Side): Node[] {
  const { left, right, top, bottom, height } = area;
  const nodes: Element[] = [];
  for (const mark of y.marks) {
    const at = up(mark.at, area);
    nodes.push(svg('line', { x1: left, x2: right, y1: at, y2: at, class: mark.dashed ? 'srk-grid srk-zero' : 'srk-grid' }));
    nodes.push(tickNode(left - 8, at + 4, 'end', mark.label));
  }
  for (const mark of readable(x.marks, right - left)) {
    const at = across(mark.at, area);
    nodes.push(svg('line', { x1: at, x2: at, y1: bottom, y2: bottom + 5, class: 'srk-axis' }));
    nodes.push(tickNode(at, bottom + 19, 'middle', mark.label));
  }
  nodes.push(svg('path', { d: `M${left} ${top}V${bottom}H${right}`, class: 'srk-axis', fill: 'none' }));
  const middle = (top + bottom) / 2;
  const rotated = titleNode(14, middle, y.title, 2 * middle);
  setAttribute(rotated, 'transform', `rotate(-90 14 ${middle})`);
  nodes.push(titleNode((left + right) / 2, height - 8, x.title, right - left), rotated);
  nodes.forEach(node => setAttribute(node, 'aria-hidden', 'true'));
  return nodes;
}

/** Every second, third, … mark where all of them would touch. */
function readable(marks: readonly Mark[], width: number): readonly Mark[] {
  const longest = Math.max(1, ...marks.map(mark => mark.label.length));
  const every = Math.ceil((marks.length * (longest + 2) * LETTER) / width);
  return marks.filter((_, i) => i % every === 0);
}

function tickNode(x: number, y: number, anchor: string, text: string): SVGTextElement {
  return svg('text', { x, y, 'text-anchor': anchor, class: 'srk-tick' }, text);
}

/** Cut where it is longer than its room. */
function titleNode(x: number, y: number, text: string, room: number): SVGTextElement {
  return svg('text', { x, y, 'text-anchor': 'middle', class: 'srk-axis-title' }, shorten(text, Math.floor(room / LETTER)));
}

/** Tells the width on screen, in a frame of its own: drawing must not happen while sizes are told. */
export function followWidth(node: Element, tell: (width: number) => void): void {
  let known = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry?.contentRect.width ?? 0);
    if (width > 0 && width !== known) {
      known = width;
      requestAnimationFrame(() => tell(width));
    }
  }).observe(node);
}
