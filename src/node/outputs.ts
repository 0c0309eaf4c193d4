import type { Hash } from '../base/bytes.ts';
import type { EnginePort } from '../engine/port.ts';
import { type PayloadEnvelope, toL2Block } from '../protocol/executionPayload.ts';
import { isActive } from '../protocol/forks.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { l2BlockRef } from '../protocol/l2BlockRef.ts';
import { outputRoot } from '../protocol/outputRoot.ts';
import { MESSAGE_PASSER } from '../protocol/predeploys.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';

/** An output root and what it commits to. */
export type Output = {
  readonly outputRoot: Hash;
  readonly stateRoot: Hash;
  readonly messagePasserStorageRoot: Hash;
  readonly blockHash: Hash;
};

/**
 * Output root after a block: from Isthmus on its own fields tell all, before the engine is asked
 * for a storage root.
 *
 * @throws EngineError
 * @spec   protocol/execution.md 6.1
 */
export async function outputOf(
  engine: EnginePort,
  { forkTimes }: Pick<RollupConfig, 'forkTimes'>,
  { executionPayload }: PayloadEnvelope,
): Promise<Output> {
  const { stateRoot, blockHash, withdrawalsRoot, timestamp } = executionPayload;
  const messagePasserStorageRoot =
    isActive(forkTimes, 'isthmus', timestamp) && withdrawalsRoot !== undefined
      ? withdrawalsRoot
      : await engine.storageRoot(MESSAGE_PASSER, blockHash);
  const parts = { stateRoot, messagePasserStorageRoot, blockHash };
  return { ...parts, outputRoot: outputRoot(parts) };
}

/** Reference of a block as an engine gives it. @throws DecodeError */
export function readL2Ref(rollup: RollupConfig, { executionPayload }: PayloadEnvelope): L2BlockRef {
  return l2BlockRef(rollup, toL2Block(executionPayload));
}
