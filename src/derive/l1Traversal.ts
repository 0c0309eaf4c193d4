import { isActive } from '../protocol/forks.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { SystemConfig } from '../protocol/systemConfig.ts';
import { applyConfigLogs } from '../protocol/systemConfigLogs.ts';
import { discardAtHolocene } from './holocene.ts';
import { blobsMissing, selectDataItems } from './l1Retrieval.ts';
import type { DeriveState } from './state.ts';
import type { Step } from './step.ts';

/**
 * Opens the next fed L1 block, once everything of the one before has been read.
 *
 * The batcher is the one after the block's own config updates, wherever in the block they stand.
 * Answers `advanced`, or what is lacking (then nothing changed), or `reset` when the block does not
 * continue the one before.
 *
 * @spec protocol/derivation.md 2.1
 */
export function openNextL1Block(state: DeriveState): Step {
  const { traversal } = state;
  const block = traversal.pending[0];
  const previous = traversal.origin;
  if (block === undefined) {
    return { type: 'needL1Block', parent: (previous as L1Block).ref };
  }
  if (previous !== undefined && block.ref.parentHash !== previous.ref.hash) {
    return {
      type: 'reset',
      reason: 'l1ParentMismatch',
      message:
        `L1 block ${block.ref.number} has parent ${block.ref.parentHash}, ` +
        `but the block read before it is ${previous.ref.hash}`,
    };
  }
  const noted = state.notes.length;
  const systemConfig =
    previous === undefined ? traversal.systemConfig : updatedConfig(state, block);
  const items = selectDataItems(state, block, systemConfig.batcherAddr);
  const versionedHashes = blobsMissing(items);
  if (versionedHashes.length > 0) {
    state.notes.length = noted;
    return { type: 'needBlobs', l1: block.ref, versionedHashes };
  }
  traversal.pending.shift();
  traversal.drained = false;
  traversal.systemConfig = systemConfig;
  // What was selected lives on in the retrieval; a window of blocks must not pin the rest.
  traversal.origin = { ...block, inboxTxs: [] };
  state.retrieval.items = items;
  state.retrieval.next = 0;
  if (isActive(state.config.rollup.forkTimes, 'holocene', block.ref.timestamp)) {
    discardAtHolocene(state);
  }
  return { type: 'advanced', l1: block.ref };
}

/** The config after the block's updates. One that breaks a rule is noted and changes nothing. */
function updatedConfig(state: DeriveState, block: L1Block): SystemConfig {
  const { config, traversal, notes } = state;
  return applyConfigLogs(config.rollup, traversal.systemConfig, block, (log, error) => {
    notes.push({
      subject: 'log',
      reason: 'malformedConfigLog',
      at: { l1: block.ref, txIndex: log.txIndex, logIndex: log.logIndex },
      message: `A SystemConfig update is ignored: ${error.message}`,
    });
  });
}
