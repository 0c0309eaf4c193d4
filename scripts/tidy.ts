import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDocstrings } from './tidy/docstrings.ts';
import { checkImports } from './tidy/imports.ts';
import { checkPurity } from './tidy/purity.ts';
import { checkSizes } from './tidy/sizes.ts';
import { type Finding, type Rule, type Source, toSource } from './tidy/source.ts';
import { checkDeadFiles, checkDependencies } from './tidy/unused.ts';
import { checkWords } from './tidy/words.ts';

// The rules of style that a machine can check. Prints each breach with what to do about it, and
// fails when there is one.

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SKIPPED = /^(node_modules|dist|\.git|\.dist-.*|coverage)$/;
const TEXT = /\.(ts|mts|mjs|js|md|json|html|css|yml|npmrc)$|^[^.]+$|^\.[^.]+$/;

const RULES: readonly Rule[] = [
  checkImports,
  checkPurity,
  checkSizes,
  checkWords,
  checkDocstrings,
  checkDeadFiles,
  checkDependencies,
];

const sources = sourcesBelow('');
const findings = RULES.flatMap((rule) => rule(sources)).toSorted(byPlace);
for (const { path, line, rule, message } of findings) {
  console.log(`${path}:${line}: ${rule}: ${message}`);
}
console.log(`tidy: ${sources.length} files, ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;

function sourcesBelow(folder: string): readonly Source[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : sourcesBelow(path);
    if (!entry.isFile() || !TEXT.test(entry.name)) return [];
    return [toSource(path, readFileSync(join(ROOT, path), 'utf8'))];
  });
}

function byPlace(left: Finding, right: Finding): number {
  return left.path === right.path ? left.line - right.line : left.path < right.path ? -1 : 1;
}
