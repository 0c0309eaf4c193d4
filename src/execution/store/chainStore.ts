import {
  bytesEqual,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  bigintToMinimalBytes,
  type Hash,
  hexToBytes,
  ZERO_HASH,
} from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { keccak256 } from '../../base/hash.ts';
import { decodeRlp, encodeRlp } from '../../base/rlp.ts';
import type { BlockId } from '../../protocol/ids.ts';
import { DamagedRecordError } from '../errors.ts';
import type { DeadNode } from '../state/pruneState.ts';
import type { NewNode } from '../state/trie.ts';
import type { StateSource } from '../state/worldState.ts';
import type { KeyValueChange, KeyValueStore } from './keyValueStore.ts';
import {
  type BlockRecord,
  checkedValue,
  decodeBlockRecord,
  encodeBlockRecord,
  hashKey,
  nodeKey,
  numberKey,
  singleKey,
  withChecksum,
} from './records.ts';

/** The three heads; zero hashes for safe and finalized before they are set. */
export type Heads = { readonly head: Hash; readonly safe: Hash; readonly finalized: Hash };

/** Which chain a store belongs to. */
export type StoreIdentity = { readonly chainId: bigint; readonly genesisHash: Hash };

/** Version of the record formats; another one is refused. */
const STORE_FORMAT_VERSION = 1n;

/** Reads of the engine's records. Every method throws DamagedRecordError for a damaged one. */
export type ChainStore = StateSource & {
  readonly identity: () => StoreIdentity | undefined;
  readonly heads: () => Heads | undefined;
  readonly block: (hash: Hash) => BlockRecord | undefined;
  readonly canonicalHash: (number: bigint) => Hash | undefined;
  /** Number of the last block with this transaction that became canonical. */
  readonly blockNumberOfTx: (txHash: Hash) => bigint | undefined;
  /** Root of the state after a block, if that state is stored. */
  readonly stateRoot: (number: bigint, hash: Hash) => Hash | undefined;
  /** Blocks whose whole state is stored and may be pruned, oldest first. */
  readonly storedStates: () => readonly BlockId[];
};

/**
 * The records in `store`.
 *
 * @throws ConfigError for a format version that is not ours.
 */
export function openChainStore(store: KeyValueStore): ChainStore {
  assertFormat(store);
  return {
    identity: () => {
      const value = checked(store, singleKey('m'), 'the identity record');
      if (value === undefined) return undefined;
      const [, chainId, genesisHash] = decodeRlp(value) as Uint8Array[];
      return {
        chainId: bytesToBigint(chainId as Uint8Array),
        genesisHash: bytesToHex(genesisHash as Uint8Array),
      };
    },
    heads: () => {
      const value = checked(store, singleKey('h'), 'the record of the heads');
      if (value === undefined) return undefined;
      const hashAt = (at: number): Hash => bytesToHex(value.subarray(at, at + 32));
      return { head: hashAt(0), safe: hashAt(32), finalized: hashAt(64) };
    },
    block: (hash) => {
      const value = checked(store, hashKey('b', hexToBytes(hash)), `block \`${hash}\``);
      return value === undefined ? undefined : decodeBlockRecord(hash, value, store.directory);
    },
    canonicalHash: (number) => {
      const value = checked(store, numberKey('c', number), `the hash of block ${number}`);
      return value === undefined ? undefined : bytesToHex(value);
    },
    blockNumberOfTx: (txHash) => {
      const value = store.read(hashKey('t', hexToBytes(txHash)));
      return value === undefined ? undefined : bytesToBigint(value);
    },
    stateRoot: (number, hash) => {
      const value = checked(store, numberKey('s', number, hash), `the state of block ${number}`);
      return value === undefined ? undefined : bytesToHex(value);
    },
    readNode: (hash, owner) => selfChecked(store, 'trie node', nodeKey(owner, hash), hash),
    readCode: (codeHash) => {
      const hash = hexToBytes(codeHash);
      return selfChecked(store, 'code', hashKey('k', hash), hash);
    },
    storedStates: () => {
      const value = checked(store, singleKey('r'), 'the list of stored states');
      if (value === undefined) return [];
      return (decodeRlp(value) as readonly Uint8Array[][]).map(([number, hash]) => ({
        number: bytesToBigint(number as Uint8Array),
        hash: bytesToHex(hash as Uint8Array),
      }));
    },
  };
}

/** Writes which chain a new store is for. */
export function identityChange(identity: StoreIdentity): KeyValueChange {
  const value = encodeRlp([
    bigintToMinimalBytes(STORE_FORMAT_VERSION),
    bigintToMinimalBytes(identity.chainId),
    hexToBytes(identity.genesisHash),
  ]);
  return { key: singleKey('m'), value: withChecksum(value) };
}

/** Writes the heads. */
export function headsChange({ head, safe, finalized }: Heads): KeyValueChange {
  const value = concatBytes(...[head, safe, finalized].map(hexToBytes));
  return { key: singleKey('h'), value: withChecksum(value) };
}

/** Writes a block with its receipts. */
export function blockChange(block: BlockRecord): KeyValueChange {
  const key = hashKey('b', hexToBytes(block.hash));
  return { key, value: withChecksum(encodeBlockRecord(block)) };
}

/** Writes or removes the canonical hash of a number. */
export function canonicalChange(number: bigint, hash: Hash | undefined): KeyValueChange {
  const value = hash === undefined ? undefined : withChecksum(hexToBytes(hash));
  return { key: numberKey('c', number), value };
}

/** Writes which canonical block has a transaction. */
export function txChange(raw: Uint8Array, number: bigint): KeyValueChange {
  return { key: hashKey('t', keccak256(raw)), value: bigintToMinimalBytes(number) };
}

/** Writes that the whole state after a block is stored. */
export function stateRootChange(number: bigint, hash: Hash, root: Hash): KeyValueChange {
  return { key: numberKey('s', number, hash), value: withChecksum(hexToBytes(root)) };
}

/** Says that the state after a block is stored no longer. */
export function stateRootRemoval({ number, hash }: BlockId): KeyValueChange {
  return { key: numberKey('s', number, hash), value: undefined };
}

/** Writes the list of stored states that may be pruned. */
export function storedStatesChange(states: readonly BlockId[]): KeyValueChange {
  const list = states.map(({ number, hash }) => [bigintToMinimalBytes(number), hexToBytes(hash)]);
  return { key: singleKey('r'), value: withChecksum(encodeRlp(list)) };
}

/** Writes a trie node. */
export function nodeChange({ owner, hash, encoded }: NewNode): KeyValueChange {
  return { key: nodeKey(owner, hash), value: encoded };
}

/** Removes a trie node. */
export function nodeRemoval({ owner, hash }: DeadNode): KeyValueChange {
  return { key: nodeKey(owner, hash), value: undefined };
}

/** Writes code. */
export function codeChange(codeHash: Hash, code: Uint8Array): KeyValueChange {
  return { key: hashKey('k', hexToBytes(codeHash)), value: code };
}

/** Heads of a chain that has only its genesis. */
export function firstHeads(genesisHash: Hash): Heads {
  return { head: genesisHash, safe: ZERO_HASH, finalized: ZERO_HASH };
}

function assertFormat(store: KeyValueStore): void {
  const value = checked(store, singleKey('m'), 'the identity record');
  if (value === undefined) return;
  const [version] = decodeRlp(value) as Uint8Array[];
  const found = bytesToBigint(version as Uint8Array);
  if (found === STORE_FORMAT_VERSION) return;
  throw otherData(store, `format version ${STORE_FORMAT_VERSION}`, `format version ${found}`);
}

/** What to tell when the data in `store` are not the ones that are wanted, and what to do. */
export function otherData(
  { directory }: KeyValueStore,
  accepted: string,
  found: string,
): ConfigError {
  if (directory === undefined) return new ConfigError('datadir', found, accepted);
  const remedy = 'Give another --datadir, or remove that folder';
  return new ConfigError('datadir', `${found} in \`${directory}\`. ${remedy}`, accepted);
}

function checked(store: KeyValueStore, key: Uint8Array, record: string): Uint8Array | undefined {
  const stored = store.read(key);
  return stored === undefined ? undefined : checkedValue(stored, record, store.directory);
}

function selfChecked(
  store: KeyValueStore,
  name: string,
  key: Uint8Array,
  hash: Uint8Array,
): Uint8Array | undefined {
  const value = store.read(key);
  if (value === undefined || bytesEqual(keccak256(value), hash)) return value;
  throw new DamagedRecordError(`${name} \`${bytesToHex(hash)}\``, store.directory);
}
