import { keccak_256 } from '@noble/hashes/sha3.js';
import { describe, expect, test } from 'vitest';
import {
  BLOCK_BYTES,
  INPUT_AT,
  INPUT_BLOCKS,
  type KeccakModule,
  startKeccak,
} from '../../src/native/keccakModule.ts';

/** Data with the padding of Keccak. */
function padded(data: Uint8Array): Uint8Array {
  const blocks = Math.floor(data.length / BLOCK_BYTES) + 1;
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  bytes.set(data);
  bytes[data.length] = 1;
  bytes[bytes.length - 1] = (bytes.at(-1) as number) | 0x80;
  return bytes;
}

/** What the module comes to when it takes these numbers of blocks at a time. */
function absorbed(
  { memory, absorb }: KeccakModule,
  bytes: Uint8Array,
  steps: readonly number[],
): Uint8Array {
  let begin = 0;
  for (const blocks of steps) {
    const at = INPUT_AT + 8;
    memory.set(bytes.subarray(begin, begin + blocks * BLOCK_BYTES), at);
    absorb(at, blocks, begin);
    begin += blocks * BLOCK_BYTES;
  }
  expect(begin).toBe(bytes.length);
  return memory.slice(0, 32);
}

const data = Uint8Array.from({ length: 3 * BLOCK_BYTES + 5 }, (_, i) => (i * 29) & 0xff);

describe('startKeccak', () => {
  test('default: the whole state after one permutation of zeros', () => {
    const { memory, absorb } = startKeccak();
    absorb(INPUT_AT, 1, 0);
    // The first known answer of Keccak-f[1600]: lanes 0, 1 and 24.
    const view = new DataView(memory.buffer);
    expect(view.getBigUint64(0, true)).toBe(0xf1258f7940e1dde7n);
    expect(view.getBigUint64(8, true)).toBe(0x84d5ccf933c0478an);
    expect(view.getBigUint64(8 * 24, true)).toBe(0xeaf1ff7b5ceca249n);
  });

  test.each([[[4]], [[1, 3]], [[2, 2]], [[1, 1, 1, 1]]])(
    'behavior: blocks absorbed in steps of %s come to the same digest',
    (steps) => {
      const module = startKeccak();
      // Without `resume` nothing of what was there counts.
      module.absorb(INPUT_AT, 2, 0);
      expect(absorbed(module, padded(data), steps)).toEqual(keccak_256(data));
    },
  );

  test('behavior: as much input as there is room for, and two modules share nothing', () => {
    const [one, other] = [startKeccak(), startKeccak()];
    const large = new Uint8Array(INPUT_BLOCKS * BLOCK_BYTES - 1).fill(7);
    one.memory.set(padded(large), INPUT_AT);
    one.absorb(INPUT_AT, INPUT_BLOCKS, 0);
    other.absorb(INPUT_AT, 1, 0);
    expect(one.memory.slice(0, 32)).toEqual(keccak_256(large));
  });
});
