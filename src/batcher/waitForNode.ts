import type { Address } from '../base/bytes.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import type { L1Client } from '../l1Tx/l1Client.ts';
import type { BatcherSource } from './batcher.ts';

/** What to wait for before the first batch. */
export type NodeWait = {
  readonly source: Pick<BatcherSource, 'syncStatus'>;
  readonly l1: L1Client;
  readonly batcher: Address;
  /** L1 blocks to look back for our newest transaction; 0 waits for the L1 head itself. */
  readonly recentTxsDepth: bigint;
  readonly pollMs: number;
  readonly log: Log;
};

/** Most L1 blocks looked back. */
const MAX_RECENT_TXS_DEPTH = 128n;

/**
 * Waits until the node has derived what we wrote in an earlier life, so that nothing is sent twice.
 *
 * @spec protocol/batcher.md 1, wait-node-sync, check-recent-txs-depth
 */
export async function waitForNode(wait: NodeWait, options: AbortOptions = {}): Promise<void> {
  const { number: head } = await wait.l1.head(options);
  const target = wait.recentTxsDepth === 0n ? head : await newestOwnBlock(wait, head, options);
  for (;;) {
    const { currentL1 } = await wait.source.syncStatus(options);
    if (currentL1.number >= target) return;
    wait.log.info('waiting for the rollup node', { current: currentL1.number, target });
    await sleep(wait.pollMs, options);
  }
}

/** The L1 block of our newest transaction, found by the nonce before and after; else the oldest. */
async function newestOwnBlock(
  { l1, batcher, recentTxsDepth }: NodeWait,
  head: bigint,
  options: AbortOptions,
): Promise<bigint> {
  const depth = recentTxsDepth < MAX_RECENT_TXS_DEPTH ? recentTxsDepth : MAX_RECENT_TXS_DEPTH;
  const oldest = head > depth ? head - depth : 0n;
  let after = await l1.nonce(batcher, head, options);
  for (let number = head; number > oldest; number--) {
    const before = await l1.nonce(batcher, number - 1n, options);
    if (before < after) return number;
    after = before;
  }
  return oldest;
}
