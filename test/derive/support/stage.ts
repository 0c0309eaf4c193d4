import { bytesToHex } from '../../../src/base/bytes.ts';
import type { DeriveConfig, DeriveState, DropReason } from '../../../src/derive/index.ts';
import { addL1Block, start } from '../../../src/derive/index.ts';
import { openNextL1Block } from '../../../src/derive/l1Traversal.ts';
import type { RawChannel, StageEnd } from '../../../src/derive/state.ts';
import { encodeFrames, type Frame } from '../../../src/protocol/frame.ts';
import type { L1Block } from '../../../src/protocol/l1Block.ts';
import { channelId } from './batches.ts';
import { post } from './l1.ts';

/** A state that has just opened `block`, as the first L1 block it reads. */
export function openedAt(config: DeriveConfig, block: L1Block): DeriveState {
  const { systemConfig } = config.rollup.genesis;
  const state = start(config, { l1: block, systemConfig });
  openNextL1Block(state);
  return state;
}

/** Feeds and opens the next L1 block. */
export function openNext(state: DeriveState, block: L1Block): void {
  addL1Block(state, block);
  openNextL1Block(state);
}

/** An L1 with batcher data of `items` in block `number`: each item is frames of one transaction. */
export function postFrames(
  config: DeriveConfig,
  l1: readonly L1Block[],
  number: number,
  ...items: readonly (readonly Frame[])[]
): L1Block[] {
  return post(config, l1, number, ...items.map((frames) => encodeFrames(frames)));
}

/** A frame of channel `id` (a byte) that holds one byte, its own number. */
export function frame(id: number, frameNumber: number, isLast: 'last' | 'more' = 'more'): Frame {
  return {
    channelId: channelId(id),
    frameNumber,
    data: Uint8Array.of(frameNumber),
    isLast: isLast === 'last',
  };
}

/** Complete channels that a stage gives until the L1 block is used up: first id byte, then data. */
export function drainChannels(
  state: DeriveState,
  nextChannel: () => RawChannel | StageEnd,
): string[] {
  const channels: string[] = [];
  for (let turn = 0; turn < 10_000; turn++) {
    const read = nextChannel();
    if (read === 'endOfData') return channels;
    if (read !== 'again') channels.push(`${read.id.slice(2, 4)}:${bytesToHex(read.data).slice(2)}`);
  }
  throw new RangeError(`no end of data in L1 block ${state.traversal.origin?.ref.number}`);
}

/** Takes the notes so far out of a state. */
export function takeReasons(state: DeriveState): DropReason[] {
  return state.notes.splice(0).map(({ reason }) => reason);
}
