/** What is typed, drawn while it is typed, or the place where it cannot be read. */
import { html } from './dom';
import { mathOf } from './mathml';
import { read } from './reader';
import { treeSize } from './validate';

/** Characters shown on either side of a mistake. */
const AROUND = 40;
const LARGEST_DRAWN = 400;

export interface Preview {
  readonly node: HTMLElement;
  show(text: string, variables: readonly string[]): void;
  clear(): void;
}

export function createPreview(): Preview {
  const node = html('div', { class: 'srk-preview', hidden: true });
  return {
    node,
    show(text, variables) {
      node.hidden = text.trim() === '';
      const reading = read(text, new Set(variables));
      if (reading.tree === undefined) {
        node.replaceChildren(html('div', { class: 'srk-unfinished' }, ...mistakeNodes(reading.problem, text, reading.position)));
      } else {
        const isSmall = treeSize(reading.tree) <= LARGEST_DRAWN;
        node.replaceChildren(isSmall ? mathOf(reading.tree, { digits: 8, display: true }) : 'too large to be drawn');
      }
    },
    clear() {
      node.hidden = true;
      node.replaceChildren();
    }
  };
}

/** The sentence, then the formula with a caret under the mistake. */
export function mistakeNodes(sentence: string, text: string, position: number | null): Node[] {
  const nodes: Node[] = [html('p', {}, sentence)];
  if (position !== null && position >= 0 && position <= text.length) {
    const start = Math.max(0, position - AROUND);
    const cut = (start > 0 ? '…' : '') + text.slice(start, position + AROUND) + (position + AROUND < text.length ? '…' : '');
    const caret = ' '.repeat(position - start + (start > 0 ? 1 : 0)) + '^';
    nodes.push(html('pre', { 'aria-label': `at character ${position + 1}` }, `${cut}\n${caret}`));
  }
  return nodes;
}
