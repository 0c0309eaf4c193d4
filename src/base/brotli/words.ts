import { BROTLI_TRANSFORMS, BROTLI_WORDS } from './dictionary.generated.ts';
import { STREAM_BROKEN } from '../streamEnding.ts';
import { concatBytes } from '../bytes.ts';
import { unpack } from '../packed.ts';

/** Binary logarithm of how many words of each length there are, from length 4 on. */
const COUNT_BITS = [10, 10, 11, 11, 10, 10, 10, 10, 10, 9, 9, 8, 7, 7, 8, 7, 7, 6, 6, 5, 5];
const SHORTEST = 4;

let words: Uint8Array | undefined;

/**
 * Word `id` of the static dictionary among those of `length`, transformed.
 *
 * @throws STREAM_BROKEN when there is none.
 * @spec   RFC 7932, 8
 */
export function dictionaryWord(length: number, id: number): Uint8Array {
  const bits = COUNT_BITS[length - SHORTEST];
  if (bits === undefined) throw STREAM_BROKEN;
  const transform = BROTLI_TRANSFORMS[Math.floor(id / 2 ** bits)];
  if (transform === undefined) throw STREAM_BROKEN;
  words ??= unpack(BROTLI_WORDS);
  let start = (id % 2 ** bits) * length;
  for (let shorter = SHORTEST; shorter < length; shorter++) {
    start += shorter * 2 ** (COUNT_BITS[shorter - SHORTEST] as number);
  }
  const [prefix, kind, suffix] = transform;
  const word = transformWord(words.slice(start, start + length), kind);
  return concatBytes(latin1(prefix), word, latin1(suffix));
}

function transformWord(word: Uint8Array, kind: number): Uint8Array {
  if (kind === 10) upper(word, 0);
  if (kind === 11) for (let at = 0; at < word.length; ) at = upper(word, at);
  if (kind >= 12) return word.subarray(kind - 11);
  return kind < 10 ? word.subarray(0, Math.max(0, word.length - kind)) : word;
}

/** Makes the letter at `at` upper case, as RFC 7932 understands UTF-8, and says where it ends. */
function upper(word: Uint8Array, at: number): number {
  const first = word[at] as number;
  if (first < 0xc0) {
    if (first >= 0x61 && first <= 0x7a) word[at] = first ^ 32;
    return at + 1;
  }
  const isTwo = first < 0xe0;
  const last = at + (isTwo ? 1 : 2);
  if (last < word.length) word[last] = (word[last] as number) ^ (isTwo ? 32 : 5);
  return last + 1;
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
