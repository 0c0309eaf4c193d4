import { hexToBytes } from '../base/bytes.ts';
import type { PayloadEnvelope } from './executionPayload.ts';
import { type ForkTimes, isActive } from './forks.ts';
import { EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, type Header } from './header.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from './orderedTrie.ts';

/** Header of the block that a payload describes. Its hash must be the payload's. */
export function payloadHeader(
  { forkTimes }: { readonly forkTimes: ForkTimes },
  { executionPayload: payload, parentBeaconBlockRoot }: PayloadEnvelope,
): Header {
  const isthmus = isActive(forkTimes, 'isthmus', payload.timestamp);
  const withdrawalsRoot = payload.withdrawals === undefined ? undefined : EMPTY_TRIE_ROOT;
  return {
    parentHash: payload.parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    beneficiary: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    transactionsRoot: orderedTrieRoot(payload.transactions),
    receiptsRoot: payload.receiptsRoot,
    logsBloom: hexToBytes(payload.logsBloom),
    difficulty: 0n,
    number: payload.blockNumber,
    gasLimit: payload.gasLimit,
    gasUsed: payload.gasUsed,
    timestamp: payload.timestamp,
    extraData: payload.extraData,
    mixHash: payload.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: payload.baseFeePerGas,
    withdrawalsRoot: isthmus ? payload.withdrawalsRoot : withdrawalsRoot,
    blobGasUsed: payload.blobGasUsed,
    excessBlobGas: payload.excessBlobGas,
    parentBeaconBlockRoot,
    requestsHash: isthmus ? EMPTY_REQUESTS_HASH : undefined,
    blockAccessListHash: undefined,
    slotNumber: undefined,
  };
}
