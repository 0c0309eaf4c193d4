import { bytesToHex, EMPTY_BYTES, type Hash, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeRlp, type RlpItem, rlpToBigint } from '../../src/base/rlp.ts';
import { logsBloom } from '../../src/protocol/bloom.ts';
import {
  EMPTY_OMMERS_HASH,
  EMPTY_REQUESTS_HASH,
  type Header,
  headerHash,
} from '../../src/protocol/header.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { encodeReceipt, type Receipt, type ReceiptLog } from '../../src/protocol/receipt.ts';
import { toQuantity } from '../../src/protocol/rpcJson.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';
import type { SignedL1Tx } from '../../src/l1Tx/l1Transaction.ts';
import type { Sidecar } from '../../src/l1Tx/sidecar.ts';

/** A transaction on its way into an L1 block, and what its execution logs. */
export type MinedTx = {
  readonly signed: SignedL1Tx;
  readonly logs: readonly ReceiptLog[];
  readonly sidecar: Sidecar | undefined;
};

/** A line of a recording: an L1 block as endpoints give it. */
export type MinedBlock = {
  readonly block: { readonly hash: Hash; readonly [key: string]: unknown };
  readonly receipts: readonly unknown[];
  readonly blobs: readonly {
    readonly index: Hex;
    readonly versionedHash: Hash;
    readonly commitment: Hex;
    readonly blob: Hex;
  }[];
};

/** What the header of a mined block says beside what follows from its transactions. */
export type MinedPlace = {
  readonly number: bigint;
  readonly parentHash: Hash;
  readonly timestamp: bigint;
  /** Tells blocks of two branches apart. */
  readonly salt: number;
};

const ZERO_32 = `0x${'00'.repeat(32)}` as const;
const GAS_PER_TX = 100_000n;

/**
 * An L1 block that an endpoint could serve: signatures, roots and hash are right. Nobody has
 * executed it, so its state root means nothing.
 */
export function mineBlock(place: MinedPlace, txs: readonly MinedTx[]): MinedBlock {
  const jsons = txs.map(({ signed }) => txJson(signed));
  const receipts = txs.map((tx, index) => receiptOf(tx, index));
  const header = headerOf(place, jsons.map(encodeRpcTransaction), receipts);
  const hash = headerHash(header);
  const at = { blockHash: hash, blockNumber: toQuantity(place.number) };
  return {
    block: { ...headerJson(header), hash, transactions: jsons, withdrawals: [] },
    receipts: receipts.map((receipt, index) => ({
      ...at,
      type: toQuantity(BigInt(receipt.type)),
      status: '0x1',
      cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
      transactionHash: txs[index]?.signed.hash,
      logs: receipt.logs.map((log) => ({ ...log, data: bytesToHex(log.data) })),
    })),
    blobs: txs.flatMap(({ sidecar }) => (sidecar === undefined ? [] : blobsOf(sidecar))),
  };
}

function receiptOf({ signed, logs }: MinedTx, index: number): Receipt {
  return {
    type: hexToBytes(signed.raw)[0] as number,
    succeeded: true,
    cumulativeGasUsed: GAS_PER_TX * BigInt(index + 1),
    logs,
    depositNonce: undefined,
    depositReceiptVersion: undefined,
  };
}

function headerOf(
  { number, parentHash, timestamp, salt }: MinedPlace,
  txs: readonly Uint8Array[],
  receipts: readonly Receipt[],
): Header {
  const isEmpty = txs.length === 0;
  return {
    parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    beneficiary: `0x${'00'.repeat(20)}`,
    stateRoot: keccak256Hex(Uint8Array.of(Number(number % 256n), salt)),
    transactionsRoot: isEmpty ? EMPTY_TRIE_ROOT : orderedTrieRoot(txs),
    receiptsRoot: isEmpty ? EMPTY_TRIE_ROOT : orderedTrieRoot(receipts.map(encodeReceipt)),
    logsBloom: logsBloom(receipts.flatMap(({ logs }) => logs)),
    difficulty: 0n,
    number,
    gasLimit: 36_000_000n,
    gasUsed: GAS_PER_TX * BigInt(txs.length),
    timestamp,
    extraData: salt === 0 ? EMPTY_BYTES : Uint8Array.of(salt),
    mixHash: keccak256Hex(Uint8Array.of(salt, Number(number % 256n))),
    nonce: '0x0000000000000000',
    baseFeePerGas: 1_000_000_000n + (number % 7n) * 130_000_000n,
    withdrawalsRoot: EMPTY_TRIE_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: keccak256Hex(Uint8Array.of(7, salt, Number(number % 256n))),
    requestsHash: EMPTY_REQUESTS_HASH,
    blockAccessListHash: undefined,
    slotNumber: undefined,
  };
}

function headerJson(header: Header): { readonly [key: string]: unknown } {
  return {
    parentHash: header.parentHash,
    sha3Uncles: header.ommersHash,
    miner: header.beneficiary,
    stateRoot: header.stateRoot,
    transactionsRoot: header.transactionsRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: bytesToHex(header.logsBloom),
    difficulty: '0x0',
    number: toQuantity(header.number),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    extraData: bytesToHex(header.extraData),
    mixHash: header.mixHash,
    nonce: header.nonce,
    baseFeePerGas: toQuantity(header.baseFeePerGas ?? 0n),
    withdrawalsRoot: header.withdrawalsRoot,
    blobGasUsed: '0x0',
    excessBlobGas: '0x0',
    parentBeaconBlockRoot: header.parentBeaconBlockRoot ?? ZERO_32,
    requestsHash: header.requestsHash,
  };
}

/** JSON of a signed transaction of type 2 or 3. */
function txJson({ raw, hash }: SignedL1Tx): { readonly [key: string]: unknown } {
  const bytes = hexToBytes(raw);
  const list = decodeRlp(bytes.subarray(1)) as readonly RlpItem[];
  // With blobs the fields stand in a list of their own, before the sidecar.
  const fields = (list[0] instanceof Uint8Array ? list : list[0]) as readonly RlpItem[];
  const quantity = (index: number): Hex =>
    toQuantity(rlpToBigint(fields.at(index) as Uint8Array, 32));
  const isBlobs = bytes[0] === 3;
  return {
    type: toQuantity(BigInt(bytes[0] as number)),
    hash,
    chainId: quantity(0),
    nonce: quantity(1),
    maxPriorityFeePerGas: quantity(2),
    maxFeePerGas: quantity(3),
    gas: quantity(4),
    to: bytesToHex(fields[5] as Uint8Array),
    value: quantity(6),
    input: bytesToHex(fields[7] as Uint8Array),
    accessList: [],
    ...(isBlobs
      ? {
          maxFeePerBlobGas: quantity(9),
          blobVersionedHashes: (fields[10] as readonly Uint8Array[]).map(bytesToHex),
        }
      : {}),
    yParity: quantity(-3),
    r: quantity(-2),
    s: quantity(-1),
  };
}

function blobsOf({ versionedHashes, commitments, blobs }: Sidecar): MinedBlock['blobs'] {
  return versionedHashes.map((versionedHash, index) => ({
    index: toQuantity(BigInt(index)),
    versionedHash,
    commitment: bytesToHex(commitments[index] as Uint8Array),
    blob: bytesToHex(blobs[index] as Uint8Array),
  }));
}
