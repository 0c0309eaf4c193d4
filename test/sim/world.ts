import type { DeriveConfig } from '../../src/derive/index.ts';
import { encodeFrames, type Frame } from '../../src/protocol/frame.ts';
import { FORKS } from '../../src/protocol/forks.ts';
import type { InboxTx, L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import {
  type ChannelItem,
  channelId,
  channelOf,
  framesOf,
  singularOf,
  spanOf,
} from '../derive/support/batches.ts';
import { chainWith } from '../derive/support/config.ts';
import { blobTx, emit, l1Blocks, L1_GENESIS, post } from '../derive/support/l1.ts';
import { type BlockPlan, honestChain, userTx } from '../derive/support/l2.ts';
import { configLog, depositLog } from '../derive/support/logs.ts';
import { REFUSED_TX } from '../derive/support/run.ts';
import { type Random, randomOf } from './random.ts';

/** A whole small world made of a seed: config, L1 with data, and what the sequencer built. */
export type World = {
  readonly seed: number;
  readonly config: DeriveConfig;
  readonly l1: readonly L1Block[];
  readonly chain: readonly L2Block[];
};

const L1_BLOCKS = 24;

/** Whether the batcher of a world does its work in order, or not. */
export type Mood = 'calm' | 'wild';

/**
 * A world: forks somewhere, deposits and config updates, and a batcher. A wild one mostly works but
 * sometimes repeats, reorders, delays, corrupts, or sends what nobody can use.
 */
export function worldOf(seed: number, mood: Mood = 'wild'): World {
  const random = randomOf(seed);
  const mishap = (times: number) => random.oneIn(times) && mood === 'wild';
  const config = configOf(random);
  const times: number[] = [];
  for (let i = 0, at = 0; i < L1_BLOCKS; i++, at += random.pick([2, 5, 6, 7, 12])) times.push(at);
  let l1 = l1Blocks(config, L1_BLOCKS, { timeOf: (index) => times[index] as number });
  for (let i = 1; i < L1_BLOCKS; i++) {
    if (random.oneIn(3))
      l1 = emit(l1, L1_GENESIS + i, depositLog(config, BigInt(random.below(99))));
    if (random.oneIn(6))
      l1 = emit(l1, L1_GENESIS + i, configLog(config, 2, 30_000_000n + BigInt(i)));
    if (random.oneIn(9)) l1 = emit(l1, L1_GENESIS + i, configLog(config, random.below(12), 7n));
  }
  const chain = honestChain(config, l1, plansOf({ ...random, mishap }, config, l1));
  return { seed, config, l1: withBatches({ ...random, mishap }, config, l1, chain), chain };
}

function configOf(random: Random): DeriveConfig {
  const newest = random.below(FORKS.length);
  const switchesAt = random.oneIn(2) ? 1000n + BigInt(random.below(100)) : 0n;
  const times = FORKS.map((fork, i) => {
    const time = i < newest ? 0n : i === newest ? switchesAt : undefined;
    return [fork, time] as const;
  });
  return chainWith(Object.fromEntries(times) as never, {
    seqWindowSize: BigInt(3 + random.below(6)),
    channelTimeout: BigInt(2 + random.below(4)),
  });
}

/** Numbers, and what goes wrong once in so many times. */
type Fate = Random & { readonly mishap: (times: number) => boolean };

/** Blocks up to the end of the L1, moving to the next origin now or later. */
function plansOf(random: Fate, { rollup }: DeriveConfig, l1: readonly L1Block[]): BlockPlan[] {
  const plans: BlockPlan[] = [];
  let epoch = 0;
  for (let timestamp = rollup.genesis.l2Time + 2n; plans.length < 60; timestamp += 2n) {
    const following = l1[epoch + 1];
    if (following === undefined) break;
    const mayMove = following.ref.timestamp <= timestamp;
    const mustMove = timestamp > (l1[epoch] as L1Block).ref.timestamp + 8n;
    if (mayMove && (mustMove || !random.oneIn(4))) epoch += 1;
    const number = plans.length + 1;
    const isLate = timestamp > (l1[epoch] as L1Block).ref.timestamp + 10n;
    const txs = isLate || random.oneIn(4) ? [] : [userTx(number)];
    if (!isLate && random.mishap(40)) txs.push(REFUSED_TX);
    plans.push({ epoch: L1_GENESIS + epoch, txs });
  }
  return plans;
}

function withBatches(
  random: Fate,
  config: DeriveConfig,
  l1: readonly L1Block[],
  chain: readonly L2Block[],
): L1Block[] {
  let posted = [...l1];
  const waiting: { readonly at: number; readonly item: Uint8Array | Partial<InboxTx> }[] = [];
  let id = 1;
  let at = L1_GENESIS;
  for (let first = 1; first < chain.length; ) {
    const count = 1 + random.below(8);
    const blocks = chain.slice(first, first + count);
    const late = inclusionOf(l1, blocks) + random.below(3);
    at = random.mishap(2) ? late : Math.max(at, late);
    const frames = sendOf(random, config, blocks, channelId(id++));
    for (const [i, data] of itemsOf(random, frames).entries()) {
      const item = random.oneIn(4) ? blobTx(data) : data;
      waiting.push({ at: at + (random.mishap(4) ? i : 0), item });
    }
    if (random.oneIn(4)) waiting.push({ at, item: random.bytes(random.below(60)) });
    // Sometimes the same blocks are sent again, sometimes a few are left out.
    if (!random.mishap(8)) first += count;
    if (random.mishap(12)) first += 1;
  }
  for (const { at, item } of waiting) posted = post(config, posted, at, item);
  return posted;
}

/** First L1 block in which a batcher that saw these blocks could post. */
function inclusionOf(l1: readonly L1Block[], blocks: readonly L2Block[]): number {
  const last = blocks.at(-1) as L2Block;
  const index = l1.findIndex(({ ref }) => ref.timestamp > last.timestamp);
  return L1_GENESIS + (index === -1 ? l1.length - 1 : index);
}

function sendOf(
  random: Fate,
  config: DeriveConfig,
  blocks: readonly L2Block[],
  id: ReturnType<typeof channelId>,
): Frame[] {
  const canSpan = !blocks.some(({ transactions }) => transactions.includes(REFUSED_TX));
  const items: ChannelItem[] =
    canSpan && random.oneIn(2)
      ? [spanOf(config, blocks)]
      : blocks.map((block) => singularOf(config, block));
  if (random.mishap(6)) items.splice(random.below(items.length + 1), 0, random.bytes(40));
  if (random.mishap(6)) items.reverse();
  const algorithm = random.oneIn(3) ? 'brotli-9' : 'zlib';
  const channel = channelOf(config, items, algorithm);
  if (random.mishap(10)) channel[random.below(channel.length)] = random.below(256);
  return framesOf(id, channel, 1 + random.below(3));
}

/** Frames as batcher data: together or alone, sometimes disordered, doubled, or cut off. */
function itemsOf(random: Fate, frames: readonly Frame[]): Uint8Array[] {
  const order = [...frames];
  if (random.mishap(6)) order.reverse();
  if (random.mishap(6)) order.push(random.pick(order));
  const items = random.oneIn(2) ? [order] : order.map((frame) => [frame]);
  return items.map((item) => {
    const data = encodeFrames(item);
    return random.mishap(15) ? data.slice(0, random.below(data.length)) : data;
  });
}
