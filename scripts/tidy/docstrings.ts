import { type Finding, isCode, isGenerated, lineAt, type Rule, type Source } from './source.ts';

const EXPORT = /^export (?:async )?(function\*?|const|type|class|let) (\w+)/gm;

/** Every export of `src` says what it is. */
export const checkDocstrings: Rule = (sources) =>
  sources
    .filter(({ path }) => isCode(path) && path.startsWith('src/'))
    .filter((source) => !isGenerated(source))
    .flatMap(missingDocstrings);

function missingDocstrings(source: Source): readonly Finding[] {
  let previous = '';
  /** Line of the last constant that has a docstring, or stands in a row with one that has. */
  let documentedLine = 0;
  return [...source.code.matchAll(EXPORT)].flatMap((found) => {
    const name = found[2] as string;
    const line = lineAt(source, found.index);
    const isOverload = name === previous;
    previous = name;
    const isDocumented = source.lines[line - 2]?.trimEnd().endsWith('*/') === true;
    const isInRow = found[1] === 'const' && documentedLine === line - 1;
    if (isDocumented || isInRow) documentedLine = line;
    if (isOverload || isDocumented || isInRow) return [];
    const message = `\`${name}\` has no docstring; say what it is, its units and its errors`;
    return [{ path: source.path, line, rule: 'docstrings', message }];
  });
}
