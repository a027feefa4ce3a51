/**
 * Reads typed formulas so that they can be drawn while they are typed; nothing is evaluated.
 *
 * The kernel's parser is the judge: it knows which functions and variables exist. The grammar is
 * the same (Python's, with ^ for powers, names in backticks, and ? for a part left open).
 * V. R. Pratt, "Top down operator precedence", POPL 1973.
 */
import type { Tree } from './snapshot';

export type Reading =
  | { readonly tree: Tree; readonly problem?: undefined }
  | { readonly tree?: undefined; readonly problem: string; readonly position: number };

interface Token {
  readonly kind: 'number' | 'name' | 'quoted' | 'mark' | 'end';
  readonly text: string;
  readonly position: number;
}

const MAX_LENGTH = 4000;
const MAX_NESTING = 100;
const TOKEN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_][\p{L}\p{N}_]*)|`(?<quoted>[^`]*)`|(?<mark>\*\*|[-+*/^(),?−×·]))/uy;
const SAME_MARK = new Map([['^', '**'], ['−', '-'], ['×', '*'], ['·', '*']]);
const SUM = 10;
const PRODUCT = 20;
const SIGN = 30;
const POWER = 40;
const INFIX = new Map([['+', SUM], ['-', SUM], ['*', PRODUCT], ['/', PRODUCT], ['**', POWER]]);
const CONSTANTS = new Map([['pi', 'pi'], ['π', 'pi'], ['e', 'e']]);
/** Other spellings of functions, so that they are drawn as those are. */
const ALIASES = new Map([
  ['ln', 'log'], ['arcsin', 'asin'], ['arccos', 'acos'], ['arctan', 'atan'], ['arcsinh', 'asinh'], ['arccosh', 'acosh'],
  ['arctanh', 'atanh'], ['Abs', 'abs'], ['fabs', 'abs'], ['sgn', 'sign'], ['ceiling', 'ceil']
]);

class Unreadable extends Error {
  constructor(problem: string, readonly position: number) {
    super(problem);
  }
}

/** The tree that a text spells, or what is wrong with it and at which character. */
export function read(text: string, variables: ReadonlySet<string> = new Set()): Reading {
  try {
    return { tree: new Reader(tokens(text), variables).formula() };
  } catch (error) {
    if (error instanceof Unreadable) {
      return { problem: error.message, position: error.position };
    }
    throw error;
  }
}

class Reader {
  private at = 0;
  private nesting = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly variables: ReadonlySet<string>
  ) {}

  formula(): Tree {
    const tree = this.infix(0);
    if (this.next.kind !== 'end') {
      throw this.unexpected();
    }
    return tree;
  }

  private get next(): Token {
    return this.tokens[this.at]!;
  }

  private isMark(...marks: string[]): boolean {
    return this.next.kind === 'mark' && marks.includes(this.next.text);
  }

  private take(): Token {
    return this.tokens[this.at++]!;
  }

  private unexpected(): Unreadable {
    const { kind, text, position } = this.next;
    if (kind === 'end') {
      return new Unreadable('something is missing at the end', position);
    }
    const starts = kind !== 'mark' || text === '(' || text === '?';
    return new Unreadable(starts && this.at > 0 ? `an operator is missing before ${shown(text)}` : `${shown(text)} is not expected here`, position);
  }

  /** An operand and every infix operator after it that binds at least as strongly. */
  private infix(least: number): Tree {
    if (++this.nesting > MAX_NESTING) {
      throw new Unreadable(`this is nested more than ${MAX_NESTING} deep`, this.next.position);
    }
    let left = this.signed();
    for (;;) {
      const strength = this.next.kind === 'mark' ? INFIX.get(this.next.text) : undefined;
      if (strength === undefined || strength < least) {
        break;
      }
      left = this.extended(left, strength);
    }
    this.nesting--;
    return left;
  }

  private extended(left: Tree, strength: number): Tree {
    if (strength === POWER) {
      this.take();
      return ['pow', left, this.infix(SIGN)];
    }
    if (this.isMark('/')) {
      this.take();
      return ['div', left, this.infix(PRODUCT + 1)];
    }
    return this.chain(left, strength);
  }

  private chain(left: Tree, strength: number): Tree {
    const terms = [left];
    while (strength === SUM ? this.isMark('+', '-') : this.isMark('*')) {
      const minus = this.take().text === '-';
      const term = this.infix(strength + 1);
      terms.push(minus ? negative(term) : term);
    }
    return [strength === SUM ? 'add' : 'mul', ...terms];
  }

  /** A sign binds less strongly than a power: -x**2 is -(x**2). */
  private signed(): Tree {
    let minus = false;
    const starts = this.at;
    while (this.isMark('+', '-')) {
      minus = (this.take().text === '-') !== minus;
    }
    const operand = this.at > starts ? this.infix(POWER) : this.operand();
    return minus ? negative(operand) : operand;
  }

  private operand(): Tree {
    const token = this.next;
    if (token.kind === 'number') {
      return number(this.take());
    }
    if (token.kind === 'quoted') {
      return name(this.take());
    }
    if (token.kind === 'name') {
      return this.named(this.take());
    }
    if (this.isMark('?')) {
      return this.take().text;
    }
    if (this.isMark('(')) {
      this.take();
      const inner = this.infix(0);
      this.close(token);
      return inner;
    }
    throw token.kind === 'end' ? this.unexpected() : new Unreadable(`${shown(token.text)} is not expected here`, token.position);
  }

  private named(token: Token): Tree {
    if (!this.isMark('(')) {
      const constant = this.variables.has(token.text) ? undefined : CONSTANTS.get(token.text);
      return constant === undefined ? name(token) : [constant];
    }
    const opened = this.take();
    const args: Tree[] = [];
    if (this.isMark(')')) {
      throw new Unreadable(`${shown(token.text)} needs an argument`, this.next.position);
    }
    do {
      args.push(this.infix(0));
    } while (this.isMark(',') && this.take());
    this.close(opened);
    return [ALIASES.get(token.text) ?? token.text, ...args];
  }

  private close(opened: Token): void {
    if (this.next.kind === 'end') {
      throw new Unreadable('this parenthesis is never closed', opened.position);
    }
    if (!this.isMark(')')) {
      throw this.unexpected();
    }
    this.take();
  }
}

function negative(tree: Tree): Tree {
  return typeof tree === 'number' ? -tree : ['neg', tree];
}

function number({ text, position }: Token): number {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw new Unreadable(`${shown(text)} is beyond the range of floating point`, position);
  }
  return value;
}

function name({ text, position }: Token): string {
  if (text === '' || text.length > 200) {
    throw new Unreadable(text === '' ? 'a name is empty' : 'a name is too long', position);
  }
  return text;
}

function tokens(text: string): Token[] {
  if (text.length > MAX_LENGTH) {
    throw new Unreadable(`it has more than ${MAX_LENGTH} characters`, MAX_LENGTH);
  }
  const found: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw unreadable(text, from);
    }
    found.push(token(match));
  }
  return [...found, { kind: 'end', text: '', position: end }];
}

function token(match: RegExpExecArray): Token {
  const [kind, text] = Object.entries(match.groups!).find(([, value]) => value !== undefined) as [Token['kind'], string];
  const position = match.index + match[0].length - text.length - (kind === 'quoted' ? 2 : 0);
  return { kind, text: kind === 'mark' ? (SAME_MARK.get(text) ?? text) : text, position };
}

function unreadable(text: string, from: number): Unreadable {
  const position = from + text.slice(from).search(/\S/);
  const sign = String.fromCodePoint(text.codePointAt(position)!);
  return new Unreadable(sign === '`' ? 'a backtick is never closed' : `${shown(sign)} cannot be read`, position);
}

function shown(text: string): string {
  return `“${text.length > 20 ? `${text.slice(0, 19)}…` : text}”`;
}
