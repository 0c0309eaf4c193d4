import { bytesToHex } from '../../base/bytes.ts';
import { outputRootOf } from '../../execution/engine.ts';
import type { ExecutionConfig } from '../../execution/executionConfig.ts';
import { encodeBlock } from '../../execution/server/blockJson.ts';
import type { BlockRecord } from '../../execution/store/records.ts';
import { encodeHeader, type Header } from '../../protocol/header.ts';
import type { BlockId, L2BlockRef } from '../../protocol/ids.ts';
import { l2BlockOf } from '../../protocol/l2Block.ts';
import { l2BlockRef } from '../../protocol/l2BlockRef.ts';
import { OUTPUT_ROOT_VERSION_0 } from '../../protocol/outputRoot.ts';
import { encodeReceipt, type Receipt } from '../../protocol/receipt.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import { headerFromRpc } from '../../protocol/rpcHeader.ts';
import { isAbsent, readArray, toQuantity, toRecord } from '../../protocol/rpcJson.ts';
import { receiptFromRpc } from '../../protocol/rpcReceipt.ts';
import { encodeRpcTransaction } from '../../protocol/rpcTransaction.ts';
import type { JsonLine } from '../recording/lines.ts';
import { jsonDifference } from './recordedJson.ts';
import type { MadeBlock } from './replayChain.ts';

/** The first thing in which a block is not the recorded one. */
export type BlockDifference = {
  /** L2 block number. */
  readonly block: string;
  readonly field: string;
  readonly expected: string;
  readonly found: string;
};

/** Both configs of the chain that is compared. */
export type ComparedChain = {
  readonly rollup: RollupConfig;
  readonly execution: ExecutionConfig;
};

/**
 * Compares a block with a recorded line: nothing when all is equal, else the first field that
 * differs, in the order in which one explains the next: transactions, receipts, header fields,
 * hash, output root, what a client says beyond these, then where it came from. What a recording
 * leaves out is not compared, nor the state of the node that recorded it (`output.syncStatus`).
 *
 * @param made  How derivation came to the block; undefined for genesis.
 * @throws DecodeError when the line is not in the form of a recording.
 */
export function compareBlock(
  chain: ComparedChain,
  line: JsonLine['json'],
  found: BlockRecord,
  made: MadeBlock | undefined,
): BlockDifference | undefined {
  const block = String(found.header.number);
  for (const [field, expected, was] of pairs(chain, line, found, made)) {
    if (expected !== was) return { block, field, expected, found: was };
  }
  return undefined;
}

type Pair = readonly [field: string, expected: string, found: string];

function* pairs(
  { rollup, execution }: ComparedChain,
  line: JsonLine['json'],
  found: BlockRecord,
  made: MadeBlock | undefined,
): Generator<Pair> {
  const block = toRecord(line['block'], 'block');
  const transactions = found.transactions.map(bytesToHex);
  if (!isAbsent(line, 'raw')) {
    yield* listPairs('transactions', readArray(line, 'raw').map(text), transactions);
  }
  if (!isAbsent(line, 'receipts')) yield* receiptPairs(recordedReceipts(line), found.receipts);
  yield* headerPairs(headerFromRpc(block), found.header);
  yield ['hash', text(block['hash']), found.hash];
  yield ['outputRoot', text(line['outputRoot']), outputRootOf(found)];
  const listed = readArray(block, 'transactions').map((tx) => bytesToHex(encodeRpcTransaction(tx)));
  yield* listPairs('block.transactions', listed, transactions);
  const beyond = jsonDifference(execution, block, line['receipts'], found);
  if (beyond !== undefined) yield beyond;
  yield* rawPairs(line, found);
  yield* nodePairs(rollup, line, found);
  if (made === undefined) return;
  yield* originPairs(line, made);
  if (!isAbsent(line, 'attributes')) yield* attributesPairs(line, made, found, transactions);
}

/** The encoded forms, as `debug_getRawBlock` and its kin have them. */
function* rawPairs(line: JsonLine['json'], found: BlockRecord): Generator<Pair> {
  if (!isAbsent(line, 'rawHeader')) {
    yield ['rawHeader', text(line['rawHeader']), bytesToHex(encodeHeader(found.header))];
  }
  if (!isAbsent(line, 'rawReceipts')) {
    const receipts = found.receipts.map((receipt) => bytesToHex(encodeReceipt(receipt)));
    yield* listPairs('rawReceipts', readArray(line, 'rawReceipts').map(text), receipts);
  }
  if (!isAbsent(line, 'rawBlock')) {
    yield ['rawBlock', text(line['rawBlock']), bytesToHex(encodeBlock(found))];
  }
}

/** What a rollup node says of the block: its reference, and `optimism_outputAtBlock`. */
function* nodePairs(
  rollup: RollupConfig,
  line: JsonLine['json'],
  found: BlockRecord,
): Generator<Pair> {
  if (isAbsent(line, 'ref') && isAbsent(line, 'output')) return;
  const ref = l2BlockRef(rollup, l2BlockOf(found));
  if (!isAbsent(line, 'ref')) yield* refPairs('ref', line['ref'], ref);
  if (isAbsent(line, 'output')) return;
  const output = toRecord(line['output'], 'output');
  yield ['output.version', text(output['version']), OUTPUT_ROOT_VERSION_0];
  yield ['output.stateRoot', text(output['stateRoot']), found.header.stateRoot];
  const storageRoot = found.messagePasserStorageRoot;
  yield ['output.withdrawalStorageRoot', text(output['withdrawalStorageRoot']), storageRoot];
  yield ['output.outputRoot', text(output['outputRoot']), outputRootOf(found)];
  yield* refPairs('output.blockRef', output['blockRef'], ref);
}

function* refPairs(field: string, recorded: unknown, ref: L2BlockRef): Generator<Pair> {
  const { l1Origin, ...plain } = ref;
  const fields = toRecord(recorded, field);
  for (const [name, value] of Object.entries(plain)) {
    yield [`${field}.${name}`, text(fields[name]), text(value)];
  }
  yield* idPairs(`${field}.l1origin`, fields['l1origin'], l1Origin);
}

/** Where derivation found the block. */
function* originPairs(line: JsonLine['json'], made: MadeBlock): Generator<Pair> {
  const { step } = made;
  if (!isAbsent(line, 'derivedFrom')) {
    yield* idPairs('derivedFrom', line['derivedFrom'], step.derivedFrom);
  }
  if (!isAbsent(line, 'l1Origin')) yield* idPairs('l1Origin', line['l1Origin'], step.epoch);
  if (!isAbsent(line, 'sequenceNumber')) {
    yield ['sequenceNumber', text(line['sequenceNumber']), text(step.sequenceNumber)];
  }
  if (!isAbsent(line, 'source')) yield ['source', text(line['source']), sourceOf(made)];
}

function* attributesPairs(
  line: JsonLine['json'],
  { step }: MadeBlock,
  found: BlockRecord,
  foundHex: readonly string[],
): Generator<Pair> {
  const recorded = toRecord(line['attributes'], 'attributes');
  const { transactions, withdrawals, timestamp, gasLimit, minBaseFee, ...plain } = step.attributes;
  yield* listPairs(
    'attributes.transactions',
    readArray(recorded, 'transactions').map(text),
    // Mostly the block's own bytes, which are in hex already.
    transactions.map(
      (tx, i) => (tx === found.transactions[i] ? foundHex[i] : undefined) ?? bytesToHex(tx),
    ),
  );
  const quantities = { timestamp: toQuantity(timestamp), gasLimit: toQuantity(gasLimit) };
  const rest = { ...plain, ...quantities, minBaseFee, withdrawals };
  for (const [field, value] of Object.entries(rest)) {
    yield [`attributes.${field}`, text(recorded[field]), text(value)];
  }
}

function* idPairs(field: string, recorded: unknown, found: BlockId): Generator<Pair> {
  const { number, hash } = toRecord(recorded, field);
  yield [`${field}.number`, text(number), text(found.number)];
  yield [`${field}.hash`, text(hash), found.hash];
}

/** In the words of recordings. */
function sourceOf({ step, isReplacement }: MadeBlock): string {
  if (isReplacement) return 'deposits-only-replacement';
  return step.source.type === 'forced' ? 'forced-empty' : 'batch';
}

function* listPairs(
  name: string,
  expected: readonly string[],
  found: readonly string[],
): Generator<Pair> {
  yield [`${name}.length`, String(expected.length), String(found.length)];
  for (const [index, value] of expected.entries()) {
    yield [`${name}[${index}]`, value, found[index] as string];
  }
}

function recordedReceipts(line: JsonLine['json']): readonly Receipt[] {
  return readArray(line, 'receipts').map((json) => receiptFromRpc(json));
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
