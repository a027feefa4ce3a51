/** One search on screen, wherever it is shown: everything here is told by a Host. */
import { rowsOf } from './agreement';
import { createDetail } from './detail';
import { html } from './dom';
import { createEditor } from './editor';
import { createHeader } from './header';
import type { Host } from './host';
import { createPlot } from './plot';
import { createResiduals } from './residuals';
import { createScatter } from './scatter';
import type { Law, Snapshot } from './snapshot';
import { createTable } from './table';
import { validate } from './validate';

const LONGEST_FALLBACK = 4000;

/** Shows the host's result inside `parent` and follows it; the returned function takes it away. */
export function mount(parent: HTMLElement, host: Host): () => void {
  const root = html('section', { class: 'srk', 'aria-label': 'Symbolic regression result' });
  // One-letter commands of the notebook (b, dd, arrows) must not fire from inside.
  root.addEventListener('keydown', event => event.stopPropagation());
  let parts: Parts | null = null;

  function draw(): void {
    const value = host.get();
    const { snapshot, problem } = validate(value);
    if (snapshot === undefined) {
      parts = null;
      root.replaceChildren(fallback(problem, value));
      return;
    }
    if (parts === null) {
      parts = createParts(host);
      root.replaceChildren(...parts.nodes);
    }
    parts.update(snapshot);
  }

  draw();
  parent.append(root);
  const off = host.onChange(draw);
  return () => {
    off();
    root.remove();
  };
}

interface Parts {
  readonly nodes: Node[];
  update(snapshot: Snapshot): void;
}

function createParts(host: Host): Parts {
  let chosen: string | null = null;
  let last: Snapshot | null = null;
  const choose = (id: string): void => {
    const law = last === null ? undefined : lawOf(last, id);
    if (last !== null && law !== undefined) {
      chosen = id;
      editor.fill(law);
      update(last);
    }
  };
  const header = createHeader(host);
  const detail = createDetail(host);
  const plot = createPlot(choose);
  const scatter = createScatter();
  const residuals = createResiduals();
  const table = createTable(choose);
  const editor = createEditor(host, choose);

  const pictures = html('div', { class: 'srk-pictures' }, plot.node, scatter.node, residuals.node, table.node);

  function update(snapshot: Snapshot): void {
    last = snapshot;
    const law = selection(snapshot, chosen);
    pictures.hidden = snapshot.front.length + snapshot.edits.length === 0;
    header.update(snapshot);
    detail.update(snapshot, law);
    plot.update(snapshot, law?.id ?? null);
    const rows = rowsOf(snapshot.sample, law);
    pictures.classList.toggle('srk-with-fit', rows.length > 0);
    scatter.update(snapshot, rows);
    residuals.update(snapshot.target, snapshot.sample, rows);
    table.update(snapshot, law?.id ?? null);
    editor.update(snapshot, law);
  }

  return { nodes: [header.node, detail.node, pictures, editor.node], update };
}

/** The chosen law while it exists, else the best one. */
function selection(snapshot: Snapshot, chosen: string | null): Law | null {
  const wanted = chosen === null ? undefined : lawOf(snapshot, chosen);
  const best = snapshot.best === null ? undefined : lawOf(snapshot, snapshot.best);
  return wanted ?? best ?? snapshot.front[snapshot.front.length - 1] ?? null;
}

function lawOf(snapshot: Snapshot, id: string): Law | undefined {
  return snapshot.front.find(law => law.id === id) ?? snapshot.edits.find(law => law.id === id);
}

/** What is there, as text: a result that cannot be read must not be lost or run. */
function fallback(problem: string, value: unknown): Node {
  let text: string;
  try {
    text = JSON.stringify(value, null, 1) ?? String(value);
  } catch {
    text = 'The content is nested too deeply to be shown.';
  }
  return html(
    'div',
    { class: 'srk-fallback', role: 'alert' },
    html('p', {}, `This result cannot be drawn: ${problem}. Run the cell again to make it anew. Its content as text:`),
    html('pre', { tabindex: 0 }, text.length > LONGEST_FALLBACK ? `${text.slice(0, LONGEST_FALLBACK)}…` : text)
  );
}
