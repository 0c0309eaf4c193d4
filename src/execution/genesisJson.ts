import {
  type Address,
  bytesToBigint,
  bytesToHex,
  hexToBytes,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import {
  type ConfigObject,
  fieldName,
  isAbsent,
  readObject,
  show,
  toConfigObject,
} from '../protocol/configFields.ts';
import { FORKS, type Fork, type ForkTimes, isActive } from '../protocol/forks.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import type { Genesis, GenesisAccount, GenesisHeader } from './genesis.ts';

/**
 * The genesis of an L2 chain from geth's genesis.json. Numbers may be hex strings, decimal strings
 * or JSON numbers; addresses may lack `0x`.
 *
 * @param json   Parsed JSON.
 * @param config Rules of the chain, where the file does not carry them or a rollup config decides.
 * @throws       ConfigError naming the field, the value and the accepted form.
 * @spec         protocol/execution.md 5.1, 5.2
 */
export function parseGenesisJson(json: unknown, config?: ExecutionConfig): Genesis {
  const file = toConfigObject(json, '');
  if (!isAbsent(file, 'stateHash')) {
    const accepted =
      'an `alloc`: the state of a chain that is older than Bedrock is not in a genesis file; use an external engine';
    throw new ConfigError('stateHash', show(file.values['stateHash']), accepted);
  }
  const parsed: Genesis = {
    config: config ?? readConfig(readObject(file, 'config')),
    header: readHeader(file),
    alloc: readAlloc(readObject(file, 'alloc')),
  };
  assertExtraData(parsed);
  assertBlobFields(parsed, file);
  return parsed;
}

/** Clients differ in the header that such a block 0 has: op-geth keeps the field, others do not. */
function assertBlobFields({ config, header }: Genesis, file: ConfigObject): void {
  if (isActive(config.forkTimes, 'ecotone', header.timestamp)) return;
  for (const field of ['excessBlobGas', 'blobGasUsed']) {
    if (isAbsent(file, field)) continue;
    const accepted = 'nothing: Ecotone is not active at genesis, and clients disagree about it';
    throw new ConfigError(field, show(file.values[field]), accepted);
  }
}

function readConfig(config: ConfigObject): ExecutionConfig {
  const optimism = readObject(config, 'optimism');
  const times: ForkTimes = {
    regolith: optionalNumber(config, 'regolithTime'),
    canyon: optionalNumber(config, 'canyonTime'),
    // Delta changes nothing in execution, and genesis files do not name it.
    delta: undefined,
    ecotone: optionalNumber(config, 'ecotoneTime'),
    fjord: optionalNumber(config, 'fjordTime'),
    granite: optionalNumber(config, 'graniteTime'),
    holocene: optionalNumber(config, 'holoceneTime'),
    isthmus: optionalNumber(config, 'isthmusTime'),
    jovian: optionalNumber(config, 'jovianTime'),
    karst: optionalNumber(config, 'karstTime'),
  };
  for (const [l1Name, fork] of L1_NAMES) {
    const time = optionalNumber(config, l1Name);
    if (time !== undefined && time !== times[fork]) {
      throw new ConfigError(
        `config.${l1Name}`,
        `\`${time}\``,
        `the time of ${fork}, ${times[fork] ?? 'never'}`,
      );
    }
  }
  const denominator = number(optimism, 'eip1559Denominator');
  return {
    chainId: number(config, 'chainId'),
    forkTimes: times,
    chainOpConfig: {
      eip1559Elasticity: number(optimism, 'eip1559Elasticity'),
      eip1559Denominator: denominator,
      eip1559DenominatorCanyon: optionalNumber(optimism, 'eip1559DenominatorCanyon') ?? denominator,
    },
  };
}

/** What a genesis file calls the times of forks that come with one of L1: a second name. */
const L1_NAMES = [
  ['shanghaiTime', 'canyon'],
  ['cancunTime', 'ecotone'],
  ['pragueTime', 'isthmus'],
  ['osakaTime', 'karst'],
] as const;

/** What a genesis file calls the times of forks, those of L1 last. Delta has no name there. */
export const FORK_TIME_KEYS: readonly (readonly [key: string, fork: Fork])[] = [
  ...FORKS.filter((fork) => fork !== 'delta').map((fork) => [`${fork}Time`, fork] as const),
  ...L1_NAMES,
];

function readHeader(file: ConfigObject): GenesisHeader {
  return {
    parentHash: bytesToHex(padded(file, 'parentHash', 32) ?? hexToBytes(ZERO_HASH)),
    beneficiary: bytesToHex(padded(file, 'coinbase', 20) ?? hexToBytes(ZERO_ADDRESS)),
    difficulty: optionalNumber(file, 'difficulty') ?? 0n,
    number: optionalNumber(file, 'number') ?? 0n,
    gasLimit: optionalNumber(file, 'gasLimit') ?? DEFAULT_GAS_LIMIT,
    gasUsed: optionalNumber(file, 'gasUsed') ?? 0n,
    timestamp: number(file, 'timestamp'),
    extraData: bytes(file, 'extraData') ?? new Uint8Array(0),
    mixHash: bytesToHex(padded(file, 'mixHash', 32) ?? hexToBytes(ZERO_HASH)),
    nonce: `0x${(optionalNumber(file, 'nonce') ?? 0n).toString(16).padStart(16, '0')}`,
    baseFeePerGas: optionalNumber(file, 'baseFeePerGas') ?? DEFAULT_BASE_FEE,
    blobGasUsed: optionalNumber(file, 'blobGasUsed') ?? 0n,
    excessBlobGas: optionalNumber(file, 'excessBlobGas') ?? 0n,
  };
}

function readAlloc(alloc: ConfigObject): ReadonlyMap<Address, GenesisAccount> {
  const accounts = new Map<Address, GenesisAccount>();
  for (const key of Object.keys(alloc.values)) {
    const digits = key.toLowerCase().replace(/^0x/, '');
    if (!/^[\da-f]{40}$/.test(digits)) {
      throw new ConfigError('alloc', show(key), 'addresses of 40 hex digits as keys');
    }
    accounts.set(`0x${digits}`, readAccount(readObject(alloc, key)));
  }
  return accounts;
}

function readAccount(account: ConfigObject): GenesisAccount {
  const storage = new Map<bigint, bigint>();
  if (!isAbsent(account, 'storage')) {
    const slots = readObject(account, 'storage');
    for (const slot of Object.keys(slots.values)) {
      const word = padded(slots, slot, 32);
      if (word === undefined) throw new ConfigError(`${slots.path}.${slot}`, 'null', 'hex');
      const value = bytesToBigint(word);
      const key = toBytes(slots, slot, slot);
      if (key.length > 32)
        throw new ConfigError(slots.path, show(slot), 'slots of 32 bytes at most');
      if (value !== 0n) storage.set(bytesToBigint(key), value);
    }
  }
  return {
    nonce: optionalNumber(account, 'nonce') ?? 0n,
    balance: optionalNumber(account, 'balance') ?? 0n,
    code: bytes(account, 'code') ?? new Uint8Array(0),
    storage,
  };
}

/** The parameters of block 1 come from here, so a form that the fork does not have is a mistake. */
function assertExtraData({ config, header }: Genesis): void {
  const { extraData, timestamp } = header;
  const jovian = isActive(config.forkTimes, 'jovian', timestamp);
  if (!isActive(config.forkTimes, 'holocene', timestamp)) return;
  const length = jovian ? 17 : 9;
  if (extraData.length === length && extraData[0] === (jovian ? 1 : 0)) return;
  const accepted = `${length} bytes with version ${jovian ? 1 : 0}, for Holocene at genesis`;
  throw new ConfigError('extraData', show(bytesToHex(extraData)), accepted);
}

function number(object: ConfigObject, key: string): bigint {
  const value = optionalNumber(object, key);
  if (value !== undefined) return value;
  throw new ConfigError(fieldName(object, key), 'nothing', A_NUMBER);
}

function optionalNumber(object: ConfigObject, key: string): bigint | undefined {
  if (isAbsent(object, key)) return undefined;
  const value = object.values[key];
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (value === '0x') return 0n;
  if (typeof value === 'string' && /^(0x[\da-f]+|\d+)$/i.test(value)) return BigInt(value);
  throw new ConfigError(fieldName(object, key), show(value), A_NUMBER);
}

function bytes(object: ConfigObject, key: string): Uint8Array | undefined {
  return isAbsent(object, key) ? undefined : toBytes(object, key, object.values[key]);
}

/** Bytes under `key`, filled with zeros on the left to `length`. */
function padded(object: ConfigObject, key: string, length: number): Uint8Array | undefined {
  const found = bytes(object, key);
  if (found === undefined) return undefined;
  if (found.length > length) {
    throw new ConfigError(
      fieldName(object, key),
      show(object.values[key]),
      `${length} bytes at most`,
    );
  }
  const whole = new Uint8Array(length);
  whole.set(found, length - found.length);
  return whole;
}

function toBytes(object: ConfigObject, key: string, value: unknown): Uint8Array {
  if (typeof value === 'string' && /^(0x)?[\da-f]*$/i.test(value)) {
    const digits = value.replace(/^0x/i, '');
    return hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`);
  }
  throw new ConfigError(fieldName(object, key), show(value), 'bytes as a hex string');
}

const A_NUMBER = 'a number: hex string, decimal string or JSON integer';
const DEFAULT_GAS_LIMIT = 4_712_388n;
const DEFAULT_BASE_FEE = 1_000_000_000n;
