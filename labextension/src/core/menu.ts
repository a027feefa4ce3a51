/** What can be done with one part of a law: other spellings, its constant, a hole, hypotheses. */
import { html, setAttribute, setText } from './dom';
import { condition, confidence, number, shorten } from './format';
import type { Host, Reply } from './host';
import { mathOf } from './mathml';
import { columnsOf, type Part } from './parts';
import { ask, changedOf, choicesOf, heard, type Changed, type Choices, type Constant, type Form, type Nice, type Spelling } from './replies';
import type { Law } from './snapshot';
import { textOf } from './text';
import { treeSize } from './validate';

const BUSY_AFTER = 1000;
const LARGEST_DRAWN = 60;
const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
/** What a hypothesis has done. */
const TOLD = new Map([
  ['require', 'The search now keeps to laws that contain it.'],
  ['ban', 'The search now avoids it.'],
  ['symmetric', 'The search now keeps to laws in which these columns may be exchanged.']
]);
const BUSY = 'The kernel is busy; the answer comes when it is free.';

export interface Subject {
  readonly law: Law;
  readonly part: Part;
  /** Hypotheses are for a search that still runs. */
  readonly isRunning: boolean;
}

/** Of the upper left corner, and how wide the container is. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Outcome {
  /** A law came back: it is the one to look at now. */
  changed(changed: Changed): void;
  /** Something was done that changes no law. */
  done(text: string): void;
  /** The menu went away; `byKey` when the focus is to go back to where it was opened. */
  closed(byKey: boolean): void;
}

export interface Menu {
  readonly node: HTMLElement;
  readonly isOpen: boolean;
  /** Asks what can be done and shows it below a place in the menu's container, in pixels. */
  open(subject: Subject, place: Place): void;
  close(byKey: boolean): void;
}

/** One thing to choose: what it asks of the kernel and what it says meanwhile. */
interface Item {
  readonly content: (Node | string | null)[];
  readonly label: string;
  readonly command: string;
  readonly args: Record<string, unknown>;
  readonly pending: string;
}

interface Group {
  readonly title: string;
  readonly items: readonly Item[];
}

export function createMenu(host: Host, outcome: Outcome): Menu {
  const part = html('div', { class: 'srk-menu-part' });
  const about = html('div', { class: 'srk-menu-about' });
  const items = html('div', { class: 'srk-menu-items', role: 'menu', 'aria-label': 'What to do with this part' });
  const said = html('p', { class: 'srk-menu-said', role: 'status' });
  const node = html('div', { class: 'srk-menu', role: 'dialog', tabindex: -1, hidden: true }, part, about, items, said);
  let subject: Subject | null = null;
  let place: Place = { x: 0, y: 0, width: 0 };
  let turn = 0;
  let isBusy = false;

  function say(kind: string, text: string): void {
    said.className = `srk-menu-said ${kind}`;
    setText(said, text);
  }

  async function asked<T>(pending: string, command: string, args: Record<string, unknown>, read: (reply: Reply) => T): Promise<T | null> {
    const mine = ++turn;
    isBusy = true;
    setBusy(items, true);
    say('srk-pending', pending);
    const slow = setTimeout(() => mine === turn && command !== 'fill' && say('srk-pending', BUSY), BUSY_AFTER);
    const answer = await ask(host, command, args, read);
    clearTimeout(slow);
    if (mine !== turn) {
      return null;
    }
    isBusy = false;
    setBusy(items, false);
    say('srk-error', answer.problem ?? '');
    return answer.value ?? null;
  }

  async function choose(item: Item): Promise<void> {
    if (isBusy || subject === null) {
      return;
    }
    const args = { law: subject.law.id, path: subject.part.path, ...item.args };
    const told = TOLD.get(item.command);
    if (told !== undefined) {
      if ((await asked(item.pending, item.command, args, heard)) !== null) {
        close(true);
        outcome.done(told);
      }
      return;
    }
    const changed = await asked(item.pending, item.command, args, changedOf);
    if (changed !== null) {
      close(true);
      outcome.changed(changed);
    }
  }

  function show(groups: readonly Group[]): void {
    items.replaceChildren(...groups.filter(group => group.items.length > 0).map(group => groupNode(group, item => void choose(item))));
  }

  /** Within the container, however wide the menu is by now. */
  function settle(): void {
    node.style.top = `${place.y}px`;
    node.style.left = `${Math.max(0, Math.min(place.x, place.width - node.offsetWidth))}px`;
  }

  function open(next: Subject, near: Place): void {
    [subject, place] = [next, near];
    const spelt = shorten(textOf(next.part.tree), 200);
    setAttribute(node, 'aria-label', `What to do with ${spelt}`);
    part.replaceChildren(spellingNode({ tree: next.part.tree, text: spelt }));
    about.replaceChildren();
    show([]);
    node.hidden = false;
    settle();
    node.focus();
    const args = { law: next.law.id, path: next.part.path };
    void asked('Looking for other ways to write it…', 'menu', args, choicesOf).then(choices => choices !== null && fill(next, choices));
  }

  function fill(next: Subject, choices: Choices): void {
    about.replaceChildren(...(choices.constant === null ? [] : [constantText(choices.constant)]));
    show([...waysOf(choices), holeOf(next), ...(next.isRunning ? [hypothesesOf(next)] : [])]);
    if (choices.forms.length === 0 && choices.constant === null) {
      say('', 'No other way to write it was found.');
    }
    settle();
    if (node.contains(document.activeElement)) {
      items.querySelector<HTMLElement>('button')?.focus();
    }
  }

  function close(byKey: boolean): void {
    if (!node.hidden) {
      turn++;
      isBusy = false;
      subject = null;
      node.hidden = true;
      outcome.closed(byKey);
    }
  }

  node.addEventListener('keydown', event => {
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      close(true);
    } else {
      stepOn(items, event);
    }
  });
  // A focus that leaves for nothing may come back at once, or the whole window has lost it.
  node.addEventListener('focusout', () => setTimeout(() => document.activeElement !== null && !node.contains(document.activeElement) && close(false)));

  return {
    node,
    get isOpen() {
      return !node.hidden;
    },
    open,
    close
  };
}

function waysOf({ forms, constant }: Choices): Group[] {
  const groups: Group[] = [{ title: 'Write it as', items: forms.map(formItem) }];
  if (constant !== null) {
    groups.unshift({ title: 'Constant', items: [freezeItem(constant), ...constant.nice.map(niceItem)] });
  }
  return groups;
}

function formItem(form: Form): Item {
  const where = form.conditions.length > 0 ? `where ${form.conditions.map(condition).join(', ')}` : '';
  const goals = form.goals.map(goal => html('span', { class: 'srk-goal' }, shorten(goal, 40)));
  return {
    content: [
      spellingNode(form),
      html('span', { class: 'srk-goals' }, ...goals),
      where === '' ? null : html('span', { class: 'srk-condition' }, shorten(where, 120))
    ],
    label: [form.text, ...form.goals, where].filter(text => text !== '').join(', '),
    command: 'swap',
    args: { text: form.text },
    pending: 'Writing it so…'
  };
}

function freezeItem({ fixed, value }: Constant): Item {
  const label = fixed ? 'Free it: fit it to the data again' : `Freeze it at ${number(value, 6)}`;
  return { content: [label], label, command: 'constant', args: { do: fixed ? 'free' : 'freeze' }, pending: 'Fitting…' };
}

function niceItem(nice: Nice): Item {
  const cost = nice.ratio !== null ? `loss ×${number(nice.ratio, 5)}` : nice.loss !== null ? `loss ${number(nice.loss)}` : 'loss unknown';
  return {
    content: [html('span', {}, 'Set it to ', spellingNode(nice)), html('span', { class: 'srk-cost' }, cost)],
    label: `Set it to ${nice.text}, ${cost}`,
    command: 'constant',
    args: { do: 'snap', text: nice.text },
    pending: 'Fitting the other constants…'
  };
}

function holeOf({ part }: Subject): Group {
  const label = 'Replace it by ? and let the engine fill it';
  const item = { content: [label], label, command: 'fill', args: {}, pending: 'The engine looks for what fits here; this takes some seconds…' };
  return { title: 'Search', items: part.path.length === 0 ? [] : [item] };
}

function hypothesesOf({ part }: Subject): Group {
  const item = (label: string, command: string): Item => ({ content: [label], label, command, args: {}, pending: 'Telling the search…' });
  const columns = columnsOf(part.tree);
  const exchange = columns.length > 1 ? [item(`Keep symmetric in ${shorten(columns.join(', '), 120)}`, 'symmetric')] : [];
  return {
    title: 'From now on',
    items: [item('Require this in every law', 'require'), item('Ban this from every law', 'ban'), ...exchange]
  };
}

function groupNode({ title, items }: Group, choose: (item: Item) => void): Node {
  const caption = html('div', { class: 'srk-menu-title', 'aria-hidden': 'true' }, title);
  return html('div', { role: 'group', 'aria-label': title }, caption, ...items.map(item => itemNode(item, choose)));
}

function itemNode(item: Item, choose: (item: Item) => void): Node {
  const attributes = { type: 'button', role: 'menuitem', tabindex: -1, class: 'srk-menu-item', 'aria-label': shorten(item.label, 300) };
  const button = html('button', attributes, ...item.content);
  button.addEventListener('click', () => choose(item));
  return button;
}

function constantText({ value, error, fixed }: Constant): string {
  const { estimate, interval } = confidence(value, fixed ? null : error);
  return `${estimate}, ${fixed ? 'frozen' : interval === null ? 'fitted' : `fitted, 95 % interval ${interval}`}`;
}

export function spellingNode({ tree, text }: Spelling): Node {
  const isSmall = tree !== null && treeSize(tree) <= LARGEST_DRAWN;
  return isSmall ? mathOf(tree, { digits: 5 }) : html('code', {}, shorten(text, 120));
}

/** Items stay focusable while one is carried out: a disabled one would lose the focus. */
function setBusy(items: HTMLElement, busy: boolean): void {
  items.querySelectorAll('button').forEach(button => setAttribute(button, 'aria-disabled', busy ? 'true' : null));
}

function stepOn(items: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...items.querySelectorAll('button')];
  const step = STEPS[event.key];
  if (step === undefined || buttons.length === 0) {
    return;
  }
  event.preventDefault();
  const here = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const last = buttons.length - 1;
  const next = Math.abs(step) === 1 ? (here < 0 ? 0 : (here + step + buttons.length) % buttons.length) : step < 0 ? 0 : last;
  buttons[next]!.focus();
}
