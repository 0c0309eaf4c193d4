import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { BlockId, L2BlockRef } from '../protocol/ids.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { EngineError } from './errors.ts';
import { type EngineHeads, startHeads } from './heads.ts';
import { type RetryOutcome, retry } from './outcome.ts';
import type { EnginePort } from './port.ts';

// An engine that has peers of its own can fetch the chain itself: it is told of an unsafe block
// far ahead, answers SYNCING until it has all before it, then VALID.
//
//   off        never: derivation from L1 fills the engine
//   waiting    for the first unsafe block -> running, or finished where the engine has a chain
//   running    every unsafe block goes to the engine; derivation rests; VALID -> finished
//   finished   derivation goes on from the heads that `headsAfterSync` found

/** Where the engine's own sync stands. @spec protocol/node-surface.md 4.6 */
export type EngineSync = 'off' | 'waiting' | 'running' | 'finished';

/** Who fills the engine: the operator's `syncmode`. */
export type SyncMode = 'consensus-layer' | 'execution-layer';

/** What decides whether the engine syncs by itself. */
export type EngineSyncOptions = {
  readonly mode: SyncMode;
  readonly genesis: BlockId;
  /**
   * Whether the engine may sync although it has a finalized block: op-reth and erigon may, op-geth
   * may not.
   */
  readonly mayResync: boolean;
};

/** Where the sync stands before the engine has been told anything. */
export function startEngineSync({ mode }: EngineSyncOptions): EngineSync {
  return mode === 'execution-layer' ? 'waiting' : 'off';
}

/**
 * Decides, at the first unsafe block, whether the engine syncs or has a chain already.
 *
 * @throws EngineError, or the signal's reason.
 */
export async function decideEngineSync(
  engine: EnginePort,
  { genesis, mayResync }: EngineSyncOptions,
  options: AbortOptions = {},
): Promise<EngineSync> {
  if (mayResync) return 'running';
  const finalized = await engine.block({ label: 'finalized' }, options);
  const isFresh = finalized === undefined || finalized.executionPayload.blockHash === genesis.hash;
  return isFresh ? 'running' : 'finished';
}

/** Whether derivation must rest: the engine cannot build on what it does not have. */
export function isEngineSyncing(sync: EngineSync): boolean {
  return sync === 'waiting' || sync === 'running';
}

/** Where the engine's sync has ended, and how far behind safe and finalized begin. */
export type AfterSyncOptions = {
  /** The unsafe block that the engine has found valid. */
  readonly tip: L2BlockRef;
  /** L2 blocks that safe and finalized stay behind the tip; op-node's `syncmode.offset-el-safe`. */
  readonly offsetBlocks: bigint;
  readonly genesis: BlockId;
  readonly refOf: (block: PayloadEnvelope) => L2BlockRef;
};

/**
 * Heads after the engine has synced: unsafe at the tip; safe and finalized `offsetBlocks` behind,
 * or at the oldest block that the engine can serve where its history begins later.
 *
 * They have not been sent: `sendForkchoice` comes next.
 *
 * @throws The signal's reason; DecodeError from `refOf`.
 */
export async function headsAfterSync(
  engine: EnginePort,
  { tip, offsetBlocks, genesis, refOf }: AfterSyncOptions,
  options: AbortOptions = {},
): Promise<EngineHeads | RetryOutcome> {
  const distance = tip.number - genesis.number;
  const wanted = offsetBlocks < distance ? tip.number - offsetBlocks : genesis.number;
  try {
    const block = await oldestFrom(engine, wanted, tip.number, options);
    const safeHead = block === undefined ? tip : refOf(block);
    return startHeads({ unsafeHead: tip, safeHead, finalizedHead: safeHead });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return retry(error);
  }
}

/** The lowest block at or above `from` that the engine has, given that it has all above one. */
async function oldestFrom(
  engine: EnginePort,
  from: bigint,
  to: bigint,
  options: AbortOptions,
): Promise<PayloadEnvelope | undefined> {
  let found = await engine.block({ number: from }, options);
  let [low, high] = [from, to];
  if (found !== undefined) return found;
  while (low < high) {
    const middle = (low + high) >> 1n;
    const block = await engine.block({ number: middle }, options);
    if (block === undefined) low = middle + 1n;
    else [found, high] = [block, middle];
  }
  return found;
}
