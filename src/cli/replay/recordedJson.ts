import { isObject } from '../../base/json.ts';
import type { ExecutionConfig } from '../../execution/executionConfig.ts';
import { OPTIONAL_BLOCK_KEYS, toBlockJson } from '../../execution/server/blockJson.ts';
import { OPTIONAL_RECEIPT_KEYS, toReceiptsJson } from '../../execution/server/receiptJson.ts';
import { OPTIONAL_TRANSACTION_KEYS } from '../../execution/server/transactionJson.ts';
import type { BlockRecord } from '../../execution/store/records.ts';

/** A field of a recorded line that is not what the engine says. Values as JSON has them. */
export type JsonDifference = readonly [field: string, expected: string, found: string];

/**
 * The first recorded field of a block's JSON, its transactions in it, or of its receipts that is
 * not what the engine itself answers with: what no root and no hash covers, too. Only what is
 * recorded is compared, in either case of hex, with null and false for what the engine leaves out.
 * Keys that the engine never answers with belong to other clients and are passed over.
 *
 * @param block    As `eth_getBlockByNumber` has it.
 * @param receipts As `eth_getBlockReceipts` has them; undefined where none are recorded.
 */
export function jsonDifference(
  config: ExecutionConfig,
  block: unknown,
  receipts: unknown,
  found: BlockRecord,
): JsonDifference | undefined {
  const inReceipts =
    receipts === undefined || receipts === null
      ? undefined
      : valueDifference('receipts', receipts, toReceiptsJson(config, found));
  return inReceipts ?? valueDifference('block', block, toBlockJson(found, 'full'));
}

function valueDifference(
  field: string,
  expected: unknown,
  found: unknown,
): JsonDifference | undefined {
  if (expected === found) return undefined;
  if (Array.isArray(expected) && Array.isArray(found))
    return listDifference(field, expected, found);
  if (isObject(expected) && isObject(found)) {
    for (const key of Object.keys(expected)) {
      const was = found[key];
      if (was === undefined && (expected[key] === false || !KNOWN_KEYS.has(key))) continue;
      const difference = valueDifference(`${field}.${key}`, expected[key], was);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  const [left, right] = [text(expected), text(found)];
  // Only a recording can be in upper case, and rarely is.
  return left === right || left.toLowerCase() === right ? undefined : [field, left, right];
}

function listDifference(
  field: string,
  expected: readonly unknown[],
  found: readonly unknown[],
): JsonDifference | undefined {
  if (expected.length !== found.length) {
    return [`${field}.length`, String(expected.length), String(found.length)];
  }
  for (const [index, value] of expected.entries()) {
    const difference = valueDifference(`${field}[${index}]`, value, found[index]);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Keys whose absence is an answer: the engine has them where they apply. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  ...OPTIONAL_BLOCK_KEYS,
  ...OPTIONAL_TRANSACTION_KEYS,
  ...OPTIONAL_RECEIPT_KEYS,
]);
