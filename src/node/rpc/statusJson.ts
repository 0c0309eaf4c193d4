import { ZERO_HASH } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import type { BlockId, L1BlockRef, L2BlockRef } from '../../protocol/ids.ts';
import type { RollupNode } from '../node.ts';

// Wire forms of block references. Numbers and times are plain JSON numbers here; what is not known
// is a zero object, never null.

/** `{hash, number}`. */
export function toBlockIdJson({ hash, number }: BlockId): JsonValue {
  return { hash, number };
}

/** An L1 block; zeros where there is none. */
function toL1RefJson(ref: L1BlockRef | undefined): JsonValue {
  const { hash, number, parentHash, timestamp } = ref ?? ZERO_REF;
  return { hash, number, parentHash, timestamp };
}

/** An L2 block; zeros where there is none. */
export function toL2RefJson(ref: L2BlockRef | undefined): JsonValue {
  const { hash, number, parentHash, timestamp } = ref ?? ZERO_REF;
  const l1Origin = ref?.l1Origin ?? { hash: ZERO_HASH, number: 0n };
  return {
    hash,
    number,
    parentHash,
    timestamp,
    l1origin: toBlockIdJson(l1Origin),
    sequenceNumber: ref?.sequenceNumber ?? 0n,
  };
}

/** The answer of `optimism_syncStatus`. @spec protocol/node-surface.md 2.1, 4.10 */
export function toSyncStatusJson(node: RollupNode): JsonValue {
  const { heads: l1Heads } = node.l1;
  const heads = node.heads();
  const finalizedL1 = toL1RefJson(l1Heads.head('finalized'));
  return {
    current_l1: toL1RefJson(node.driver.status().currentL1),
    current_l1_finalized: finalizedL1,
    head_l1: toL1RefJson(l1Heads.head('latest')),
    safe_l1: toL1RefJson(l1Heads.head('safe')),
    finalized_l1: finalizedL1,
    unsafe_l2: toL2RefJson(heads?.unsafeHead ?? node.engineSync?.target()),
    safe_l2: toL2RefJson(heads?.safeHead),
    finalized_l2: toL2RefJson(heads?.finalizedHead),
    pending_safe_l2: toL2RefJson(heads?.pendingSafeHead),
    local_safe_l2: toL2RefJson(heads?.safeHead),
  };
}

const ZERO_REF: L1BlockRef = {
  hash: ZERO_HASH,
  number: 0n,
  parentHash: ZERO_HASH,
  timestamp: 0n,
};
