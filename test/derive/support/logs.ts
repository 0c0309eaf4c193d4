import {
  bigintToBytes,
  bytesToHex,
  concatBytes,
  type Hash,
  ZERO_HASH,
} from '../../../src/base/bytes.ts';
import type { DeriveConfig } from '../../../src/derive/index.ts';
import { DEPOSIT_TOPIC } from '../../../src/protocol/depositLog.ts';
import type { L1Log } from '../../../src/protocol/l1Block.ts';
import { CONFIG_UPDATE_TOPIC } from '../../../src/protocol/systemConfigLogs.ts';

/** `value` as an ABI word. */
export function word(value: bigint): Uint8Array {
  return bigintToBytes(value, 32);
}

/** A config update of `type` with a payload of these words. */
export function configLog(
  { rollup }: DeriveConfig,
  type: number,
  ...words: readonly bigint[]
): L1Log {
  const payload = concatBytes(...words.map(word));
  return {
    address: rollup.l1SystemConfigAddress,
    topics: [CONFIG_UPDATE_TOPIC, ZERO_HASH, bytesToHex(word(BigInt(type)))],
    data: concatBytes(word(32n), word(BigInt(payload.length)), payload),
    logIndex: 0,
    txIndex: 0,
  };
}

/** A deposit of `value` wei, minted, to some address. */
export function depositLog({ rollup }: DeriveConfig, value: bigint): L1Log {
  const opaque = concatBytes(
    word(value),
    word(value),
    bigintToBytes(100_000n, 8),
    Uint8Array.of(0),
  );
  const padded = concatBytes(opaque, new Uint8Array(96 - opaque.length));
  return {
    address: rollup.depositContractAddress,
    topics: [DEPOSIT_TOPIC, topicOf('f0'), topicOf('b0'), ZERO_HASH],
    data: concatBytes(word(32n), word(BigInt(opaque.length)), padded),
    logIndex: 0,
    txIndex: 0,
  };
}

/** A deposit log whose version is unknown, so that it cannot be read. */
export function malformedDepositLog(config: DeriveConfig): L1Log {
  const log = depositLog(config, 1n);
  return { ...log, topics: [...log.topics.slice(0, 3), bytesToHex(word(1n))] };
}

function topicOf(byte: string): Hash {
  return `0x${'00'.repeat(12)}${byte.repeat(20)}`;
}
