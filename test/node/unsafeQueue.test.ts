import { describe, expect, test } from 'vitest';
import {
  addUnsafe,
  judgeUnsafe,
  NO_UNSAFE_BLOCKS,
  removeUnsafe,
  type UnsafeQueue,
} from '../../src/node/unsafeQueue.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';

function hash(number: number, fork = 0): `0x${string}` {
  return `0x${(number * 256 + fork).toString(16).padStart(64, '0')}`;
}

/** A block of 1,000 transactions bytes; `fork` tells blocks of one height apart. */
function block(number: number, fork = 0, parentFork = 0): PayloadEnvelope {
  return {
    parentBeaconBlockRoot: undefined,
    executionPayload: {
      parentHash: hash(number - 1, parentFork),
      feeRecipient: `0x${'00'.repeat(20)}`,
      stateRoot: hash(0),
      receiptsRoot: hash(0),
      logsBloom: '0x',
      prevRandao: hash(0),
      blockNumber: BigInt(number),
      gasLimit: 0n,
      gasUsed: 0n,
      timestamp: BigInt(number),
      extraData: new Uint8Array(0),
      baseFeePerGas: 0n,
      blockHash: hash(number, fork),
      transactions: [new Uint8Array(976)],
      withdrawals: undefined,
      blobGasUsed: undefined,
      excessBlobGas: undefined,
      withdrawalsRoot: undefined,
    },
  };
}

function head(number: number): L2BlockRef {
  return {
    number: BigInt(number),
    hash: hash(number),
    parentHash: hash(number - 1),
    timestamp: BigInt(number),
    l1Origin: { number: 1n, hash: hash(1) },
    sequenceNumber: 0n,
  };
}

function queueOf(...blocks: readonly PayloadEnvelope[]): UnsafeQueue {
  return blocks.reduce((queue, each) => addUnsafe(queue, each), NO_UNSAFE_BLOCKS);
}

function numbers({ waiting }: UnsafeQueue): readonly bigint[] {
  return waiting.map(({ executionPayload }) => executionPayload.blockNumber);
}

describe('addUnsafe', () => {
  test('default: by number, whatever the order of arrival', () => {
    const queue = queueOf(block(12), block(10), block(11), block(11, 1));
    expect(numbers(queue)).toEqual([10n, 11n, 11n, 12n]);
    expect(queue.sizeBytes).toBe(4 * 2_000);
  });

  test('behavior: a known hash changes nothing', () => {
    const queue = queueOf(block(10));
    expect(addUnsafe(queue, block(10))).toBe(queue);
  });

  test('behavior: over the limit the lowest numbers go', () => {
    const queue = addUnsafe(queueOf(block(10), block(11)), block(12), 4_500);
    expect(numbers(queue)).toEqual([11n, 12n]);
    expect(queue.sizeBytes).toBe(4_000);
  });
});

describe('removeUnsafe', () => {
  test('default: one block, and its size', () => {
    const queue = removeUnsafe(queueOf(block(10), block(11)), hash(10));
    expect(numbers(queue)).toEqual([11n]);
    expect(queue.sizeBytes).toBe(2_000);
    expect(removeUnsafe(queue, hash(99))).toBe(queue);
  });
});

describe('judgeUnsafe', () => {
  const heads = { unsafeHead: head(9), safeHead: head(5) };
  test.each([
    ['empty', NO_UNSAFE_BLOCKS, 'empty'],
    ['not above the safe head', queueOf(block(5)), 'drop'],
    ['not above the unsafe head', queueOf(block(9, 1)), 'drop'],
    ['the next one', queueOf(block(10)), 'insert'],
    ['the next number on another parent', queueOf(block(10, 0, 1)), 'drop'],
    ['further up', queueOf(block(11)), 'gap'],
  ] as const)('behavior: %s', (_, queue, verdict) => {
    expect(judgeUnsafe(queue, heads).type).toBe(verdict);
  });
});
