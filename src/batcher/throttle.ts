import type { BatchBlock } from './batchBlock.ts';
import type { BatcherState } from './batcherState.ts';
import { fullyIncludedIn } from './closedChannel.ts';
import type { PidConfig } from './pidController.ts';

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
  readonly controller: ThrottleController;
  /** For the controller `pid`. */
  readonly pid: PidConfig;
};

/** How the strength follows from the backlog. */
export type ThrottleController = (typeof THROTTLE_CONTROLLERS)[number];

/** All controllers. `pid` depends on what was before, the others on the backlog alone. */
export const THROTTLE_CONTROLLERS = ['step', 'linear', 'quadratic', 'pid'] as const;

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
 * Limits of that strength.
 *
 * @param intensity 0 to 1.
 * @spec  protocol/batcher.md 8
 */
export function throttleLimits(config: ThrottleConfig, intensity: number): ThrottleLimits {
  const between = (upper: number, lower: number): number =>
    Math.round(upper - intensity * (upper - lower));
  return {
    intensity,
    maxTxBytes: intensity === 0 ? 0 : between(config.txSizeUpper, config.txSizeLower),
    maxBlockBytes: between(config.blockSizeUpper, config.blockSizeLower),
  };
}

/**
 * Strength that a backlog asks for, 0 to 1, by a controller that remembers nothing.
 *
 * @param backlogBytes See `backlogBytes`.
 */
export function curveIntensity(
  config: Pick<ThrottleConfig, 'lowerThreshold' | 'upperThreshold'>,
  controller: Exclude<ThrottleController, 'pid'>,
  backlogBytes: number,
): number {
  const { lowerThreshold, upperThreshold } = config;
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
