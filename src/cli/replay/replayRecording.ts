import type { Hash } from '../../base/bytes.ts';
import { DecodeError } from '../../base/errors.ts';
import { type ExecutionEngine, openEngine } from '../../execution/engine.ts';
import { type KeyValueStore, memoryKeyValueStore } from '../../execution/store/keyValueStore.ts';
import type { BlockRecord } from '../../execution/store/records.ts';
import { createKzg } from '../../native/kzg.ts';
import type { L1Block } from '../../protocol/l1Block.ts';
import { UsageError } from '../exit.ts';
import { recordedL1Blocks } from '../recording/l1Facts.ts';
import { type JsonLine, readJsonLines } from '../recording/lines.ts';
import { openProofs } from '../recording/openProofs.ts';
import { readGenesis, type Recording } from '../recording/recording.ts';
import { type BlockDifference, compareBlock } from './compareBlock.ts';
import {
  type MadeBlock,
  type Replay,
  type ReplayEvents,
  ReplayHalted,
  replayL1Block,
  startReplay,
} from './replayChain.ts';

/** What a replay came to. */
export type ReplaySummary = {
  /** No difference was found, and all that was recorded was derived. */
  readonly ok: boolean;
  readonly l1Blocks: number;
  readonly l2Blocks: number;
  readonly channels: number;
  readonly batches: number;
  readonly transactions: number;
  readonly gas: bigint;
  readonly seconds: number;
  /** L2 blocks compared with recorded ones, genesis included. */
  readonly compared: number;
  /** L2 blocks that nothing was recorded for, or that came after the first difference. */
  readonly notCompared: number;
  readonly safeHead: { readonly number: bigint; readonly hash: Hash };
  readonly outputRoot: Hash;
  readonly firstDifference: BlockDifference | undefined;
};

/** Blobs used before they are proven; with all copies about 300 kB each. */
const MAX_OPEN_BLOBS = 64;

/** Whom to tell what, during a replay. */
export type ReplayRecordingOptions = {
  /** Told after each L1 block. */
  readonly onProgress: (l1Blocks: number, safeNumber: bigint) => void;
  /** Told aloud when KZG runs without its native version. */
  readonly onSlowKzg: () => void;
};

/**
 * Derives and executes a recorded chain from genesis, and compares every block with the recorded
 * ones until the first difference.
 *
 * @throws UsageError, ConfigError; ReplayHalted where a rule of derivation does not let it go on.
 */
export async function replayRecording(
  recording: Recording,
  options: ReplayRecordingOptions,
): Promise<ReplaySummary> {
  const startedAt = performance.now();
  const kzg = createKzg({ onLoad: (kind) => kind === 'js' && options.onSlowKzg() });
  const store: KeyValueStore = memoryKeyValueStore();
  const engine = await openEngine(readGenesis(recording), store);
  const comparison = openComparison(recording, engine);
  const tally = { l1Blocks: 0, l2Blocks: 0, transactions: 0, gas: 0n };
  let safe: BlockRecord = engine.genesis;
  let replay: Replay | undefined;
  const blobs = openProofs(MAX_OPEN_BLOBS);
  try {
    await comparison.compare(engine.genesis, undefined);
    for await (const { block, line } of recordedL1Blocks(recording, kzg, blobs)) {
      const concluded: MadeBlock[] = [];
      const events = { onSafe: (_: BlockRecord, made: MadeBlock) => concluded.push(made) };
      if (replay === undefined) {
        assertGenesisL1(recording, block.ref.hash);
        const config = { rollup: recording.rollup, l1Chain: recording.l1Chain };
        replay = startReplay(config, engine, block);
        await replayLine(recording, line, replay, undefined, events);
      } else {
        await replayLine(recording, line, replay, block, events);
      }
      tally.l1Blocks += 1;
      for (const { block: made } of concluded) {
        safe = made;
        tally.l2Blocks += 1;
        tally.transactions += made.transactions.length;
        tally.gas += made.header.gasUsed;
      }
      for (const made of concluded) await comparison.compare(made.block, made);
      options.onProgress(tally.l1Blocks, safe.header.number);
      if (comparison.difference() !== undefined) break;
    }
    if (replay === undefined) {
      throw new UsageError(`expected L1 blocks in \`${recording.l1File}\`, found none`);
    }
    await comparison.finish(safe);
    await blobs.all();
  } catch (cause) {
    // What a blob that is not proven led to says nothing.
    await blobs.all();
    throw cause;
  } finally {
    await comparison.close();
    await kzg.close();
  }
  const firstDifference = comparison.difference();
  const { channels, batches } = replay?.state.read ?? { channels: 0, batches: 0 };
  return {
    ok: firstDifference === undefined,
    ...tally,
    channels,
    batches,
    seconds: (performance.now() - startedAt) / 1000,
    compared: comparison.compared(),
    notCompared: comparison.notCompared(),
    safeHead: { number: safe.header.number, hash: safe.hash },
    outputRoot: engine.outputRoot(safe.hash) as Hash,
    firstDifference,
  };
}

/** Reads one recorded L1 block. A halt is told with the line at which it came. */
async function replayLine(
  { l1File }: Recording,
  line: number,
  replay: Replay,
  block: L1Block | undefined,
  events: ReplayEvents,
): Promise<void> {
  try {
    await replayL1Block(replay, block, events);
  } catch (cause) {
    if (!(cause instanceof ReplayHalted)) throw cause;
    const message = `${l1File}, line ${line}: ${cause.message}`;
    // What the recording lacks is a fault of the recording, not of the chain.
    throw cause.code === 'lacksBlobs'
      ? new UsageError(message)
      : new ReplayHalted(cause.code, message);
  }
}

function assertGenesisL1({ rollup, l1File }: Recording, hash: Hash): void {
  const expected = rollup.genesis.l1.hash;
  if (hash === expected) return;
  throw new UsageError(
    `${l1File}, line 1: expected the rollup's genesis L1 block \`${expected}\`, found \`${hash}\``,
  );
}

type Comparison = {
  readonly compare: (block: BlockRecord, made: MadeBlock | undefined) => Promise<void>;
  /** Looks for recorded blocks that were not derived, and for derived ones not recorded. */
  readonly finish: (safe: BlockRecord) => Promise<void>;
  readonly compared: () => number;
  readonly notCompared: () => number;
  readonly difference: () => BlockDifference | undefined;
  readonly close: () => Promise<void>;
};

/** Compares safe blocks, in order, with the recorded lines; with none recorded it says nothing. */
function openComparison({ l2File, rollup }: Recording, engine: ExecutionEngine): Comparison {
  const chain = { rollup, execution: engine.config };
  const lines = l2File === undefined ? undefined : readJsonLines(l2File);
  let compared = 0;
  let notCompared = 0;
  let lacking: BlockRecord | undefined;
  let difference: BlockDifference | undefined;
  const nextLine = async (): Promise<JsonLine | undefined> =>
    (await lines?.next())?.value ?? undefined;
  return {
    compare: async (block, made) => {
      if (lines === undefined || difference !== undefined) {
        notCompared += 1;
        return;
      }
      const line = await nextLine();
      if (line === undefined) {
        if (made === undefined)
          throw new UsageError(`expected L2 blocks in \`${l2File}\`, found none`);
        lacking ??= block;
        notCompared += 1;
        return;
      }
      try {
        difference = compareBlock(chain, line.json, block, made);
      } catch (cause) {
        if (!(cause instanceof DecodeError)) throw cause;
        throw new UsageError(`${l2File}, line ${line.line}: ${cause.message}`, { cause });
      }
      if (difference === undefined) compared += 1;
    },
    finish: async ({ header }) => {
      if (difference !== undefined) return;
      if (lacking !== undefined) {
        difference = {
          block: String(lacking.header.number),
          field: 'block',
          expected: `none: \`${l2File}\` ends before it`,
          found: lacking.hash,
        };
        return;
      }
      const line = await nextLine();
      if (line === undefined) return;
      difference = {
        block: String(header.number + 1n),
        field: 'block',
        expected: String((line.json['block'] as { hash?: string } | undefined)?.hash),
        found: 'none: the L1 ended before it was derived',
      };
    },
    compared: () => compared,
    notCompared: () => notCompared,
    difference: () => difference,
    close: async () => {
      await lines?.return();
    },
  };
}
