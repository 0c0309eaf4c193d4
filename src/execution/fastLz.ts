/**
 * Length of `data` after FastLZ compression at level 1. Nothing is compressed: only the length is
 * counted, as the fee rules define it.
 *
 * @spec protocol/execution.md 2.5
 */
export function fastLzLength(data: Uint8Array): number {
  const limit = data.length < 13 ? 0 : data.length - 13;
  TABLE.fill(0);
  let length = 0;
  let anchor = 0;
  let at = 2;
  while (at < limit) {
    let reference = 0;
    for (;;) {
      const sequence = u24(data, at);
      const slot = hashOf(sequence);
      reference = TABLE[slot] as number;
      TABLE[slot] = at;
      const distance = at - reference;
      if (at >= limit) break;
      at++;
      if (distance <= MAX_DISTANCE && sequence === u24(data, reference)) break;
    }
    if (at >= limit) break;
    at--;
    if (at > anchor) length += literalsLength(at - anchor);
    const matched = matchedLength(data, reference + 3, at + 3, limit + 9);
    const rest = matched - 1;
    length += 3 * Math.floor(rest / 262) + (rest % 262 >= 6 ? 3 : 2);
    at += matched;
    TABLE[hashOf(u24(data, at))] = at;
    at++;
    TABLE[hashOf(u24(data, at))] = at;
    at++;
    anchor = at;
  }
  return length + literalsLength(data.length - anchor);
}

/** How far back a match may lie. */
const MAX_DISTANCE = 8191;

/** Last position of each hash; one table for all calls, because they never overlap. */
const TABLE = new Uint32Array(8192);

/** Bytes compared until the first that differs, which is counted too, or until `end`. */
function matchedLength(data: Uint8Array, left: number, right: number, end: number): number {
  const max = end - right;
  let length = 0;
  while (length < max) {
    length++;
    if (data[left + length - 1] !== data[right + length - 1]) break;
  }
  return length;
}

function literalsLength(run: number): number {
  const rest = run % 32;
  return 33 * Math.floor(run / 32) + (rest === 0 ? 0 : rest + 1);
}

function u24(data: Uint8Array, at: number): number {
  return (data[at] as number) | ((data[at + 1] as number) << 8) | ((data[at + 2] as number) << 16);
}

function hashOf(sequence: number): number {
  return (Math.imul(2654435769, sequence) >>> 19) & 8191;
}
