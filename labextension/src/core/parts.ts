/** Parts of a formula: which there are, where they stand, and how one walks from one to the next. */
import type { Path, Tree } from './snapshot';

/** A sub-expression and where it stands in the whole. */
export interface Part {
  readonly tree: Tree;
  readonly path: Path;
}

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

export function child({ tree, path }: Part, index: number): Part {
  return { tree: typeof tree === 'object' ? (tree[index + 1] ?? '?') : '?', path: [...path, index] };
}

/** The parts right below; a fraction of two integers is one number and has none. */
export function children(part: Part): Part[] {
  const { tree } = part;
  return typeof tree !== 'object' || isRatio(tree) ? [] : tree.slice(1).map((_, i) => child(part, i));
}

export function isRatio(tree: Tree): boolean {
  return typeof tree === 'object' && tree.length === 3 && tree[0] === 'div' && Number.isInteger(tree[1]) && Number.isInteger(tree[2]);
}

/** The columns in a tree, each once, in the order in which they come. */
export function columnsOf(tree: Tree): string[] {
  if (typeof tree !== 'object') {
    return typeof tree === 'string' ? [tree] : [];
  }
  const [, ...args] = tree;
  return [...new Set(args.flatMap(columnsOf))];
}

/** The part at a path, or null where the tree has none. */
export function partAt(tree: Tree, path: Path): Part | null {
  let part: Part | undefined = { tree, path: [] };
  for (const index of path) {
    part = children(part)[index];
    if (part === undefined) {
      return null;
    }
  }
  return part;
}

/** The part that an arrow key leads to: up to the parent, down to the first child, aside to a sibling. */
export function step(tree: Tree, path: Path, arrow: Arrow): Path {
  const up = path.slice(0, -1);
  if (arrow === 'ArrowUp') {
    return up;
  }
  const last = path[path.length - 1];
  if (arrow === 'ArrowDown') {
    return partAt(tree, [...path, 0])?.path ?? path;
  }
  const aside = last === undefined ? null : partAt(tree, [...up, last + (arrow === 'ArrowLeft' ? -1 : 1)]);
  return aside?.path ?? path;
}

/** A path as an attribute's value; the root's is empty. */
export function pathText(path: Path): string {
  return path.join('.');
}

export function pathOf(text: string): Path {
  return text === '' ? [] : text.split('.').map(Number);
}

/** The topmost elements that draw the part or a piece of it: a minus sign may stand apart from its term. */
export function cover(root: Element, path: Path): Element[] {
  const start = pathText(path);
  const within = (element: Element): boolean => {
    const at = element.getAttribute('data-path');
    return at !== null && (at === start || start === '' || at.startsWith(`${start}.`));
  };
  const all = new Set([...root.querySelectorAll('[data-path]')].filter(within));
  const isInner = (element: Element): boolean => {
    const outer = element.parentElement?.closest('[data-path]') ?? null;
    return outer !== null && (all.has(outer) || isInner(outer));
  };
  return [...all].filter(element => !isInner(element));
}
