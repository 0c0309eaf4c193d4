import { type Hash } from '../../src/base/bytes.ts';
import type { DerivedAttributes } from '../../src/engine/controller.ts';
import { EngineError, type EngineErrorCode } from '../../src/engine/errors.ts';
import { type EngineHeads, forkchoiceOf, startHeads } from '../../src/engine/heads.ts';
import type { EnginePort, PayloadStatus } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { BlockId, L2BlockRef } from '../../src/protocol/ids.ts';
import { makeAttributes } from './engineAttributes.ts';
import type { MemoryEngine } from './memoryEngine.ts';

/** The L1 block that all blocks of these tests belong to. */
export const EPOCH: BlockId = { number: 1n, hash: `0x${'e0'.repeat(32)}` as Hash };
/** A hash that no block has. */
export const UNKNOWN: Hash = `0x${'ab'.repeat(32)}`;

/** Reference of a block on EPOCH. */
export function refOf(block: PayloadEnvelope): L2BlockRef {
  const { blockNumber, blockHash, parentHash, timestamp } = block.executionPayload;
  return {
    number: blockNumber,
    hash: blockHash,
    parentHash,
    timestamp,
    l1Origin: EPOCH,
    sequenceNumber: 0n,
  };
}

/** All heads at one block. */
export function headsAt(block: L2BlockRef): EngineHeads {
  return startHeads({ unsafeHead: block, safeHead: block, finalizedHead: block });
}

/** What derivation might give for a child of a block. */
export function derivedOn(
  parent: PayloadEnvelope,
  change: Partial<DerivedAttributes> = {},
): DerivedAttributes {
  return {
    attributes: makeAttributes(parent),
    parent: refOf(parent),
    epoch: EPOCH,
    sequenceNumber: 0n,
    concluding: true,
    ...change,
  };
}

/** A chain of unsafe blocks on genesis in the engine; each is made from `derivedOn` its parent. */
export async function unsafeChain(
  engine: MemoryEngine,
  count: number,
  salt = 0,
): Promise<readonly PayloadEnvelope[]> {
  const blocks = [engine.genesis];
  for (let i = 0; i < count; i++) {
    const parent = blocks.at(-1) as PayloadEnvelope;
    const state = {
      ...forkchoiceOf(headsAt(refOf(engine.genesis))),
      headBlockHash: parent.executionPayload.blockHash,
    };
    const { build } = await engine.forkchoiceUpdated(state, makeAttributes(parent, salt));
    const block = await engine.getPayload(build as NonNullable<typeof build>);
    await engine.newPayload(block);
    blocks.push(block);
  }
  const headBlockHash = (blocks.at(-1) as PayloadEnvelope).executionPayload.blockHash;
  await engine.forkchoiceUpdated(
    { ...forkchoiceOf(headsAt(refOf(engine.genesis))), headBlockHash },
    undefined,
  );
  engine.calls.length = 0;
  return blocks;
}

/** A method that fails. */
export const failing = (code: EngineErrorCode) => async (): Promise<never> => {
  throw new EngineError(code, 'scripted');
};
/** A method that gives a status. */
export const answering = (status: PayloadStatus) => async () => status;
export const INVALID: PayloadStatus = {
  type: 'invalid',
  validationError: 'scripted',
  latestValidHash: undefined,
};
export const SYNCING: PayloadStatus = { type: 'syncing' };

/** An engine with one method replaced. */
export function withMethod<K extends keyof EnginePort>(
  engine: EnginePort,
  name: K,
  method: EnginePort[K],
): EnginePort {
  return { ...engine, [name]: method };
}
