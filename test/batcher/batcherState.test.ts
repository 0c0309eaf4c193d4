import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../src/base/bytes.ts';
import {
  addBlock,
  applySync,
  type BatcherEnv,
  type BatcherState,
  closeOpenChannel,
  confirmTx,
  drain,
  emptyState,
  failTx,
  heldData,
  nextTxData,
} from '../../src/batcher/batcherState.ts';
import type { ChannelConfig } from '../../src/batcher/channelConfig.ts';
import type { BatcherTxData } from '../../src/batcher/closedChannel.ts';
import { decompressChannel, readBatchItem } from '../../src/protocol/channel.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { batchBlocks, batcherEnv } from '../support/batcher.ts';

function stateWith(first: number, count: number, txBytes?: number): BatcherState {
  const state = emptyState(100n);
  for (const block of batchBlocks(first, count, txBytes)) {
    expect(addBlock(state, block)).toBe('added');
  }
  return state;
}

function takeAll(state: BatcherState, env: BatcherEnv): BatcherTxData[] {
  const taken: BatcherTxData[] = [];
  for (let data = nextTxData(state, env); data !== undefined; data = nextTxData(state, env)) {
    taken.push(data);
  }
  return taken;
}

/** Types of the batches in the channel that the transactions carry, in order. */
function batchesIn(transactions: readonly BatcherTxData[]): string[] {
  const frames = transactions.flatMap(({ payloads }) => payloads.flatMap(decodeFrames));
  expect(frames.map(({ frameNumber }) => frameNumber)).toEqual(frames.map((_, i) => i));
  expect(frames.map(({ isLast }) => isLast)).toEqual(frames.map((_, i) => i === frames.length - 1));
  const data = Buffer.concat(frames.map((frame) => frame.data));
  const limits = { maxRlpBytes: 10_000_000, brotli: true };
  const content = decompressChannel(new Uint8Array(data), limits);
  expect(content.ending).toBe('clean');
  const types: string[] = [];
  let found = readBatchItem(content, 0);
  for (; found !== undefined; found = readBatchItem(content, found.end)) {
    types.push(found.item[0] === 0 ? 'singular' : 'span');
  }
  return types;
}

describe('addBlock', () => {
  test('error: a block that does not follow is an L2 reorg', () => {
    const state = stateWith(1, 3);
    expect(addBlock(state, batchBlocks(9, 1)[0] as never)).toBe('reorg');
    expect(state.blocks.length).toBe(3);
  });
});

describe('nextTxData', () => {
  test('default: a channel stays open until it is full, and fits its transaction', () => {
    const state = stateWith(1, 3);
    expect(nextTxData(state, batcherEnv(101n))).toBe(undefined);
    for (const block of batchBlocks(4, 9)) addBlock(state, block);
    const [first, ...rest] = takeAll(state, batcherEnv(101n));
    expect(first?.payloads[0]?.length).toBeLessThanOrEqual(2_000);
    expect(first?.payloads[0]?.length).toBeGreaterThan(1_500);
    expect(rest.length).toBe(1);
    const starts = state.channels.map(({ firstBlock }) => firstBlock);
    const ends = state.channels.map(({ lastBlock }) => lastBlock + 1n);
    expect(starts[0]).toBe(1n);
    expect(starts.slice(1)).toEqual(ends.slice(0, -1));
  });

  test('behavior: duration closes a channel', () => {
    const state = stateWith(1, 2);
    const env = (number: bigint) => batcherEnv(number, { maxChannelDuration: 3n });
    expect(nextTxData(state, env(102n))).toBe(undefined);
    expect(nextTxData(state, env(103n))?.firstFrame).toBe(0);
    expect(state.channels[0]?.reason).toBe('duration');
  });

  test('behavior: the sequencing window closes a channel, a margin before its end', () => {
    const state = stateWith(1, 2);
    expect(nextTxData(state, batcherEnv(189n))).toBe(undefined);
    expect(nextTxData(state, batcherEnv(190n))).toBeDefined();
    expect(state.channels[0]?.reason).toBe('seqWindow');
  });

  test('behavior: a block too large for one frame makes a channel of several', () => {
    const state = stateWith(1, 1, 5_000);
    const taken = takeAll(state, batcherEnv(101n));
    expect(taken.length).toBe(3);
    expect(batchesIn(taken)).toEqual(['singular']);
  });

  test('behavior: blobs carry a set of frames in one transaction', () => {
    const change = { daType: 'blobs', targetNumFrames: 3, maxChannelDuration: 1n } as const;
    const state = stateWith(1, 60, 6_000);
    const [first] = takeAll(state, batcherEnv(101n, change));
    expect(first?.daType).toBe('blobs');
    expect(first?.payloads.length).toBe(3);
  });

  test.each([
    ['singular', 'zlib'],
    ['singular', 'brotli-9'],
    ['span', 'zlib'],
    ['span', 'brotli-10'],
  ] as const)('behavior: %s batches in %s read back', (batchType, algorithm) => {
    const change: Partial<ChannelConfig> = { batchType, algorithm, maxChannelDuration: 1n };
    const state = stateWith(1, 5, 100);
    const types = batchesIn(takeAll(state, batcherEnv(150n, change)));
    expect(types).toEqual(batchType === 'span' ? ['span'] : Array(5).fill('singular'));
  });

  test('behavior: a span of at most so many blocks', () => {
    const change = { batchType: 'span', maxBlocksPerSpanBatch: 2, maxChannelDuration: 1n } as const;
    const types = batchesIn(takeAll(stateWith(1, 5, 100), batcherEnv(150n, change)));
    expect(types).toEqual(['span', 'span', 'span']);
  });

  test('behavior: a transaction that no span can carry goes into singular batches', () => {
    const state = stateWith(1, 2, 100);
    const odd = { ...(state.blocks[1] as object), transactions: [hexToBytes('0x05ff')] };
    state.blocks[1] = odd as never;
    const change = { batchType: 'span', maxChannelDuration: 1n } as const;
    expect(batchesIn(takeAll(state, batcherEnv(150n, change)))).toEqual(['singular', 'singular']);
  });

  test('behavior: neither brotli, blobs nor spans before their forks', () => {
    const env = batcherEnv(150n, {
      batchType: 'span',
      algorithm: 'brotli-10',
      daType: 'blobs',
      maxChannelDuration: 1n,
    });
    const forkTimes = { ...env.rollup.forkTimes, delta: 1_001n, ecotone: 9_999n, fjord: 9_999n };
    const early = { ...env, rollup: { ...env.rollup, forkTimes } };
    const taken = takeAll(stateWith(1, 2), early);
    expect(taken.map(({ daType }) => daType)).toEqual(['calldata']);
    expect(batchesIn(taken)).toEqual(['singular', 'singular']);
  });

  test('behavior: a channel made for the other place is made again while unsent', () => {
    const state = stateWith(1, 2);
    const calldata = batcherEnv(150n);
    closeOpenChannel(state, calldata, 'flushed');
    drain(state, calldata);
    const blobs = { ...batcherEnv(150n, { daType: 'blobs' }), mayRebuild: true };
    expect(nextTxData(state, blobs)).toBe(undefined);
    drain(state, blobs);
    expect(nextTxData(state, blobs)?.daType).toBe('blobs');
  });

  test('behavior: a channel spread over the timeout is made again, with all later ones', () => {
    const state = stateWith(1, 3, 3_000);
    const env = batcherEnv(150n);
    const taken = takeAll(state, env);
    const second = state.channels[1]?.id;
    confirmTx(state, taken[0] as BatcherTxData, 151n);
    confirmTx(state, taken[1] as BatcherTxData, 201n);
    const again = nextTxData(state, env);
    expect(again?.firstFrame).toBe(0);
    expect(state.channels.some(({ id }) => id === second)).toBe(false);
    expect(state.channels[0]?.firstBlock).toBe(1n);
  });
});

describe('failTx', () => {
  test('default: sends the transaction and what follows it again', () => {
    const state = stateWith(1, 1, 9_000);
    const env = batcherEnv(101n);
    const taken = takeAll(state, env);
    confirmTx(state, taken[0] as BatcherTxData, 101n);
    confirmTx(state, taken[2] as BatcherTxData, 101n);
    failTx(state, taken[1] as BatcherTxData);
    const again = takeAll(state, env).map(({ firstFrame }) => firstFrame);
    expect(again).toEqual(taken.slice(1).map(({ firstFrame }) => firstFrame));
    expect(heldData(state).channels[0]?.fullyIncludedIn).toBe(undefined);
  });
});

describe('confirmTx', () => {
  test('default: a channel is on L1 once all its transactions are', () => {
    const state = stateWith(1, 1, 3_000);
    const taken = takeAll(state, batcherEnv(101n));
    for (const [i, data] of taken.entries()) {
      expect(heldData(state).channels[0]?.fullyIncludedIn).toBe(undefined);
      confirmTx(state, data, 110n - BigInt(i));
    }
    expect(heldData(state).channels[0]?.fullyIncludedIn).toBe(110n);
  });
});

describe('applySync', () => {
  test('default: prunes blocks and channels, and goes on where it was', () => {
    const state = stateWith(1, 10);
    takeAll(state, batcherEnv(101n));
    const action = { type: 'advance', pruneBlocks: 4, pruneChannels: 1, load: undefined } as const;
    applySync(state, action, 100n);
    expect(state.blocks[0]?.number).toBe(5n);
    for (const block of batchBlocks(11, 6)) addBlock(state, block);
    takeAll(state, batcherEnv(101n));
    const starts = state.channels.map(({ firstBlock }) => firstBlock);
    const ends = state.channels.map(({ lastBlock }) => lastBlock + 1n);
    expect(starts.slice(1)).toEqual(ends.slice(0, -1));
  });

  test('behavior: an open channel whose blocks became safe is made again without them', () => {
    const state = stateWith(1, 3);
    expect(nextTxData(state, batcherEnv(101n))).toBe(undefined);
    expect(state.open?.blocks.length).toBe(3);
    const action = { type: 'advance', pruneBlocks: 2, pruneChannels: 0, load: undefined } as const;
    applySync(state, action, 100n);
    drain(state, batcherEnv(101n));
    expect(state.channels.map(({ firstBlock }) => firstBlock)).toEqual([3n]);
  });

  test('behavior: starting afresh forgets everything', () => {
    const state = stateWith(1, 10);
    takeAll(state, batcherEnv(101n));
    const action = { type: 'startAfresh', reason: 'safeHeadAbove', load: undefined } as const;
    applySync(state, action, 107n);
    expect(state).toEqual(emptyState(107n));
  });
});

describe('drain', () => {
  test('default: all blocks leave in channels', () => {
    const state = stateWith(1, 6);
    drain(state, batcherEnv(101n));
    expect(state.open).toBe(undefined);
    expect(state.channels.at(-1)?.lastBlock).toBe(6n);
    expect(state.channels.at(-1)?.reason).toBe('terminated');
  });
});
