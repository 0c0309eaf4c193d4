import { importsOf, resolveImport } from './imports.ts';
import { type Finding, isCode, type Rule, type Source } from './source.ts';

/** Where programs begin: the library's entries and the command line. */
const ENTRIES = [
  'src/index.ts',
  'src/protocol/index.ts',
  'src/derive/index.ts',
  'src/base/brotli/brotli.ts',
  'src/cli/main.ts',
];

/** What stands for a package in a source that uses it without importing it. */
const MENTIONS: { readonly [name: string]: string } = {
  '@foundry-rs/anvil-linux-amd64': 'anvil',
  // Its typed form asks for it beside itself.
  commander: '@commander-js/extra-typings',
};

/** Every file of `src` is reached from an entry; tests alone do not keep one. */
export const checkDeadFiles: Rule = (sources) => {
  const byPath = new Map(sources.filter(({ path }) => isCode(path)).map((s) => [s.path, s]));
  const reached = new Set<string>();
  const queue = ENTRIES.filter((path) => byPath.has(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const source = byPath.get(path);
    if (source === undefined) continue;
    for (const { target } of importsOf(source)) {
      if (!target.startsWith('.')) continue;
      const file = resolveImport(source, target);
      // A script for browsers is what it says; one that runs here is made from TypeScript.
      queue.push(file, file.replace(/\.js$/, '.ts'));
    }
  }
  return [...byPath.keys()]
    .filter((path) => path.startsWith('src/') && !reached.has(path))
    .map((path) => deadFile(path));
};

function deadFile(path: string): Finding {
  const message = 'no entry reaches this file; use it or delete it';
  return { path, line: 1, rule: 'dead-files', message };
}

/** Every dependency in package.json is imported by `src`, so nobody installs it for nothing. */
export const checkDependencies: Rule = (sources) => {
  const manifest = sources.find(({ path }) => path === 'package.json');
  if (manifest === undefined) return [];
  const { dependencies, optionalDependencies } = JSON.parse(manifest.text) as {
    dependencies?: object;
    optionalDependencies?: object;
  };
  const shipped = sources.filter(({ path }) => path.startsWith('src/') && isCode(path));
  return Object.keys({ ...dependencies, ...optionalDependencies })
    .filter((name) => !shipped.some((source) => mentions(source, name)))
    .map((name) => {
      const line = manifest.lines.findIndex((text) => text.includes(`"${name}":`)) + 1;
      const message = `\`${name}\` is not used in src; remove it`;
      return { path: manifest.path, line, rule: 'dependencies', message };
    });
};

function mentions({ text }: Source, name: string): boolean {
  return (
    text.includes(`'${name}'`) ||
    text.includes(`'${name}/`) ||
    text.includes(MENTIONS[name] ?? '\0')
  );
}
