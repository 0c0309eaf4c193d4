import type { Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { bloomMayContain } from '../protocol/bloom.ts';
import { DEPOSIT_TOPIC, isDepositLog } from '../protocol/depositLog.ts';
import type { Header } from '../protocol/header.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { InboxTx, L1Block, L1Log } from '../protocol/l1Block.ts';
import { decodeL1Transaction, l1Sender } from '../protocol/l1Transaction.ts';
import type { Receipt } from '../protocol/receipt.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import {
  MISMATCH_CODES,
  type ProvenBlock,
  type ProvenHeader,
  assertWithdrawals,
  blockFromRpc,
  provenHeaderFromRpc,
  receiptsFromRpc,
} from '../protocol/rpcBlock.ts';
import { CONFIG_UPDATE_TOPIC, isConfigLog } from '../protocol/systemConfigLogs.ts';
import { SourceError } from './errors.ts';

/** What a block is checked against. */
export type VerifyOptions = {
  readonly config: RollupConfig;
  /** Hash it was asked by, if it was. */
  readonly expectedHash?: Hash;
};

/**
 * The fact of an L1 block, proven by its own hash: header, transactions, receipts. Not proven
 * here: that the block is canonical, and the link to its parent.
 *
 * @param blockJson Result of `eth_getBlockBy…` with full transactions.
 * @param receiptsJson Result of `eth_getBlockReceipts`; null only where the header's bloom rules
 *        out every log of the rollup (`mayHoldRollupLogs`).
 * @param blobs Proven blobs by versioned hash; those that are missing stay undefined in the fact.
 * @throws SourceError `unverified` when something does not hash to what names it, `badAnswer` when
 *         the answer is malformed. Another source may do better.
 * @spec protocol/derivation.md 2.2
 */
export function l1BlockFromRpc(
  { config, expectedHash }: VerifyOptions,
  blockJson: unknown,
  receiptsJson: unknown,
  blobs: ReadonlyMap<Hash, Uint8Array> = new Map(),
): L1Block {
  return verified(() => {
    const block = provenL1Block(blockJson, expectedHash);
    const receipts =
      receiptsJson === null
        ? withoutReceipts(config, block.header)
        : receiptsFromRpc(receiptsJson, block.header, block.transactions.length);
    return l1BlockOf(config, block, receipts, blobs);
  });
}

/**
 * The first half of `l1BlockFromRpc`, for who asks for receipts elsewhere: header and transactions.
 *
 * @throws SourceError as `l1BlockFromRpc`.
 */
export function provenL1Block(blockJson: unknown, expectedHash?: Hash): ProvenBlock {
  return verified(() => {
    const block = blockFromRpc(blockJson);
    assertExpected(expectedHash, block.hash, block.header);
    assertWithdrawals(blockJson, block.header);
    return block;
  });
}

/** Receipts of a proven block, proven by its root. @throws SourceError as `l1BlockFromRpc`. */
export function provenReceipts(receiptsJson: unknown, block: ProvenBlock): readonly Receipt[] {
  const { header, transactions } = block;
  return verified(() => receiptsFromRpc(receiptsJson, header, transactions.length));
}

/**
 * The fact of a block from its proven parts.
 *
 * @param receipts Empty where `mayHoldRollupLogs` is false.
 * @throws SourceError `badAnswer` on a transaction that is none.
 */
export function l1BlockOf(
  config: RollupConfig,
  { hash, header, transactions }: ProvenBlock,
  receipts: readonly Receipt[],
  blobs: ReadonlyMap<Hash, Uint8Array> = new Map(),
): L1Block {
  return verified(() => ({
    ref: refOf({ hash, header }),
    baseFee: header.baseFeePerGas ?? 0n,
    mixHash: header.mixHash,
    excessBlobGas: header.excessBlobGas,
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    inboxTxs: inboxTxs(config, transactions, blobs),
    logs: rollupLogs(config, receipts),
  }));
}

/**
 * Reference of an L1 block from an answer with or without full transactions, proven by its hash.
 *
 * @throws SourceError as `l1BlockFromRpc`.
 */
export function l1BlockRefFromRpc(blockJson: unknown, expectedHash?: Hash): L1BlockRef {
  return verified(() => {
    const { hash, header } = provenHeaderFromRpc(blockJson);
    assertExpected(expectedHash, hash, header);
    return refOf({ hash, header });
  });
}

/** Whether a block's bloom allows a deposit or config update. False is certain, true is not. */
export function mayHoldRollupLogs(config: RollupConfig, { logsBloom }: Header): boolean {
  const mayHold = (address: Hash, topic: Hash) =>
    bloomMayContain(logsBloom, address) && bloomMayContain(logsBloom, topic);
  return (
    mayHold(config.depositContractAddress, DEPOSIT_TOPIC) ||
    mayHold(config.l1SystemConfigAddress, CONFIG_UPDATE_TOPIC)
  );
}

function withoutReceipts(config: RollupConfig, header: Header): readonly Receipt[] {
  if (!mayHoldRollupLogs(config, header)) return [];
  const message =
    `L1 block ${header.number}: expected receipts, as its bloom allows a deposit or config ` +
    `update; found none`;
  throw new SourceError('unverified', message);
}

/** Transactions to the inbox. Whether they are the batcher's is for derivation to say. */
function inboxTxs(
  config: RollupConfig,
  transactions: readonly Uint8Array[],
  blobs: ReadonlyMap<Hash, Uint8Array>,
): readonly InboxTx[] {
  const kept: InboxTx[] = [];
  transactions.forEach((raw, index) => {
    const tx = decodeL1Transaction(raw);
    if (tx.to !== config.batchInboxAddress) return;
    kept.push({
      index,
      hash: tx.hash,
      type: tx.type,
      from: l1Sender(raw, config.l1ChainId),
      input: tx.input,
      blobs: tx.blobVersionedHashes.map((versionedHash) => {
        return { versionedHash, data: blobs.get(versionedHash) };
      }),
    });
  });
  return kept;
}

/** Deposits and config updates of successful receipts. Indexes count every log of the block. */
function rollupLogs(config: RollupConfig, receipts: readonly Receipt[]): readonly L1Log[] {
  const kept: L1Log[] = [];
  let logIndex = 0;
  receipts.forEach((receipt, txIndex) => {
    for (const log of receipt.logs) {
      const isOurs = isDepositLog(config, log) || isConfigLog(config, log);
      if (receipt.succeeded && isOurs) kept.push({ ...log, logIndex, txIndex });
      logIndex++;
    }
  });
  return kept;
}

function refOf({ hash, header }: ProvenHeader): L1BlockRef {
  const { number, parentHash, timestamp } = header;
  return { number, hash, parentHash, timestamp };
}

function assertExpected(expected: Hash | undefined, found: Hash, { number }: Header): void {
  if (expected === undefined || expected === found) return;
  const message = `expected L1 block \`${expected}\`, found \`${found}\` with number ${number}`;
  throw new SourceError('unverified', message);
}

/** `read()`, with what it refuses told as a fault of the source. */
function verified<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const code = MISMATCH_CODES.has(error.code) ? 'unverified' : 'badAnswer';
    throw new SourceError(code, error.message, { cause: error });
  }
}
