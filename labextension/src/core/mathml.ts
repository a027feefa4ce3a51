/**
 * Rendered mathematics: MathML nodes from an expression tree.
 *
 * The nodes are made one by one and names only ever become their text; no markup is parsed.
 */
import { math } from './dom';
import { scientific } from './format';
import { isLongName, nameNode } from './names';
import { child, isRatio, pathText, type Part } from './parts';
import type { Path, Tree } from './snapshot';
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
  /** Whether each piece says which part of the tree it draws (`data-path`). */
  readonly paths: boolean;
}

interface Options {
  readonly digits?: number;
  readonly display?: boolean;
  readonly left?: Tree;
  readonly paths?: boolean;
}

/** A part without its minus sign, and the part that the sign belongs to. */
interface Unsigned {
  readonly positive: Part;
  readonly sign: Path;
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
/** Between a function's name and its arguments: read out, not seen. */
const APPLY = '\u2061';

/**
 * A `math` element; `display` is larger and for a line of its own.
 *
 * With `paths`, the elements that draw a part carry its path. A part may be drawn by several
 * elements side by side, as `parts.cover` finds them.
 */
export function mathOf(tree: Tree, options: Options = {}): Element {
  const style = { digits: options.digits ?? 4, paths: options.paths ?? false };
  const body = draw({ tree, path: [] }, style).node;
  const attributes = { display: options.display ? 'block' : 'inline' };
  if (options.left === undefined) {
    return math('math', attributes, body);
  }
  const left = draw({ tree: options.left, path: [] }, { ...style, paths: false }).node;
  return math('math', attributes, math('mrow', {}, left, operator('='), body));
}

/** The left-hand side: a column's name, or one function of it, as the formula spells it. */
export function targetTree(target: string): Tree {
  const parts = /^([A-Za-z]\w*)\((\w+)\)$/.exec(target.trim());
  return parts ? [parts[1]!, parts[2]!] : target.replace(/^`(.*)`$/, '$1') || '?';
}

function draw(part: Part, style: Style): Piece {
  const { node, strength } = drawTree(part, style);
  return { node: marked(node, part.path, style), strength };
}

/** An element that already draws an inner part gets one around it for the outer part. */
function marked(node: Element, path: Path, style: Style): Element {
  if (!style.paths) {
    return node;
  }
  const free = node.hasAttribute('data-path') ? row(node) : node;
  free.setAttribute('data-path', pathText(path));
  return free;
}

function drawTree(part: Part, style: Style): Piece {
  const { tree } = part;
  if (typeof tree === 'number') {
    return drawNumber(tree, style);
  }
  if (typeof tree === 'string') {
    return atom(nameNode(tree));
  }
  return drawOperation(part, tree, style);
}

function drawOperation(part: Part, [name, ...args]: Operation, style: Style): Piece {
  if (args.length === 0) {
    return atom(math('mi', {}, CONSTANTS.get(name) ?? name));
  }
  const inner = isRatio(part.tree) ? { ...style, paths: false } : style;
  const parts = args.map((_, i) => child(part, i));
  const [first, second] = parts;
  if (second === undefined) {
    return drawUnary(name, first!, inner);
  }
  switch (name) {
    case 'add':
      return drawSum(parts, inner);
    case 'mul':
      return drawProduct(parts, inner);
    case 'pow':
      return args.length === 2 ? drawPower(first!, second, inner) : drawCall(name, parts, inner);
    case 'div':
      if (args.length === 2) {
        return atom(math('mfrac', {}, draw(first!, inner).node, draw(second, inner).node));
      }
  }
  return drawCall(name, parts, inner);
}

function drawUnary(name: string, arg: Part, style: Style): Piece {
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
      if (treeSize(arg.tree) <= LARGEST_EXPONENT) {
        return { node: math('msup', {}, math('mi', {}, 'e'), exponent(arg, style)), strength: Strength.Power };
      }
  }
  return drawCall(name, [arg], style);
}

function drawSum(terms: readonly Part[], style: Style): Piece {
  const parts: Element[] = [];
  terms.forEach((term, i) => {
    const minus = withoutMinus(term);
    if (minus !== null) {
      parts.push(marked(operator('−'), minus.sign, style));
    } else if (i > 0) {
      parts.push(operator('+'));
    }
    parts.push(minus === null ? within(term, Strength.Sum, style) : within(minus.positive, Strength.Product, style));
  });
  return { node: row(...parts), strength: Strength.Sum };
}

/** The part without its leading minus sign, or null when it has none. */
function withoutMinus(part: Part): Unsigned | null {
  const { tree, path } = part;
  if (typeof tree === 'number') {
    return tree < 0 ? { positive: { tree: -tree, path }, sign: path } : null;
  }
  if (typeof tree === 'string') {
    return null;
  }
  const [name, first, ...rest] = tree;
  if (name === 'neg' && first !== undefined && rest.length === 0) {
    return { positive: child(part, 0), sign: path };
  }
  if ((name === 'mul' || name === 'div') && typeof first === 'number' && first < 0) {
    return { positive: { tree: [name, -first, ...rest], path }, sign: isRatio(tree) ? path : [...path, 0] };
  }
  return null;
}

function drawProduct(factors: readonly Part[], style: Style): Piece {
  const minus = withoutMinus(factors[0]!);
  const parts: Element[] = minus === null ? [] : [marked(operator('−'), minus.sign, style)];
  factors.forEach((factor, i) => {
    const shown = i === 0 && minus !== null ? minus.positive : factor;
    if (i > 0) {
      parts.push(needsDot(factors[i - 1]!.tree, factor.tree) ? operator('⋅') : space());
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

function drawPower(base: Part, power: Part, style: Style): Piece {
  const [name, ...args] = typeof base.tree === 'object' ? base.tree : [''];
  if (SQUARED_HEADS.has(name) && args.length === 1 && isSmallInteger(power.tree)) {
    const mark = (node: Element): Element => marked(node, base.path, style);
    const head = math('msup', {}, mark(math('mi', {}, name)), draw(power, style).node);
    const argument = mark(parenthesised(draw(child(base, 0), style).node));
    return { node: row(head, operator(APPLY), argument), strength: Strength.Power };
  }
  const parts = [within(base, Strength.Atom, style, true), exponent(power, style)];
  return { node: math('msup', {}, ...parts), strength: Strength.Power };
}

/** A fraction of two numbers stays on one line, which reads better at the size of an exponent. */
function exponent(part: Part, style: Style): Element {
  const minus = withoutMinus(part);
  const positive = minus?.positive ?? part;
  const [name, over, under] = typeof positive.tree === 'object' ? positive.tree : [];
  if (name !== 'div' || typeof over !== 'number' || typeof under !== 'number') {
    return draw(part, style).node;
  }
  const inner = isRatio(positive.tree) ? { ...style, paths: false } : style;
  const [above, below] = [child(positive, 0), child(positive, 1)].map(one => draw(one, inner).node);
  const line = marked(row(above!, math('mo', { lspace: 0, rspace: 0 }, '/'), below!), positive.path, style);
  return minus === null ? line : marked(row(marked(operator('−'), minus.sign, style), line), part.path, style);
}

function isSmallInteger(tree: Tree): boolean {
  return typeof tree === 'number' && Number.isInteger(tree) && tree >= 2 && tree <= 9;
}

function drawCall(name: string, args: readonly Part[], style: Style): Piece {
  const inside = args.flatMap((arg, i) => [...(i > 0 ? [operator(',')] : []), draw(arg, style).node]);
  const head = math('mi', {}, FUNCTION_NAMES.get(name) ?? name);
  return atom(row(head, operator(APPLY), parenthesised(row(...inside))));
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
function within(part: Part, needed: Strength, style: Style, isBase = false): Element {
  const { node, strength } = draw(part, style);
  const isFraction = isBase && typeof part.tree === 'object' && part.tree[0] === 'div';
  return strength < needed || isFraction ? marked(parenthesised(node), part.path, style) : node;
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
