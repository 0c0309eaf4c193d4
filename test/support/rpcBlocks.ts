import {
  bigintToMinimalBytes,
  bytesToHex,
  type Hex,
  hexToBytes,
  ZERO_HASH,
} from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { logsBloom } from '../../src/protocol/bloom.ts';
import { DEPOSIT_TOPIC } from '../../src/protocol/depositLog.ts';
import { headerHash, EMPTY_OMMERS_HASH } from '../../src/protocol/header.ts';
import { orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { encodeReceipt } from '../../src/protocol/receipt.ts';
import { headerFromRpc } from '../../src/protocol/rpcHeader.ts';
import { receiptFromRpc } from '../../src/protocol/rpcReceipt.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';
import { CONFIG_UPDATE_TOPIC } from '../../src/protocol/systemConfigLogs.ts';
import { rollupConfig } from './rollupConfig.ts';
import { signFields, TEST_ADDRESS } from './signing.ts';

type Json = { readonly [key: string]: unknown };

const CONFIG = rollupConfig('karst');

/** Versioned hash that the second transaction of `rpcBlock` names. */
export const NAMED_BLOB: Hex = `0x01${'ab'.repeat(31)}`;

/**
 * JSON of an L1 block with two transactions to the inbox of `rollupConfig`, one legacy and one
 * with a blob, both signed by TEST_KEY; its receipts are `rpcReceipts()`. Hashes are right unless
 * `changes` touches them.
 */
export function rpcBlock(changes: Json = {}, receipts: readonly Json[] = rpcReceipts()): Json {
  const transactions = [legacyTx(), blobTx()];
  const withdrawals = [
    { index: '0x5', validatorIndex: '0x6', address: TEST_ADDRESS, amount: '0x7' },
  ];
  const decoded = receipts.map(receiptFromRpc);
  const block: Json = {
    parentHash: `0x${'77'.repeat(32)}`,
    sha3Uncles: EMPTY_OMMERS_HASH,
    miner: TEST_ADDRESS,
    stateRoot: ZERO_HASH,
    transactionsRoot: orderedTrieRoot(transactions.map(encodeRpcTransaction)),
    receiptsRoot: orderedTrieRoot(decoded.map(encodeReceipt)),
    logsBloom: bytesToHex(logsBloom(decoded.flatMap(({ logs }) => logs))),
    difficulty: '0x0',
    number: '0x69',
    gasLimit: '0x1c9c380',
    gasUsed: '0xa410',
    timestamp: '0x5d2',
    extraData: '0x',
    mixHash: `0x${'88'.repeat(32)}`,
    nonce: '0x0000000000000000',
    baseFeePerGas: '0x7',
    withdrawalsRoot: withdrawalsRoot(),
    blobGasUsed: '0x20000',
    excessBlobGas: '0x0',
    parentBeaconBlockRoot: `0x${'99'.repeat(32)}`,
    transactions,
    withdrawals,
    ...changes,
  };
  return { ...block, hash: headerHash(headerFromRpc(block)) };
}

/**
 * JSON receipts of `rpcBlock`: the first has a foreign log, a config update and a deposit; the
 * second failed, with a deposit that must not count.
 */
export function rpcReceipts(): readonly Json[] {
  const foreign = { address: TEST_ADDRESS, topics: [DEPOSIT_TOPIC], data: '0x' };
  const update = {
    address: CONFIG.l1SystemConfigAddress,
    topics: [CONFIG_UPDATE_TOPIC],
    data: '0x01',
  };
  const deposit = { address: CONFIG.depositContractAddress, topics: [DEPOSIT_TOPIC], data: '0x02' };
  const other = { address: CONFIG.depositContractAddress, topics: [ZERO_HASH], data: '0x03' };
  return [
    {
      type: '0x0',
      status: '0x1',
      cumulativeGasUsed: '0x5208',
      logs: [foreign, update, other, deposit],
    },
    { type: '0x3', status: '0x0', cumulativeGasUsed: '0xa410', logs: [deposit] },
  ];
}

/** Receipts of `rpcBlock` without any log. */
export function rpcReceiptsWithoutLogs(): readonly Json[] {
  return rpcReceipts().map((receipt) => ({ ...receipt, logs: [] }));
}

const int = bigintToMinimalBytes;
const inbox = hexToBytes(CONFIG.batchInboxAddress);
const hex = (value: bigint): string => `0x${value.toString(16)}`;

function legacyTx(): Json {
  const call = [int(7n), int(9n), int(21_000n), inbox, int(0n), hexToBytes('0x00c0')];
  const empty = new Uint8Array(0);
  const { r, s, yParity } = signFields(0, [...call, int(CONFIG.l1ChainId), empty, empty]);
  return {
    type: '0x0',
    nonce: '0x7',
    gasPrice: '0x9',
    gas: '0x5208',
    to: CONFIG.batchInboxAddress,
    value: '0x0',
    input: '0x00c0',
    v: hex(35n + 2n * CONFIG.l1ChainId + yParity),
    r: hex(r),
    s: hex(s),
    hash: ZERO_HASH,
  };
}

function blobTx(): Json {
  const caps = [int(CONFIG.l1ChainId), int(8n), int(1n), int(9n), int(21_000n)];
  const call = [inbox, int(0n), new Uint8Array(0), [], int(5n), [hexToBytes(NAMED_BLOB)]];
  const { r, s, yParity } = signFields(3, [...caps, ...call]);
  return {
    type: '0x3',
    chainId: hex(CONFIG.l1ChainId),
    nonce: '0x8',
    maxPriorityFeePerGas: '0x1',
    maxFeePerGas: '0x9',
    gas: '0x5208',
    to: CONFIG.batchInboxAddress,
    value: '0x0',
    input: '0x',
    accessList: [],
    maxFeePerBlobGas: '0x5',
    blobVersionedHashes: [NAMED_BLOB],
    yParity: hex(yParity),
    r: hex(r),
    s: hex(s),
    hash: ZERO_HASH,
  };
}

function withdrawalsRoot(): Hex {
  return orderedTrieRoot([encodeRlp([int(5n), int(6n), hexToBytes(TEST_ADDRESS), int(7n)])]);
}
