import { bytesToHex, type Hash } from '../../base/bytes.ts';
import type { BlockRecord } from '../../execution/store/records.ts';
import type { Header } from '../../protocol/header.ts';
import type { Receipt } from '../../protocol/receipt.ts';
import { headerFromRpc } from '../../protocol/rpcHeader.ts';
import { receiptFromRpc } from '../../protocol/rpcReceipt.ts';
import type { JsonLine } from '../recording/lines.ts';

/** The first thing in which a block is not the recorded one. */
export type BlockDifference = {
  /** L2 block number. */
  readonly block: string;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
};

/**
 * Compares a block and its output root with a recorded line: nothing when both are equal, else the
 * first field that differs, in the order in which one explains the next: transactions, receipts,
 * header fields, hash, output root.
 *
 * @throws DecodeError when the line is not in the form of a recording.
 */
export function compareBlock(
  line: JsonLine['json'],
  found: BlockRecord,
  outputRoot: Hash | undefined,
): BlockDifference | undefined {
  const block = line['block'] as { readonly hash?: unknown } | undefined;
  const expectedRoot = line['outputRoot'];
  if (block?.hash === found.hash && expectedRoot === outputRoot) return undefined;
  const number = String(found.header.number);
  for (const [field, expected, was] of pairs(line, found, outputRoot)) {
    if (expected !== was) return { block: number, field, expected, found: was };
  }
  return undefined;
}

type Pair = readonly [field: string, expected: string, found: string];

function* pairs(
  line: JsonLine['json'],
  found: BlockRecord,
  outputRoot: Hash | undefined,
): Generator<Pair> {
  yield* transactionPairs((line['raw'] ?? []) as readonly string[], found.transactions);
  yield* receiptPairs(recordedReceipts(line), found.receipts);
  yield* headerPairs(headerFromRpc(line['block']), found.header);
  yield ['hash', text((line['block'] as { hash?: unknown }).hash), found.hash];
  yield ['outputRoot', text(line['outputRoot']), text(outputRoot)];
}

function recordedReceipts(line: JsonLine['json']): readonly Receipt[] {
  return ((line['receipts'] ?? []) as readonly unknown[]).map((json) => receiptFromRpc(json));
}

function* transactionPairs(
  expected: readonly string[],
  found: readonly Uint8Array[],
): Generator<Pair> {
  yield ['transactions.length', String(expected.length), String(found.length)];
  for (const [index, raw] of expected.entries()) {
    yield [`transactions[${index}]`, raw, bytesToHex(found[index] as Uint8Array)];
  }
}

function* receiptPairs(expected: readonly Receipt[], found: readonly Receipt[]): Generator<Pair> {
  yield ['receipts.length', String(expected.length), String(found.length)];
  for (const [index, receipt] of expected.entries()) {
    const was = found[index] as { readonly [field: string]: unknown };
    for (const [field, value] of Object.entries(receipt)) {
      yield [`receipts[${index}].${field}`, text(value), text(was[field])];
    }
  }
}

function* headerPairs(expected: Header, found: Header): Generator<Pair> {
  const was = found as { readonly [field: string]: unknown };
  // Roots come last: what they cover tells more.
  const fields = Object.entries(expected).toSorted(
    ([left], [right]) => Number(left.endsWith('Root')) - Number(right.endsWith('Root')),
  );
  for (const [field, value] of fields) yield [`header.${field}`, text(value), text(was[field])];
}

function text(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (value instanceof Uint8Array) return bytesToHex(value);
  if (typeof value === 'object') {
    return JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'bigint' || inner instanceof Uint8Array ? text(inner) : inner,
    );
  }
  return String(value as string | number | bigint | boolean);
}
