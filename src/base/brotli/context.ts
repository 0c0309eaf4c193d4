/**
 * Context of a literal, 0 to 63, by the byte before it and the one before that.
 *
 * @param mode 0 to 3: how the two choose the context.
 * @spec RFC 7932, 7.1
 */
export function literalContext(mode: number, before: number, beforeThat: number): number {
  switch (mode) {
    case 0:
      return before & 0x3f;
    case 1:
      return before >> 2;
    case 2:
      return (UTF8_LAST[before] as number) | (UTF8_SECOND[beforeThat] as number);
    default:
      return ((SIGNED[before] as number) << 3) | (SIGNED[beforeThat] as number);
  }
}

/** Context of a distance, 0 to 3, by the length that is copied. @spec RFC 7932, 7.2 */
export function distanceContext(copyLength: number): number {
  return copyLength > 4 ? 3 : copyLength - 2;
}

/** A table of 256 entries from runs of `[how many, value]`. */
function fromRuns(...runs: readonly (readonly [number, number])[]): Uint8Array {
  return Uint8Array.from(runs.flatMap(([count, value]) => Array<number>(count).fill(value)));
}

const SIGNED = fromRuns([1, 0], [15, 1], [48, 2], [64, 3], [64, 4], [48, 5], [15, 6], [1, 7]);

const UTF8_SECOND = fromRuns(
  ...([
    [33, 0],
    [15, 1],
    [10, 2],
    [7, 1],
    [26, 2],
    [6, 1],
    [26, 3],
    [4, 1],
    [1, 0],
    [96, 0],
    [32, 2],
  ] as const),
);

// biome-ignore format: rows of sixteen bytes
const UTF8_ASCII = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 0, 0, 4, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  8, 12, 16, 12, 12, 20, 12, 16, 24, 28, 12, 12, 32, 12, 36, 12,
  44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 32, 32, 24, 40, 28, 12,
  12, 48, 52, 52, 52, 48, 52, 52, 52, 48, 52, 52, 52, 52, 52, 48,
  52, 52, 52, 52, 52, 48, 52, 52, 52, 52, 52, 24, 12, 28, 12, 12,
  12, 56, 60, 60, 60, 56, 60, 60, 60, 56, 60, 60, 60, 60, 60, 56,
  60, 60, 60, 60, 60, 56, 60, 60, 60, 60, 60, 24, 12, 28, 12, 0,
];

const UTF8_LAST = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 128 ? (UTF8_ASCII[byte] as number) : (byte & 1) | (byte < 192 ? 0 : 2),
);
