/** Numbers that a seed decides, so that every run of a seed is the same. */
export type Random = {
  /** A whole number from 0 up to, not including, `limit`. */
  readonly below: (limit: number) => number;
  /** True once in `times`. */
  readonly oneIn: (times: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly bytes: (length: number) => Uint8Array;
};

/** A stream of numbers (mulberry32) for a seed. */
export function randomOf(seed: number): Random {
  let state = seed | 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  };
  return {
    below,
    oneIn: (times) => below(times) === 0,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
