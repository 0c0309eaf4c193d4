import { describe, expect, test } from 'vitest';
import type { Hash } from '../../src/base/bytes.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { canonicalPart, createL1Memory } from '../../src/sources/l1Memory.ts';

const hashOf = (number: number, fork = 0): Hash =>
  `0x${String(fork).padStart(2, '0').repeat(31)}${String(number).padStart(2, '0')}`;

/** A block whose parent is of the main chain unless said otherwise. */
function blockOf(number: number, fork = 0, parentFork = fork, inputBytes = 0): L1Block {
  const ref = {
    number: BigInt(number),
    hash: hashOf(number, fork),
    parentHash: hashOf(number - 1, parentFork),
    timestamp: BigInt(12 * number),
  };
  const input = new Uint8Array(inputBytes);
  const tx = { index: 0, hash: ref.hash, type: 2, from: undefined, input, blobs: [] };
  return {
    ref,
    baseFee: 7n,
    mixHash: ref.hash,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ref.hash,
    inboxTxs: inputBytes === 0 ? [] : [tx],
    logs: [],
  };
}

const MAIN = [1, 2, 3, 4, 5, 6, 7].map((number) => blockOf(number));
const numbers = (blocks: readonly L1Block[]): number[] =>
  blocks.map(({ ref }) => Number(ref.number));

describe('createL1Memory', () => {
  test('default: what follows a block, in order', () => {
    const memory = createL1Memory();
    expect(memory.after(hashOf(0))).toEqual([]);
    for (const block of MAIN) memory.remember(block);
    expect(numbers(memory.after(hashOf(3)))).toEqual([4, 5, 6, 7]);
  });

  test('behavior: the branch that was read last', () => {
    const memory = createL1Memory();
    for (const block of MAIN) memory.remember(block);
    memory.remember(blockOf(5, 1, 0));
    expect(memory.after(hashOf(3)).map(({ ref }) => ref.hash)).toEqual([hashOf(4), hashOf(5, 1)]);
  });

  test('behavior: beyond its limit the longest unread go', () => {
    const memory = createL1Memory(10_000);
    for (let number = 1; number <= 4; number++) memory.remember(blockOf(number, 0, 0, 2_000));
    expect(numbers(memory.after(hashOf(0)))).toEqual([]);
    expect(numbers(memory.after(hashOf(1)))).toEqual([2, 3, 4]);
    memory.remember(blockOf(2, 0, 0, 2_000));
    memory.remember(blockOf(5, 0, 0, 2_000));
    expect(numbers(memory.after(hashOf(1)))).toEqual([2]);
  });
});

describe('canonicalPart', () => {
  /** An L1 that has left the main chain above `last`. */
  function l1(last: number) {
    const asked: number[] = [];
    const ref = async (id: object) => {
      const number = Number((id as { readonly number: bigint }).number);
      asked.push(number);
      return blockOf(number, number > last ? 1 : 0).ref;
    };
    return { source: { ref }, asked };
  }

  test('default: one question where all are', async () => {
    const { source, asked } = l1(9);
    expect(await canonicalPart(source, MAIN, {})).toEqual(MAIN);
    expect(asked).toEqual([7]);
    expect(await canonicalPart(source, [], {})).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6])('behavior: those up to block %i', async (last) => {
    const { source, asked } = l1(last);
    expect(numbers(await canonicalPart(source, MAIN, {}))).toEqual(numbers(MAIN).slice(0, last));
    expect(asked.length).toBeLessThanOrEqual(4);
  });

  test('behavior: what cannot be asked counts as not canonical', async () => {
    const source = { ref: () => Promise.reject(new SourceError('timeout', 'late')) };
    expect(await canonicalPart(source, MAIN, {})).toEqual([]);
  });
});
