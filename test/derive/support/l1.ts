import { type Address, bytesToHex, type Hash, ZERO_HASH } from '../../../src/base/bytes.ts';
import { keccak256 } from '../../../src/base/hash.ts';
import type { DeriveConfig } from '../../../src/derive/index.ts';
import { encodeBlob } from '../../../src/protocol/blob.ts';
import type { InboxTx, L1Block, L1Log } from '../../../src/protocol/l1Block.ts';
import { GENESIS_TIME } from './config.ts';

/** Number of the L1 block that the rollup starts from. */
export const L1_GENESIS = 100;

/** Seconds between L1 blocks, unless a test says otherwise. */
export const L1_BLOCK_TIME = 6;

type L1Options = {
  /** Seconds after genesis of the L1 block `index` blocks after genesis. */
  readonly timeOf?: (index: number) => number;
  /** Tells forks of the L1 apart: blocks from `saltFrom` on have other hashes. */
  readonly salt?: number;
  readonly saltFrom?: number;
};

/** `count` empty L1 blocks from the rollup's L1 genesis on. Hashes do not depend on content. */
export function l1Blocks(
  { rollup }: DeriveConfig,
  count: number,
  { timeOf = (index) => L1_BLOCK_TIME * index, salt = 0, saltFrom = L1_GENESIS }: L1Options = {},
): L1Block[] {
  const hashAt = (number: number): Hash =>
    number === L1_GENESIS
      ? rollup.genesis.l1.hash
      : digestOf('l1', number, number < saltFrom ? 0 : salt);
  return Array.from({ length: count }, (_, index) => {
    const number = L1_GENESIS + index;
    return {
      ref: {
        number: BigInt(number),
        hash: hashAt(number),
        parentHash: hashAt(number - 1),
        timestamp: GENESIS_TIME + BigInt(timeOf(index)),
      },
      baseFee: 7n + BigInt(index),
      mixHash: digestOf('mix', number, 0),
      excessBlobGas: undefined,
      parentBeaconBlockRoot: digestOf('beacon', number, 0),
      inboxTxs: [],
      logs: [],
    };
  });
}

/** A hash made of a name and two numbers. */
export function digestOf(name: string, number: number, salt: number): Hash {
  return bytesToHex(keccak256(new TextEncoder().encode(`${name} ${number} ${salt}`)));
}

/** The same L1 with batcher transactions added to block `number`, one for each data or fragment. */
export function post(
  config: DeriveConfig,
  l1: readonly L1Block[],
  number: number,
  ...items: readonly (Uint8Array | Partial<InboxTx>)[]
): L1Block[] {
  return l1.map((block) => {
    if (block.ref.number !== BigInt(number)) return block;
    const first = block.inboxTxs.length;
    const added = items.map((item, i) => {
      const changes = item instanceof Uint8Array ? { input: item } : item;
      return batcherTx(config, { index: first + i, ...changes });
    });
    return { ...block, inboxTxs: [...block.inboxTxs, ...added] };
  });
}

function batcherTx({ rollup }: DeriveConfig, changes: Partial<InboxTx>): InboxTx {
  return {
    index: 0,
    hash: ZERO_HASH,
    type: 2,
    from: rollup.genesis.systemConfig.batcherAddr,
    input: new Uint8Array(0),
    blobs: [],
    ...changes,
  };
}

/** A blob transaction that carries `payloads`, one in each blob. */
export function blobTx(...payloads: readonly Uint8Array[]): Partial<InboxTx> {
  const blobs = payloads.map((payload) => {
    const versionedHash: Hash = `0x01${bytesToHex(keccak256(payload)).slice(4)}`;
    return { versionedHash, data: encodeBlob(payload) };
  });
  return { type: 3, blobs };
}

/** The same L1 with logs added to block `number`. */
export function emit(l1: readonly L1Block[], number: number, ...logs: readonly L1Log[]): L1Block[] {
  return l1.map((block) => {
    if (block.ref.number !== BigInt(number)) return block;
    const numbered = logs.map((log, i) => ({ ...log, logIndex: block.logs.length + i }));
    return { ...block, logs: [...block.logs, ...numbered] };
  });
}

/** An address of 20 equal bytes. */
export function addressOf(byte: number): Address {
  return `0x${byte.toString(16).padStart(2, '0').repeat(20)}`;
}
