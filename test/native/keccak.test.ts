import { keccak_256 } from '@noble/hashes/sha3.js';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/base/bytes.ts';
import { wasmKeccak256 } from '../../src/native/keccak.ts';
import { BLOCK_BYTES, INPUT_BLOCKS } from '../../src/native/keccakModule.ts';

const keccak256 = wasmKeccak256();

describe('wasmKeccak256', () => {
  test('default', () => {
    expect(bytesToHex(keccak256(new Uint8Array(0)))).toBe(
      '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    );
    expect(
      bytesToHex(keccak256(new TextEncoder().encode('Transfer(address,address,uint256)'))),
    ).toBe('0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef');
  });

  test('behavior: as the portable one, at every length around a block', () => {
    for (let length = 0; length <= 3 * BLOCK_BYTES + 1; length++) {
      expect(keccak256(sample(length)), `${length} bytes`).toEqual(keccak_256(sample(length)));
    }
  });

  test('behavior: as the portable one, where input is longer than its memory', () => {
    const chunk = INPUT_BLOCKS * BLOCK_BYTES;
    for (const length of [chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + BLOCK_BYTES]) {
      expect(keccak256(sample(length)), `${length} bytes`).toEqual(keccak_256(sample(length)));
    }
  });

  test('behavior: a view is hashed alone, and a digest stays when the next is made', () => {
    const whole = sample(400);
    const first = keccak256(whole.subarray(100, 300));
    keccak256(sample(7));
    expect(first).toEqual(keccak_256(whole.slice(100, 300)));
  });
});

function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + length) & 0xff);
}
