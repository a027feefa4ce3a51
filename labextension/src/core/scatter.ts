/** The law's predictions against the measured values; a perfect law lies on the diagonal. */
import { correlation, type Row } from './agreement';
import { createChart, type Chart, type Drawing } from './chart';
import { count, number, plural, rSquared, superscript } from './format';
import { scaleOf, type Scale } from './scale';
import type { Snapshot } from './snapshot';

export interface Scatter {
  readonly node: HTMLElement;
  update(snapshot: Snapshot, rows: readonly Row[]): void;
}

export function createScatter(): Scatter {
  const chart: Chart = createChart('srk-scatter');
  return {
    node: chart.node,
    update: (snapshot, rows) => chart.update(rows.length === 0 ? null : drawing(snapshot, rows))
  };
}

function drawing(snapshot: Snapshot, rows: readonly Row[]): Drawing {
  const { target } = snapshot;
  const scale = scaleOf(rows.flatMap(row => [row.measured, row.predicted]));
  const agreement = correlation(rows);
  const related = agreement === null ? 'correlation not defined' : `correlation ${rSquared(agreement)}`;
  return {
    label: `Predicted against measured ${target}: ${plural(rows.length, 'row')}, ${related}`,
    caption: `${related} · ${rowsText(snapshot, rows.length)}`,
    x: { title: axisTitle(`measured ${target}`, scale), marks: scale.marks },
    y: { title: axisTitle(`predicted ${target}`, scale), marks: scale.marks },
    points: rows.map(row => ({ x: scale.place(row.measured), y: scale.place(row.predicted), title: rowTitle(row) })),
    ideal: [0, 1]
  };
}

/** "200 of 10,000 rows". */
function rowsText({ rows }: Snapshot, shown: number): string {
  return rows !== null && rows > shown ? `${count(shown)} of ${plural(rows, 'row')}` : plural(shown, 'row');
}

export function axisTitle(name: string, { exponent }: Scale): string {
  return exponent === 0 ? name : `${name} (×10${superscript(exponent)})`;
}

export function rowTitle({ measured, predicted, residual }: Row): string {
  return `measured ${number(measured)}, predicted ${number(predicted)}, residual ${number(residual, 3)}`;
}
