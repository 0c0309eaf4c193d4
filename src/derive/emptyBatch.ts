import type { SingularBatch } from '../protocol/batch.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import { type DeriveState, type Loaded, pipelineOrigin } from './state.ts';

/**
 * The empty batch that is forced when nobody sent one within the sequencing window; undefined when
 * it is not due. When the L2 has caught up with the epoch instead, the window moves on by one
 * block.
 *
 * @param loaded  Only when everything of the L1 block being read has been used is an epoch over
 *                whose window ends with that very block.
 * @spec          protocol/derivation.md 7.7
 */
export function forcedEmptyBatch(
  state: DeriveState,
  parent: L2BlockRef,
  loaded: Loaded,
): SingularBatch | undefined {
  const { window, config } = state;
  const [epoch, nextEpoch] = window.blocks;
  if (epoch === undefined) return undefined;
  const expiry = epoch.ref.number + config.rollup.seqWindowSize;
  const origin = pipelineOrigin(state).ref.number;
  const isExpired = expiry < origin || (expiry === origin && loaded === 'outOfData');
  if (!isExpired || nextEpoch === undefined) return undefined;
  const timestamp = parent.timestamp + config.rollup.blockTime;
  const isFirstOfEpoch = epoch.ref.number === parent.l1Origin.number + 1n;
  // Every epoch has at least one block, and no block is older than its origin's successor allows.
  if (timestamp < nextEpoch.ref.timestamp || isFirstOfEpoch) {
    return {
      type: 'singular',
      parentHash: parent.hash,
      epochNumber: epoch.ref.number,
      epochHash: epoch.ref.hash,
      timestamp,
      transactions: [],
    };
  }
  window.blocks.shift();
  return undefined;
}
