import { describe, expect, test } from 'vitest';
import { checkDocstrings } from '../../scripts/tidy/docstrings.ts';
import { checkImports } from '../../scripts/tidy/imports.ts';
import { checkPurity } from '../../scripts/tidy/purity.ts';
import { checkSizes } from '../../scripts/tidy/sizes.ts';
import { type Rule, toSource } from '../../scripts/tidy/source.ts';
import { checkDeadFiles, checkDependencies } from '../../scripts/tidy/unused.ts';
import { checkWords } from '../../scripts/tidy/words.ts';

/** Breaches of one rule in files given by path and text, as `path:line rule`. */
function breaches(rule: Rule, files: { readonly [path: string]: string }): readonly string[] {
  const sources = Object.entries(files).map(([path, text]) => toSource(path, text));
  return rule(sources).map((finding) => `${finding.path}:${finding.line} ${finding.rule}`);
}

/** A word that must not stand in this file. */
function spell(...parts: readonly string[]): string {
  return parts.join('');
}

describe('toSource', () => {
  test('behavior: comments, strings and regular expressions are blank, the rest stays', () => {
    const text = [
      "const a = 'x // y'; // await",
      '/* Date',
      ' */ const b = `t ${fetch(`u ${c}`)} v`;',
      'const d = /"[/`]/g.test(a) ? e / 2 : "\\"";',
    ].join('\n');
    expect(toSource('src/a.ts', text).code.split('\n')).toEqual([
      "const a = '      ';         ",
      '       ',
      '    const b = `  ${fetch(`  ${c}`)}  `;',
      'const d =         .test(a) ? e / 2 : "  ";',
    ]);
  });
});

describe('checkImports', () => {
  test.each([
    ['protocol', '../base/bytes.ts'],
    ['derive', './step.ts'],
    ['derive', '@noble/hashes/sha3.js'],
    ['sources', 'node:fs'],
    ['node', '../batcher/batcher.ts'],
    ['cli', '../devnet/devnet.ts'],
  ])('behavior: %s may import %s', (layer, target) => {
    const text = `import { a } from '${target}';\n`;
    expect(breaches(checkImports, { [`src/${layer}/x.ts`]: text })).toEqual([]);
  });

  test.each([
    ['base', '../protocol/forks.ts'],
    ['derive', '../sources/l1Feed.ts'],
    ['sources', '../engine/port.ts'],
    ['engine', '../derive/step.ts'],
    ['node', '../cli/log.ts'],
    ['protocol', 'node:zlib'],
    ['derive', 'p-queue'],
    ['cli', '../../scripts/tidy.ts'],
  ])('error: %s must not import %s', (layer, target) => {
    const file = `src/${layer}/x.ts`;
    const forms = [
      `import { a } from '${target}';`,
      `import type { A } from '${target}';`,
      `export { a } from '${target}';`,
      `import '${target}';`,
      `const a = await import('${target}');`,
    ];
    for (const form of forms) {
      expect(breaches(checkImports, { [file]: `\n${form}\n` }), form).toEqual([`${file}:2 layers`]);
    }
  });
});

describe('checkPurity', () => {
  test('behavior: words in comments, strings and property names are free', () => {
    const text = "// Date\nconst a = 'await';\nb.process = { fetch: 1 };\n";
    expect(breaches(checkPurity, { 'src/derive/x.ts': text })).toEqual([]);
    expect(breaches(checkPurity, { 'src/node/x.ts': 'Date.now();\n' })).toEqual([]);
  });

  test.each([
    'async () => 1',
    'Promise.resolve()',
    'Date.now()',
    'Math.random()',
    'process.env',
    'Buffer.from(a)',
    'setTimeout(a, 1)',
    'console.log(a)',
    'fetch(a)',
  ])('error: %s', (text) => {
    for (const layer of ['base', 'protocol', 'derive']) {
      const path = `src/${layer}/x.ts`;
      expect(breaches(checkPurity, { [path]: `const x = ${text};` })).toEqual([`${path}:1 purity`]);
    }
  });
});

describe('checkSizes', () => {
  const lines = (count: number, text = 'a();') => `${text}\n`.repeat(count);

  test('behavior: the limits themselves are fine', () => {
    const body = `function f(a: { b: number }): void {\n${lines(68)}}\n`;
    const text = `${body}${lines(329)}${'x'.repeat(50)} ${'y'.repeat(49)}\n`;
    expect(text.split('\n').length - 1).toBe(400);
    expect(breaches(checkSizes, { 'src/a.ts': text })).toEqual([]);
  });

  test('error: a line, a file, a function too long', () => {
    expect(breaches(checkSizes, { 'src/a.ts': `${'ab '.repeat(34)}\n` })).toEqual([
      'src/a.ts:1 line-size',
    ]);
    expect(breaches(checkSizes, { 'src/a.ts': lines(401) })).toEqual(['src/a.ts:1 file-size']);
    const starts = [
      'function f() {',
      'async function f(a: A): Promise<B> {',
      'const f = (a) => {',
      'class A { f(a = g()) {',
    ];
    for (const start of starts) {
      const text = `\n${start}\n${lines(69)}}\n`;
      expect(breaches(checkSizes, { 'src/a.ts': text }), start).toEqual([
        'src/a.ts:2 function-size',
      ]);
    }
  });

  test('behavior: blocks are no functions, tests may nest, tables are excepted', () => {
    const block = `if (a()) {\n${lines(80)}}\nfor (const b of c) {\n${lines(80)}}\n`;
    expect(breaches(checkSizes, { 'src/a.ts': block })).toEqual([]);
    expect(breaches(checkSizes, { 'test/a.test.ts': `f(() => {\n${lines(80)}});\n` })).toEqual([]);
    expect(breaches(checkSizes, { 'src/a.generated.ts': lines(500) })).toEqual([]);
    expect(breaches(checkSizes, { 'src/a.ts': `const a = '${'ab'.repeat(60)}';\n` })).toEqual([]);
  });
});

describe('checkWords', () => {
  test.each([
    ['verbs', 'function getBlock() {}'],
    ['verbs', 'const handleFrame = () => 1;'],
    ['verbs', 'class PeerManager {}'],
    ['types', 'export interface A {}'],
    ['types', 'enum A {}'],
    ['types', 'const a: any = 1;'],
    ['types', 'type A = ReturnType<typeof a>;'],
    ['types', 'type A = Parameters<typeof a>[0];'],
    ['exports', 'export default 1;'],
    ['machine-paths', `const a = '${spell('/ro', 'ot/x')}';`],
    ['unfinished', `// ${spell('TO', 'DO')} later`],
  ])('error: %s: %s', (rule, text) => {
    expect(breaches(checkWords, { 'src/a.ts': `\n${text}\n` })).toEqual([`src/a.ts:2 ${rule}`]);
  });

  test('error: tests that do not run, and mocked imports', () => {
    for (const text of ["test.only('a');", "describe.skip('a');", "vi.mock('a');"]) {
      expect(breaches(checkWords, { 'test/a.test.ts': text }), text).toEqual([
        'test/a.test.ts:1 tests',
      ]);
    }
  });

  test('error: addresses of registries, and names that say nothing', () => {
    const lock = spell('"resolve', 'd": "x"');
    expect(breaches(checkWords, { 'package-lock.json': lock })).toEqual([
      'package-lock.json:1 registries',
    ]);
    for (const path of ['src/utils.ts', 'src/helpers/a.ts', 'src/peerManager.ts']) {
      expect(breaches(checkWords, { [path]: '' }), path).toEqual([`${path}:1 file-name`]);
    }
  });

  test('behavior: ordinary words that only begin alike are free', () => {
    const text = "function getter() {}\nconst processed = 1;\nb.getBlock();\nconst a = 'enum A';\n";
    expect(breaches(checkWords, { 'src/manage.ts': text })).toEqual([]);
  });
});

describe('checkDocstrings', () => {
  test('behavior: the docstring stands directly above', () => {
    const text = '/** A. */\nexport const a = 1;\n/**\n * B.\n */\nexport type B = 1;\n';
    expect(breaches(checkDocstrings, { 'src/a.ts': text })).toEqual([]);
    expect(breaches(checkDocstrings, { 'test/a.ts': 'export const a = 1;' })).toEqual([]);
  });

  test('behavior: constants in a row share one', () => {
    const text = '/** Both. */\nexport const a = 1;\nexport const b = 2;\n\nexport const c = 3;\n';
    expect(breaches(checkDocstrings, { 'src/a.ts': text })).toEqual(['src/a.ts:5 docstrings']);
  });

  test('error: none, or a plain comment', () => {
    const text = '// A.\nexport const a = 1;\nexport async function b() {}\n';
    expect(breaches(checkDocstrings, { 'src/a.ts': text })).toEqual([
      'src/a.ts:2 docstrings',
      'src/a.ts:3 docstrings',
    ]);
  });
});

describe('checkDeadFiles', () => {
  test('error: what no entry reaches', () => {
    const files = {
      'src/cli/main.ts': "import('./a.ts');",
      'src/cli/a.ts': "export { b } from '../b/b.ts';",
      'src/b/b.ts': "new URL('./worker.js', import.meta.url);",
      'src/b/worker.ts': '',
      'src/b/dead.ts': "import './b.ts';",
      'test/b/dead.test.ts': "import '../../src/b/dead.ts';",
    };
    expect(breaches(checkDeadFiles, files)).toEqual(['src/b/dead.ts:1 dead-files']);
  });
});

describe('checkDependencies', () => {
  test('error: a package that src does not import', () => {
    const dependencies = '{\n"dependencies": {\n"a": "1",\n"@b/c": "1",\n"d": "1"\n}\n}';
    const files = { 'package.json': dependencies, 'src/x.ts': "import '@b/c/e.js';\nimport 'a';" };
    expect(breaches(checkDependencies, files)).toEqual(['package.json:5 dependencies']);
  });
});
