/** One search on screen, wherever it is shown: everything here is told by a Host. */
import { rowsOf } from './agreement';
import { createDetail } from './detail';
import { html } from './dom';
import { createEditor } from './editor';
import { createExplorer } from './explorer';
import { createExpectation } from './expectation';
import { createHeader } from './header';
import { createHistory } from './history';
import type { Host } from './host';
import { createInspector } from './inspector';
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
  root.addEventListener('keydown', event => {
    event.stopPropagation();
    parts?.press(event);
  });
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
  press(event: KeyboardEvent): void;
}

function createParts(host: Host): Parts {
  let chosen: string | null = null;
  let adopted: Law | null = null;
  /** The law whose parts a person looks at. */
  let held: string | null = null;
  let last: Snapshot | null = null;
  const choose = (id: string): void => {
    const law = last === null ? undefined : lawOf(last, id);
    if (last !== null && law !== undefined) {
      chosen = id;
      adopted = held = null;
      editor.fill(law);
      update(last);
    }
  };
  /** A law of an answer is shown at once, also before a snapshot holds it. */
  const adopt = (law: Law): void => {
    chosen = law.id;
    adopted = law;
    editor.fill(law);
    if (last !== null) {
      update(last);
    }
  };
  const step = (id: string): void => {
    chosen = id;
    adopted = null;
    if (last !== null) {
      update(last);
    }
  };
  const header = createHeader(host);
  const detail = createDetail(host);
  const explorer = createExplorer(host, detail.node, adopt, law => (chosen = held = law.id));
  const history = createHistory(host, step, explorer.say);
  const inspector = createInspector(host);
  explorer.node.append(history.node);
  detail.node.firstElementChild?.after(explorer.node);
  detail.node.append(inspector.node);
  const plot = createPlot(choose);
  const scatter = createScatter();
  const residuals = createResiduals();
  const table = createTable(choose);
  const expectation = createExpectation();
  const editor = createEditor(host, choose);

  const pictures = html('div', { class: 'srk-pictures' }, plot.node, scatter.node, residuals.node, table.node);

  function update(snapshot: Snapshot): void {
    if (snapshot !== last) {
      adopted = stillAdopted(snapshot) ?? leftBehind(snapshot);
    }
    last = snapshot;
    const law = adopted ?? selection(snapshot, chosen);
    pictures.hidden = snapshot.front.length + snapshot.edits.length === 0;
    header.update(snapshot);
    explorer.redraw(snapshot, law, () => detail.update(snapshot, law));
    inspector.update(snapshot, law);
    history.update(snapshot);
    plot.update(snapshot, law?.id ?? null);
    const rows = rowsOf(snapshot.sample, law);
    pictures.classList.toggle('srk-with-fit', rows.length > 0);
    scatter.update(snapshot, rows);
    residuals.update(snapshot.target, snapshot.sample, rows);
    table.update(snapshot, law?.id ?? null);
    expectation.update(snapshot.guide, law);
    editor.update(snapshot, law);
  }

  function stillAdopted(snapshot: Snapshot): Law | null {
    return adopted !== null && lawOf(snapshot, adopted.id) === undefined && isSteeredAlike(snapshot, last) ? adopted : null;
  }

  /** A law that is being taken apart stays in sight when the search goes past it, unless it is banned. */
  function leftBehind(snapshot: Snapshot): Law | null {
    const isGone = held !== null && held === chosen && lawOf(snapshot, held) === undefined;
    const isKept = isGone && last !== null && isSteeredAlike(snapshot, last) && snapshot.status === 'running';
    return isKept ? (lawOf(last!, held!) ?? null) : null;
  }

  return { nodes: [header.node, detail.node, pictures, expectation.node, editor.node, explorer.menu], update, press: history.press };
}

function isSteeredAlike(one: Snapshot, other: Snapshot | null): boolean {
  const ids = (snapshot: Snapshot | null): string => (snapshot?.hypotheses ?? []).map(hypothesis => hypothesis.id).join();
  return ids(one) === ids(other);
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
