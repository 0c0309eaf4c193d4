import type { Address, Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { decodeBlob } from '../protocol/blob.ts';
import { isActive } from '../protocol/forks.ts';
import type { InboxTx, L1Block } from '../protocol/l1Block.ts';
import { DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import type { DropPosition, TransactionDropReason } from './dropped.ts';
import { type DataItem, type DeriveState, pipelineOrigin } from './state.ts';

const BLOB_TX_TYPE = 3;

/** Legacy, access list, dynamic fee, blob; deposit where the L1 is itself an OP chain. */
const BATCHER_TX_TYPES: ReadonlySet<number> = new Set([0, 1, 2, BLOB_TX_TYPE, DEPOSIT_TX_TYPE]);

/**
 * Calldata and blobs of the block's batcher transactions, in order. From Ecotone on, by the L1
 * block's time, a blob transaction counts with its blobs and not its calldata; before, the reverse.
 *
 * Other transactions to the inbox are noted.
 *
 * @spec protocol/derivation.md 2.2
 */
export function selectDataItems(
  state: DeriveState,
  block: L1Block,
  batcherAddr: Address,
): readonly DataItem[] {
  const readsBlobs = isActive(state.config.rollup.forkTimes, 'ecotone', block.ref.timestamp);
  const items: DataItem[] = [];
  for (const tx of block.inboxTxs) {
    const refusal = whyNotBatcherTx(tx, batcherAddr);
    if (refusal !== undefined) {
      state.notes.push({
        subject: 'transaction',
        reason: refusal.reason,
        at: { l1: block.ref, txIndex: tx.index, txHash: tx.hash },
        message: refusal.message,
      });
    } else if (readsBlobs && tx.type === BLOB_TX_TYPE) {
      for (let blobIndex = 0; blobIndex < tx.blobs.length; blobIndex++) {
        items.push({ tx, blobIndex });
      }
    } else {
      items.push({ tx, blobIndex: undefined });
    }
  }
  return items;
}

function whyNotBatcherTx(
  tx: InboxTx,
  batcherAddr: Address,
): { readonly reason: TransactionDropReason; readonly message: string } | undefined {
  if (!BATCHER_TX_TYPES.has(tx.type)) {
    return {
      reason: 'txTypeIgnored',
      message: `Transactions of type ${tx.type} to the batch inbox do not count`,
    };
  }
  if (tx.from === undefined) {
    return {
      reason: 'invalidSignature',
      message: 'The signature of a transaction to the batch inbox is invalid for this L1',
    };
  }
  if (tx.from !== batcherAddr) {
    return {
      reason: 'notFromBatcher',
      message: `A transaction to the batch inbox is from ${tx.from}, the batcher is ${batcherAddr}`,
    };
  }
  return undefined;
}

/** Versioned hashes of needed blobs that were not given, each once. */
export function blobsMissing(items: readonly DataItem[]): readonly Hash[] {
  const missing = new Set<Hash>();
  for (const { tx, blobIndex } of items) {
    const blob = blobIndex === undefined ? undefined : tx.blobs[blobIndex];
    if (blob !== undefined && blob.data === undefined) missing.add(blob.versionedHash);
  }
  return [...missing];
}

/** A data item with its bytes: calldata, or the content of a blob. */
export type BatcherData = { readonly item: DataItem; readonly data: Uint8Array };

/**
 * The next batcher data of the L1 block being read, in order. A blob that is not in the rollup's
 * encoding is noted and passed over.
 *
 * @spec protocol/derivation.md 2.5
 */
export function nextBatcherData(state: DeriveState): BatcherData | 'again' | 'endOfData' {
  const { retrieval } = state;
  const item = retrieval.items[retrieval.next];
  if (item === undefined) return 'endOfData';
  retrieval.next += 1;
  if (item.blobIndex === undefined) return { item, data: item.tx.input };
  try {
    return { item, data: decodeBlob(item.tx.blobs[item.blobIndex]?.data as Uint8Array) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    state.notes.push({
      subject: 'blob',
      reason: 'malformedBlob',
      at: positionOf(state, item),
      message: `A blob holds no batcher data: ${error.message}`,
    });
    return 'again';
  }
}

/** Where in the L1 block being read a data item stands. */
export function positionOf(state: DeriveState, item: DataItem): DropPosition {
  return {
    l1: pipelineOrigin(state).ref,
    txIndex: item.tx.index,
    txHash: item.tx.hash,
    ...(item.blobIndex === undefined ? {} : { blobIndex: item.blobIndex }),
  };
}
