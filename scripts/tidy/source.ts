/** One file of the repository, as the rules see it. */
export type Source = {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /**
   * The same text with comments, and the insides of strings and regular expressions, made blank:
   * offsets and line numbers stay. Only for TypeScript and JavaScript; else empty.
   */
  readonly code: string;
};

/** One breach of a rule. */
export type Finding = {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly rule: string;
  /** What is there and what to do about it. */
  readonly message: string;
};

/** A rule looks at all sources and tells its breaches. */
export type Rule = (sources: readonly Source[]) => readonly Finding[];

/** The source of a text. */
export function toSource(path: string, text: string): Source {
  const code = isCode(path) ? blankOut(text) : '';
  return { path, text, lines: text.split('\n'), code };
}

/** True for TypeScript and JavaScript. */
export function isCode(path: string): boolean {
  return /\.(ts|mts|mjs|js)$/.test(path);
}

/** True for files that a script writes: their sizes follow from data. */
export function isGenerated(source: Source): boolean {
  return source.path.endsWith('.generated.ts');
}

/** Line number, from 1, of an offset into the text. */
export function lineAt(source: Source, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (source.text.charCodeAt(i) === 10) line += 1;
  return line;
}

const LINE_COMMENT = /\/\/.*/y;
const BLOCK_COMMENT = /\/\*[^]*?\*\//y;
const QUOTED = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
const REGEX = /\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:[^`\\$]|\\[^]|\$(?!\{))*/y;

/** Where a `/` begins a regular expression, and is no division: after these, or a keyword. */
const BEFORE_REGEX = /(?:^|[=(,:;!&|?{}[\]+\-*%<>~^]|\breturn|\bcase|\btypeof|\bin|\bof)\s*$/;

function blankOut(text: string): string {
  let code = '';
  /** Depths of braces at which a template goes on. */
  const templates: number[] = [];
  let depth = 0;
  const keep = (length: number) => {
    code += text.slice(code.length, code.length + length);
  };
  const blank = (length: number, edge: number) => {
    const part = text.slice(code.length, code.length + length);
    const inner = part.slice(edge, part.length - edge).replace(/[^\n]/g, ' ');
    code += part.slice(0, edge) + inner + (edge === 0 ? '' : part.slice(-edge));
  };
  while (code.length < text.length) {
    const next = text[code.length] as string;
    const comment =
      matchAt(LINE_COMMENT, text, code.length) || matchAt(BLOCK_COMMENT, text, code.length);
    const quoted = matchAt(QUOTED, text, code.length);
    if (comment > 0) blank(comment, 0);
    else if (quoted > 0) blank(quoted, 1);
    else if (next === '`' || (next === '}' && templates.at(-1) === depth)) {
      if (next === '}') templates.pop();
      keep(1);
      blank(matchAt(TEMPLATE_TEXT, text, code.length), 0);
      if (text[code.length] === '$') {
        templates.push(depth);
        keep(2);
      } else keep(1);
    } else if (next === '/' && BEFORE_REGEX.test(code.slice(-20))) {
      blank(Math.max(1, matchAt(REGEX, text, code.length)), 0);
    } else {
      if (next === '{') depth += 1;
      if (next === '}') depth -= 1;
      keep(1);
    }
  }
  return code;
}

/** Length of the match of a sticky pattern at `offset`, 0 when there is none. */
function matchAt(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0].length ?? 0;
}
