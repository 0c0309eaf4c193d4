import type { Hash } from '../../src/base/bytes.ts';
import { mineL1Block } from '../../src/devnet/demo/modelL1.ts';
import { insertUnsafe } from '../../src/engine/forkchoice.ts';
import { startHeads } from '../../src/engine/heads.ts';
import type { EnginePort } from '../../src/engine/port.ts';
import { type ChainHeads, createChainHeads } from '../../src/node/chainHeads.ts';
import { type PayloadEnvelope, toL2Block } from '../../src/protocol/executionPayload.ts';
import type { L1BlockRef, L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { l2BlockRef } from '../../src/protocol/l2BlockRef.ts';
import type { Conductor, SequencerOptions } from '../../src/sequencer/ports.ts';
import { createSequencer, type Sequencer } from '../../src/sequencer/sequencer.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { createWaits } from '../../src/transport/waits.ts';
import { makeAttributes } from './engineAttributes.ts';
import { createMemoryEngine, type MemoryEngine } from './memoryEngine.ts';
import { rollupConfig } from './rollupConfig.ts';

/** What op-node's flags default to. */
const STANDARD_OPTIONS: SequencerOptions = {
  confirmations: 4n,
  maxSafeLag: 0n,
  sealingDurationMs: 50,
  isStopped: false,
  isRecovering: false,
};

/** What a scene begins with. */
export type SceneOptions = {
  /** Blocks that the clock, which stands still, allows. */
  readonly blocks: number;
  readonly options?: Partial<SequencerOptions>;
  readonly memory?: boolean;
  readonly conductor?: Conductor;
  readonly publish?: (envelope: PayloadEnvelope) => void;
  /** L1 has other blocks than the L2's origin. */
  readonly l1Leaves?: boolean;
};

/** A sequencer on an L1 of 40 blocks, with an engine without execution. */
export type SequencerScene = {
  readonly sequencer: Sequencer;
  readonly engine: MemoryEngine;
  readonly chain: ChainHeads;
  readonly genesis: L2BlockRef;
  readonly genesisHash: Hash;
  readonly l2Time: bigint;
  readonly made: L2BlockRef[];
  readonly failures: string[];
  readonly resets: string[];
  /** What the sequencer keeps over a restart. */
  memory: boolean | undefined;
  readonly replaceEngine: (change: Partial<EnginePort>) => void;
  /** Makes somebody else's block the head. */
  readonly insertRival: () => Promise<PayloadEnvelope>;
  readonly advanceMs: (ms: number) => void;
  readonly run: () => Promise<void>;
  /** Lets everything that can happen happen. */
  readonly settle: () => Promise<void>;
  readonly until: (isDone: () => boolean) => Promise<void>;
  readonly runUntil: (isDone: () => boolean) => Promise<void>;
  readonly end: (ended: Promise<void>) => Promise<void>;
};

const L1_BLOCKS = 40;
const TURNS = 2_000;

/** Sets a scene with its clock at the time of the last block that is to be made. */
export async function sequencerScene(given: SceneOptions): Promise<SequencerScene> {
  const l1 = l1Chain(1_000n, given.l1Leaves === true ? 7n : 0n);
  const origin = l1Chain(1_000n, 0n)[0] as L1Block;
  const base = rollupConfig('ecotone');
  const l2Time = origin.ref.timestamp;
  const before = {
    ...base,
    genesis: { ...base.genesis, l2Time, l1: { number: 1n, hash: origin.ref.hash } },
  };
  const engine = createMemoryEngine(before);
  const genesisHash = engine.genesis.executionPayload.blockHash;
  const rollup = {
    ...before,
    genesis: { ...before.genesis, l2: { number: 0n, hash: genesisHash } },
  };
  const genesis = l2BlockRef(rollup, toL2Block(engine.genesis.executionPayload));
  const chain = createChainHeads();
  await chain.found(startHeads({ unsafeHead: genesis, safeHead: genesis, finalizedHead: genesis }));
  let nowMs = Number(l2Time + 2n * BigInt(given.blocks)) * 1000;
  const port = { ...engine } as { -readonly [key in keyof EnginePort]: EnginePort[key] };
  const stop = new AbortController();
  const scene = {
    engine,
    chain,
    genesis,
    genesisHash,
    l2Time,
    made: [] as L2BlockRef[],
    failures: [] as string[],
    resets: [] as string[],
    memory: given.memory,
  };
  const sequencer = createSequencer(
    {
      config: { rollup, l1Chain: { blobSchedule: [] } as never },
      engine: port,
      chain,
      l1: {
        ref: async (id) => find(l1, id)?.ref,
        block: async (id) => find(l1, id),
      },
      l1Heads: { head: () => l1.at(-1)?.ref },
      conductor: given.conductor,
      memory: {
        read: async () => scene.memory,
        write: async (isStarted) => {
          scene.memory = isStarted;
        },
      },
      waits: createWaits(),
      log: SILENT_LOG,
      reset: (reason) => void scene.resets.push(reason),
      publish: given.publish ?? (() => {}),
      events: {
        sequenced: (block) => void scene.made.push(block),
        failed: (message) => void scene.failures.push(message),
        inconsistentOrigin: () => {},
      },
      options: { ...STANDARD_OPTIONS, ...given.options },
    },
    () => nowMs,
  );
  const run = (): Promise<void> => sequencer.run(stop.signal);
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  };
  const until = async (isDone: () => boolean): Promise<void> => {
    for (let turn = 0; !isDone(); turn++) {
      if (turn === TURNS) throw new Error(`nothing more happens: ${scene.failures.join('; ')}`);
      await new Promise(setImmediate);
    }
  };
  const end = async (ended: Promise<void>): Promise<void> => {
    stop.abort(new Error('the scene is over'));
    await ended;
  };
  return Object.assign(scene, {
    sequencer,
    replaceEngine: (change: Partial<EnginePort>) => void Object.assign(port, change),
    insertRival: () => insertRival(engine, chain, rollup),
    advanceMs: (ms: number) => {
      nowMs += ms;
      // A look at the heads, as any change of them gives.
      const heads = chain.current();
      if (heads !== undefined) void chain.found({ ...heads });
    },
    run,
    settle,
    until,
    runUntil: async (isDone: () => boolean) => {
      const ended = run();
      await until(isDone);
      await end(ended);
    },
    end,
  });
}

async function insertRival(
  engine: MemoryEngine,
  chain: ChainHeads,
  rollup: Parameters<typeof l2BlockRef>[0],
): Promise<PayloadEnvelope> {
  const envelope = await chain.change(async (heads) => {
    const head = await engine.block({ hash: heads.unsafeHead.hash });
    const attributes = makeAttributes(head as PayloadEnvelope, 99);
    const state = {
      headBlockHash: heads.unsafeHead.hash,
      safeBlockHash: heads.safeHead.hash,
      finalizedBlockHash: heads.finalizedHead.hash,
    };
    const { build } = await engine.forkchoiceUpdated(state, attributes);
    const rival = await engine.getPayload(build as NonNullable<typeof build>);
    const { blockNumber: number, blockHash: hash, parentHash, timestamp } = rival.executionPayload;
    const ref: L2BlockRef = {
      number,
      hash,
      parentHash,
      timestamp,
      l1Origin: rollup.genesis.l1,
      sequenceNumber: 1n,
    };
    const [moved] = await insertUnsafe(engine, heads, rival, ref);
    return [moved, rival];
  });
  return envelope as PayloadEnvelope;
}

function l1Chain(firstTime: bigint, salt: bigint): readonly L1Block[] {
  const blocks: L1Block[] = [];
  for (let i = 0; i < L1_BLOCKS; i++) {
    blocks.push(mineL1Block(blocks.at(-1), firstTime + salt, { inbox: [], logs: [] }));
  }
  return blocks;
}

function find(
  l1: readonly L1Block[],
  id: { readonly hash: Hash } | { readonly number: bigint } | { readonly label: string },
): L1Block | undefined {
  if ('hash' in id) return l1.find(({ ref }) => ref.hash === id.hash);
  if ('number' in id) return l1.find(({ ref }: { ref: L1BlockRef }) => ref.number === id.number);
  return l1.at(-1);
}
