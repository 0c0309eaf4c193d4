/** A prefix code of deflate, ready for decoding. */
export type PrefixCode = {
  /** Length of the shortest code; 0 when there is none. */
  readonly leastBits: number;
  /**
   * By the next bits, the first one lowest; a power of two of them. Symbol shifted by 4, and the
   * length of its code; 0 where no code begins so.
   */
  readonly entries: Uint16Array;
};

const MAX_CODE_BITS = 15;

/**
 * The canonical code with these lengths by symbol, 0 for none and 15 at most.
 *
 * @returns Undefined when the code is not complete. One code of one bit passes, and so does none.
 * @spec    RFC 1951, 3.2.2
 */
export function buildPrefixCode(lengths: Uint8Array): PrefixCode | undefined {
  const counts = new Uint16Array(MAX_CODE_BITS + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  const most = counts.findLastIndex((count) => count > 0);
  if (most === -1) return { leastBits: 0, entries: new Uint16Array(1) };
  const next = new Uint16Array(MAX_CODE_BITS + 1);
  let code = 0;
  for (let length = 1; length <= most; length++) {
    code <<= 1;
    next[length] = code;
    code += counts[length] as number;
  }
  if (code !== 1 << most && !(code === 1 && most === 1)) return undefined;
  const entries = new Uint16Array(1 << most);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const first = reversed(next[length] as number, length);
    next[length] = (next[length] as number) + 1;
    for (let at = first; at < entries.length; at += 1 << length) {
      entries[at] = (symbol << 4) | length;
    }
  }
  return { leastBits: counts.findIndex((count) => count > 0), entries };
}

function reversed(code: number, length: number): number {
  let bits = 0;
  for (let i = 0; i < length; i++) bits |= ((code >> i) & 1) << (length - 1 - i);
  return bits;
}

/** Literals and lengths of a block with fixed codes. @spec RFC 1951, 3.2.6 */
export const FIXED_CODE: PrefixCode = fixedCode();

function fixedCode(): PrefixCode {
  const lengths = new Uint8Array(288).fill(8);
  lengths.fill(9, 144, 256);
  lengths.fill(7, 256, 280);
  return buildPrefixCode(lengths) as PrefixCode;
}
