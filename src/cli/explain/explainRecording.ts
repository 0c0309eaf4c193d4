import type { AttributesStep, Dropped, Step } from '../../derive/index.ts';
import { openEngine } from '../../execution/engine.ts';
import { memoryKeyValueStore } from '../../execution/store/keyValueStore.ts';
import { createKzg } from '../../native/kzg.ts';
import type { BlockId } from '../../protocol/ids.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import { recordedL1Blocks } from '../recording/l1Facts.ts';
import { readGenesis, type Recording } from '../recording/recording.ts';
import {
  type BuiltOrRefused,
  type Replay,
  ReplayHalted,
  replayL1Block,
  startReplay,
} from '../replay/replayChain.ts';
import { type InboxItem, inboxItems } from './inboxItems.ts';

/** All that derivation made of one L1 block. */
export type L1Story = {
  readonly l1: BlockId & { readonly timestamp: bigint };
  /** Transactions to the batch inbox, with the frames in them. */
  readonly inbox: readonly InboxItem[];
  /** Channels that became complete here. */
  readonly channels: readonly ReadChannel[];
  readonly dropped: readonly Dropped[];
  /** L2 blocks made here, and those the engine refused. */
  readonly l2: readonly L2Story[];
  /** Why derivation stopped here, if it did. */
  readonly halted: string | undefined;
};

/** A channel that was read. */
export type ReadChannel = {
  readonly channelId: string;
  readonly compression: 'zlib' | 'brotli';
  /** After decompression. */
  readonly bytes: number;
  readonly ending: 'clean' | 'truncated' | 'corrupt' | 'capped';
};

/** Where one L2 block came from. */
export type L2Story = {
  readonly number: bigint;
  /** Undefined when the engine refused it. */
  readonly hash: string | undefined;
  readonly l1Origin: BlockId;
  readonly sequenceNumber: bigint;
  readonly transactions: number;
  readonly source: AttributesStep['source'];
  /** True for the deposits-only block that replaces a refused one. */
  readonly isReplacement: boolean;
  readonly refusal: string | undefined;
};

/**
 * Derives and executes a recorded chain and tells what became of each L1 block, in order.
 *
 * @throws UsageError, ConfigError. A halt is told in the last story.
 */
export async function* explainRecording(recording: Recording): AsyncGenerator<L1Story, void, void> {
  const kzg = createKzg();
  const engine = await openEngine(readGenesis(recording), memoryKeyValueStore());
  const config = { rollup: recording.rollup, l1Chain: recording.l1Chain };
  let replay: Replay | undefined;
  try {
    for await (const { block } of recordedL1Blocks(recording, kzg)) {
      const isFirst = replay === undefined;
      replay ??= startReplay(config, engine, block);
      const story = await tell(replay, block, isFirst);
      yield story;
      if (story.halted !== undefined) return;
    }
  } finally {
    await kzg.close();
    await engine.close();
  }
}

async function tell(replay: Replay, block: L1Block, isFirst: boolean): Promise<L1Story> {
  const dropped: Dropped[] = [];
  const l2: L2Story[] = [];
  const channels = new Map<object, ReadChannel>();
  const lookAtChannel = () => {
    const { channel } = replay.state;
    if (channel === undefined || channels.has(channel)) return;
    const { id, compression, bytes, ending } = channel;
    if (channel.inclusion.number !== block.ref.number) return;
    channels.set(channel, { channelId: id, compression, bytes: bytes.length, ending });
  };
  let halted: string | undefined;
  try {
    await replayL1Block(replay, isFirst ? undefined : block, {
      onSafe: () => {},
      onStep: (step: Step) => {
        if (step.type === 'dropped') dropped.push(step.dropped);
        lookAtChannel();
      },
      onBuilt: (step, outcome) => {
        l2.push(toL2Story(step, outcome));
        lookAtChannel();
      },
    });
  } catch (error) {
    if (!(error instanceof ReplayHalted)) throw error;
    halted = error.message;
  }
  const { number, hash, timestamp } = block.ref;
  return {
    l1: { number, hash, timestamp },
    inbox: inboxItems(replay.config.rollup, block, dropped),
    channels: [...channels.values()],
    dropped,
    l2,
    halted,
  };
}

function toL2Story(step: AttributesStep, outcome: BuiltOrRefused): L2Story {
  const isSealed = outcome.type === 'sealed';
  return {
    number: step.parent.number + 1n,
    hash: isSealed ? outcome.block.hash : undefined,
    l1Origin: step.epoch,
    sequenceNumber: step.sequenceNumber,
    transactions: isSealed
      ? outcome.block.transactions.length
      : step.attributes.transactions.length,
    source: step.source,
    isReplacement: isSealed && outcome.isReplacement,
    refusal: isSealed ? undefined : outcome.reason,
  };
}
