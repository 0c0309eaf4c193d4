/**
 * When to begin the block after a head, in milliseconds since 1970: one block time before the
 * block's own time. A sequencer that is behind begins at once, since that has passed.
 *
 * @param headTime Seconds, of the head: the block's own time less one block time.
 * @spec  protocol/sequencer.md 1, "Trigger"
 */
export function buildStartMs(headTime: bigint): number {
  return Number(headTime) * 1000;
}

/**
 * When to seal a block, in milliseconds since 1970: as long before its time as sealing takes.
 *
 * @param timestamp Seconds, of the block.
 * @spec  protocol/sequencer.md 1, "Seal time"
 */
export function sealMs(timestamp: bigint, sealingDurationMs: number): number {
  return Number(timestamp) * 1000 - sealingDurationMs;
}

/**
 * Whether so many unsafe blocks are waiting to become safe that none may be added.
 *
 * @param maxSafeLag L2 blocks; 0 for no limit.
 * @spec  protocol/sequencer.md 4
 */
export function isSafeLagReached(
  unsafeNumber: bigint,
  safeNumber: bigint,
  maxSafeLag: bigint,
): boolean {
  return maxSafeLag > 0n && safeNumber + maxSafeLag <= unsafeNumber;
}
