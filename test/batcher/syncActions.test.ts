import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import {
  type BatcherSyncStatus,
  type HeldData,
  syncAction,
} from '../../src/batcher/syncActions.ts';
import type { L1BlockRef, L2BlockRef } from '../../src/protocol/ids.ts';
import { l1HashAt, l2HashAt } from '../support/batcher.ts';

function l1(number: number): L1BlockRef {
  return {
    number: BigInt(number),
    hash: l1HashAt(number),
    parentHash: l1HashAt(number - 1),
    timestamp: 0n,
  };
}

function l2(number: number): L2BlockRef {
  return {
    number: BigInt(number),
    hash: l2HashAt(number),
    parentHash: l2HashAt(number - 1),
    timestamp: 0n,
    l1Origin: { number: 100n, hash: l1HashAt(100) },
    sequenceNumber: 0n,
  };
}

const STATUS: BatcherSyncStatus = {
  headL1: l1(120),
  currentL1: l1(118),
  unsafeL2: l2(20),
  localSafeL2: l2(11),
};

/** Blocks 10 to 15; channels of 10 to 11, 12 to 13, 14 to 15. */
const HELD: HeldData = {
  blocks: [10, 11, 12, 13, 14, 15].map((number) => ({
    number: BigInt(number),
    hash: l2HashAt(number),
  })),
  channels: [
    { lastBlock: 11n, fullyIncludedIn: 110n },
    { lastBlock: 13n, fullyIncludedIn: 118n },
    { lastBlock: 15n, fullyIncludedIn: undefined },
  ],
};

describe('syncAction', () => {
  test('default: drops what is safe and loads what is new', () => {
    expect(syncAction(STATUS, l1(117), HELD)).toEqual({
      type: 'advance',
      pruneBlocks: 2,
      pruneChannels: 1,
      load: { first: 16n, last: 20n },
    });
  });

  test('behavior 1: a head is unknown', () => {
    const unknown = { ...l2(0), hash: ZERO_HASH };
    const action = syncAction({ ...STATUS, localSafeL2: unknown }, undefined, HELD);
    expect(action).toEqual({ type: 'wait', reason: 'noHeads' });
  });

  test('behavior 1: the node reads L1 again', () => {
    const action = syncAction(STATUS, l1(119), HELD);
    expect(action).toEqual({ type: 'wait', reason: 'currentL1WentBack' });
  });

  test('behavior 2: nothing is held', () => {
    const action = syncAction(STATUS, undefined, { blocks: [], channels: [] });
    expect(action).toMatchObject({ type: 'advance', load: { first: 12n, last: 20n } });
  });

  test('behavior 2: nothing is held and nothing is unsafe', () => {
    const safe = { ...STATUS, localSafeL2: l2(20) };
    const action = syncAction(safe, undefined, { blocks: [], channels: [] });
    expect(action).toMatchObject({ type: 'advance', load: undefined });
  });

  test('behavior 3: the safe head is below what is held', () => {
    const below = { ...STATUS, localSafeL2: l2(8) };
    expect(syncAction(below, undefined, HELD)).toEqual({
      type: 'startAfresh',
      reason: 'safeHeadBelow',
      load: { first: 9n, last: 20n },
    });
    const at = { ...STATUS, localSafeL2: l2(9) };
    expect(syncAction(at, undefined, { ...HELD, channels: [] })).toMatchObject({ pruneBlocks: 0 });
  });

  test('behavior 4: the safe head is above what is held', () => {
    const above = { ...STATUS, localSafeL2: l2(16) };
    expect(syncAction(above, undefined, HELD)).toMatchObject({ reason: 'safeHeadAbove' });
    const at = { ...STATUS, localSafeL2: l2(15) };
    expect(syncAction(at, undefined, HELD)).toMatchObject({ pruneBlocks: 6, pruneChannels: 3 });
  });

  test('behavior 5: another block is safe', () => {
    const other = { ...STATUS, localSafeL2: { ...l2(11), hash: l2HashAt(99) } };
    expect(syncAction(other, undefined, HELD)).toMatchObject({ reason: 'safeBlockDiffers' });
  });

  test('behavior 6: a channel was read and not accepted', () => {
    const read = { ...STATUS, currentL1: l1(119) };
    expect(syncAction(read, undefined, HELD)).toMatchObject({ reason: 'channelNotAccepted' });
    const accepted = { ...read, localSafeL2: l2(13) };
    expect(syncAction(accepted, undefined, HELD)).toMatchObject({ type: 'advance' });
  });
});
