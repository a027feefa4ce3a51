/**
 * Rendered mathematics: MathML nodes from an expression tree.
 *
 * The nodes are made one by one and names only ever become their text; no markup is parsed.
 */
import { math } from './dom';
import { scientific } from './format';
import { isLongName, nameNode } from './names';
import type { Tree } from './snapshot';
import { treeSize } from './validate';

/** How strongly a piece holds together; a weaker one inside a stronger one needs parentheses. */
const enum Strength {
  Sum = 1,
  Product,
  Negation,
  Power,
  Atom
}

interface Piece {
  readonly node: Element;
  readonly strength: Strength;
}

interface Style {
  /** Digits of a number. */
  readonly digits: number;
}

type Operation = readonly [string, ...Tree[]];

/** Maps, not objects: a function may be called "constructor". */
const FUNCTION_NAMES = new Map([
  ['asin', 'arcsin'], ['acos', 'arccos'], ['atan', 'arctan'], ['atan2', 'arctan2'],
  ['asinh', 'arsinh'], ['acosh', 'arcosh'], ['atanh', 'artanh'], ['sign', 'sgn']
]);
const CONSTANTS = new Map([['pi', 'π'], ['e', 'e']]);
const FENCES = new Map([['abs', '||'], ['floor', '⌊⌋'], ['ceil', '⌈⌉']]);
const SQUARED_HEADS = new Set(['sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh']);
const LARGEST_EXPONENT = 9;

/** A `math` element; `display` is larger and for a line of its own. */
export function mathOf(tree: Tree, options: { digits?: number; display?: boolean; left?: Tree } = {}): Element {
  const style = { digits: options.digits ?? 4 };
  const body = draw(tree, style).node;
  const attributes = { display: options.display ? 'block' : 'inline' };
  if (options.left === undefined) {
    return math('math', attributes, body);
  }
  return math('math', attributes, math('mrow', {}, draw(options.left, style).node, operator('='), body));
}

/** The left-hand side: a column's name, or one function of it, as the formula spells it. */
export function targetTree(target: string): Tree {
  const parts = /^([A-Za-z]\w*)\((\w+)\)$/.exec(target.trim());
  return parts ? [parts[1]!, parts[2]!] : target.replace(/^`(.*)`$/, '$1') || '?';
}

function draw(tree: Tree, style: Style): Piece {
  if (typeof tree === 'number') {
    return drawNumber(tree, style);
  }
  if (typeof tree === 'string') {
    return atom(nameNode(tree));
  }
  return drawOperation(tree, style);
}

function drawOperation(tree: Operation, style: Style): Piece {
  const [name, ...args] = tree;
  const [first, second] = args;
  if (first === undefined) {
    return atom(math('mi', {}, CONSTANTS.get(name) ?? name));
  }
  if (args.length === 1) {
    return drawUnary(name, first, style);
  }
  switch (name) {
    case 'add':
      return drawSum(args, style);
    case 'mul':
      return drawProduct(args, style);
    case 'pow':
      return args.length === 2 ? drawPower(first, second!, style) : drawCall(name, args, style);
    case 'div':
      if (args.length === 2) {
        return atom(math('mfrac', {}, draw(first, style).node, draw(second!, style).node));
      }
  }
  return drawCall(name, args, style);
}

function drawUnary(name: string, arg: Tree, style: Style): Piece {
  const fence = FENCES.get(name);
  if (fence !== undefined) {
    return atom(row(operator(fence[0]!, true), draw(arg, style).node, operator(fence[1]!, true)));
  }
  switch (name) {
    case 'neg':
      return { node: row(operator('−'), within(arg, Strength.Product, style)), strength: Strength.Negation };
    case 'sqrt':
      return atom(math('msqrt', {}, draw(arg, style).node));
    case 'cbrt':
      return atom(math('mroot', {}, draw(arg, style).node, math('mn', {}, '3')));
    case 'exp':
      if (treeSize(arg) <= LARGEST_EXPONENT) {
        return { node: math('msup', {}, math('mi', {}, 'e'), exponent(arg, style)), strength: Strength.Power };
      }
  }
  return drawCall(name, [arg], style);
}

function drawSum(terms: readonly Tree[], style: Style): Piece {
  const parts: Element[] = [];
  terms.forEach((term, i) => {
    const positive = withoutMinus(term);
    if (i > 0 || positive !== null) {
      parts.push(operator(positive === null ? '+' : '−'));
    }
    parts.push(within(positive ?? term, positive === null ? Strength.Sum : Strength.Product, style));
  });
  return { node: row(...parts), strength: Strength.Sum };
}

/** The term without its leading minus sign, or null when it has none. */
function withoutMinus(term: Tree): Tree | null {
  if (typeof term === 'number') {
    return term < 0 ? -term : null;
  }
  if (typeof term === 'string') {
    return null;
  }
  const [name, first, ...rest] = term;
  if (name === 'neg' && first !== undefined && rest.length === 0) {
    return first;
  }
  if ((name === 'mul' || name === 'div') && first !== undefined) {
    const positive = typeof first === 'number' ? withoutMinus(first) : null;
    return positive === null ? null : [name, positive, ...rest];
  }
  return null;
}

function drawProduct(factors: readonly Tree[], style: Style): Piece {
  const minus = withoutMinus(factors[0]!);
  const parts: Element[] = minus === null ? [] : [operator('−')];
  factors.forEach((factor, i) => {
    const shown = i === 0 && minus !== null ? minus : factor;
    if (i > 0) {
      parts.push(needsDot(factors[i - 1]!, factor) ? operator('⋅') : space());
    }
    parts.push(within(shown, i === 0 ? Strength.Product : Strength.Power, style));
  });
  return { node: row(...parts), strength: minus === null ? Strength.Product : Strength.Negation };
}

/** A thin space separates factors unless two could be read as one. */
function needsDot(left: Tree, right: Tree): boolean {
  return startsWithDigit(right) || (isLong(left) && isLong(right));
}

function startsWithDigit(tree: Tree): boolean {
  if (typeof tree === 'string') {
    return false;
  }
  return typeof tree === 'number' ? tree >= 0 : tree[0] === 'pow' && startsWithDigit(tree[1] ?? 'x');
}

function isLong(tree: Tree): boolean {
  if (typeof tree === 'string') {
    return isLongName(tree);
  }
  return typeof tree === 'object' && tree[0] === 'pow' && isLong(tree[1] ?? 'x');
}

function drawPower(base: Tree, power: Tree, style: Style): Piece {
  const [name, ...args] = typeof base === 'object' ? base : [''];
  if (SQUARED_HEADS.has(name) && args.length === 1 && isSmallInteger(power)) {
    const head = math('msup', {}, math('mi', {}, name), math('mn', {}, String(power)));
    return { node: call(head, args, style), strength: Strength.Power };
  }
  const parts = [within(base, Strength.Atom, style, true), exponent(power, style)];
  return { node: math('msup', {}, ...parts), strength: Strength.Power };
}

/** A fraction of two numbers stays on one line, which reads better at the size of an exponent. */
function exponent(tree: Tree, style: Style): Element {
  const minus = withoutMinus(tree);
  const positive = minus ?? tree;
  const [name, over, under] = typeof positive === 'object' ? positive : [];
  if (name === 'div' && typeof over === 'number' && typeof under === 'number') {
    const sign = minus === null ? [] : [operator('−')];
    return row(...sign, draw(over, style).node, math('mo', { lspace: 0, rspace: 0 }, '/'), draw(under, style).node);
  }
  return draw(tree, style).node;
}

function isSmallInteger(tree: Tree): boolean {
  return typeof tree === 'number' && Number.isInteger(tree) && tree >= 2 && tree <= 9;
}

function drawCall(name: string, args: readonly Tree[], style: Style): Piece {
  return atom(call(math('mi', {}, FUNCTION_NAMES.get(name) ?? name), args, style));
}

function call(head: Element, args: readonly Tree[], style: Style): Element {
  const inside = args.flatMap((arg, i) => [...(i > 0 ? [operator(',')] : []), draw(arg, style).node]);
  return row(head, operator('\u2061'), parenthesised(row(...inside)));
}

function drawNumber(value: number, style: Style): Piece {
  const { mantissa, exponent } = scientific(value, style.digits);
  const digits = math('mn', {}, mantissa);
  if (exponent === 0) {
    return { node: digits, strength: value < 0 ? Strength.Negation : Strength.Atom };
  }
  const power = math('msup', {}, math('mn', {}, '10'), math('mn', {}, String(exponent).replace('-', '−')));
  return { node: row(digits, operator('×'), power), strength: value < 0 ? Strength.Negation : Strength.Product };
}

/** The piece, in parentheses when it holds together less than its place needs. */
function within(tree: Tree, needed: Strength, style: Style, isBase = false): Element {
  const { node, strength } = draw(tree, style);
  const isFraction = isBase && typeof tree === 'object' && tree[0] === 'div';
  return strength < needed || isFraction ? parenthesised(node) : node;
}

function parenthesised(node: Element): Element {
  return row(operator('(', true), node, operator(')', true));
}

function atom(node: Element): Piece {
  return { node, strength: Strength.Atom };
}

function row(...parts: Element[]): Element {
  return math('mrow', {}, ...parts);
}

function operator(sign: string, stretchy?: boolean): Element {
  return math('mo', stretchy ? { stretchy: 'true' } : {}, sign);
}

function space(): Element {
  return math('mspace', { width: '0.17em' });
}
