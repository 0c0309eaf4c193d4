import {
  type ChainAnswer,
  findBase,
  findHeads,
  type Heads,
  type Walk,
} from '../derive/syncStart.ts';
import type { EnginePort } from '../engine/port.ts';
import { type PayloadEnvelope, toL2Block } from '../protocol/executionPayload.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { SystemConfig } from '../protocol/systemConfig.ts';
import { systemConfigOfL2Block } from '../protocol/systemConfigOfL2Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { L1Refs } from './l1Refs.ts';
import { readL2Ref } from './outputs.ts';
import type { SafeHeadRecord, SafeHeads } from './safeHeads.ts';

/** What a sync start reads. */
export type SyncStartPorts = {
  readonly rollup: RollupConfig;
  readonly engine: Pick<EnginePort, 'block'>;
  readonly l1Refs: L1Refs;
  readonly safeHeads: SafeHeads;
  /** L2 blocks that a recovered tip is held back by, for the safe and finalized head. */
  readonly recoveredOffsetBlocks: bigint;
};

/** Where derivation begins. */
export type SyncStartPoint = {
  readonly heads: Heads;
  /** The engine's, which may be above that which L1 supports. */
  readonly engineHead: L2BlockRef;
  /** Of the safe head. */
  readonly systemConfig: SystemConfig;
  /** The L1 block to read first, and the system config that held there. */
  readonly base: { readonly l1: L1BlockRef; readonly systemConfig: SystemConfig };
  /** How the safe head was found. */
  readonly by: 'record' | 'walk' | 'recovery';
};

/** Why there is no place to begin from. `message` says what was found and what to do. */
export class SyncStartError extends Error {
  override readonly name = 'SyncStartError';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * Finds the heads to go on from, after a start or a reset: the engine's heads as far as L1 supports
 * them. The safe head is that of the newest record of what an L1 block made safe with which both L1
 * and engine still agree; without one it is found by walking back a sequencing window.
 *
 * Choice: op-node always walks, because it cannot know from which L1 block its safe head came. The
 * records tell that, and a reset does not undo what the L1 still says.
 *
 * @throws SyncStartError, EngineError, SourceError, or the signal's reason.
 * @spec   protocol/derivation-2-attributes-engine.md 10.5, 10.6
 */
export async function findStart(
  ports: SyncStartPorts,
  abort: AbortOptions,
): Promise<SyncStartPoint> {
  const { rollup } = ports;
  const labels = await engineHeads(ports, abort);
  const recovered = await recoveredHeads(ports, labels, abort);
  const engineHead = labels.unsafe;
  if (recovered !== undefined) {
    return { ...(await startAt(ports, recovered, abort)), engineHead, by: 'recovery' };
  }

  const record = await newestGoodRecord(ports, labels, abort);
  const floor = record ?? labels.finalized;
  const bounds = { ...labels, finalized: floor };
  const found = await walk(ports, findHeads(rollup, bounds), abort);
  if (found.type === 'failed') throw new SyncStartError(found.reason, found.message);
  const { unsafe, safe } = found.heads;
  const isRecord = record !== undefined && safe.hash === record.hash;
  const heads = { unsafe, safe, finalized: labels.finalized };
  return { ...(await startAt(ports, heads, abort)), engineHead, by: isRecord ? 'record' : 'walk' };
}

async function startAt(
  ports: SyncStartPorts,
  heads: Heads,
  abort: AbortOptions,
): Promise<Omit<SyncStartPoint, 'engineHead' | 'by'>> {
  const base = await walk(ports, findBase(ports.rollup, heads.safe), abort);
  if (base === undefined) {
    const message = `an L1 or L2 block below the safe head ${heads.safe.number} is missing`;
    throw new SyncStartError('blockMissing', message);
  }
  const configAt = async (ref: L2BlockRef): Promise<SystemConfig> => {
    const envelope = await ports.engine.block({ hash: ref.hash }, abort);
    if (envelope !== undefined) {
      return systemConfigOfL2Block(ports.rollup, toL2Block(envelope.executionPayload));
    }
    throw new SyncStartError('blockMissing', `the engine has no block ${ref.number} (${ref.hash})`);
  };
  const [systemConfig, baseConfig] = [await configAt(heads.safe), await configAt(base.l2)];
  return { heads, systemConfig, base: { l1: base.l1, systemConfig: baseConfig } };
}

/** The engine's labels. Missing finalized: genesis; missing safe: finalized. */
async function engineHeads(ports: SyncStartPorts, abort: AbortOptions): Promise<Heads> {
  const { engine, rollup } = ports;
  const ref = (envelope: PayloadEnvelope): L2BlockRef => readL2Ref(rollup, envelope);
  const latest = await engine.block({ label: 'latest' }, abort);
  const finalized =
    (await engine.block({ label: 'finalized' }, abort)) ??
    (await engine.block({ number: rollup.genesis.l2.number }, abort));
  if (latest === undefined || finalized === undefined) {
    throw new SyncStartError('blockMissing', 'the engine has neither a head nor a genesis block');
  }
  const safe = (await engine.block({ label: 'safe' }, abort)) ?? finalized;
  const unsafe = ref(latest);
  const isBelow = latest.executionPayload.blockNumber < safe.executionPayload.blockNumber;
  const isBelowFinalized =
    latest.executionPayload.blockNumber < finalized.executionPayload.blockNumber;
  if (isBelow || isBelowFinalized) return { unsafe, safe: unsafe, finalized: unsafe };
  return { unsafe, safe: ref(safe), finalized: ref(finalized) };
}

const RECOVERY_SEQ_WINDOWS = 14n;

/**
 * Heads of an engine whose labels were lost while it kept its chain: nothing is safe, and the tip
 * is far above genesis.
 */
async function recoveredHeads(
  { engine, rollup, recoveredOffsetBlocks }: SyncStartPorts,
  labels: Heads,
  abort: AbortOptions,
): Promise<Heads | undefined> {
  const { genesis, seqWindowSize } = rollup;
  const { unsafe, safe, finalized } = labels;
  const isAtGenesis = safe.number === genesis.l2.number && finalized.number === genesis.l2.number;
  const isFar = unsafe.l1Origin.number > genesis.l1.number + RECOVERY_SEQ_WINDOWS * seqWindowSize;
  if (!isAtGenesis || !isFar) return undefined;
  const wanted = unsafe.number - recoveredOffsetBlocks;
  const number = wanted > genesis.l2.number ? wanted : genesis.l2.number;
  const block = number === unsafe.number ? undefined : await engine.block({ number }, abort);
  const held = block === undefined ? unsafe : readL2Ref(rollup, block);
  return { unsafe, safe: held, finalized: held };
}

/**
 * Safe head of the newest record that holds: its L1 block is canonical and the engine has its L2
 * block. Records before one that holds do too, so the search gallops back and then bisects.
 */
async function newestGoodRecord(
  ports: SyncStartPorts,
  labels: Heads,
  abort: AbortOptions,
): Promise<L2BlockRef | undefined> {
  const { safeHeads } = ports;
  const last = await safeHeads.last();
  if (last === undefined) return undefined;
  // By L1 number: those from `bad` on do not hold; up to `low` none is newer than `good`.
  let bad = last.l1.number + 1n;
  let low: bigint | undefined;
  let good: SafeHeadRecord | undefined;
  for (let stride = 0n; low === undefined || low + 1n < bad; stride = 2n * stride + 1n) {
    const middle = low === undefined ? bad - 1n - stride : (low + bad) / 2n;
    const record = await recordAt(safeHeads, middle);
    const isNewer = record !== undefined && (low === undefined || record.l1.number > low);
    if (!isNewer || record.l2.number < labels.finalized.number) low = middle;
    else if (await holds(ports, labels, record, abort)) [good, low] = [record, middle];
    else bad = record.l1.number;
  }
  if (good === undefined) return undefined;
  const envelope = await ports.engine.block({ hash: good.l2.hash }, abort);
  return envelope === undefined ? undefined : readL2Ref(ports.rollup, envelope);
}

async function recordAt(
  safeHeads: SafeHeads,
  l1Number: bigint,
): Promise<SafeHeadRecord | undefined> {
  return l1Number < 0n ? undefined : safeHeads.at(l1Number);
}

async function holds(
  { l1Refs, engine, rollup }: SyncStartPorts,
  labels: Heads,
  { l1, l2 }: SafeHeadRecord,
  abort: AbortOptions,
): Promise<boolean> {
  if (l2.number > labels.unsafe.number) return false;
  if (l2.number === rollup.genesis.l2.number) return l2.hash === rollup.genesis.l2.hash;
  const own = await engine.block({ number: l2.number }, abort);
  if (own?.executionPayload.blockHash !== l2.hash) return false;
  return (await l1Refs.byNumber(l1.number, abort))?.hash === l1.hash;
}

/** Answers the questions of a walk one after the other. */
async function walk<T>(
  { engine, l1Refs, rollup }: SyncStartPorts,
  questions: Walk<T>,
  abort: AbortOptions,
): Promise<T> {
  let answer: ChainAnswer;
  for (;;) {
    const asked = questions.next(answer);
    if (asked.done === true) return asked.value;
    const question = asked.value;
    switch (question.type) {
      case 'l1ByNumber':
        answer = knownGenesis(rollup, l1Refs, question.number);
        answer ??= await l1Refs.byNumber(question.number, abort);
        break;
      case 'l1ByHash':
        answer = await l1Refs.byHash(question.hash, abort);
        break;
      case 'l2ByHash': {
        const envelope = await engine.block({ hash: question.hash }, abort);
        answer = envelope === undefined ? undefined : readL2Ref(rollup, envelope);
      }
    }
  }
}

/** The rollup's first L1 block, where it has been looked up: no reorg takes that. */
function knownGenesis(
  { genesis }: RollupConfig,
  l1Refs: L1Refs,
  number: bigint,
): L1BlockRef | undefined {
  return number === genesis.l1.number ? l1Refs.remembered(genesis.l1.hash) : undefined;
}
