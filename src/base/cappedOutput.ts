import { CAP_PASSED } from './streamEnding.ts';

/** What a decoder has made so far. Grows as bytes are appended, to `capBytes` at most. */
export type CappedOutput = {
  bytes: Uint8Array;
  /** How many of `bytes` are there. */
  length: number;
  readonly capBytes: number;
};

const LEAST_BYTES = 65_536;

/** Appends one byte. Throws CAP_PASSED where the cap leaves no room. */
export function appendByte(output: CappedOutput, byte: number): void {
  if (output.length >= output.bytes.length) grow(output);
  output.bytes[output.length++] = byte;
}

function grow(output: CappedOutput): void {
  if (output.length >= output.capBytes) throw CAP_PASSED;
  const size = Math.min(output.capBytes, Math.max(LEAST_BYTES, 2 * output.bytes.length));
  const bytes = new Uint8Array(size);
  bytes.set(output.bytes);
  output.bytes = bytes;
}
