import { bytesToHex, type Hash, hexToBytes } from '../base/bytes.ts';
import { isActive } from '../protocol/forks.ts';
import { EMPTY_OMMERS_HASH, type Header } from '../protocol/header.ts';
import { type PayloadEnvelope, payloadFields } from '../protocol/executionPayload.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../protocol/orderedTrie.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { EMPTY_REQUESTS_HASH } from './buildBlock.ts';
import type { ExecutionConfig } from './executionConfig.ts';

/** Attributes that make the block with this header and these transactions again. */
export function attributesOf(
  config: ExecutionConfig,
  header: Header,
  transactions: readonly Uint8Array[],
): PayloadAttributes {
  const { timestamp, extraData } = header;
  const holocene = isActive(config.forkTimes, 'holocene', timestamp);
  const jovian = isActive(config.forkTimes, 'jovian', timestamp);
  const view = new DataView(extraData.buffer, extraData.byteOffset, extraData.byteLength);
  return {
    timestamp,
    prevRandao: header.mixHash,
    suggestedFeeRecipient: header.beneficiary,
    withdrawals: isActive(config.forkTimes, 'canyon', timestamp) ? [] : undefined,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    transactions,
    noTxPool: true,
    gasLimit: header.gasLimit,
    eip1559Params: holocene ? bytesToHex(extraData.subarray(1, 9)) : undefined,
    minBaseFee: jovian && extraData.length >= 17 ? view.getBigUint64(9) : undefined,
  };
}

/** Header of the block that a payload describes. Its hash must be the payload's. */
export function headerOf(config: ExecutionConfig, envelope: PayloadEnvelope): Header {
  const { executionPayload: payload, parentBeaconBlockRoot } = envelope;
  const isthmus = isActive(config.forkTimes, 'isthmus', payload.timestamp);
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

/** A block as the Engine API carries it; `headerOf` is the way back. */
export function payloadOf(
  config: ExecutionConfig,
  { hash, header, transactions }: PayloadBlock,
): PayloadEnvelope {
  const { timestamp } = header;
  const isCanyon = isActive(config.forkTimes, 'canyon', timestamp);
  const isIsthmus = isActive(config.forkTimes, 'isthmus', timestamp);
  return {
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    executionPayload: {
      ...payloadFields(hash, header, transactions),
      withdrawals: isCanyon ? [] : undefined,
      withdrawalsRoot: isIsthmus ? header.withdrawalsRoot : undefined,
    },
  };
}

/** What a payload needs of a block. */
export type PayloadBlock = {
  readonly hash: Hash;
  readonly header: Header;
  /** Encoded. */
  readonly transactions: readonly Uint8Array[];
};

/** The first field in which two headers differ, for people; undefined when they are equal. */
export function headerDifference(expected: Header, found: Header): string | undefined {
  for (const name of Object.keys(expected) as (keyof Header)[]) {
    const [want, have] = [printed(expected[name]), printed(found[name])];
    if (want !== have) return `\`${name}\`: expected ${want}, found ${have}`;
  }
  return undefined;
}

function printed(value: Header[keyof Header]): string {
  if (value instanceof Uint8Array) return bytesToHex(value);
  return value === undefined ? 'nothing' : `${value}`;
}
