import { describe, expect, it } from 'vitest';

import { marksOf, MAX_CELL } from '../src/lab/syntax';

/** The marked parts as "kind: text". */
function parts(cell: string): string[] {
  return marksOf(cell).map(({ from, to, kind }) => `${kind}: ${cell.slice(from, to)}`);
}

describe('marksOf', () => {
  it('marks a line', () => {
    expect(parts('%%discover P ~ a + b --data planets --time 10s -o laws')).toEqual([
      'magic: %%discover', 'target: P', 'tilde: ~', 'operator: +', 'flag: --data', 'flag: --time', 'flag: -o'
    ]);
  });

  it('marks a transformed target and names in backticks', () => {
    expect(parts('%%discover log(`semi major`)~x -id')).toEqual([
      'magic: %%discover', 'operator: log', 'target: `semi major`', 'tilde: ~', 'operator: -'
    ]);
    expect(parts('%%discover `a --data ~ b` ~ x')).toEqual(['magic: %%discover', 'target: `a --data ~ b`', 'tilde: ~']);
  });

  it('marks the body', () => {
    expect(parts('\n%%discover P ~ .\noperators: + - * sqrt   # no waves\n  where: a > 0.5 and body != "x # y"\nMax-Size: 9')).toEqual([
      'magic: %%discover', 'target: P', 'tilde: ~',
      'key: operators', 'operator: +', 'operator: -', 'operator: *', 'operator: sqrt', 'comment: # no waves',
      'key: where', 'operator: >', 'operator: !=', 'text: "x # y"', 'key: Max-Size'
    ]);
  });

  it('marks values on the line that hold operators, whole or not', () => {
    const quoted = ['magic: %%discover', 'target: y', 'tilde: ~', 'flag: --operators', 'operator: +', 'operator: exp'];
    expect(parts('%%discover y ~ x --operators "+ exp"')).toEqual(quoted);
    expect(parts('%%discover y ~ x --operators="+ exp"')).toEqual(quoted);
    expect(parts('%%discover y ~ x --operators "+ exp')).toEqual(quoted);
    expect(parts("%%discover y ~ x --where 'a < 1' --seed 3")).toEqual([
      'magic: %%discover', 'target: y', 'tilde: ~', 'flag: --where', 'operator: <', 'flag: --seed'
    ]);
  });

  it('takes what follows a flag for its value', () => {
    expect(parts('%%discover y ~ x --data --time')).toEqual(['magic: %%discover', 'target: y', 'tilde: ~', 'flag: --data']);
  });

  it('marks lines of the line magic in Python', () => {
    expect(parts('x = 1 + 2\nlaws = %discover y ~ x --data t\nprint(x)\n%discover y ~ x')).toEqual([
      'magic: %discover', 'target: y', 'tilde: ~', 'flag: --data', 'magic: %discover', 'target: y', 'tilde: ~'
    ]);
  });

  it('looks for the target only before a tilde', () => {
    expect(parts('%%discover P')).toEqual(['magic: %%discover']);
  });

  it('goes on below other cell magics', () => {
    expect(parts('%%time\n%%discover y ~ x')[0]).toBe('magic: %%discover');
  });

  it.each([
    'print(1)', '%%discovery y ~ x', 'x = 1\n%%discover y ~ x', '# %discover y ~ x', 's = "%discover y ~ x"', '%%bash\nls ~',
    '', `%%discover ${'x + '.repeat(MAX_CELL)}`
  ])('leaves %j alone', cell => {
    expect(parts(cell)).toEqual([]);
  });

  it.each(['%%discover `', '%%discover "~ x', "%%discover y ~ x --operators '", '%%discover y~~x\n:\n#\n"#', '%%discover ñ ~ π²'])(
    'keeps order and bounds in %j', cell => {
      let end = 0;
      for (const { from, to } of marksOf(cell)) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to).toBeGreaterThan(from);
        end = to;
      }
      expect(end).toBeLessThanOrEqual(cell.length);
    }
  );

  it('does not take long for a hostile cell', () => {
    const start = performance.now();
    marksOf(`%%discover ${'`"\''.repeat(6000)}\n${'"a'.repeat(500)}`);
    marksOf(`%%discover y ~ x\n${'a'.repeat(MAX_CELL - 100)}`);
    marksOf(`${'=('.repeat(9000)}%discover`);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
