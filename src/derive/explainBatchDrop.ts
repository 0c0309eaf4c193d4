import type { BatchDropReason } from './dropped.ts';

const TEXT: { readonly [reason in BatchDropReason]: string } = {
  spanBeforeDelta: 'span batches count from Delta on',
  spanNotConvertible: 'its columns do not give transactions',
  originBehind: 'it was read before the L1 block that the safe head belongs to was passed',
  timestampTooHigh: 'its time is after the next block’s',
  timestampTooLow: 'its time is before the next block’s',
  past: 'all its blocks are safe already',
  parentHashMismatch: 'its parent is not the safe head',
  includedTooLate: 'it was included after the sequencing window of its epoch',
  epochTooOld: 'its epoch is older than the safe head’s',
  epochTooNew: 'its epoch skips an L1 block',
  epochHashMismatch: 'its epoch is not the L1 block of that number',
  timestampBeforeOrigin: 'its time is before its L1 origin’s',
  transactionsInActivationBlock: 'a fork’s activation block must have no user transactions',
  sequencerDriftExceeded: 'its time is too far ahead of its L1 origin to have transactions',
  epochNotAdvanced:
    'its time is too far ahead of its L1 origin, and the next L1 block is old enough',
  emptyTransaction: 'one of its transactions is empty',
  depositTransaction: 'one of its transactions is a deposit',
  setCodeBeforeIsthmus: 'one of its transactions sets code, which counts from Isthmus on',
  postExecTransaction: 'one of its transactions is a post-exec one, which no active fork allows',
  spanStartsAfterSafeHead: 'it begins between two block times',
  spanMisaligned: 'its block times do not fall on the safe chain’s',
  parentCheckMismatch: 'its parent check is not the hash of the block before it',
  originCheckMismatch: 'its origin check is not the hash of its last epoch’s L1 block',
  originUnknown: 'one of its epochs is no L1 block read so far',
  overlapTransactionsDiffer: 'it has other transactions than the safe block of the same height',
  overlapOriginDiffers: 'it has another L1 origin than the safe block of the same height',
  overlapFeeRecipientDiffers: 'it names another fee recipient than the safe block has',
  spanInvalidated: 'a block before it in the same span was refused',
  holoceneActivated: 'Holocene activates',
};

/** A reason in words that complete "Batch n is dropped: …". */
export function explainBatchDrop(reason: BatchDropReason): string {
  return TEXT[reason];
}
