import {
  type Address,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  EMPTY_BYTES,
  type Hash,
  hexToBytes,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '../../base/bytes.ts';
import { keccak256Hex, sha256 } from '../../base/hash.ts';
import { DEPOSIT_TOPIC } from '../../protocol/depositLog.ts';
import { encodeBlob } from '../../protocol/blob.ts';
import { EMPTY_OMMERS_HASH, headerHash } from '../../protocol/header.ts';
import type { InboxTx, L1Block, L1Log } from '../../protocol/l1Block.ts';
import { orderedTrieRoot } from '../../protocol/orderedTrie.ts';
import { CONFIG_UPDATE_TOPIC } from '../../protocol/systemConfigLogs.ts';

/** Seconds between blocks of the model L1. */
export const L1_BLOCK_TIME = 12n;

/** What someone puts into the next block of the model L1. */
export type L1Content = {
  readonly inbox: readonly InboxPost[];
  readonly logs: readonly Pick<L1Log, 'address' | 'topics' | 'data'>[];
};

/** Batcher data on its way to the inbox, in calldata or one blob a piece. */
export type InboxPost = {
  readonly from: Address;
  readonly form: 'calldata' | 'blobs';
  /** Calldata: one piece. Blobs: one piece for each. */
  readonly pieces: readonly Uint8Array[];
};

/**
 * The block that follows `parent` with this content. It is an L1 as derivation sees it: nobody
 * executes it, its hash covers what it holds, and blobs go by the hash of their bytes.
 *
 * @param parent  Undefined: the first block, of the given time.
 */
export function mineL1Block(
  parent: L1Block | undefined,
  firstTime: bigint,
  content: L1Content,
): L1Block {
  const number = parent === undefined ? 1n : parent.ref.number + 1n;
  const timestamp = parent === undefined ? firstTime : parent.ref.timestamp + L1_BLOCK_TIME;
  const parentHash = parent?.ref.hash ?? ZERO_HASH;
  const inboxTxs = content.inbox.map(toInboxTx);
  const random = keccak256Hex(bigintToBytes(number, 32));
  // Fees wander, so that each epoch has its own.
  const baseFee = 1_000_000_000n + (number % 7n) * 130_000_000n;
  const excessBlobGas = (number % 40n) * 393_216n;
  const hash = headerHash({
    parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    beneficiary: ZERO_ADDRESS,
    stateRoot: random,
    transactionsRoot: orderedTrieRoot(inboxTxs.map(({ hash: tx }) => hexToBytes(tx))),
    receiptsRoot: orderedTrieRoot(content.logs.map(({ data }) => data)),
    logsBloom: new Uint8Array(256),
    difficulty: 0n,
    number,
    gasLimit: 36_000_000n,
    gasUsed: 21_000n * BigInt(inboxTxs.length),
    timestamp,
    extraData: EMPTY_BYTES,
    mixHash: random,
    nonce: '0x0000000000000000',
    baseFeePerGas: baseFee,
    withdrawalsRoot: ZERO_HASH,
    blobGasUsed: 0n,
    excessBlobGas,
    parentBeaconBlockRoot: random,
    requestsHash: undefined,
    blockAccessListHash: undefined,
    slotNumber: undefined,
  });
  return {
    ref: { number, hash, parentHash, timestamp },
    baseFee,
    mixHash: random,
    excessBlobGas,
    parentBeaconBlockRoot: random,
    inboxTxs,
    logs: content.logs.map((log, logIndex) => ({ ...log, logIndex, txIndex: logIndex })),
  };
}

function toInboxTx({ from, form, pieces }: InboxPost, index: number): InboxTx {
  const isBlobs = form === 'blobs';
  const blobs = isBlobs ? pieces.map(encodeBlob) : [];
  const input = isBlobs ? EMPTY_BYTES : (pieces[0] as Uint8Array);
  return {
    index,
    hash: keccak256Hex(concatBytes(Uint8Array.of(index), ...pieces)),
    type: isBlobs ? 3 : 2,
    from,
    input,
    blobs: blobs.map((data) => ({ versionedHash: modelBlobHash(data), data })),
  };
}

function modelBlobHash(blob: Uint8Array): Hash {
  return bytesToHex(concatBytes(Uint8Array.of(1), sha256(blob).subarray(1)));
}

/** The portal's log of a deposit that mints and sends `value` to `to`. */
export function depositLog(
  portal: Address,
  deposit: { readonly from: Address; readonly to: Address; readonly value: bigint },
): Pick<L1Log, 'address' | 'topics' | 'data'> {
  const opaque = concatBytes(
    bigintToBytes(deposit.value, 32),
    bigintToBytes(deposit.value, 32),
    bigintToBytes(100_000n, 8),
    Uint8Array.of(0),
  );
  const padding = new Uint8Array((32 - (opaque.length % 32)) % 32);
  const data = concatBytes(word(32n), word(BigInt(opaque.length)), opaque, padding);
  const topics = [DEPOSIT_TOPIC, addressTopic(deposit.from), addressTopic(deposit.to), ZERO_HASH];
  return { address: portal, topics, data };
}

/** The SystemConfig's log of an update whose payload is one word. */
export function configLog(
  systemConfig: Address,
  type: bigint,
  payload: bigint,
): Pick<L1Log, 'address' | 'topics' | 'data'> {
  const topics = [CONFIG_UPDATE_TOPIC, ZERO_HASH, bytesToHex(word(type))];
  return { address: systemConfig, topics, data: concatBytes(word(32n), word(32n), word(payload)) };
}

function word(value: bigint): Uint8Array {
  return bigintToBytes(value, 32);
}

function addressTopic(address: Address): Hash {
  return bytesToHex(concatBytes(new Uint8Array(12), hexToBytes(address)));
}
