import type { BatchBlock } from './batchBlock.ts';
import type { BatcherState } from './batcherState.ts';
import { fullyIncludedIn } from './closedChannel.ts';

/** When and how far the block builder is slowed down. All sizes in bytes. */
export type ThrottleConfig = {
  /** Backlog above which throttling begins; 0 never throttles. */
  readonly lowerThreshold: number;
  /** Backlog at which it is at its strongest. */
  readonly upperThreshold: number;
  /** Limit of a transaction at full strength, and just above none. */
  readonly txSizeLower: number;
  readonly txSizeUpper: number;
  /** Limit of a block at full strength, and at none. */
  readonly blockSizeLower: number;
  readonly blockSizeUpper: number;
  readonly controller: 'step' | 'linear' | 'quadratic';
};

/** Limits for the block builder. 0 is no limit. */
export type ThrottleLimits = {
  /** 0 to 1. */
  readonly intensity: number;
  readonly maxTxBytes: number;
  readonly maxBlockBytes: number;
};

/** Bytes that a block adds to a batch beside its transactions. */
const BLOCK_OVERHEAD_BYTES = 70;

/**
 * Limits that a backlog asks for.
 *
 * @param backlogBytes See `backlogBytes`.
 * @spec  protocol/batcher.md 8
 */
export function throttleLimits(config: ThrottleConfig, backlogBytes: number): ThrottleLimits {
  const intensity = intensityOf(config, backlogBytes);
  const between = (upper: number, lower: number): number =>
    Math.round(upper - intensity * (upper - lower));
  return {
    intensity,
    maxTxBytes: intensity === 0 ? 0 : between(config.txSizeUpper, config.txSizeLower),
    maxBlockBytes: between(config.blockSizeUpper, config.blockSizeLower),
  };
}

function intensityOf(config: ThrottleConfig, backlogBytes: number): number {
  const { lowerThreshold, upperThreshold, controller } = config;
  if (lowerThreshold === 0 || backlogBytes <= lowerThreshold) return 0;
  if (controller === 'step') return 1;
  const range = Math.max(1, upperThreshold - lowerThreshold);
  const excess = Math.min(1, (backlogBytes - lowerThreshold) / range);
  return controller === 'linear' ? excess : excess * excess;
}

/**
 * Bytes that wait to be on L1: those of closed channels as they are, those of all other blocks as
 * estimated.
 *
 * @param txBytes Estimate for one transaction, compressed.
 */
export function backlogBytes(state: BatcherState, txBytes: (tx: Uint8Array) => number): number {
  const firstOpen = state.cursor - (state.open?.blocks.length ?? 0);
  let bytes = 0;
  for (const block of state.blocks.slice(firstOpen)) bytes += blockBytes(block, txBytes);
  for (const channel of state.channels) {
    if (fullyIncludedIn(channel) !== undefined) continue;
    for (const frame of channel.frames) bytes += frame.data.length;
  }
  return bytes;
}

function blockBytes(block: BatchBlock, txBytes: (tx: Uint8Array) => number): number {
  return block.transactions.reduce((sum, tx) => sum + txBytes(tx), BLOCK_OVERHEAD_BYTES);
}
