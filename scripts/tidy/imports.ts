import { posix } from 'node:path';
import { type Finding, isCode, lineAt, type Rule, type Source } from './source.ts';

/** What each folder of `src` may import, beside itself. The arrows of the design. */
export const LAYERS: { readonly [layer: string]: readonly string[] } = {
  base: [],
  protocol: ['base'],
  native: ['protocol', 'base'],
  transport: ['protocol', 'base'],
  storage: ['base'],
  derive: ['protocol', 'base'],
  execution: ['transport', 'storage', 'protocol', 'base'],
  engine: ['transport', 'protocol', 'base'],
  sources: ['transport', 'protocol', 'base'],
  p2p: ['transport', 'protocol', 'base'],
  l1Tx: ['transport', 'protocol', 'base'],
  sequencer: ['sources', 'engine', 'execution', 'derive', 'transport', 'protocol', 'base'],
  batcher: ['l1Tx', 'sources', 'derive', 'transport', 'protocol', 'base'],
  proposer: ['l1Tx', 'sources', 'derive', 'transport', 'protocol', 'base'],
};

/** Folders that may import whatever is below them; the highest first. */
const TOP_LAYERS = ['cli', 'devnet', 'node'];

/** Packages that the pure layers may use: digests, curves, decompression, and their constants. */
const PURE_PACKAGES =
  /^(@noble\/(hashes|curves)|pako|@ethereumjs\/rlp|@paulmillr\/trusted-setups)(\/|$)/;

/** Layers that run unchanged in a browser, a worker and a simulator. */
export const PURE_LAYERS = ['base', 'protocol', 'derive'];

/** One `import` or `export … from`, or a path in `import(…)` or `new URL(…)`. */
export type Import = { readonly target: string; readonly offset: number };

/** Everything a source imports, by the text it writes. */
export function importsOf(source: Source): readonly Import[] {
  const pattern = /\b(?:from|import|import\(|URL\()\s*(['"])(?=(\s*)\1)/g;
  return [...source.code.matchAll(pattern)].map((found) => {
    const start = found.index + found[0].length;
    const length = (found[2] as string).length;
    return { target: source.text.slice(start, start + length), offset: found.index };
  });
}

/** Path in the repository of a relative import. */
export function resolveImport(source: Source, target: string): string {
  return posix.join(posix.dirname(source.path), target);
}

/** The folder of `src` that a path lies in; `index` for the files directly in it. */
export function layerOf(path: string): string | undefined {
  const found = /^src\/(?:([^/]+)\/)?[^/]+$|^src\/([^/]+)\//.exec(path);
  return found === null ? undefined : (found[1] ?? found[2] ?? 'index');
}

/** Imports go down only, and the pure layers import nothing that is not pure. */
export const checkImports: Rule = (sources) =>
  sources.filter(({ path }) => isCode(path) && path.startsWith('src/')).flatMap(checkSource);

function checkSource(source: Source): readonly Finding[] {
  const layer = layerOf(source.path) as string;
  return importsOf(source).flatMap(({ target, offset }) => {
    const message = target.startsWith('.')
      ? layerBreach(layer, resolveImport(source, target))
      : packageBreach(layer, target);
    if (message === undefined) return [];
    return [{ path: source.path, line: lineAt(source, offset), rule: 'layers', message }];
  });
}

function layerBreach(layer: string, target: string): string | undefined {
  const other = layerOf(target);
  if (other === undefined) {
    const isManifest = target === 'package.json';
    return isManifest ? undefined : `\`${target}\` lies outside src; move what is needed into src`;
  }
  if (other === layer || isAllowed(layer, other)) return undefined;
  return `\`${layer}\` must not import \`${other}\`; pass in what it needs of it`;
}

function isAllowed(layer: string, other: string): boolean {
  const top = TOP_LAYERS.indexOf(layer);
  if (top >= 0) return !TOP_LAYERS.slice(0, top).includes(other);
  if (layer === 'index') return other !== 'cli';
  return (LAYERS[layer] ?? []).includes(other);
}

function packageBreach(layer: string, target: string): string | undefined {
  if (!PURE_LAYERS.includes(layer) || PURE_PACKAGES.test(target)) return undefined;
  return `\`${layer}\` is pure and must not import \`${target}\`; make it a port`;
}
