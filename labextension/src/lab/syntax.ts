/** What the parts of a `%%discover` cell and of a `%discover` line are: places in a text. */

export type Kind = 'magic' | 'target' | 'tilde' | 'flag' | 'key' | 'operator' | 'text' | 'comment';

/** From character `from` up to, but without, character `to` of the text. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
}

/** Longer cells are left as they are; no one writes them by hand. */
export const MAX_CELL = 20_000;

const FLAGS = /^(?:--(?:data|time|output|operators|where|max-size|seed|jobs|reuse|guide)|-[dto])(?==|$)/;
const KEYS = new Set(['data', 'time', 'output', 'operators', 'where', 'max_size', 'seed', 'jobs', 'reuse', 'guide']);
const FORMULAS = new Set(['operators', 'where']);
const CELL_MAGIC = /^[ \t]*%%\S/;
const OUR_CELL = /^[ \t]*(%%discover)(?=\s|$)/;
const OUR_LINE = /^(?:[^%#'"\n]*=)?[ \t]*(%discover)(?=\s|$)/;
const WORD = /(?:`[^`]*`?|"[^"]*"?|'[^']*'?|[^\s`"'])+/g;
const PART = /(`[^`]*`?)|("[^"]*"?|'[^']*'?)|(~)|(\*\*|[<>=!]=|[-+*/^<>&])|([^\W\d]\w*(?=\s*\())|[^\W\d]\w*|\d+\.?\d*(?:e[-+]?\d+)?|\S/giu;
const COMMENT = /^((?:`[^`]*`|"[^"]*"|'[^']*'|[^`"'#])*)(#.*)$/;

/** The parts of a cell, in order and without overlap; none in a cell that is not ours. */
export function marksOf(cell: string): Mark[] {
  if (cell.length > MAX_CELL || !cell.includes('%discover')) {
    return [];
  }
  const lines = linesOf(cell);
  const head = headOf(lines);
  if (head < 0) {
    return lines.flatMap(line => withMagic(line, OUR_LINE));
  }
  const [first, ...body] = lines.slice(head) as [Line, ...Line[]];
  return [...withMagic(first, OUR_CELL), ...body.flatMap(inBody)];
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function linesOf(cell: string): Line[] {
  let start = 0;
  return cell.split('\n').map(text => {
    const line = { text, start };
    start += text.length + 1;
    return line;
  });
}

/** Other cell magics, as `%%time`, may stand before ours. */
function headOf(lines: readonly Line[]): number {
  const at = lines.findIndex(({ text }) => OUR_CELL.test(text) || (text.trim() !== '' && !CELL_MAGIC.test(text)));
  return at >= 0 && OUR_CELL.test(lines[at]!.text) ? at : -1;
}

function withMagic({ text, start }: Line, pattern: RegExp): Mark[] {
  const match = pattern.exec(text);
  if (match === null) {
    return [];
  }
  const end = match[0].length;
  const magic = { from: start + end - match[1]!.length, to: start + end, kind: 'magic' as const };
  return [magic, ...inLine(text.slice(end), start + end)];
}

/** The rest of the magic's line: flags with their values, all else is the formula. */
function inLine(text: string, start: number): Mark[] {
  const marks: Mark[] = [];
  let isTarget = text.includes('~');
  let value: string | null = null;
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    const from = start + match.index;
    const flag: string | undefined = value === null ? FLAGS.exec(word)?.[0] : undefined;
    if (value !== null) {
      marks.push(...inValue(value, word, from));
      value = null;
    } else if (flag === undefined) {
      const parts = inExpression(word, from, isTarget);
      isTarget &&= !parts.some(part => part.kind === 'tilde');
      marks.push(...parts);
    } else {
      const after = flag.length + 1;
      marks.push({ from, to: from + flag.length, kind: 'flag' });
      marks.push(...inValue(flag, word.slice(after), from + after));
      value = word.length > flag.length ? null : flag;
    }
  }
  return marks;
}

/** Only some values are made of operators; the others stay plain. */
function inValue(option: string, word: string, from: number): Mark[] {
  if (!FORMULAS.has(option.replace(/^--/, ''))) {
    return [];
  }
  const quote = /^["']/.test(word) ? 1 : 0;
  const inner = word.slice(quote, quote && word.endsWith(word[0]!) && word.length > 1 ? -1 : undefined);
  return option.endsWith('operators') ? asOperators(inner, from + quote) : inExpression(inner, from + quote, false);
}

function inBody({ text, start }: Line): Mark[] {
  const comment = COMMENT.exec(text);
  const code = comment === null ? text : comment[1]!;
  const marks = keyAndValue(code, start);
  if (comment !== null) {
    marks.push({ from: start + code.length, to: start + text.length, kind: 'comment' });
  }
  return marks;
}

function keyAndValue(code: string, start: number): Mark[] {
  const match = /^([ \t]*)([\w-]+)([ \t]*:[ \t]*)/.exec(code);
  const key = match?.[2]!.toLowerCase().replace('-', '_') ?? '';
  if (match === null || !KEYS.has(key)) {
    return [];
  }
  const from = start + match[1]!.length;
  const end = match[0].length;
  return [{ from, to: from + match[2]!.length, kind: 'key' }, ...inValue(key, code.slice(end), start + end)];
}

function asOperators(text: string, start: number): Mark[] {
  return [...text.matchAll(/[^\s,"']+/g)].map(match => markAt(start + match.index, match[0], 'operator'));
}

/** Signs, called functions and quoted texts; names as well while they are the target's. */
function inExpression(text: string, start: number, target: boolean): Mark[] {
  const marks: Mark[] = [];
  let isTarget = target;
  for (const match of text.matchAll(PART)) {
    const [part, name, quoted, tilde, sign, called] = match;
    const isName = name !== undefined || /^[^\W\d]/u.test(part);
    const kind = tilde ? 'tilde' : quoted ? 'text' : sign || called ? 'operator' : isTarget && isName ? 'target' : null;
    if (kind !== null) {
      marks.push(markAt(start + match.index, part, kind));
    }
    isTarget &&= tilde === undefined;
  }
  return marks;
}

function markAt(from: number, text: string, kind: Kind): Mark {
  return { from, to: from + text.length, kind };
}
