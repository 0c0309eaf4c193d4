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
  return [...source.code.matchAll(EXPORT)].flatMap((found) => {
    const name = found[2] as string;
    const line = lineAt(source, found.index);
    const isOverload = name === previous;
    previous = name;
    if (isOverload || source.lines[line - 2]?.trimEnd().endsWith('*/')) return [];
    const message = `\`${name}\` has no docstring; say what it is, its units and its errors`;
    return [{ path: source.path, line, rule: 'docstrings', message }];
  });
}
