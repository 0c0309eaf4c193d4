import { EMPTY_BYTES, bigintToMinimalBytes, concatBytes, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { type RlpItem, encodeRlp } from '../base/rlp.ts';
import { DEPOSIT_TX_TYPE, encodeDepositTx } from './deposit.ts';
import {
  type JsonRecord,
  isAbsent,
  readAddress,
  readArray,
  readBytes,
  readHash,
  readOptionalQuantity,
  readQuantity,
  toBytes,
  toRecord,
} from './rpcJson.ts';

/**
 * Bytes of a transaction, of L1 or L2, from its JSON in `eth_getBlockBy…`. They prove nothing by
 * themselves: all of a block's transactions together must give its transactions root.
 *
 * Type 0 to 4 and 0x7e. What servers leave out is filled in: `type` of legacy ones, empty access
 * lists, `mint` and `isSystemTx` of deposits, one of `v` and `yParity`.
 *
 * @throws DecodeError naming the field that is missing or malformed, or an unknown type.
 */
export function encodeRpcTransaction(json: unknown): Uint8Array {
  const tx = toRecord(json, 'transaction');
  const type = Number(readOptionalQuantity(tx, 'type', 1) ?? 0n);
  switch (type) {
    case 0:
      return encodeRlp([...gasPriceFields(tx), integer(tx, 'v'), ...signature(tx)]);
    case 1:
      return typed(tx, 1, gasPriceFields(tx));
    case 2:
      return typed(tx, 2, feeCapFields(tx));
    case 3:
      return typed(tx, 3, feeCapFields(tx), [integer(tx, 'maxFeePerBlobGas'), blobHashes(tx)]);
    case 4:
      return typed(tx, 4, feeCapFields(tx), [authorizations(tx)]);
    case DEPOSIT_TX_TYPE:
      return encodeRpcDeposit(tx);
    default:
      throw new DecodeError(
        'txType',
        -1,
        `expected transaction type 0 to 4 or 0x7e, found ${type}`,
      );
  }
}

function typed(
  tx: JsonRecord,
  type: number,
  fields: readonly RlpItem[],
  tail: readonly RlpItem[] = [],
): Uint8Array {
  const chainId = integer(tx, 'chainId');
  const list = encodeRlp([
    chainId,
    ...fields,
    accessList(tx),
    ...tail,
    integer(tx, isAbsent(tx, 'yParity') ? 'v' : 'yParity'),
    ...signature(tx),
  ]);
  return concatBytes(Uint8Array.of(type), list);
}

function gasPriceFields(tx: JsonRecord): readonly RlpItem[] {
  return [integer(tx, 'nonce'), integer(tx, 'gasPrice'), ...callFields(tx)];
}

function feeCapFields(tx: JsonRecord): readonly RlpItem[] {
  const tip = integer(tx, 'maxPriorityFeePerGas');
  return [integer(tx, 'nonce'), tip, integer(tx, 'maxFeePerGas'), ...callFields(tx)];
}

function callFields(tx: JsonRecord): readonly RlpItem[] {
  return [integer(tx, 'gas'), recipient(tx), integer(tx, 'value'), readBytes(tx, 'input')];
}

function encodeRpcDeposit(tx: JsonRecord): Uint8Array {
  return encodeDepositTx({
    sourceHash: readHash(tx, 'sourceHash'),
    from: readAddress(tx, 'from'),
    to: isAbsent(tx, 'to') ? undefined : readAddress(tx, 'to'),
    mint: readOptionalQuantity(tx, 'mint') ?? 0n,
    value: readQuantity(tx, 'value'),
    gas: readQuantity(tx, 'gas', 8),
    isSystemTx: tx['isSystemTx'] === true,
    data: readBytes(tx, 'input'),
  });
}

function recipient(tx: JsonRecord): Uint8Array {
  return isAbsent(tx, 'to') ? EMPTY_BYTES : hexToBytes(readAddress(tx, 'to'));
}

function signature(tx: JsonRecord): readonly RlpItem[] {
  return [integer(tx, 'r'), integer(tx, 's')];
}

function accessList(tx: JsonRecord): RlpItem {
  if (isAbsent(tx, 'accessList')) return [];
  return readArray(tx, 'accessList').map((json) => {
    const entry = toRecord(json, 'accessList entry');
    const keys = readArray(entry, 'storageKeys').map((key) => toBytes(key, 'storageKeys'));
    return [hexToBytes(readAddress(entry, 'address')), keys];
  });
}

function authorizations(tx: JsonRecord): RlpItem {
  return readArray(tx, 'authorizationList').map((json) => {
    const entry = toRecord(json, 'authorizationList entry');
    return [
      integer(entry, 'chainId'),
      hexToBytes(readAddress(entry, 'address')),
      integer(entry, 'nonce'),
      integer(entry, isAbsent(entry, 'yParity') ? 'v' : 'yParity'),
      ...signature(entry),
    ];
  });
}

function blobHashes(tx: JsonRecord): RlpItem {
  return readArray(tx, 'blobVersionedHashes').map((hash) => toBytes(hash, 'blobVersionedHashes'));
}

function integer(record: JsonRecord, key: string): Uint8Array {
  return bigintToMinimalBytes(readQuantity(record, key));
}
