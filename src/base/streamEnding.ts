/**
 * How a compressed stream ends: `clean` it ended; `truncated` input ran out first; `corrupt` it
 * broke; `capped` more than the cap would have come out.
 */
export type StreamEnding = 'clean' | 'truncated' | 'corrupt' | 'capped';

/** Thrown by a decoder whose input ends too soon. */
export const INPUT_ENDED: unique symbol = Symbol('input ended');

/** Thrown by a decoder that meets what the format does not allow. */
export const STREAM_BROKEN: unique symbol = Symbol('stream broken');

/** Thrown by a decoder whose output passes its cap. */
export const CAP_PASSED: unique symbol = Symbol('cap passed');

/** Runs a decoder and tells how its stream ended: `clean` when it threw none of the above. */
export function endingOf(decode: () => void): StreamEnding {
  try {
    decode();
    return 'clean';
  } catch (fault) {
    if (fault === INPUT_ENDED) return 'truncated';
    if (fault === STREAM_BROKEN) return 'corrupt';
    if (fault === CAP_PASSED) return 'capped';
    throw fault;
  }
}
