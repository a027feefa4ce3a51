/** The law as source text: one tab a language, and a button that copies what is shown. */
import { copy } from './clipboard';
import { html, setAttribute, setText } from './dom';
import type { Law } from './snapshot';

const NOTICE_TIME = 2000;
const STEPS: Readonly<Record<string, (here: number, count: number) => number>> = {
  ArrowRight: (here, count) => (here + 1) % count,
  ArrowLeft: (here, count) => (here - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1
};

/** In the order of the tabs. */
const LANGUAGES: readonly [string, (law: Law) => string | null][] = [
  ['Python', law => law.equation],
  ['LaTeX', law => law.latex],
  ['SymPy', law => law.code?.sympy ?? null],
  ['NumPy', law => law.code?.numpy ?? null],
  ['PyTorch', law => law.code?.torch ?? null],
  ['C', law => law.code?.c ?? null]
];

export interface CodeBox {
  readonly node: HTMLElement;
  update(law: Law | null): void;
}

export function createCode(): CodeBox {
  // By chance: several copies of this module may draw into one page.
  const id = `srk-code-${Math.floor(Math.random() * 2 ** 40).toString(36)}`;
  const tabs = html('div', { role: 'tablist', class: 'srk-tabs', 'aria-label': 'Language' });
  const source = html('code');
  const panel = html('pre', { id, role: 'tabpanel', class: 'srk-source-text', tabindex: 0 }, source);
  const button = html('button', { type: 'button', class: 'srk-copy' }, 'Copy');
  const notice = html('span', { class: 'srk-notice', role: 'status' });
  const node = html('div', { class: 'srk-code' }, html('div', { class: 'srk-code-head' }, tabs, notice, button), panel);
  let texts: readonly (readonly [string, string])[] = [];
  let language = 'Python';

  function select(name: string): void {
    language = name;
    const [shown, text] = texts.find(([other]) => other === name) ?? texts[0] ?? ['', ''];
    [...tabs.children].forEach(tab => {
      const here = tab.textContent === shown;
      setAttribute(tab, 'aria-selected', String(here));
      setAttribute(tab, 'tabindex', here ? 0 : -1);
      if (here) {
        setAttribute(panel, 'aria-labelledby', tab.id);
      }
    });
    setText(source, text);
    setAttribute(button, 'aria-label', `Copy ${shown}`);
  }

  tabs.addEventListener('click', event => {
    const tab = (event.target as Element).closest('[role=tab]');
    if (tab !== null) {
      select(tab.textContent ?? '');
    }
  });
  tabs.addEventListener('keydown', event => {
    const all = [...tabs.children] as HTMLElement[];
    const next = STEPS[event.key]?.(all.indexOf(document.activeElement as HTMLElement), all.length);
    if (next !== undefined) {
      event.preventDefault();
      select(all[next]?.textContent ?? '');
      all[next]?.focus();
    }
  });
  button.addEventListener('click', () => {
    const name = button.getAttribute('aria-label')?.replace('Copy ', '');
    void copy(source.textContent ?? '', button).then(done => say(notice, done ? `${name} copied` : 'the browser refused to copy'));
  });

  return {
    node,
    update(law) {
      node.hidden = law === null;
      const wanted = law === null ? [] : textsOf(law);
      if (JSON.stringify(wanted) !== JSON.stringify(texts)) {
        const names = wanted.map(([name]) => name);
        if (names.join() !== texts.map(([name]) => name).join()) {
          tabs.replaceChildren(...names.map(name => tabNode(name, id)));
        }
        texts = wanted;
        select(language);
      }
    }
  };
}

function textsOf(law: Law): [string, string][] {
  return LANGUAGES.flatMap(([name, of]): [string, string][] => {
    const text = of(law) ?? '';
    return text === '' ? [] : [[name, text]];
  });
}

function tabNode(name: string, panel: string): Node {
  return html('button', { type: 'button', role: 'tab', id: `${panel}-${name}`, 'aria-controls': panel }, name);
}

function say(notice: HTMLElement, text: string): void {
  setText(notice, text);
  setTimeout(() => {
    if (notice.textContent === text) {
      notice.textContent = '';
    }
  }, NOTICE_TIME);
}
