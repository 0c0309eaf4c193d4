import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../src/base/bytes.ts';
import { addL1Block, type DeriveState } from '../../src/derive/index.ts';
import { openNextL1Block } from '../../src/derive/l1Traversal.ts';
import { batcherAddress } from '../../src/derive/state.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { chainAt, chainForking } from './support/config.ts';
import { addressOf, blobTx, emit, l1Blocks, post } from './support/l1.ts';
import { configLog } from './support/logs.ts';
import { openedAt, takeReasons } from './support/stage.ts';

const config = chainAt('ecotone');
const BATCHER = config.rollup.genesis.systemConfig.batcherAddr;
const OTHER = addressOf(0xee);
const newBatcher = configLog(config, 0, BigInt(OTHER));
const data = Uint8Array.of(1);

const itemsOf = (state: DeriveState): number => state.retrieval.items.length;

/** A state at block 100, with these blocks fed after it. */
function fed(blocks: readonly L1Block[]): DeriveState {
  const state = openedAt(config, blocks[0] as L1Block);
  for (const block of blocks.slice(1)) addL1Block(state, block);
  return state;
}

describe('openNextL1Block', () => {
  test('default: the next block is open, with its data', () => {
    const l1 = post(config, l1Blocks(config, 2), 101, data, data);
    const state = fed(l1);
    expect(openNextL1Block(state)).toEqual({ type: 'advanced', l1: l1[1]?.ref });
    expect(itemsOf(state)).toBe(2);
    expect(state.traversal.drained).toBe(false);
  });

  test('behavior: nothing is fed', () => {
    const l1 = l1Blocks(config, 1);
    const state = fed(l1);
    expect(openNextL1Block(state)).toEqual({ type: 'needL1Block', parent: l1[0]?.ref });
  });

  test('behavior: a block that does not continue the one before', () => {
    const l1 = l1Blocks(config, 2);
    const fork = l1Blocks(config, 3, { salt: 1, saltFrom: 101 });
    const state = fed([...l1, fork[2] as L1Block]);
    openNextL1Block(state);
    expect(openNextL1Block(state)).toMatchObject({ type: 'reset', reason: 'l1ParentMismatch' });
    expect(state.traversal.pending).toHaveLength(1);
  });

  test('behavior: a blob that is missing changes nothing, notes included', () => {
    const tx = blobTx(data);
    const blobs = (tx.blobs ?? []).map(({ versionedHash }) => ({ versionedHash, data: undefined }));
    const l1 = post(config, l1Blocks(config, 2), 101, { type: 4 }, { ...tx, blobs });
    const state = fed(l1);
    const asked = openNextL1Block(state);
    expect(asked).toEqual({
      type: 'needBlobs',
      l1: l1[1]?.ref,
      versionedHashes: blobs.map(({ versionedHash }) => versionedHash),
    });
    expect(openNextL1Block(state)).toEqual(asked);
    expect(takeReasons(state)).toEqual([]);
    addL1Block(state, post(config, l1Blocks(config, 2), 101, { type: 4 }, tx)[1] as L1Block);
    expect(openNextL1Block(state)).toMatchObject({ type: 'advanced' });
    expect(takeReasons(state)).toEqual(['txTypeIgnored']);
  });

  test('L9: a new batcher counts in its own block, for every transaction', () => {
    const l1 = emit(post(config, l1Blocks(config, 3), 101, { from: OTHER }, data), 101, newBatcher);
    const later = post(config, l1, 102, { from: OTHER }, data);
    const state = fed(later);
    openNextL1Block(state);
    expect(batcherAddress(state)).toBe(OTHER);
    expect(itemsOf(state)).toBe(1);
    expect(takeReasons(state)).toEqual(['notFromBatcher']);
    openNextL1Block(state);
    expect(itemsOf(state)).toBe(1);
  });

  test('F8: the checkpoint’s config counts in the checkpoint’s block, its logs do not', () => {
    const l1 = emit(post(config, l1Blocks(config, 1), 100, data), 100, newBatcher);
    const state = fed(l1);
    expect(batcherAddress(state)).toBe(BATCHER);
    expect(itemsOf(state)).toBe(1);
  });

  test('L1: a malformed update is noted and ignored alone, wherever it stands', () => {
    const bad = { ...newBatcher, data: newBatcher.data.slice(0, -1) };
    for (const logs of [
      [bad, newBatcher],
      [newBatcher, bad],
      [bad, newBatcher, bad],
    ]) {
      const state = fed(emit(l1Blocks(config, 2), 101, ...logs));
      openNextL1Block(state);
      expect(batcherAddress(state)).toBe(OTHER);
      expect(new Set(takeReasons(state))).toEqual(new Set(['malformedConfigLog']));
    }
  });

  test('L2: an update that is refused leaves the old values', () => {
    const dirty = { ...newBatcher, data: hexToBytes(`0x${'01'.repeat(96)}`) };
    const state = fed(emit(l1Blocks(config, 2), 101, dirty));
    const before = state.traversal.systemConfig;
    openNextL1Block(state);
    expect(state.traversal.systemConfig).toEqual(before);
  });

  test('L17: updates of another contract, and other events, are none', () => {
    const state = fed(
      emit(
        l1Blocks(config, 2),
        101,
        { ...newBatcher, address: OTHER },
        { ...newBatcher, topics: [OTHER, ...newBatcher.topics.slice(1)] },
      ),
    );
    openNextL1Block(state);
    expect(batcherAddress(state)).toBe(BATCHER);
    expect(takeReasons(state)).toEqual([]);
  });

  test('behavior: the Holocene stages come with the first L1 block of its time', () => {
    const at = (time: bigint) => {
      const forking = chainForking('granite', 'holocene', time);
      const l1 = l1Blocks(forking, 2);
      const state = openedAt(forking, l1[0] as L1Block);
      addL1Block(state, l1[1] as L1Block);
      openNextL1Block(state);
      return [state.channels.type, state.batches.type];
    };
    expect(at(1006n)).toEqual(['assembler', 'stage']);
    expect(at(1007n)).toEqual(['bank', 'queue']);
    expect(at(1000n)).toEqual(['assembler', 'stage']);
  });
});
