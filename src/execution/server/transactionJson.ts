import { type Address, bytesToHex, type Hash } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { keccak256Hex } from '../../base/hash.ts';
import { decodeRlp, type RlpItem, rlpToBigint } from '../../base/rlp.ts';
import { decodeDepositTx, DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import { effectiveGasPrice } from '../fees.ts';
import type { BlockRecord } from '../store/records.ts';
import { decodeSignedTx, type SignedTx } from '../transaction.ts';

/** Members of a JSON object that is being made. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Keys that transactions of some types have; the version, deposits from some fork on. */
export const OPTIONAL_TRANSACTION_KEYS: readonly string[] = [
  'chainId',
  'accessList',
  'yParity',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'authorizationList',
  'sourceHash',
  'mint',
  'isSystemTx',
  'depositReceiptVersion',
];

/** A transaction of a block, as op-geth prints it. @spec protocol/execution.md 1.6 */
export function toTransactionJson(block: BlockRecord, index: number): JsonObject {
  const { hash, header } = block;
  const raw = block.transactions[index] as Uint8Array;
  const place: JsonObject = {
    blockHash: hash,
    blockNumber: toQuantity(header.number),
    blockTimestamp: toQuantity(header.timestamp),
    transactionIndex: toQuantity(BigInt(index)),
  };
  if (raw[0] === DEPOSIT_TX_TYPE) return { ...place, ...depositJson(block, index, raw) };
  const tx = decodeSignedTx(raw);
  return { ...place, ...signedJson(raw, tx, effectiveGasPrice(tx, header.baseFeePerGas ?? 0n)) };
}

/** A transaction that is in no block yet. */
export function toPendingJson(raw: Uint8Array, tx: SignedTx): JsonObject {
  const nowhere = { blockHash: null, blockNumber: null, transactionIndex: null };
  return { ...nowhere, ...signedJson(raw, tx, tx.maxFeePerGas) };
}

/** Hash of an encoded transaction. */
export function txHash(raw: Uint8Array): Hash {
  return keccak256Hex(raw);
}

function depositJson(block: BlockRecord, index: number, raw: Uint8Array): JsonObject {
  const tx = decodeDepositTx(raw);
  const receipt = block.receipts[index];
  const version = receipt?.depositReceiptVersion;
  return {
    from: tx.from,
    gas: toQuantity(tx.gas),
    gasPrice: '0x0',
    hash: txHash(raw),
    input: bytesToHex(tx.data),
    nonce: toQuantity(receipt?.depositNonce ?? 0n),
    to: tx.to ?? null,
    value: toQuantity(tx.value),
    type: '0x7e',
    v: '0x0',
    r: '0x0',
    s: '0x0',
    sourceHash: tx.sourceHash,
    mint: toQuantity(tx.mint),
    ...(tx.isSystemTx ? { isSystemTx: true } : {}),
    ...(version === undefined ? {} : { depositReceiptVersion: toQuantity(version) }),
  };
}

function signedJson(raw: Uint8Array, tx: SignedTx, gasPrice: bigint): JsonObject {
  const items = decodeRlp(tx.type === 0 ? raw : raw.subarray(1)) as readonly RlpItem[];
  const [v, r, s] = items.slice(-3).map((item) => toQuantity(rlpToBigint(item as Uint8Array, 32)));
  const { maxFeePerGas, maxPriorityFeePerGas, chainId } = tx;
  const hasTip = tx.type === 2 || tx.type === 4;
  return {
    from: tx.from,
    gas: toQuantity(tx.gasLimit),
    gasPrice: toQuantity(gasPrice),
    ...(hasTip
      ? {
          maxFeePerGas: toQuantity(maxFeePerGas),
          maxPriorityFeePerGas: toQuantity(maxPriorityFeePerGas),
        }
      : {}),
    hash: tx.hash,
    input: bytesToHex(tx.data),
    nonce: toQuantity(tx.nonce),
    to: tx.to ?? null,
    value: toQuantity(tx.value),
    type: toQuantity(BigInt(tx.type)),
    ...(tx.type === 0 ? {} : { accessList: accessListJson(tx) }),
    ...(chainId === undefined ? {} : { chainId: toQuantity(chainId) }),
    ...(tx.type === 4 ? { authorizationList: authorizationsJson(items[9] as RlpItem) } : {}),
    v: v as string,
    r: r as string,
    s: s as string,
    ...(tx.type === 0 ? {} : { yParity: v as string }),
  };
}

function accessListJson({ accessList }: SignedTx): JsonValue {
  return accessList.map(({ address, slots }) => ({
    address,
    storageKeys: slots.map((slot) => `0x${slot.toString(16).padStart(64, '0')}`),
  }));
}

/** From the encoded list, because a decoded one has the authority in place of the signature. */
function authorizationsJson(list: RlpItem): JsonValue {
  return (list as readonly (readonly Uint8Array[])[]).map((fields) => {
    const quantity = (at: number): string => toQuantity(rlpToBigint(fields[at] as Uint8Array, 32));
    return {
      chainId: quantity(0),
      address: bytesToHex(fields[1] as Uint8Array) as Address,
      nonce: quantity(2),
      yParity: quantity(3),
      r: quantity(4),
      s: quantity(5),
    };
  });
}
