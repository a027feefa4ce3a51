/** What was asked, how the search stands, and the button that ends it. */
import { html, setText } from './dom';
import { count, plural, seconds } from './format';
import type { Host } from './host';
import type { Snapshot } from './snapshot';
import { createSteering } from './steering';

/** How long the search may take to answer before the kernel is interrupted instead. */
export const ANSWER_TIME = 500;

const STOP_REASONS = new Map([
  ['exact', 'an exact law was found'],
  ['time', 'time limit reached'],
  ['exhausted', 'every formula within the limits was tried'],
  ['stopped', 'stopped by the user'],
  ['plateau', 'no progress any more'],
  ['memory', 'no memory was left'],
  ['failed', 'the search process ended early']
]);

export interface Header {
  readonly node: HTMLElement;
  update(snapshot: Snapshot): void;
}

export function createHeader(host: Host): Header {
  const formula = html('code', { class: 'srk-formula' });
  const source = html('span', { class: 'srk-source' });
  const status = html('span', { class: 'srk-status', role: 'status' });
  const stop = html('button', { type: 'button', class: 'srk-stop' }, 'Stop');
  const bar = html('progress', { max: 1, 'aria-label': 'Share of the time limit used' });
  const facts = html('dl', { class: 'srk-facts' });
  const warnings = html('ul', { class: 'srk-warnings' });
  const steering = createSteering(host);
  const node = html(
    'header',
    {},
    html('div', { class: 'srk-title' }, formula, source, status, steering.node, stop),
    bar,
    steering.hypotheses,
    facts,
    warnings
  );
  let asked = false;
  let hadFocus = false;
  stop.addEventListener('click', () => {
    asked = true;
    stop.disabled = true;
    setText(stop, 'Stopping…');
    void askToStop(host).then(problem => {
      if (problem !== null) {
        asked = false;
        setText(status, problem);
      }
    });
  });
  return {
    node,
    update(snapshot) {
      const running = snapshot.status === 'running';
      const live = host.call !== undefined;
      asked = asked && running;
      hadFocus = document.activeElement === stop || steering.node.contains(document.activeElement);
      steering.update(snapshot);
      setText(formula, snapshot.formula);
      setText(source, sourceText(snapshot));
      setText(status, statusText(snapshot, live));
      status.className = `srk-status srk-${running && !live ? 'lost' : running && snapshot.paused ? 'paused' : snapshot.status}`;
      stop.hidden = !running || !live;
      stop.disabled = asked;
      setText(stop, asked ? 'Stopping…' : 'Stop');
      if (hadFocus && stop.hidden) {
        status.tabIndex = -1;
        status.focus();
      }
      updateBar(bar, snapshot, running && live);
      facts.replaceChildren(...factNodes(snapshot));
      updateWarnings(warnings, snapshot);
    }
  };
}

/** Null when the search heard it, else what went wrong. */
export async function askToStop(host: Host): Promise<string | null> {
  const answer = host.call?.('stop').then(
    reply => (typeof reply.error === 'string' ? reply.error : null),
    (error: unknown) => String(error)
  );
  const late = new Promise<'late'>(resolve => setTimeout(() => resolve('late'), ANSWER_TIME));
  const first = await Promise.race([answer ?? 'late', late]);
  if (first === null) {
    return null;
  }
  if (host.interrupt === undefined) {
    return first === 'late' ? 'the kernel does not answer; interrupt it from its menu' : first;
  }
  // The kernel runs something that lets no message through, so only an interrupt gets in.
  return host.interrupt().then(
    () => null,
    (error: unknown) => `the kernel could not be interrupted: ${String(error)}`
  );
}

function sourceText(snapshot: Snapshot): string {
  const parts = [snapshot.data];
  if (snapshot.rows !== null) {
    parts.push(plural(snapshot.rows, 'row') + (snapshot.dropped > 0 ? ` (${count(snapshot.dropped)} dropped)` : ''));
  }
  return parts.filter(part => part !== '').join(' · ');
}

function statusText(snapshot: Snapshot, live: boolean): string {
  const saved = live ? '' : ', no kernel';
  switch (snapshot.status) {
    case 'running':
      return live ? (snapshot.paused ? 'paused' : 'running') : 'was running when last seen, no kernel';
    case 'finished':
      return `finished${saved}`;
    case 'stopped':
      return `stopped${saved}`;
    case 'failed':
      return `failed${saved}`;
  }
}

function updateBar(bar: HTMLProgressElement, snapshot: Snapshot, shown: boolean): void {
  bar.hidden = !shown;
  if (snapshot.timeLimit !== null && snapshot.elapsed !== null && snapshot.timeLimit > 0) {
    bar.value = Math.min(1, snapshot.elapsed / snapshot.timeLimit);
  } else {
    bar.removeAttribute('value');
  }
}

function factNodes(snapshot: Snapshot): Node[] {
  const limit = snapshot.status === 'running' && snapshot.timeLimit !== null ? ` of ${seconds(snapshot.timeLimit)}` : '';
  const reason = snapshot.stopReason;
  const facts: [string, string][] = [
    ['time', seconds(snapshot.elapsed) + limit],
    ['candidates', count(snapshot.candidates)],
    ['distinct functions', count(snapshot.distinct)],
    ['laws on the front', count(snapshot.front.length)]
  ];
  if (reason !== null && snapshot.status !== 'running') {
    facts.push(['ended because', STOP_REASONS.get(reason) ?? reason]);
  }
  return facts.map(([name, value]) => html('div', {}, html('dt', {}, name), html('dd', {}, value)));
}

function updateWarnings(list: HTMLElement, snapshot: Snapshot): void {
  const texts = [...(snapshot.message === null ? [] : [snapshot.message]), ...snapshot.warnings];
  list.hidden = texts.length === 0;
  if (list.textContent !== texts.join('')) {
    list.replaceChildren(...texts.map(text => html('li', {}, text)));
  }
}
