/**
 * What a compressed stream yielded before its end, its fault or the cap.
 *
 * `ending`: `clean` the stream ended; `truncated` input ran out first; `corrupt` it broke;
 * `capped` more than the cap would have come out. `bytes` is the exact prefix in every case.
 */
export type Inflated = {
  readonly bytes: Uint8Array;
  readonly ending: 'clean' | 'truncated' | 'corrupt' | 'capped';
};

/** Decompresses `data` to at most `capBytes` bytes. Never throws on bad input. */
export type Decompress = (data: Uint8Array, capBytes: number) => Inflated;
