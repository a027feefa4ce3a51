/** Undo and redo of what the user did to the laws. */
import { html } from './dom';
import type { Host } from './host';
import { ask, ledTo } from './replies';
import type { Snapshot } from './snapshot';

export interface History {
  readonly node: HTMLElement;
  update(snapshot: Snapshot): void;
  /** Undoes or redoes for Ctrl+Z and Ctrl+Shift+Z, but where text is typed these are the field's own. */
  press(event: KeyboardEvent): void;
}

/** `select` is told the law that a step leads to. */
export function createHistory(host: Host, select: (id: string) => void, say: (kind: string, text: string) => void): History {
  const undo = html('button', { type: 'button', title: 'Undo (Ctrl+Z)' }, 'Undo');
  const redo = html('button', { type: 'button', title: 'Redo (Ctrl+Shift+Z)' }, 'Redo');
  const node = html('span', { class: 'srk-history' }, undo, redo);
  let isBusy = false;
  let known: Snapshot | null = null;

  async function go(command: 'undo' | 'redo'): Promise<void> {
    if (isBusy || node.hidden || !(command === 'undo' ? known?.canUndo : known?.canRedo)) {
      return;
    }
    isBusy = true;
    const { value, problem } = await ask(host, command, {}, ledTo);
    isBusy = false;
    if (problem !== undefined) {
      say('srk-error', problem);
    } else {
      if (value !== null && value !== undefined) {
        select(value);
      }
      say('srk-done', command === 'undo' ? 'undone' : 'done again');
    }
  }

  undo.addEventListener('click', () => void go('undo'));
  redo.addEventListener('click', () => void go('redo'));
  return {
    node,
    update(snapshot) {
      known = snapshot;
      node.hidden = host.call === undefined || !(snapshot.canUndo || snapshot.canRedo);
      undo.disabled = !snapshot.canUndo;
      redo.disabled = !snapshot.canRedo;
    },
    press(event) {
      const isField = event.target instanceof Element && event.target.matches('input, textarea, select');
      const key = event.key.toLowerCase();
      const command = key === 'y' || (key === 'z' && event.shiftKey) ? 'redo' : key === 'z' ? 'undo' : null;
      if (command !== null && (event.ctrlKey || event.metaKey) && !event.altKey && !isField) {
        event.preventDefault();
        void go(command);
      }
    }
  };
}
