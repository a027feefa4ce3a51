/** Measured minus predicted against a variable; a pattern in it is what the law does not say yet. */
import { largestResidual, type Row } from './agreement';
import { createChart, type Drawing } from './chart';
import { html } from './dom';
import { number, plural, shorten } from './format';
import { balancedScale, scaleOf } from './scale';
import { axisTitle, rowTitle } from './scatter';
import type { Sample } from './snapshot';

export interface Residuals {
  readonly node: HTMLElement;
  update(target: string, sample: Sample | null, rows: readonly Row[]): void;
}

export function createResiduals(): Residuals {
  const choice = html('select', { 'aria-label': 'Variable that the residuals are drawn against' });
  const chart = createChart('srk-residuals', html('span', { class: 'srk-against' }, 'against ', choice));
  let names: readonly string[] = [];
  let chosen: string | null = null;
  let redraw: () => void = () => undefined;
  choice.append(optionNode('the prediction'));
  choice.addEventListener('change', () => {
    chosen = names[choice.selectedIndex - 1] ?? null;
    redraw();
  });

  /** The list is made anew only when the columns change: it may be open. */
  function offer(wanted: readonly string[]): void {
    if (JSON.stringify(wanted) !== JSON.stringify(names)) {
      names = wanted;
      choice.replaceChildren(optionNode('the prediction'), ...names.map(optionNode));
      choice.selectedIndex = chosen === null ? 0 : names.indexOf(chosen) + 1;
    }
  }

  return {
    node: chart.node,
    update(target, sample, rows) {
      const columns = sample?.columns ?? [];
      offer(columns.map(({ name }) => name));
      redraw = () => {
        const column = columns.find(({ name }) => name === chosen);
        chart.update(rows.length === 0 ? null : drawing(column ?? null, target, rows));
      };
      redraw();
    }
  };
}

function optionNode(name: string): Node {
  return html('option', {}, shorten(name, 40));
}

function drawing(column: Sample['columns'][number] | null, target: string, rows: readonly Row[]): Drawing {
  const placed = rows.flatMap(row => {
    const value = column === null ? row.predicted : column.values[row.index];
    return value === null || value === undefined ? [] : [{ row, value }];
  });
  const x = scaleOf(placed.map(({ value }) => value));
  const y = balancedScale(rows.map(row => row.residual));
  const name = column?.name ?? `predicted ${target}`;
  const largest = number(largestResidual(rows), 3);
  return {
    label: `Residuals, measured minus predicted ${target}, against ${name}: ${plural(placed.length, 'row')}, largest residual ${largest}`,
    caption: `largest residual ${largest}`,
    x: { title: axisTitle(name, x), marks: x.marks },
    y: { title: axisTitle('residual', y), marks: y.marks },
    points: placed.map(({ row, value }) => ({ x: x.place(value), y: y.place(row.residual), title: rowTitle(row) })),
    ideal: [0.5, 0.5]
  };
}
