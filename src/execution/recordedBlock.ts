import { bytesToHex, type Hash, hexToBytes } from '../base/bytes.ts';
import { ConfigError } from '../base/errors.ts';
import { keccak256Hex } from '../base/hash.ts';
import {
  type ConfigObject,
  isAbsent,
  readObject,
  show,
  toConfigObject,
} from '../protocol/configFields.ts';
import { fromAttributesJson } from '../protocol/executionPayloadJson.ts';
import { FORKS, type Fork, type ForkTimes } from '../protocol/forks.ts';
import { decodeHeader, type Header } from '../protocol/header.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import type { ChainOpConfig } from '../protocol/rollupConfig.ts';
import { toQuantity } from '../protocol/rpcJson.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import { assertActiveForks, assertHeaderForm, assertTransactionsRoot } from './recordedForms.ts';

/** A block to execute on a witness, and what must come of it. */
export type RecordedBlock = {
  readonly config: ExecutionConfig;
  readonly parent: { readonly hash: Hash; readonly header: Header };
  readonly attributes: PayloadAttributes;
  readonly expected: { readonly hash: Hash; readonly header: Header | undefined };
  /** Name of the recorded chain it was taken from, which has its receipts. */
  readonly recording: string | undefined;
};

/**
 * A recorded block from its fixture.json.
 *
 * @throws ConfigError or DecodeError naming the field that is missing or malformed, a header
 *         that does not have its hash, or one of two forms of the same that contradicts the other.
 */
export function parseRecordedBlock(json: unknown): RecordedBlock {
  const file = toConfigObject(json, '');
  const expected = readObject(file, 'expected');
  const parentHash = hexField(file, 'parentHash');
  const hash = hexField(expected, 'blockHash');
  const attributes = readAttributes(file);
  assertTransactionsRoot(file, attributes);
  return {
    config: readExecutionConfig(file, attributes),
    parent: { hash: parentHash, header: headerField(file, 'parentHeader', parentHash) },
    attributes,
    expected: {
      hash,
      header: isAbsent(expected, 'headerRlp') ? undefined : headerField(expected, 'header', hash),
    },
    recording: isAbsent(file, 'recording') ? undefined : String(file.values['recording']),
  };
}

/** The preimages of a witness, one `{hash, preimage}` per line. @throws ConfigError */
export function parseWitness(text: string): ReadonlyMap<Hash, Uint8Array> {
  const preimages = new Map<Hash, Uint8Array>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const entry = toConfigObject(JSON.parse(line), `witness line ${i + 1}`);
    const preimage = hexToBytes(hexField(entry, 'preimage'));
    const hash = hexField(entry, 'hash');
    if (keccak256Hex(preimage) !== hash) {
      throw new ConfigError(`witness line ${i + 1}`, show(hash), 'the Keccak-256 of the preimage');
    }
    preimages.set(hash, preimage);
  }
  return preimages;
}

function readAttributes(file: ConfigObject): PayloadAttributes {
  const { values } = readObject(file, 'attributes');
  // Fixtures write plain numbers where the Engine API has hex strings.
  const numbers = ['timestamp', 'gasLimit'].map((name) => {
    const value = values[name];
    return [name, typeof value === 'number' ? toQuantity(BigInt(value)) : value];
  });
  return fromAttributesJson({ ...values, ...Object.fromEntries(numbers) });
}

/**
 * The rules at the block: its active forks, with their times where the rollup config has them.
 * Without a config the constants are those of OP Mainnet, as in nearly all chains.
 */
function readExecutionConfig(file: ConfigObject, attributes: PayloadAttributes): ExecutionConfig {
  const rollup = isAbsent(file, 'rollupConfig') ? undefined : readObject(file, 'rollupConfig');
  const active = file.values['activeForks'];
  if (!Array.isArray(active)) throw new ConfigError('activeForks', show(active), 'a list of forks');
  assertActiveForks(active, rollup, toBigint, attributes);
  const forkTimes = Object.fromEntries(
    FORKS.map((fork: Fork) => {
      const time = rollup?.values[`${fork}_time`] ?? undefined;
      return [fork, time === undefined ? (active.includes(fork) ? 0n : undefined) : toBigint(time)];
    }),
  ) as ForkTimes;
  return {
    chainId: toBigint(file.values['l2ChainId']),
    forkTimes,
    chainOpConfig: readChainOpConfig(rollup),
  };
}

function readChainOpConfig(rollup: ConfigObject | undefined): ChainOpConfig {
  if (rollup === undefined || isAbsent(rollup, 'chain_op_config')) {
    return { eip1559Elasticity: 6n, eip1559Denominator: 50n, eip1559DenominatorCanyon: 250n };
  }
  const { values } = readObject(rollup, 'chain_op_config');
  return {
    eip1559Elasticity: toBigint(values['eip1559Elasticity']),
    eip1559Denominator: toBigint(values['eip1559Denominator']),
    eip1559DenominatorCanyon: toBigint(values['eip1559DenominatorCanyon']),
  };
}

/** The header whose RLP is under `keyRlp`, and which may be field by field under `key`. */
function headerField(object: ConfigObject, key: string, hash: Hash): Header {
  const rlp = hexToBytes(hexField(object, `${key}Rlp`));
  if (keccak256Hex(rlp) !== hash) {
    const accepted = `a header with hash \`${hash}\``;
    throw new ConfigError(`${key}Rlp`, bytesToHex(rlp.subarray(0, 16)), accepted);
  }
  const header = decodeHeader(rlp);
  assertHeaderForm(object, key, header);
  return header;
}

function hexField(object: ConfigObject, key: string): Hash {
  const value = object.values[key];
  if (typeof value === 'string' && /^0x([\da-f]{2})*$/i.test(value)) {
    return value.toLowerCase() as Hash;
  }
  throw new ConfigError(key, show(value), 'a 0x hex string');
}

function toBigint(value: unknown): bigint {
  if (
    typeof value === 'number' ||
    (typeof value === 'string' && /^(0x[\da-f]+|\d+)$/i.test(value))
  ) {
    return BigInt(value);
  }
  throw new ConfigError('rollupConfig', show(value), 'a number');
}
