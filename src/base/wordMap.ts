/**
 * Values by word, whose look-ups stay short whatever the words are.
 *
 * V8 hashes a bigint by its low 64 bits alone and without a secret: a contract can choose slots
 * that all fall together, and each look-up then walks through all of them. Texts are hashed whole
 * and with a secret, but take longer to make. So the first words stay bigints, and what comes when
 * there are many is text.
 */
export type WordMap<V> = {
  readonly few: Map<bigint, V>;
  many: Map<string, V> | undefined;
};

/** The longest walk, of about a microsecond. */
const MAX_FEW = 128;

/** A map without values. */
export function newWordMap<V>(): WordMap<V> {
  return { few: new Map(), many: undefined };
}

/** The value at `word`; undefined where there is none. */
export function valueAt<V>(map: WordMap<V>, word: bigint): V | undefined {
  const value = map.few.get(word);
  if (value !== undefined || map.many === undefined) return value;
  return map.many.get(textOf(word));
}

/** Sets the value at `word`. */
export function setValueAt<V>(map: WordMap<V>, word: bigint, value: V): void {
  const { few } = map;
  if (few.size < MAX_FEW && map.many === undefined) few.set(word, value);
  else if (few.has(word)) few.set(word, value);
  else {
    map.many ??= new Map();
    map.many.set(textOf(word), value);
  }
}

/** Removes the value at `word`. */
export function removeValueAt<V>(map: WordMap<V>, word: bigint): void {
  if (!map.few.delete(word)) map.many?.delete(textOf(word));
}

/** All values, in no order to count on. */
export function* valuesOf<V>(map: WordMap<V>): Generator<V> {
  yield* map.few.values();
  if (map.many !== undefined) yield* map.many.values();
}

/**
 * Always 52 digits: before Node 20.20.2 and 22.22.2, short texts of decimal digits alone are hashed
 * by their value (CVE-2026-21717), and can be chosen to fall together too.
 */
function textOf(word: bigint): string {
  return (word | ABOVE_ALL_WORDS).toString(32);
}

const ABOVE_ALL_WORDS = 2n ** 256n;
