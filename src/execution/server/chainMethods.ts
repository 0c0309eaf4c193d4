import { bytesToHex, type Hash } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { encodeHeader } from '../../protocol/header.ts';
import { encodeReceipt } from '../../protocol/receipt.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { TxPool } from '../pool/txPool.ts';
import type { BlockRecord } from '../store/records.ts';
import { encodeBlock, toBlockJson } from './blockJson.ts';
import type { RpcMethods } from './jsonRpc.ts';
import { readBlockTag, readFlag, readHash, readQuantity, toBlockTag, required } from './params.ts';
import { toReceiptJson, toReceiptsJson } from './receiptJson.ts';
import { headBlock, requireBlock, selectBlock } from './selectBlock.ts';
import { toPendingJson, toTransactionJson, txHash } from './transactionJson.ts';

/** A transaction's place in the canonical chain. */
export type TxPlace = { readonly block: BlockRecord; readonly index: number };

/** Where the canonical chain has a transaction; undefined when it has not. */
export function findTx(engine: ExecutionEngine, hash: Hash): TxPlace | undefined {
  const number = engine.blockNumberOfTx(hash);
  const block = number === undefined ? undefined : engine.blockByNumber(number);
  // The index may tell of a block that another one has replaced.
  const index = block?.transactions.findIndex((raw) => txHash(raw) === hash) ?? -1;
  return block === undefined || index < 0 ? undefined : { block, index };
}

/** Reads of blocks, transactions and receipts. */
export function chainMethods(engine: ExecutionEngine, pool: TxPool): RpcMethods {
  const byNumber = (params: readonly JsonValue[]): BlockRecord | undefined =>
    selectBlock(engine, toBlockTag(required(params, 0), 0));
  const byHash = (params: readonly JsonValue[]): BlockRecord | undefined =>
    engine.block(readHash(params, 0));
  const blockJson = (block: BlockRecord | undefined, params: readonly JsonValue[]): JsonValue => {
    required(params, 1);
    const isFull = readFlag(params, 1);
    if (block === undefined) return null;
    return toBlockJson(block, isFull ? 'full' : 'hashes');
  };
  const txAt = (block: BlockRecord | undefined, params: readonly JsonValue[]): JsonValue => {
    const index = Number(readQuantity(params, 1));
    if (block === undefined || index >= block.transactions.length) return null;
    return toTransactionJson(block, index);
  };
  const txCount = (block: BlockRecord | undefined): JsonValue =>
    block === undefined ? null : toQuantity(BigInt(block.transactions.length));
  const uncleCount = (block: BlockRecord | undefined): JsonValue =>
    block === undefined ? null : '0x0';
  return {
    eth_chainId: () => toQuantity(engine.config.chainId),
    eth_blockNumber: () => toQuantity(headBlock(engine).header.number),
    eth_getBlockByNumber: (params) => blockJson(byNumber(params), params),
    eth_getBlockByHash: (params) => blockJson(byHash(params), params),
    eth_getBlockReceipts: (params) => {
      const block = selectBlock(engine, readBlockTag(params, 0));
      return block === undefined ? null : toReceiptsJson(engine.config, block);
    },
    eth_getBlockTransactionCountByNumber: (params) => txCount(byNumber(params)),
    eth_getBlockTransactionCountByHash: (params) => txCount(byHash(params)),
    eth_getUncleCountByBlockNumber: (params) => uncleCount(byNumber(params)),
    eth_getUncleCountByBlockHash: (params) => uncleCount(byHash(params)),
    eth_getTransactionByBlockNumberAndIndex: (params) => txAt(byNumber(params), params),
    eth_getTransactionByBlockHashAndIndex: (params) => txAt(byHash(params), params),
    eth_getTransactionByHash: (params) => {
      const hash = readHash(params, 0);
      const place = findTx(engine, hash);
      if (place !== undefined) return toTransactionJson(place.block, place.index);
      const pooled = pool.byHash(hash);
      return pooled === undefined ? null : toPendingJson(pooled.raw, pooled.tx);
    },
    eth_getRawTransactionByHash: (params) => {
      const hash = readHash(params, 0);
      const place = findTx(engine, hash);
      const raw = place?.block.transactions[place.index] ?? pool.byHash(hash)?.raw;
      return raw === undefined ? null : bytesToHex(raw);
    },
    eth_getTransactionReceipt: (params) => {
      const place = findTx(engine, readHash(params, 0));
      return place === undefined ? null : toReceiptJson(engine.config, place.block, place.index);
    },
  };
}

/** Encoded forms of what the chain holds. */
export function debugMethods(engine: ExecutionEngine): RpcMethods {
  const block = (params: readonly JsonValue[]): BlockRecord =>
    requireBlock(engine, readBlockTag(params, 0));
  return {
    debug_getRawHeader: (params) => bytesToHex(encodeHeader(block(params).header)),
    debug_getRawBlock: (params) => bytesToHex(encodeBlock(block(params))),
    debug_getRawReceipts: (params) =>
      block(params).receipts.map((receipt) => bytesToHex(encodeReceipt(receipt))),
    debug_getRawTransaction: (params) => {
      const place = findTx(engine, readHash(params, 0));
      const raw = place?.block.transactions[place.index];
      return raw === undefined ? null : bytesToHex(raw);
    },
  };
}
