/** The drawn law as something to point at: by mouse or by keys one reaches each part of it. */
import { html, setAttribute, setText } from './dom';
import { shorten } from './format';
import type { Host } from './host';
import { createMenu } from './menu';
import { children, cover, partAt, pathOf, step, type Arrow, type Part } from './parts';
import type { Changed } from './replies';
import type { Law, Path, Snapshot } from './snapshot';
import { textOf } from './text';

const ARROWS = /^Arrow(Up|Down|Left|Right)$/;
const HINT = 'Click a part of the law to rewrite, freeze or replace it; with the keyboard, press Enter on the law.';

export interface Explorer {
  /** A line of help and of what was done. */
  readonly node: HTMLElement;
  /** The menu's place is counted from its container. */
  readonly menu: HTMLElement;
  /** Runs `draw`, which may replace the drawn law, and finds the chosen part in the new one. */
  redraw(snapshot: Snapshot, law: Law | null, draw: () => void): void;
  say(kind: string, text: string): void;
}

/**
 * `area` holds the drawn law, an `.srk-equation` with paths; `changed` is told of each new law, `held`
 * of the one whose parts are looked at.
 */
export function createExplorer(host: Host, area: HTMLElement, changed: (law: Law) => void, held: (law: Law) => void): Explorer {
  const hint = html('span', { class: 'srk-hint' }, HINT);
  const said = html('span', { class: 'srk-said', role: 'status' });
  const spoken = html('span', { class: 'srk-unseen', 'aria-live': 'polite' });
  const node = html('div', { class: 'srk-explorer' }, hint, said, spoken);
  let law: Law | null = null;
  let isRunning = false;
  let chosen: Path | null = null;

  const equation = (): HTMLElement | null => area.querySelector<HTMLElement>('.srk-equation');
  const isOpen = (): boolean => host.call !== undefined && law?.tree !== null && equation()?.querySelector('[data-path]') != null;
  const menu = createMenu(host, {
    changed: finish,
    done: text => say('srk-done', text),
    closed: byKey => {
      mark('srk-chosen', byKey ? chosen : null);
      chosen = byKey ? chosen : null;
      if (byKey) {
        equation()?.focus();
      }
    }
  });

  function finish({ law: made, verdict }: Changed): void {
    changed(made);
    say(verdict === null || verdict.status === 'different' ? 'srk-noted' : 'srk-done', verdict?.text ?? 'done');
    equation()?.focus();
  }

  function say(kind: string, text: string): void {
    said.className = `srk-said ${kind}`;
    setText(said, text);
    hint.hidden = text !== '' || !isOpen();
  }

  function mark(name: string, path: Path | null): void {
    const root = equation();
    area.querySelectorAll(`.${name}`).forEach(element => element.classList.remove(name));
    if (root !== null && path !== null) {
      cover(root, path).forEach(element => element.classList.add(name));
    }
  }

  function choose(path: Path): void {
    const part = law?.tree == null ? null : partAt(law.tree, path);
    if (law?.tree == null || part === null) {
      return;
    }
    chosen = part.path;
    held(law);
    mark('srk-chosen', chosen);
    setText(spoken, spokenText(law, part));
    area.querySelector('.srk-chosen')?.scrollIntoView?.({ block: 'nearest', inline: 'nearest' });
  }

  function openMenu(): void {
    const part = law?.tree == null || chosen === null ? null : partAt(law.tree, chosen);
    const root = equation();
    if (law !== null && part !== null && root !== null) {
      menu.open({ law, part, isRunning }, placeOf(area.querySelectorAll('.srk-chosen'), root, menu.node));
    }
  }

  function pressed(event: KeyboardEvent): void {
    if (event.target !== equation() || !isOpen() || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const isEnter = event.key === 'Enter' || event.key === ' ';
    if (event.key === 'Escape' && chosen !== null) {
      chosen = null;
      mark('srk-chosen', null);
    } else if (isEnter && chosen !== null) {
      openMenu();
    } else if (isEnter) {
      choose([]);
    } else if (ARROWS.test(event.key) && chosen !== null && law?.tree != null) {
      choose(step(law.tree, chosen, event.key as Arrow));
    } else {
      return;
    }
    event.preventDefault();
  }

  const pathAt = (event: Event): Path | null => {
    const element = isOpen() && event.target instanceof Element ? event.target.closest('[data-path]') : null;
    return element !== null && equation()?.contains(element) === true ? pathOf(element.getAttribute('data-path')!) : null;
  };
  area.addEventListener('mouseover', event => mark('srk-hovered', pathAt(event)));
  area.addEventListener('mouseleave', () => mark('srk-hovered', null));
  area.addEventListener('keydown', pressed);
  area.addEventListener('click', event => {
    const path = pathAt(event);
    if (path !== null) {
      choose(path);
      openMenu();
    }
  });
  area.addEventListener('focusout', event => {
    if (event.target === equation() && !menu.isOpen) {
      chosen = null;
      mark('srk-chosen', null);
    }
  });

  return {
    node,
    menu: menu.node,
    say,
    redraw(snapshot, next, draw) {
      const hadFocus = equation() !== null && document.activeElement === equation();
      const kept = chosen;
      draw();
      const isSame = next !== null && law !== null && next.id === law.id && next.equation === law.equation;
      law = next;
      isRunning = snapshot.status === 'running';
      if (!isSame) {
        say('', '');
      }
      if (!isSame || !isOpen()) {
        menu.close(false);
      }
      chosen = isSame && isOpen() ? kept : null;
      invite(equation(), isOpen());
      hint.hidden = !isOpen() || said.textContent !== '';
      if (hadFocus && document.activeElement !== equation()) {
        equation()?.focus();
      }
      mark('srk-chosen', chosen);
    }
  };
}

/** The arrow keys are for the law itself, so a screen reader must hand them on. */
function invite(equation: HTMLElement | null, isOpen: boolean): void {
  if (equation !== null) {
    setAttribute(equation, 'role', isOpen ? 'application' : 'group');
    setAttribute(equation, 'aria-roledescription', isOpen ? 'formula; Enter and the arrow keys walk through its parts' : null);
    equation.classList.toggle('srk-open', isOpen);
  }
}

function spokenText(law: Law, part: Part): string {
  const spelt = shorten(textOf(part.tree), 300);
  const index = part.path[part.path.length - 1];
  if (index === undefined || law.tree === null) {
    return `the whole law: ${spelt}`;
  }
  const parent = partAt(law.tree, part.path.slice(0, -1));
  return `${spelt}: part ${index + 1} of ${parent === null ? '?' : children(parent).length}`;
}

/** Below the law, which stays in sight, at the left of the chosen part; counted from the menu's container. */
function placeOf(chosen: Iterable<Element>, equation: Element, menu: HTMLElement): { x: number; y: number; width: number } {
  const frame = menu.parentElement!.getBoundingClientRect();
  const left = Math.min(...[...chosen].map(element => element.getBoundingClientRect().left));
  return { x: left - frame.left, y: equation.getBoundingClientRect().bottom - frame.top, width: frame.width };
}
