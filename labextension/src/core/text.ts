/** A tree as a line of Python syntax: what a screen reader says and what a button is called. */
import type { Tree } from './snapshot';

const SUM = 1;
const PRODUCT = 2;
const SIGN = 3;
const POWER = 4;
const ATOM = 5;

export function textOf(tree: Tree): string {
  return spell(tree).text;
}

interface Spelt {
  readonly text: string;
  readonly strength: number;
}

function spell(tree: Tree): Spelt {
  if (typeof tree === 'number') {
    return { text: String(tree), strength: tree < 0 ? SIGN : ATOM };
  }
  if (typeof tree === 'string') {
    return { text: /^[^\W\d]\w*$|^\?$/.test(tree) ? tree : `\`${tree}\``, strength: ATOM };
  }
  const [name, ...args] = tree;
  return args.length === 0 ? { text: name, strength: ATOM } : spellOperation(name, args);
}

function spellOperation(name: string, args: readonly Tree[]): Spelt {
  const [first, second] = args as [Tree, Tree];
  if (args.length === 1 && name === 'neg') {
    return { text: `-${within(first, POWER)}`, strength: SIGN };
  }
  if (args.length === 2 && name === 'div') {
    return { text: `${within(first, PRODUCT)}/${within(second, SIGN)}`, strength: PRODUCT };
  }
  if (args.length === 2 && name === 'pow') {
    return { text: `${within(first, ATOM)}**${within(second, POWER)}`, strength: POWER };
  }
  if (args.length > 1 && name === 'mul') {
    return { text: args.map((arg, i) => within(arg, i === 0 ? PRODUCT : SIGN)).join('*'), strength: PRODUCT };
  }
  if (args.length > 1 && name === 'add') {
    return { text: args.map(term).join(''), strength: SUM };
  }
  return { text: `${name}(${args.map(textOf).join(', ')})`, strength: ATOM };
}

function term(tree: Tree, index: number): string {
  const isNegative = index > 0 && typeof tree === 'object' && tree[0] === 'neg' && tree.length === 2;
  const text = within(isNegative ? tree[1]! : tree, index === 0 ? SUM : PRODUCT);
  if (index === 0 || isNegative) {
    return isNegative ? ` - ${text}` : text;
  }
  return text.startsWith('-') ? ` - ${text.slice(1)}` : ` + ${text}`;
}

function within(tree: Tree, needed: number): string {
  const { text, strength } = spell(tree);
  return strength < needed ? `(${text})` : text;
}
