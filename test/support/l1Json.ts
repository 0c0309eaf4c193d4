import { bytesToHex, EMPTY_BYTES, type Hash, type Hex, ZERO_HASH } from '../../src/base/bytes.ts';
import { logsBloom } from '../../src/protocol/bloom.ts';
import { EMPTY_OMMERS_HASH, type Header, headerHash } from '../../src/protocol/header.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { encodeReceipt, type Receipt } from '../../src/protocol/receipt.ts';
import { toQuantity } from '../../src/protocol/rpcJson.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';

/** JSON of an RPC answer. */
export type RpcJson = { readonly [key: string]: unknown };

/** An L1 block as an endpoint gives it, whose hash and roots are right. */
export type L1BlockJson = {
  readonly block: RpcJson & { readonly hash: Hash };
  readonly receipts: readonly RpcJson[];
};

/** What every block must say of itself. */
export type L1Place = Pick<Header, 'number' | 'parentHash' | 'timestamp'> & Partial<Header>;

/** A transaction in JSON, with its hash, and the receipt it left. */
export type L1JsonTx = {
  readonly json: RpcJson & { readonly hash: Hex };
  readonly receipt: Receipt;
};

/** An L1 block after the Merge. Nobody has executed it, so its state root means nothing. */
export function l1BlockJson(place: L1Place, txs: readonly L1JsonTx[]): L1BlockJson {
  const receipts = txs.map(({ receipt }) => receipt);
  const header: Header = {
    ommersHash: EMPTY_OMMERS_HASH,
    beneficiary: `0x${'00'.repeat(20)}`,
    stateRoot: ZERO_HASH,
    transactionsRoot: orderedTrieRoot(txs.map(({ json }) => encodeRpcTransaction(json))),
    receiptsRoot: orderedTrieRoot(receipts.map(encodeReceipt)),
    logsBloom: logsBloom(receipts.flatMap(({ logs }) => logs)),
    difficulty: 0n,
    gasLimit: 36_000_000n,
    gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
    extraData: EMPTY_BYTES,
    mixHash: ZERO_HASH,
    nonce: '0x0000000000000000',
    baseFeePerGas: 7n,
    withdrawalsRoot: EMPTY_TRIE_ROOT,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH,
    requestsHash: undefined,
    blockAccessListHash: undefined,
    slotNumber: undefined,
    ...place,
  };
  const hash = headerHash(header);
  const at = { blockHash: hash, blockNumber: toQuantity(header.number) };
  const transactions = txs.map(({ json }) => json);
  return {
    block: { ...headerJson(header), hash, transactions, withdrawals: [] },
    receipts: txs.map(({ json, receipt }) => ({
      ...at,
      ...receiptJson(receipt),
      transactionHash: json.hash,
    })),
  };
}

function headerJson(header: Header): RpcJson {
  const { requestsHash } = header;
  return {
    parentHash: header.parentHash,
    sha3Uncles: header.ommersHash,
    miner: header.beneficiary,
    stateRoot: header.stateRoot,
    transactionsRoot: header.transactionsRoot,
    receiptsRoot: header.receiptsRoot,
    logsBloom: bytesToHex(header.logsBloom),
    difficulty: toQuantity(header.difficulty),
    number: toQuantity(header.number),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    extraData: bytesToHex(header.extraData),
    mixHash: header.mixHash,
    nonce: header.nonce,
    baseFeePerGas: toQuantity(header.baseFeePerGas ?? 0n),
    withdrawalsRoot: header.withdrawalsRoot,
    blobGasUsed: toQuantity(header.blobGasUsed ?? 0n),
    excessBlobGas: toQuantity(header.excessBlobGas ?? 0n),
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    ...(requestsHash === undefined ? {} : { requestsHash }),
  };
}

function receiptJson({ type, succeeded, cumulativeGasUsed, logs }: Receipt): RpcJson {
  return {
    type: toQuantity(BigInt(type)),
    status: succeeded ? '0x1' : '0x0',
    cumulativeGasUsed: toQuantity(cumulativeGasUsed),
    logs: logs.map((log) => ({ ...log, data: bytesToHex(log.data) })),
  };
}
