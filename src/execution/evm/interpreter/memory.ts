import { EMPTY_BYTES } from '../../../base/bytes.ts';
import { type Frame, OUT_OF_GAS, useGas } from './machine.ts';

/** No gas pays for memory beyond this: 4 GiB cost 3e13. */
const MAX_OFFSET = 0xffffffffn;

/**
 * Makes memory reach over `length` bytes at `offset` and charges for what is new.
 *
 * @returns the offset as a number; 0 for an empty range, wherever it is.
 * @throws Halt when there is not enough gas.
 */
export function expandMemory(frame: Frame, offset: bigint, length: bigint): number {
  if (length === 0n) return 0;
  if (offset > MAX_OFFSET || length > MAX_OFFSET) throw OUT_OF_GAS;
  const start = Number(offset);
  const words = Math.ceil((start + Number(length)) / 32);
  if (words <= frame.memoryWords) return start;
  useGas(frame, memoryGas(words) - memoryGas(frame.memoryWords));
  const size = words * 32;
  if (size > frame.memory.length) {
    const grown = new Uint8Array(Math.max(size, frame.memory.length * 2, 1024));
    grown.set(frame.memory);
    frame.memory = grown;
    frame.view = new DataView(grown.buffer);
  }
  frame.memoryWords = words;
  return start;
}

/** A length as a number. @throws Halt for one that no gas pays for. */
export function toLength(length: bigint): number {
  if (length > MAX_OFFSET) throw OUT_OF_GAS;
  return Number(length);
}

/** A copy of `length` bytes of memory, which must have been reached. */
export function readMemory(frame: Frame, offset: number, length: number): Uint8Array {
  return length === 0 ? EMPTY_BYTES : frame.memory.slice(offset, offset + length);
}

/** The same as a view, for whoever is done with it before the frame goes on. */
export function viewMemory(frame: Frame, offset: number, length: number): Uint8Array {
  return length === 0 ? EMPTY_BYTES : frame.memory.subarray(offset, offset + length);
}

/** Fills `length` bytes of memory with `source` from `from` on, then zeros. */
export function copyToMemory(
  frame: Frame,
  offset: number,
  length: number,
  source: Uint8Array,
  from: bigint,
): void {
  if (length === 0) return;
  const start = from > BigInt(source.length) ? source.length : Number(from);
  const part = source.subarray(start, start + length);
  frame.memory.set(part, offset);
  frame.memory.fill(0, offset + part.length, offset + length);
}

/** Words that `length` bytes take. */
export function wordCount(length: number): number {
  return Math.ceil(length / 32);
}

function memoryGas(words: number): number {
  return 3 * words + Math.floor((words * words) / 512);
}
