import { layerOf, PURE_LAYERS } from './imports.ts';
import { lineAt, type Rule, type Source } from './source.ts';

/** What waits, guesses, or is not in every place where the core runs. Not as a property's name. */
const IMPURE =
  /(?<![.\w$#])(?:async|await|Promise|Date|process|Buffer|console|fetch|performance|crypto|require|setTimeout|setInterval|setImmediate|queueMicrotask|structuredClone|Math\.random)\b(?!\s*[:?]\s)/g;

/** The pure layers are synchronous, and see no clock, no chance, no process and no network. */
export const checkPurity: Rule = (sources) =>
  sources.filter(({ path }) => PURE_LAYERS.includes(layerOf(path) ?? '')).flatMap(impureUses);

function impureUses(source: Source) {
  return [...source.code.matchAll(IMPURE)].map((found) => ({
    path: source.path,
    line: lineAt(source, found.index),
    rule: 'purity',
    message: `\`${found[0]}\` in a pure layer; take what it gives as a parameter`,
  }));
}
