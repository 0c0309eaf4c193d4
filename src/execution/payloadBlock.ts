import { bytesToHex, type Hash } from '../base/bytes.ts';
import { isActive } from '../protocol/forks.ts';
import type { Header } from '../protocol/header.ts';
import { type PayloadEnvelope, payloadFields } from '../protocol/executionPayload.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
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

/** A block as the Engine API carries it; `payloadHeader` is the way back. */
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
