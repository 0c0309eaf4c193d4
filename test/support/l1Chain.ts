import { type Hash, type Hex, bytesToHex } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { logsBloom } from '../../src/protocol/bloom.ts';
import { EMPTY_OMMERS_HASH, type Header, headerHash } from '../../src/protocol/header.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { type ReceiptLog, encodeReceipt } from '../../src/protocol/receipt.ts';
import { toQuantity } from '../../src/protocol/rpcJson.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';

/** A block as an L1 endpoint serves it: JSON of the block and its receipts. */
export type ServedBlock = {
  readonly number: bigint;
  readonly hash: Hash;
  readonly block: { readonly [key: string]: unknown };
  readonly receipts: readonly unknown[];
};

export type L1ChainOptions = {
  /** Block to build on; undefined: number 0 of a new chain. */
  readonly parent?: ServedBlock;
  readonly count: number;
  /** Tells forks apart. */
  readonly salt?: number;
  /** Logs of the one transaction of a block; a block without logs has no transaction. */
  readonly logsAt?: (number: bigint) => readonly ReceiptLog[];
};

const GENESIS_TIME = 1_700_000_000n;
const SLOT_S = 12n;
const BYTES_32 = bytesToHex(new Uint8Array(32));

/** Post-Merge L1 blocks whose hashes and roots are right. */
export function makeL1Chain(options: L1ChainOptions): readonly ServedBlock[] {
  const blocks: ServedBlock[] = [];
  let parent = options.parent;
  for (let i = 0; i < options.count; i++) {
    const number = parent === undefined ? 0n : parent.number + 1n;
    parent = makeBlock(number, parent?.hash ?? BYTES_32, options);
    blocks.push(parent);
  }
  return blocks;
}

function makeBlock(number: bigint, parentHash: Hash, options: L1ChainOptions): ServedBlock {
  const logs = options.logsAt?.(number) ?? [];
  const tx = logs.length === 0 ? undefined : withHash(txJson(number));
  const receipt = {
    type: 2,
    succeeded: true,
    cumulativeGasUsed: 21_000n,
    logs,
    depositNonce: undefined,
    depositReceiptVersion: undefined,
  };
  const header: Header = {
    parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    beneficiary: `0x${'00'.repeat(20)}`,
    stateRoot: BYTES_32,
    transactionsRoot:
      tx === undefined ? EMPTY_TRIE_ROOT : orderedTrieRoot([encodeRpcTransaction(tx)]),
    receiptsRoot: tx === undefined ? EMPTY_TRIE_ROOT : orderedTrieRoot([encodeReceipt(receipt)]),
    logsBloom: logsBloom(logs),
    difficulty: 0n,
    number,
    gasLimit: 30_000_000n,
    gasUsed: 0n,
    timestamp: GENESIS_TIME + number * SLOT_S,
    extraData: Uint8Array.of(options.salt ?? 0),
    mixHash: BYTES_32,
    nonce: '0x0000000000000000',
    baseFeePerGas: 7n,
    withdrawalsRoot: EMPTY_TRIE_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: BYTES_32,
    requestsHash: undefined,
    blockAccessListHash: undefined,
    slotNumber: undefined,
  };
  const hash = headerHash(header);
  const receipts =
    tx === undefined ? [] : [{ ...receiptJson(receipt.logs), transactionHash: tx['hash'] }];
  return { number, hash, block: blockJson(header, hash, tx), receipts };
}

function blockJson(header: Header, hash: Hash, tx: unknown): ServedBlock['block'] {
  return {
    hash,
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
    gasUsed: '0x0',
    timestamp: toQuantity(header.timestamp),
    extraData: bytesToHex(header.extraData),
    mixHash: header.mixHash,
    nonce: header.nonce,
    baseFeePerGas: '0x7',
    withdrawalsRoot: header.withdrawalsRoot,
    blobGasUsed: '0x0',
    excessBlobGas: '0x0',
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    transactions: tx === undefined ? [] : [tx],
    withdrawals: [],
  };
}

function txJson(nonce: bigint): { readonly [key: string]: unknown } {
  return {
    type: '0x2',
    chainId: '0x1',
    nonce: toQuantity(nonce),
    maxPriorityFeePerGas: '0x1',
    maxFeePerGas: '0x64',
    gas: '0x5208',
    to: `0x${'22'.repeat(20)}`,
    value: '0x0',
    input: '0x',
    accessList: [],
    yParity: '0x0',
    r: '0x1',
    s: '0x1',
  };
}

function withHash(tx: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  return { ...tx, hash: keccak256Hex(encodeRpcTransaction(tx)) };
}

function receiptJson(logs: readonly ReceiptLog[]): { readonly [key: string]: unknown } {
  return {
    type: '0x2',
    status: '0x1',
    cumulativeGasUsed: '0x5208',
    logs: logs.map((log) => ({ ...log, data: bytesToHex(log.data) as Hex })),
  };
}
