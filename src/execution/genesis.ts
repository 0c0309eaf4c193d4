import { type Address, type Hash, type Hex, ZERO_HASH } from '../base/bytes.ts';
import { isActive } from '../protocol/forks.ts';
import {
  EMPTY_OMMERS_HASH,
  EMPTY_REQUESTS_HASH,
  type Header,
  headerHash,
} from '../protocol/header.ts';
import { EMPTY_TRIE_ROOT } from '../protocol/orderedTrie.ts';
import { MESSAGE_PASSER } from '../protocol/predeploys.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import { EMPTY_ACCOUNT } from './state/account.ts';
import { commitState } from './state/commitState.ts';
import {
  setAccount,
  setCode,
  setStorage,
  storageRootOf,
  type WorldState,
} from './state/worldState.ts';

/** Block 0 and its state, as genesis.json gives them. */
export type Genesis = {
  readonly config: ExecutionConfig;
  readonly header: GenesisHeader;
  readonly alloc: ReadonlyMap<Address, GenesisAccount>;
};

/** Header fields that stand in the file; the others follow from the forks and the state. */
export type GenesisHeader = {
  readonly parentHash: Hash;
  readonly beneficiary: Address;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly extraData: Uint8Array;
  readonly mixHash: Hash;
  /** 8 bytes. */
  readonly nonce: Hex;
  /** Wei. */
  readonly baseFeePerGas: bigint;
  readonly blobGasUsed: bigint;
  readonly excessBlobGas: bigint;
};

/** An account at genesis. Slots with a zero value are left out. */
export type GenesisAccount = {
  readonly nonce: bigint;
  /** Wei. */
  readonly balance: bigint;
  readonly code: Uint8Array;
  readonly storage: ReadonlyMap<bigint, bigint>;
};

/** Block 0 with its hash. */
export type GenesisBlock = {
  readonly hash: Hash;
  readonly header: Header;
  readonly messagePasserStorageRoot: Hash;
};

/**
 * Writes the alloc into `state`, which must be empty, commits it, and makes the block.
 *
 * @spec protocol/execution.md 5.1
 */
export function applyGenesis(genesis: Genesis, state: WorldState): GenesisBlock {
  for (const [address, { nonce, balance, code, storage }] of genesis.alloc) {
    setAccount(state, address, { ...EMPTY_ACCOUNT, nonce, balance });
    if (code.length > 0) setCode(state, address, code);
    for (const [slot, value] of storage) setStorage(state, address, slot, value);
  }
  const stateRoot = commitState(state);
  const messagePasserStorageRoot = storageRootOf(state, MESSAGE_PASSER);
  const { config, header: given } = genesis;
  const isActiveAtGenesis = (fork: 'canyon' | 'ecotone' | 'isthmus'): boolean =>
    isActive(config.forkTimes, fork, given.timestamp);
  const isthmus = isActiveAtGenesis('isthmus');
  const ecotone = isActiveAtGenesis('ecotone');
  const canyonRoot = isActiveAtGenesis('canyon') ? EMPTY_TRIE_ROOT : undefined;
  const header: Header = {
    ...given,
    ommersHash: EMPTY_OMMERS_HASH,
    stateRoot,
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: new Uint8Array(256),
    withdrawalsRoot: isthmus ? messagePasserStorageRoot : canyonRoot,
    blobGasUsed: ecotone ? given.blobGasUsed : undefined,
    excessBlobGas: ecotone ? given.excessBlobGas : undefined,
    parentBeaconBlockRoot: ecotone ? ZERO_HASH : undefined,
    requestsHash: isthmus ? EMPTY_REQUESTS_HASH : undefined,
    blockAccessListHash: undefined,
    slotNumber: undefined,
  };
  return { hash: headerHash(header), header, messagePasserStorageRoot };
}
