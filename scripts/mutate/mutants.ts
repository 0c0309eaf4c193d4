import { lineAt, type Source } from '../tidy/source.ts';

/** One small change of a source that a test ought to notice. */
export type Mutant = {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** Where the change begins, and what it takes away and puts there. */
  readonly offset: number;
  readonly removed: string;
  readonly inserted: string;
};

type Rewrite = { readonly pattern: RegExp; readonly to: (found: string) => readonly string[] };

/** Operators are found by the spaces around them, which the formatter sees to. */
const SWAPS: { readonly [operator: string]: readonly string[] } = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '%': ['/'],
  '+=': ['-='],
  '-=': ['+='],
  '??': ['&&'],
};

const REWRITES: readonly Rewrite[] = [
  {
    pattern: /(?<= )(?:<=?|>=?|===|!==|&&|\|\||[+\-%]|[+-]=|\?\?)(?=\s)/g,
    to: (found) => SWAPS[found] ?? [],
  },
  { pattern: /(?<=[\s(])!(?=[\w(])/g, to: () => [''] },
  { pattern: /\b(?:true|false)\b/g, to: (found) => [found === 'true' ? 'false' : 'true'] },
  { pattern: /\bcontinue;/g, to: () => ['break;'] },
  {
    // Numbers of two digits and more are constants of the protocol; 0 and 1 are mostly places.
    pattern: /(?<![\w.$])(?:0x[\da-f_]+|\d[\d_]*)n?\b(?!\.)/g,
    to: (found) => [plusOne(found)],
  },
];

/** Every mutant of a source, in order: operators, conditions, constants, statements. */
export function mutantsOf(source: Source): readonly Mutant[] {
  const code = withoutTypes(source.code);
  const at = (offset: number, removed: string, inserted: string): Mutant => ({
    path: source.path,
    line: lineAt(source, offset),
    offset,
    removed,
    inserted,
  });
  const rewritten = REWRITES.flatMap(({ pattern, to }) =>
    [...code.matchAll(pattern)].flatMap((found) =>
      to(found[0]).map((inserted) => at(found.index, found[0], inserted)),
    ),
  );
  const conditions = [...code.matchAll(/\bif \(/g)].flatMap((found) => {
    const start = found.index + found[0].length;
    const removed = source.text.slice(start, closing(code, start - 1));
    return ['false', 'true'].map((inserted) => at(start, removed, inserted));
  });
  const statements = [...code.matchAll(STATEMENT)].flatMap((found) => {
    const start = found.index + (found[1] as string).length;
    const end = statementEnd(code, start);
    return end === undefined ? [] : [at(start, source.text.slice(start, end), ';')];
  });
  return [...rewritten, ...conditions, ...statements]
    .filter(({ offset, removed }) => !isOfText(source, offset, removed))
    .toSorted((a, b) => a.offset - b.offset);
}

/** Whether a change concerns only what a message says: inside a template, or joining two texts. */
function isOfText(source: Source, offset: number, removed: string): boolean {
  const start = source.text.lastIndexOf('\n', offset) + 1;
  const before = source.text.slice(start, offset);
  const isInTemplate = (before.match(/`/g)?.length ?? 0) % 2 === 1;
  return isInTemplate || (removed === '+' && /[`'] $/.test(before));
}

/** The source's text with the mutant's change. */
export function applyMutant(text: string, { offset, removed, inserted }: Mutant): string {
  return text.slice(0, offset) + inserted + text.slice(offset + removed.length);
}

/** One line that tells a mutant apart: it stays the same when lines above it change. */
export function mutantName({ path, removed, inserted }: Mutant, line: string): string {
  const flat = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 60);
  return `${path} | ${line.trim()} | ${flat(removed)} -> ${flat(inserted) || 'nothing'}`;
}

/** Calls and assignments that stand as statements. */
const STATEMENT =
  /^([ \t]+)(?!return|const|let|throw|if|for|while|case|switch|else|type\b)[\w.]+(?:\[[\w.]+\])?(?:\(| [+-]?= |\+\+;)/gm;

function plusOne(found: string): string {
  const isBig = found.endsWith('n');
  const value = BigInt(found.replace('n', '').replaceAll('_', ''));
  return `${value + 1n}${isBig ? 'n' : ''}`;
}

/** Offset of the bracket that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if ('([{'.includes(code[at] as string)) depth += 1;
    if (')]}'.includes(code[at] as string)) depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}

/** Where the statement at `start` ends, its semicolon included; undefined for anything else. */
function statementEnd(code: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    if ('([{'.includes(code[at] as string)) depth += 1;
    if (')]}'.includes(code[at] as string)) depth -= 1;
    if (depth < 0 || (depth === 0 && code[at] === ',')) return undefined;
    if (depth === 0 && code[at] === ';') return at + 1;
  }
  return undefined;
}

/** The code with imports, type declarations and signatures made blank: they decide nothing. */
function withoutTypes(code: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  return code
    .replace(/^(?:export )?(?:import|type)\b[^]*?;\n(?=\S|\n|$)/gm, blank)
    .replace(/\[[\w.]+(?:\['\w*'\])?\]: [^=]*=/g, blank);
}
