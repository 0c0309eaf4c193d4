import type { Digest } from '../base/hash.ts';
import { BLOCK_BYTES, INPUT_AT, INPUT_BLOCKS, startKeccak } from './keccakModule.ts';

const CHUNK_BYTES = INPUT_BLOCKS * BLOCK_BYTES;

/**
 * Keccak-256 in WebAssembly. Of 210 bytes, the size of a transaction, it takes 0.9 µs, where
 * hash-wasm takes 1.4 µs and the portable default 13 µs.
 *
 * @throws Error where WebAssembly is not to be had.
 */
export function wasmKeccak256(): Digest {
  const { memory: bytes, absorb } = startKeccak();
  return (data) => {
    let absorbed = 0;
    for (; data.length - absorbed >= CHUNK_BYTES; absorbed += CHUNK_BYTES) {
      bytes.set(data.subarray(absorbed, absorbed + CHUNK_BYTES), INPUT_AT);
      absorb(INPUT_AT, INPUT_BLOCKS, absorbed);
    }
    const rest = data.length - absorbed;
    const blocks = Math.floor(rest / BLOCK_BYTES) + 1;
    const restEnd = INPUT_AT + rest;
    const end = INPUT_AT + blocks * BLOCK_BYTES;
    bytes.set(absorbed === 0 ? data : data.subarray(absorbed), INPUT_AT);
    // Padding: a 1 bit, zeros, and a 1 bit at the very end of the block.
    bytes.fill(0, restEnd, end);
    bytes[restEnd] = 0x01;
    bytes[end - 1] = (bytes[end - 1] as number) | 0x80;
    absorb(INPUT_AT, blocks, absorbed);
    return bytes.slice(0, 32);
  };
}
