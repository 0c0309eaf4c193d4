import { type Hash, type Hex, ZERO_HASH, bytesToBigint, bytesToHex } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { isEcotoneScalar } from './feeScalar.ts';
import { isActive } from './forks.ts';
import type { L1Block, L1Log } from './l1Block.ts';
import type { RollupConfig } from './rollupConfig.ts';
import type { SystemConfig } from './systemConfig.ts';

// Update event of SystemConfig: 3 topics [event, version 0, type]; data is the ABI form of one
// byte string, without a byte more:
//
//   0   32  pointer, 32
//   32  32  length: 32, for type 1 64
//   64      payload
//
//   type  payload                                  effect
//   0     12 zero, address                         batcherAddr
//   1     overhead word, scalar word               before Ecotone both; from Ecotone on the scalar,
//                                                  if it has an Ecotone form, and overhead 0
//   2     24 zero, u64                             gasLimit
//   3     not read                                 none: unsafe block signer
//   4     24 not read, denominator, elasticity     eip1559Params; both zero or neither
//   5     20 not read, scalar u32, constant u64    operatorFeeParams, the whole word
//   6     24 zero, u64                             minBaseFee
//   7     30 zero, u16                             daFootprintGasScalar
//
// An update that breaks a rule changes nothing, and later ones still count. Types 4 to 7 count
// whether or not their fork is active.

/** Topic of the event: keccak256("ConfigUpdate(uint256,uint8,bytes)"). */
export const CONFIG_UPDATE_TOPIC: Hash =
  '0x1d2b0bda21d56b8bd12d4f94ebacffdfb35f5e226f84b461103bb8beab6353be';

/** Whether a log is an update of this rollup's SystemConfig. Success is the caller's to check. */
export function isConfigLog(
  config: Pick<RollupConfig, 'l1SystemConfigAddress'>,
  log: Pick<L1Log, 'address' | 'topics'>,
): boolean {
  return log.address === config.l1SystemConfigAddress && log.topics[0] === CONFIG_UPDATE_TOPIC;
}

/**
 * The system config after one update.
 *
 * @param l1Time Of the L1 block that holds the log, seconds.
 * @throws DecodeError on an invalid update: the old config stays, and the next log is read. A
 *         scalar without Ecotone form is one of these (code `configScalar`).
 * @spec protocol/derivation-2-attributes-engine.md 9.3
 */
export function applyConfigLog(
  config: Pick<RollupConfig, 'forkTimes'>,
  systemConfig: SystemConfig,
  log: L1Log,
  l1Time: bigint,
): SystemConfig {
  const type = updateType(log);
  switch (type) {
    case 0n: {
      const batcherAddr = bytesToHex(zeroPadded(payload(log, 32), 20));
      return { ...systemConfig, batcherAddr };
    }
    case 1n:
      return { ...systemConfig, ...feeUpdate(config, log, l1Time) };
    case 2n:
      return { ...systemConfig, gasLimit: bytesToBigint(zeroPadded(payload(log, 32), 8)) };
    case 3n:
      return systemConfig;
    case 4n:
      return { ...systemConfig, eip1559Params: eip1559Update(log) };
    case 5n:
      return { ...systemConfig, operatorFeeParams: bytesToHex(payload(log, 32)) };
    case 6n:
      return { ...systemConfig, minBaseFee: bytesToBigint(zeroPadded(payload(log, 32), 8)) };
    case 7n: {
      const scalar = bytesToBigint(zeroPadded(payload(log, 32), 2));
      return { ...systemConfig, daFootprintGasScalar: Number(scalar) };
    }
    default:
      throw new DecodeError('configType', -1, `expected update type 0 to 7, found ${type}`);
  }
}

/**
 * The system config after all updates of an L1 block, in log order. Logs of other contracts are
 * passed over.
 *
 * @param onInvalid  Told of each update that breaks a rule, and so changes nothing.
 * @spec             protocol/derivation-2-attributes-engine.md 9.3
 */
export function applyConfigLogs(
  config: Pick<RollupConfig, 'forkTimes' | 'l1SystemConfigAddress'>,
  systemConfig: SystemConfig,
  { ref, logs }: Pick<L1Block, 'ref' | 'logs'>,
  onInvalid: (log: L1Log, error: DecodeError) => void = () => undefined,
): SystemConfig {
  let updated = systemConfig;
  for (const log of logs) {
    if (!isConfigLog(config, log)) continue;
    try {
      updated = applyConfigLog(config, updated, log, ref.timestamp);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      onInvalid(log, error);
    }
  }
  return updated;
}

function updateType(log: L1Log): bigint {
  const [topic, version, type] = log.topics;
  if (log.topics.length !== 3 || topic !== CONFIG_UPDATE_TOPIC) {
    const message = `expected the update event with 3 topics, found ${log.topics.length}: ${topic}`;
    throw new DecodeError('configTopics', -1, message);
  }
  if (version !== ZERO_HASH) {
    throw new DecodeError('configVersion', -1, `expected update version 0, found \`${version}\``);
  }
  return BigInt(type as Hash);
}

function payload(log: L1Log, length: number): Uint8Array {
  const { data } = log;
  if (data.length !== 64 + length) {
    const message = `expected ${64 + length} bytes of update data, found ${data.length}`;
    throw new DecodeError('configData', 0, message);
  }
  const pointer = bytesToBigint(data.subarray(0, 32));
  if (pointer !== 32n) {
    throw new DecodeError('configPointer', 0, `expected pointer 32, found ${pointer}`);
  }
  const found = bytesToBigint(data.subarray(32, 64));
  if (found !== BigInt(length)) {
    throw new DecodeError('configLength', 32, `expected payload length ${length}, found ${found}`);
  }
  return data.subarray(64);
}

function feeUpdate(
  config: Pick<RollupConfig, 'forkTimes'>,
  log: L1Log,
  l1Time: bigint,
): Pick<SystemConfig, 'overhead' | 'scalar'> {
  const words = payload(log, 64);
  const scalar = bytesToHex(words.subarray(32));
  if (!isActive(config.forkTimes, 'ecotone', l1Time)) {
    return { overhead: bytesToHex(words.subarray(0, 32)), scalar };
  }
  if (!isEcotoneScalar(scalar)) {
    const message = `expected a fee scalar of version 0 or 1, zero padded, found \`${scalar}\``;
    throw new DecodeError('configScalar', 96, message);
  }
  return { overhead: ZERO_HASH, scalar };
}

function eip1559Update(log: L1Log): Hex {
  const params = payload(log, 32).subarray(24);
  const denominator = bytesToBigint(params.subarray(0, 4));
  const elasticity = bytesToBigint(params.subarray(4));
  if ((denominator === 0n) !== (elasticity === 0n)) {
    const found = `${denominator} and ${elasticity}`;
    const message = `expected denominator and elasticity both zero or neither, found ${found}`;
    throw new DecodeError('configEip1559', 64, message);
  }
  return bytesToHex(params);
}

/** Last `length` bytes of a word, all before them zero. */
function zeroPadded(word: Uint8Array, length: number): Uint8Array {
  const start = word.length - length;
  const dirty = word.findIndex((byte, i) => i < start && byte !== 0);
  if (dirty !== -1) {
    const message = `expected ${start} zero bytes first, found 0x${word[dirty]?.toString(16)}`;
    throw new DecodeError('configPadding', 64 + dirty, message);
  }
  return word.subarray(start);
}
