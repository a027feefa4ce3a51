/** Steering a running search: pause, more time, and the hypotheses that it keeps to. */
import { html, setAttribute, setText } from './dom';
import { seconds, shorten } from './format';
import type { Host } from './host';
import { spellingNode } from './menu';
import { columnsOf } from './parts';
import { ask, heard } from './replies';
import type { Hypothesis, Snapshot } from './snapshot';

const EXTENSIONS = [30, 120, 600];
const WORDS = { require: 'must contain', ban: 'without', symmetric: 'symmetric in' } as const;

export interface Steering {
  /** The buttons, for beside Stop. */
  readonly node: HTMLElement;
  /** The hypotheses, each with a button that drops it. */
  readonly hypotheses: HTMLElement;
  update(snapshot: Snapshot): void;
}

export function createSteering(host: Host): Steering {
  const pause = html('button', { type: 'button', class: 'srk-pause' }, 'Pause');
  const more = html('span', { class: 'srk-more', role: 'group', 'aria-label': 'More time' });
  const said = html('span', { class: 'srk-problem', role: 'status' });
  const node = html('span', { class: 'srk-steering' }, said, more, pause);
  const list = html('ul', { class: 'srk-chips', 'aria-label': 'What every law is held to' });
  let isPaused = false;
  let drawn = '';

  async function tell(button: HTMLButtonElement, command: string, args: Record<string, unknown> = {}): Promise<void> {
    if (button.getAttribute('aria-disabled') === 'true') {
      return;
    }
    setAttribute(button, 'aria-disabled', 'true');
    const { problem } = await ask(host, command, args, heard);
    setAttribute(button, 'aria-disabled', null);
    setText(said, problem ?? '');
  }

  for (const extra of EXTENSIONS) {
    const button = html('button', { type: 'button', 'aria-label': `${seconds(extra)} more` }, `+${seconds(extra)}`);
    button.addEventListener('click', () => void tell(button, 'more', { seconds: extra }));
    more.append(button);
  }
  pause.addEventListener('click', () => void tell(pause, isPaused ? 'resume' : 'pause'));

  function chip(hypothesis: Hypothesis): Node {
    const words = WORDS[hypothesis.kind];
    const columns = hypothesis.kind === 'symmetric' && hypothesis.tree !== null ? columnsOf(hypothesis.tree).join(', ') : null;
    const remove = html('button', { type: 'button', 'aria-label': `Drop: ${words} ${shorten(columns ?? hypothesis.text, 200)}`, title: 'Drop this hypothesis' }, '×');
    remove.addEventListener('click', () => void tell(remove, 'drop', { hypothesis: hypothesis.id }));
    return html('li', { class: `srk-chip srk-${hypothesis.kind}` }, html('span', {}, `${words} `, columns === null ? spellingNode(hypothesis) : shorten(columns, 120)), remove);
  }

  return {
    node,
    hypotheses: list,
    update(snapshot) {
      const isLive = snapshot.status === 'running' && host.call !== undefined;
      const hadFocus = list.contains(document.activeElement);
      isPaused = snapshot.paused;
      node.hidden = !isLive;
      more.hidden = snapshot.timeLimit === null;
      setText(pause, isPaused ? 'Resume' : 'Pause');
      list.hidden = !isLive || snapshot.hypotheses.length === 0;
      const signature = JSON.stringify(snapshot.hypotheses);
      if (signature !== drawn) {
        drawn = signature;
        list.replaceChildren(...snapshot.hypotheses.map(chip));
        if (hadFocus) {
          (list.querySelector('button') ?? pause).focus();
        }
      }
    }
  };
}
