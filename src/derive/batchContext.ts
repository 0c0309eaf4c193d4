import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { DeriveState } from './state.ts';

/** What a batch is judged against. */
export type BatchContext = {
  readonly config: RollupConfig;
  /** Consecutive, the first being the epoch of `safeHead` or the one after. */
  readonly l1Blocks: readonly L1Block[];
  readonly safeHead: L2BlockRef;
  /** L1 block in which the batch was fully read. */
  readonly inclusion: L1BlockRef;
};

/** What a span batch is judged against: also the safe chain, where they overlap. */
export type SpanBatchContext = BatchContext & {
  /** L2 blocks of the safe chain given so far, by number. */
  readonly l2Blocks: ReadonlyMap<bigint, L2Block>;
};

/** What the state holds for judging a batch that was fully read in `inclusion`. */
export function batchContext(
  state: DeriveState,
  safeHead: L2BlockRef,
  inclusion: L1BlockRef,
): SpanBatchContext {
  const { window, l2Blocks } = state;
  return { config: state.config.rollup, l1Blocks: window.blocks, safeHead, inclusion, l2Blocks };
}
