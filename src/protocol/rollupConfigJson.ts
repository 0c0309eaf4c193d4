import { type Address, ZERO_ADDRESS, ZERO_HASH } from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { type JsonValue, toJsonInteger } from '../base/json.ts';
import {
  assertKnownKeys,
  type ConfigObject,
  fieldName,
  isAbsent,
  readAddress,
  readFlag,
  readHash,
  readHex,
  readObject,
  readOptionalUint,
  readUint,
  show,
  toConfigObject,
  type Warn,
} from './configFields.ts';
import { ZERO_EIP1559_PARAMS } from './extraData.ts';
import { FORKS, type Fork, type ForkTimes } from './forks.ts';
import type { BlockId } from './ids.ts';
import { chainOpConfigById } from './registry/networks.ts';
import type { ChainOpConfig, RollupConfig } from './rollupConfig.ts';
import type { SystemConfig } from './systemConfig.ts';

const U64 = { bits: 64 } as const;
const POSITIVE_U64 = { bits: 64, min: 1n } as const;
const CHAIN_ID = { bits: 256, min: 1n } as const;

/** op-node's keys, in the order it writes them, and the one key of our own at the end. */
const KEYS = [
  'genesis',
  'block_time',
  'max_sequencer_drift',
  'seq_window_size',
  'channel_timeout',
  'l1_chain_id',
  'l2_chain_id',
  ...FORKS.map(timeKey),
  'keep_karst_upgrade_gas',
  'batch_inbox_address',
  'deposit_contract_address',
  'l1_system_config_address',
  'chain_op_config',
  'pectra_blob_schedule_time',
  'span_batch_v2_time',
];

/** Keys of older files. They mean nothing any more, or what they say is the only thing we do. */
const LEGACY_KEYS = [
  'protocol_versions_address',
  'blobs_data',
  'interop_message_expiry_window',
  'da_challenge_address',
  'da_challenge_window',
  'da_resolve_window',
  'use_plasma',
];

/** Keys whose presence asks for something this node does not do, and why it is refused. */
const REFUSED_KEYS: { readonly [key: string]: string } = {
  lagoon_time: 'no such key: Lagoon is not final and Karst is the last fork known here',
  interop_time: 'no such key: it is the old name of `lagoon_time`, and Lagoon is not known here',
  alt_da: 'no such key: batches outside L1 (alt-DA) cannot be read',
  plasma_config: 'no such key: batches outside L1 (alt-DA, then called plasma) cannot be read',
};

/**
 * The rollup config in op-node's rollup.json form.
 *
 * Refused: missing, impossible, contradictory and unknown values, and what needs a feature that is
 * absent here (alt-DA, Lagoon). Known keys of older files are left out with a warning. A null
 * counts as absent.
 *
 * @param json  Parsed JSON; integers as `number` or, beyond 2^53, `bigint` (see `parseJsonExact`).
 * @throws      ConfigError naming the field, the value and the accepted form.
 * @spec        protocol/derivation.md 1.2; protocol/changes-v1.19.6.md 2
 */
export function parseRollupConfig(json: unknown, warn: Warn): RollupConfig {
  const file = toConfigObject(json, '');
  assertNoRefusedKeys(file);
  const legacy = LEGACY_KEYS.filter((key) => key in file.values);
  for (const key of legacy)
    warn(`rollup config: \`${key}\` is a key of older files and is ignored`);
  assertKnownKeys(file, [...KEYS, ...LEGACY_KEYS, ...Object.keys(REFUSED_KEYS)]);
  const l2ChainId = readUint(file, 'l2_chain_id', CHAIN_ID);
  const config: RollupConfig = {
    genesis: readGenesis(readObject(file, 'genesis')),
    blockTime: readUint(file, 'block_time', POSITIVE_U64),
    maxSequencerDrift: readUint(file, 'max_sequencer_drift', POSITIVE_U64),
    seqWindowSize: readUint(file, 'seq_window_size', { bits: 64, min: 2n }),
    channelTimeout: readUint(file, 'channel_timeout', POSITIVE_U64),
    l1ChainId: readUint(file, 'l1_chain_id', CHAIN_ID),
    l2ChainId,
    forkTimes: readForkTimes(file),
    pectraBlobScheduleTime: readOptionalUint(file, 'pectra_blob_schedule_time', U64),
    keepKarstUpgradeGas: readFlag(file, 'keep_karst_upgrade_gas'),
    batchInboxAddress: readNonZeroAddress(file, 'batch_inbox_address'),
    depositContractAddress: readNonZeroAddress(file, 'deposit_contract_address'),
    l1SystemConfigAddress: readAddress(file, 'l1_system_config_address'),
    chainOpConfig: readChainOpConfig(file, l2ChainId),
    spanBatchV2Time: readOptionalUint(file, 'span_batch_v2_time', U64),
  };
  if (config.l1ChainId === config.l2ChainId) {
    const accepted = `another chain id than \`l1_chain_id\` (${config.l1ChainId})`;
    throw new ConfigError('l2_chain_id', show(config.l2ChainId), accepted);
  }
  return config;
}

/**
 * rollup.json of a config, key for key as op-node writes it; forks that are never active and false
 * flags are left out. Write it with `encodeJsonExact`.
 */
export function toRollupConfigJson(config: RollupConfig): { readonly [key: string]: JsonValue } {
  const { genesis, forkTimes } = config;
  return {
    genesis: {
      l1: { hash: genesis.l1.hash, number: toJsonInteger(genesis.l1.number) },
      l2: { hash: genesis.l2.hash, number: toJsonInteger(genesis.l2.number) },
      l2_time: toJsonInteger(genesis.l2Time),
      system_config: toSystemConfigJson(genesis.systemConfig),
    },
    block_time: toJsonInteger(config.blockTime),
    max_sequencer_drift: toJsonInteger(config.maxSequencerDrift),
    seq_window_size: toJsonInteger(config.seqWindowSize),
    channel_timeout: toJsonInteger(config.channelTimeout),
    l1_chain_id: toJsonInteger(config.l1ChainId),
    l2_chain_id: toJsonInteger(config.l2ChainId),
    ...Object.assign({}, ...FORKS.map((fork) => optionalMember(timeKey(fork), forkTimes[fork]))),
    ...(config.keepKarstUpgradeGas ? { keep_karst_upgrade_gas: true } : {}),
    batch_inbox_address: config.batchInboxAddress,
    deposit_contract_address: config.depositContractAddress,
    l1_system_config_address: config.l1SystemConfigAddress,
    chain_op_config: {
      eip1559Elasticity: toJsonInteger(config.chainOpConfig.eip1559Elasticity),
      eip1559Denominator: toJsonInteger(config.chainOpConfig.eip1559Denominator),
      eip1559DenominatorCanyon: toJsonInteger(config.chainOpConfig.eip1559DenominatorCanyon),
    },
    ...optionalMember('pectra_blob_schedule_time', config.pectraBlobScheduleTime),
    ...optionalMember('span_batch_v2_time', config.spanBatchV2Time),
  };
}

/** The `system_config` object of rollup.json and of op-node's RPC. */
function toSystemConfigJson(config: SystemConfig): { readonly [key: string]: JsonValue } {
  return {
    batcherAddr: config.batcherAddr,
    overhead: config.overhead,
    scalar: config.scalar,
    gasLimit: toJsonInteger(config.gasLimit),
    eip1559Params: config.eip1559Params,
    operatorFeeParams: config.operatorFeeParams,
    minBaseFee: toJsonInteger(config.minBaseFee),
    daFootprintGasScalar: config.daFootprintGasScalar,
  };
}

function optionalMember(key: string, value: bigint | undefined): { [key: string]: JsonValue } {
  return value === undefined ? {} : { [key]: toJsonInteger(value) };
}

function timeKey(fork: Fork): string {
  return `${fork}_time`;
}

function assertNoRefusedKeys(file: ConfigObject): void {
  for (const [key, accepted] of Object.entries(REFUSED_KEYS)) {
    if (!isAbsent(file, key)) throw new ConfigError(key, show(file.values[key]), accepted);
  }
  if (readFlag(file, 'use_plasma')) {
    throw new ConfigError('use_plasma', '`true`', '`false`: alt-DA batches cannot be read');
  }
}

function readGenesis(genesis: ConfigObject): RollupConfig['genesis'] {
  assertKnownKeys(genesis, ['l1', 'l2', 'l2_time', 'system_config']);
  const l1 = readBlockId(readObject(genesis, 'l1'));
  const l2 = readBlockId(readObject(genesis, 'l2'));
  if (l1.hash === l2.hash) {
    throw new ConfigError('genesis.l2.hash', show(l2.hash), 'another hash than `genesis.l1.hash`');
  }
  return {
    l1,
    l2,
    l2Time: readUint(genesis, 'l2_time', POSITIVE_U64),
    systemConfig: readSystemConfig(readObject(genesis, 'system_config')),
  };
}

function readBlockId(object: ConfigObject): BlockId {
  assertKnownKeys(object, ['hash', 'number']);
  const hash = readHash(object, 'hash');
  assertNotZero(object, 'hash', hash, ZERO_HASH);
  return { number: readUint(object, 'number', U64), hash };
}

/** The four newer keys are zero in chains older than their forks, and may be absent. */
function readSystemConfig(object: ConfigObject): SystemConfig {
  assertKnownKeys(object, [
    'batcherAddr',
    'overhead',
    'scalar',
    'gasLimit',
    'eip1559Params',
    'operatorFeeParams',
    'minBaseFee',
    'daFootprintGasScalar',
  ]);
  const scalar = readHash(object, 'scalar');
  assertNotZero(object, 'scalar', scalar, ZERO_HASH);
  return {
    batcherAddr: readNonZeroAddress(object, 'batcherAddr'),
    overhead: readHash(object, 'overhead'),
    scalar,
    gasLimit: readUint(object, 'gasLimit', POSITIVE_U64),
    eip1559Params: isAbsent(object, 'eip1559Params')
      ? ZERO_EIP1559_PARAMS
      : readHex(object, 'eip1559Params', 8),
    operatorFeeParams: isAbsent(object, 'operatorFeeParams')
      ? ZERO_HASH
      : readHash(object, 'operatorFeeParams'),
    minBaseFee: readOptionalUint(object, 'minBaseFee', U64) ?? 0n,
    daFootprintGasScalar: Number(
      readOptionalUint(object, 'daFootprintGasScalar', { bits: 16 }) ?? 0n,
    ),
  };
}

/** Fork times must not fall from one fork to the next, nor leave a fork out. Equal is fine. */
function readForkTimes(file: ConfigObject): ForkTimes {
  const times: { [fork in Fork]?: bigint | undefined } = {};
  let previous: Fork | undefined;
  for (const fork of FORKS) {
    const time = readOptionalUint(file, timeKey(fork), U64);
    times[fork] = time;
    if (time !== undefined && previous !== undefined) {
      const before = times[previous];
      if (before === undefined || before > time) {
        const earlier = `\`${timeKey(previous)}\` (${before ?? 'absent'})`;
        const accepted = `a time not before ${earlier}, which must be set first`;
        throw new ConfigError(timeKey(fork), show(time), accepted);
      }
    }
    previous = fork;
  }
  return times as ForkTimes;
}

/** A known chain may leave it out. op-node takes it from the registry then, too. */
function readChainOpConfig(file: ConfigObject, l2ChainId: bigint): ChainOpConfig {
  const known = chainOpConfigById(l2ChainId);
  if (known !== undefined && isAbsent(file, 'chain_op_config')) return known;
  const object = readObject(file, 'chain_op_config');
  const bounds = { bits: 32, min: 1n } as const;
  assertKnownKeys(object, ['eip1559Elasticity', 'eip1559Denominator', 'eip1559DenominatorCanyon']);
  return {
    eip1559Elasticity: readUint(object, 'eip1559Elasticity', bounds),
    eip1559Denominator: readUint(object, 'eip1559Denominator', bounds),
    eip1559DenominatorCanyon: readUint(object, 'eip1559DenominatorCanyon', bounds),
  };
}

function readNonZeroAddress(object: ConfigObject, key: string): Address {
  const address = readAddress(object, key);
  assertNotZero(object, key, address, ZERO_ADDRESS);
  return address;
}

function assertNotZero(object: ConfigObject, key: string, value: string, zero: string): void {
  if (value === zero) throw new ConfigError(fieldName(object, key), show(value), 'not zero');
}
