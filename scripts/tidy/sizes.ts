import { type Finding, isCode, isGenerated, lineAt, type Rule, type Source } from './source.ts';

/** Lines of a file. */
const MAX_FILE_LINES = 400;
/** Lines from a function's first to its last. */
const MAX_FUNCTION_LINES = 70;
/** Columns of a line. */
const MAX_COLUMNS = 100;
/** What cannot be broken: a very long word, or a string alone on its line. */
const UNBREAKABLE = /\S{72}|^\s*(['"`]).*\1[,;]?$/;

/** Files, functions and lines are short enough to read at once. Generated tables are excepted. */
export const checkSizes: Rule = (sources) =>
  sources
    .filter((source) => isCode(source.path) && !isGenerated(source))
    .flatMap((source) => [...fileSize(source), ...lineSizes(source), ...functionSizes(source)]);

function fileSize({ path, lines }: Source): readonly Finding[] {
  const count = lines.length - 1;
  if (count <= MAX_FILE_LINES) return [];
  const message = `${count} lines, at most ${MAX_FILE_LINES}; split it by concept`;
  return [{ path, line: 1, rule: 'file-size', message }];
}

function lineSizes({ path, lines }: Source): readonly Finding[] {
  return lines.flatMap((line, i) => {
    if (line.length <= MAX_COLUMNS || UNBREAKABLE.test(line)) return [];
    const message = `${line.length} columns, at most ${MAX_COLUMNS}; break the line`;
    return [{ path, line: i + 1, rule: 'line-size', message }];
  });
}

/** Tests nest whole suites in functions, so only files and lines are measured there. */
function functionSizes(source: Source): readonly Finding[] {
  if (source.path.startsWith('test/')) return [];
  const open: number[] = [];
  const findings: Finding[] = [];
  const { code, path } = source;
  for (let i = 0; i < code.length; i++) {
    if (code[i] === '{') open.push(i);
    if (code[i] !== '}') continue;
    const start = open.pop();
    if (start === undefined || !isFunctionBody(code, start)) continue;
    const [first, last] = [lineAt(source, start), lineAt(source, i)];
    if (last - first + 1 <= MAX_FUNCTION_LINES) continue;
    const size = `a function of ${last - first + 1} lines`;
    const message = `${size}, at most ${MAX_FUNCTION_LINES}; give its parts names`;
    findings.push({ path, line: first, rule: 'function-size', message });
  }
  return findings;
}

const CONTROL = /\b(?:if|for|while|switch|catch|with)\s*(?:await\s*)?$/;

/** Whether the brace at `at` opens a function's body: after `=>`, or after a list of parameters. */
function isFunctionBody(code: string, at: number): boolean {
  const before = code.slice(Math.max(0, at - 2_000), at).trimEnd();
  if (before.endsWith('=>')) return true;
  const parameters = before.replace(/\)\s*:[^;{}=()]*$/, ')');
  if (!parameters.endsWith(')')) return false;
  let depth = 0;
  for (let i = parameters.length - 1; i >= 0; i--) {
    if (parameters[i] === ')') depth += 1;
    if (parameters[i] === '(') depth -= 1;
    if (depth === 0) return !CONTROL.test(parameters.slice(0, i));
  }
  return false;
}
