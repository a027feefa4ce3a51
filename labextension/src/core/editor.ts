/** The formula that a person may change: Enter has it fitted, scored and simplified. */
import { html, setAttribute, setText } from './dom';
import { number, rSquared } from './format';
import type { Host, Reply } from './host';
import { createPreview, mistakeNodes } from './preview';
import type { Law, Snapshot, Verdict } from './snapshot';
import { standing } from './standing';
import { equationNode } from './table';
import { MAX_EQUATION, validateLaw, validateVerdict } from './validate';

const BUSY_AFTER = 1000;
const NO_KERNEL = 'To edit, a kernel must hold this search: run the cell again.';

export interface Editor {
  readonly node: HTMLElement;
  update(snapshot: Snapshot, law: Law | null): void;
  /** Puts the law's formula into the field, also over what was typed. */
  fill(law: Law): void;
}

export function createEditor(host: Host, select: (id: string) => void): Editor {
  const input = html('input', {
    type: 'text', class: 'srk-input', spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
    maxlength: MAX_EQUATION, 'aria-label': 'Formula to try'
  });
  const answer = html('div', { class: 'srk-answer', role: 'status' });
  const edits = html('ul', { class: 'srk-edits', 'aria-label': 'Formulas entered' });
  const hint = html('p', { class: 'srk-hint' }, 'Enter: refit its constants, score and simplify · ? stands for a part that the engine fills · Escape: back to the selected law');
  const left = html('span', { class: 'srk-left' });
  const preview = createPreview();
  const node = html(
    'section',
    { class: 'srk-editor', 'aria-label': 'Try a formula' },
    html('div', { class: 'srk-entry' }, left, input),
    hint,
    preview.node,
    answer,
    edits
  );
  let base: Law | null = null;
  let touched = false;
  let variables: readonly string[] = [];
  let asked = 0;
  let newest: Law | null = null;
  let isKept = false;
  let front: readonly Law[] = [];
  let known = '';

  async function submit(): Promise<void> {
    const call = host.call;
    const text = input.value.trim();
    if (call === undefined || text === '') {
      return;
    }
    preview.clear();
    const turn = ++asked;
    const mine = (): boolean => turn === asked;
    const hasHole = text.includes('?');
    show('srk-pending', hasHole ? 'the engine looks for what fits at ?; this takes some seconds…' : 'fitting and scoring…');
    const slow = setTimeout(() => mine() && !hasHole && show('srk-pending', 'the kernel is busy; the answer comes when it is free'), BUSY_AFTER);
    try {
      const reply = await call('score', { text, base: base?.id ?? null });
      if (mine()) {
        showReply(reply, text);
      }
    } catch (error) {
      if (mine()) {
        show('srk-error', error instanceof Error ? error.message : String(error));
      }
    } finally {
      clearTimeout(slow);
    }
  }

  function show(kind: string, ...content: (Node | string)[]): void {
    answer.className = `srk-answer ${kind}`;
    setAttribute(input, 'aria-invalid', kind === 'srk-error' ? 'true' : null);
    answer.replaceChildren(...content);
  }

  function showReply(reply: Reply, text: string): void {
    if (typeof reply.error === 'string') {
      const position = typeof reply.position === 'number' ? reply.position : null;
      show('srk-error', ...mistakeNodes(reply.error.slice(0, 1000), text, position));
      if (position !== null && input.value.trim() === text) {
        const start = input.value.indexOf(text) + Math.max(0, Math.min(position, text.length));
        input.setSelectionRange(start, Math.min(start + 1, input.value.length));
      }
      return;
    }
    const law = validateLaw(reply.law);
    if (law === null) {
      show('srk-error', 'The kernel sent an answer that cannot be read.');
      return;
    }
    newest = { ...law, verdict: validateVerdict(reply.verdict) ?? law.verdict };
    show('srk-scored', editNode(newest, front, select));
    isKept = false;
  }

  /** The answer goes when what it tells of has been taken back. */
  function followNewest(snapshot: Snapshot): void {
    const isThere = snapshot.edits.some(edit => edit.id === newest?.id);
    if (isKept && !isThere) {
      newest = null;
      show('');
    }
    isKept = isThere;
  }

  /** All but the newest, which stands above them. */
  function showEdits(earlier: readonly Law[]): void {
    const signature = JSON.stringify(earlier.map(edit => [edit.id, edit.equation, edit.loss, edit.verdict, standing(edit, front)]));
    if (signature !== known) {
      known = signature;
      edits.replaceChildren(...[...earlier].reverse().map(edit => html('li', {}, editNode(edit, front, select))));
    }
    edits.hidden = earlier.length === 0;
  }

  input.addEventListener('input', () => {
    touched = true;
    setAttribute(input, 'aria-invalid', null);
    preview.show(input.value, variables);
  });
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Escape' && base !== null) {
      fill(base);
      show('');
    }
  });

  function fill(law: Law): void {
    base = law;
    touched = false;
    input.value = law.equation;
    preview.clear();
    setAttribute(input, 'aria-invalid', null);
  }

  return {
    node,
    fill,
    update(snapshot, law) {
      setText(left, `${snapshot.target} =`);
      variables = snapshot.variables;
      const live = host.call !== undefined;
      input.disabled = !live;
      hint.hidden = !live;
      input.placeholder = live ? 'a formula in the variables of the data' : NO_KERNEL;
      if (!live && answer.textContent !== NO_KERNEL) {
        show('srk-closed', NO_KERNEL);
      } else if (live && answer.classList.contains('srk-closed')) {
        show('');
      }
      const mayFill = !touched && (document.activeElement !== input || input.value === '');
      if (law !== null && mayFill && law.equation !== input.value) {
        fill(law);
      }
      base = law ?? base;
      front = snapshot.front;
      followNewest(snapshot);
      showEdits(snapshot.edits.filter(edit => edit.id !== newest?.id));
    }
  };
}

function verdictNode(verdict: Verdict): Node {
  const known = /^(equal|same_family|different|undecided)$/.test(verdict.status);
  return html('span', { class: `srk-verdict srk-${known ? verdict.status : 'undecided'}` }, verdict.text);
}

function editNode(edit: Law, front: readonly Law[], select: (id: string) => void): Node {
  const place = standing(edit, front);
  const figures = `R² ${rSquared(edit.r2)} · loss ${number(edit.loss)} · complexity ${edit.complexity}${place && ` · ${place}`}`;
  const button = html(
    'button',
    { type: 'button', class: 'srk-edit', title: 'Show this formula above' },
    html('span', { class: 'srk-edit-law' }, equationNode(edit)),
    html('span', { class: 'srk-edit-figures' }, figures),
    edit.verdict === null ? null : verdictNode(edit.verdict)
  );
  button.addEventListener('click', () => select(edit.id));
  return button;
}
