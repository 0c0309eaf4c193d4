import { describe, expect, test } from 'vitest';
import { Halt, type Frame } from '../../../../src/execution/evm/interpreter/machine.ts';
import {
  copyToMemory,
  expandMemory,
  readMemory,
  toLength,
  viewMemory,
  wordCount,
} from '../../../../src/execution/evm/interpreter/memory.ts';

type Memory = Pick<Frame, 'memory' | 'view' | 'memoryWords' | 'gas'>;

/** A frame, as far as memory goes. */
function frameWith(gas = 100_000): Frame {
  const memory = new Uint8Array(0);
  const frame: Memory = { memory, view: new DataView(memory.buffer), memoryWords: 0, gas };
  return frame as Frame;
}

const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

describe('expandMemory', () => {
  // The yellow paper's C_mem: 3 gas a word, and a 512th of the square.
  test.each([
    [0n, 1n, 1, 3],
    [0n, 32n, 1, 3],
    [0n, 33n, 2, 6],
    [31n, 1n, 1, 3],
    [32n, 1n, 2, 6],
    [0n, 32n * 22n, 22, 66],
    [0n, 32n * 23n, 23, 70],
    [0n, 32n * 1024n, 1024, 3072 + 2048],
    [1n, 32n * 1024n, 1025, 3075 + 2052],
  ])('behavior: from %d, %d bytes are %d words for %d gas', (offset, length, words, gas) => {
    const frame = frameWith();
    expect(expandMemory(frame, offset, length)).toBe(Number(offset));
    expect([frame.memoryWords, 100_000 - frame.gas]).toEqual([words, gas]);
    expect(frame.memory.length).toBeGreaterThanOrEqual(32 * words);
  });

  test('behavior: only what is new costs', () => {
    const frame = frameWith();
    expandMemory(frame, 0n, 32n * 1000n);
    const { gas } = frame;
    expandMemory(frame, 31_999n, 1n);
    expandMemory(frame, 0n, 1n);
    expect([frame.gas, frame.memoryWords]).toEqual([gas, 1000]);
    expandMemory(frame, 0n, 32n * 1024n);
    expect(100_000 - frame.gas).toBe(3072 + 2048);
  });

  test('behavior: an empty range costs nothing, wherever it is', () => {
    const frame = frameWith(0);
    expect(expandMemory(frame, 2n ** 255n, 0n)).toBe(0);
    expect(frame.memoryWords).toBe(0);
  });

  test('behavior: contents stay, what is new is zero, and the view goes along', () => {
    const frame = frameWith();
    expandMemory(frame, 0n, 5n);
    frame.memory.set(BYTES);
    expandMemory(frame, 0n, 3000n);
    expect(frame.memory.subarray(0, 5)).toEqual(BYTES);
    expect(frame.memory.subarray(5).every((byte) => byte === 0)).toBe(true);
    frame.view.setUint8(2999, 7);
    expect(frame.memory[2999]).toBe(7);
    expect(frame.view.byteLength).toBe(frame.memory.length);
  });

  test('behavior: grows by doubling, so that many small steps cost no more copies', () => {
    const frame = frameWith();
    expandMemory(frame, 0n, 1n);
    const first = frame.memory;
    expect(first).toHaveLength(1024);
    expandMemory(frame, 0n, 1024n);
    expect(frame.memory).toBe(first);
    expandMemory(frame, 0n, 1025n);
    expect(frame.memory).toHaveLength(2048);
    expandMemory(frame, 0n, 5000n);
    expect(frame.memory).toHaveLength(5024);
  });

  test('error: less gas than it costs', () => {
    expect(() => expandMemory(frameWith(5), 0n, 33n)).toThrow(Halt);
    expect(expandMemory(frameWith(6), 0n, 33n)).toBe(0);
  });

  test.each([
    [2n ** 32n, 1n],
    [0n, 2n ** 32n],
    [2n ** 256n - 1n, 2n ** 256n - 1n],
  ])('error: no gas pays for offset %d, length %d', (offset, length) => {
    const frame = frameWith(Number.MAX_SAFE_INTEGER);
    expect(() => expandMemory(frame, offset, length)).toThrow('out of gas');
    expect(frame.memory).toHaveLength(0);
  });
});

describe('toLength', () => {
  test('behavior: up to 4 GiB', () => {
    expect(toLength(2n ** 32n - 1n)).toBe(2 ** 32 - 1);
    expect(() => toLength(2n ** 32n)).toThrow('out of gas');
  });
});

describe('readMemory', () => {
  test('default: a copy', () => {
    const frame = frameWith();
    expandMemory(frame, 0n, 5n);
    frame.memory.set(BYTES);
    const read = readMemory(frame, 1, 3);
    frame.memory.fill(9);
    expect(read).toEqual(BYTES.subarray(1, 4));
    expect(readMemory(frame, 4, 1)).toEqual(Uint8Array.of(9));
    expect(readMemory(frame, 77, 0)).toHaveLength(0);
  });
});

describe('viewMemory', () => {
  test('default: the memory itself', () => {
    const frame = frameWith();
    expandMemory(frame, 0n, 5n);
    const view = viewMemory(frame, 1, 3);
    frame.memory.set(BYTES);
    expect(view).toEqual(BYTES.subarray(1, 4));
    expect(viewMemory(frame, 4, 1)).toEqual(Uint8Array.of(5));
    expect(viewMemory(frame, 77, 0)).toHaveLength(0);
  });
});

describe('copyToMemory', () => {
  test.each([
    ['all of the source', 0n, 5, [1, 2, 3, 4, 5]],
    ['a part of it', 1n, 3, [2, 3, 4]],
    ['zeros behind it', 3n, 4, [4, 5, 0, 0]],
    ['zeros from its end on', 5n, 2, [0, 0]],
    ['zeros far behind it', 2n ** 256n - 1n, 2, [0, 0]],
    ['one byte', 4n, 1, [5]],
    ['nothing', 0n, 0, []],
  ])('behavior: %s, and nothing else', (_, from, length, copied) => {
    const frame = frameWith();
    expandMemory(frame, 0n, 32n);
    frame.memory.fill(9);
    copyToMemory(frame, 2, length, BYTES, from);
    const after = Array.from(frame.memory.subarray(0, 10));
    expect(after).toEqual([9, 9, ...copied, ...Array(8 - length).fill(9)]);
  });
});

describe('wordCount', () => {
  test.each([
    [0, 0],
    [1, 1],
    [32, 1],
    [33, 2],
  ])('behavior: %d bytes take %d', (length, words) => {
    expect(wordCount(length)).toBe(words);
  });
});
