import { bytesEqual } from '../base/bytes.ts';
import { type PayloadEnvelope, payloadRef } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { PreparedBlock } from './prepareBlock.ts';

/**
 * Why a payload that the engine sealed is not the one that was asked for; undefined when it is.
 * Transactions of the pool may follow those of the attributes, unless there were to be none.
 */
export function sealFault(
  { parent, attributes }: Pick<PreparedBlock, 'parent' | 'attributes'>,
  { executionPayload: payload }: PayloadEnvelope,
): string | undefined {
  const wanted = attributes.transactions;
  const found = payload.transactions;
  const faults: readonly (readonly [string, boolean])[] = [
    ['parent hash', payload.parentHash === parent.hash],
    ['number', payload.blockNumber === parent.number + 1n],
    ['time', payload.timestamp === attributes.timestamp],
    ['gas limit', payload.gasLimit === attributes.gasLimit],
    ['prevRandao', payload.prevRandao === attributes.prevRandao],
    ['transactions', wanted.every((tx, i) => isEqual(tx, found[i]))],
    ['number of transactions', !attributes.noTxPool || found.length === wanted.length],
  ];
  const fault = faults.find(([, isAsAsked]) => !isAsAsked);
  return fault === undefined ? undefined : `another ${fault[0]} than asked for`;
}

/** Reference of a sealed block. */
export function sealedRef(
  { l1Origin, sequenceNumber }: Pick<PreparedBlock, 'l1Origin' | 'sequenceNumber'>,
  { executionPayload }: PayloadEnvelope,
): L2BlockRef {
  return payloadRef(executionPayload, l1Origin, sequenceNumber);
}

function isEqual(wanted: Uint8Array, found: Uint8Array | undefined): boolean {
  return found !== undefined && bytesEqual(wanted, found);
}
