import { buildAttributes } from '../derive/attributesBuilder.ts';
import { maxSequencerDrift } from '../derive/parameters.ts';
import { toL2Block } from '../protocol/executionPayload.ts';
import type { BlockId, L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { systemConfigOfL2Block } from '../protocol/systemConfigOfL2Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { chooseL1Origin, type OriginChoice } from './l1Origin.ts';
import { type NoPoolReason, whyWithoutPool } from './poolRule.ts';
import type { SequencerPorts } from './ports.ts';

/** A block that can be built: what the engine is told, and where the block belongs. */
export type PreparedBlock = {
  readonly type: 'prepared';
  readonly parent: L2BlockRef;
  readonly attributes: PayloadAttributes;
  readonly l1Origin: BlockId;
  readonly sequenceNumber: bigint;
  readonly withoutPool: NoPoolReason | undefined;
};

/** What became of preparing a block. */
export type Preparation =
  | PreparedBlock
  | Extract<OriginChoice, { readonly type: 'wait' | 'reset' }>
  /** L1 or the engine has not what is needed, for the moment. */
  | { readonly type: 'retry'; readonly message: string };

/** L1 blocks that were read as origins. One is used for several L2 blocks. */
export type OriginCache = Map<L1Block['ref']['hash'], L1Block>;

const MAX_ORIGINS = 8;

/**
 * Prepares the block after `parent`: chooses its L1 origin and writes its attributes.
 *
 * @throws SourceError, EngineError or DecodeError of what is asked; the signal's reason.
 * @spec   protocol/sequencer.md 2, 3
 */
export async function prepareBlock(
  ports: Pick<SequencerPorts, 'config' | 'engine' | 'l1' | 'l1Heads' | 'options'>,
  origins: OriginCache,
  parent: L2BlockRef,
  isRecovering: boolean,
  abort: AbortOptions,
): Promise<Preparation> {
  const { config, engine, l1 } = ports;
  const { rollup } = config;
  const timestamp = parent.timestamp + rollup.blockTime;
  const choice = await originOf(ports, origins, parent, abort);
  if (choice.type !== 'use') return choice;
  const epoch = await originBlock(l1, origins, choice.origin, abort);
  const onto = await engine.block({ hash: parent.hash }, abort);
  if (epoch === undefined || onto === undefined) {
    const lacking = epoch === undefined ? `L1 block ${choice.origin.number}` : 'its own L2 head';
    return { type: 'retry', message: `${lacking} is not to be had` };
  }
  const systemConfig = systemConfigOfL2Block(rollup, toL2Block(onto.executionPayload));
  const built = buildAttributes(config, { ref: parent, systemConfig }, epoch, []);
  if (built.type !== 'built') return { type: 'reset', message: built.message };
  const withoutPool = whyWithoutPool(rollup, timestamp, epoch.ref.timestamp, isRecovering);
  return {
    type: 'prepared',
    parent,
    attributes: { ...built.attributes, noTxPool: withoutPool !== undefined },
    l1Origin: { number: epoch.ref.number, hash: epoch.ref.hash },
    sequenceNumber: built.sequenceNumber,
    withoutPool,
  };
}

async function originOf(
  ports: Pick<SequencerPorts, 'config' | 'l1' | 'l1Heads' | 'options'>,
  origins: OriginCache,
  { l1Origin, timestamp }: L2BlockRef,
  abort: AbortOptions,
): Promise<OriginChoice | Extract<Preparation, { readonly type: 'retry' }>> {
  const { config, l1, l1Heads, options } = ports;
  const current =
    origins.get(l1Origin.hash)?.ref ??
    (await l1.ref({ hash: l1Origin.hash }, abort)) ??
    // An L1 that has left a block may not know it any more: then another one is in its place.
    (await l1.ref({ number: l1Origin.number }, abort));
  if (current === undefined) {
    return { type: 'retry', message: `L1 block ${l1Origin.number} is not to be had` };
  }
  const number = current.number + 1n;
  const head = l1Heads.head('latest');
  // Without a head nobody knows the depth, and the block itself tells whether it is there.
  const isDeep = head === undefined || number + options.confirmations <= head.number;
  return chooseL1Origin({
    headOrigin: l1Origin,
    current,
    // By number each time: which block is the next one may have changed.
    next: isDeep ? await l1.ref({ number }, abort) : undefined,
    timestamp: timestamp + config.rollup.blockTime,
    maxDrift: maxSequencerDrift(config.rollup, current.timestamp),
  });
}

async function originBlock(
  l1: SequencerPorts['l1'],
  origins: OriginCache,
  { hash }: L1BlockRef,
  abort: AbortOptions,
): Promise<L1Block | undefined> {
  const known = origins.get(hash);
  if (known !== undefined) return known;
  const block = await l1.block({ hash }, abort);
  if (block === undefined) return undefined;
  origins.set(hash, block);
  for (const oldest of origins.keys()) {
    if (origins.size <= MAX_ORIGINS) break;
    origins.delete(oldest);
  }
  return block;
}
