import { type Hash, hexToBytes } from '../base/bytes.ts';
import { decodeHeader } from '../protocol/header.ts';
import type { Receipt } from '../protocol/receipt.ts';
import type { TxResult } from './blockContext.ts';
import {
  type BlockBuilder,
  buildBlock,
  type ExecutedBlock,
  type ParentBlock,
} from './buildBlock.ts';
import type { EvmBlock } from './evm/port.ts';
import { headerDifference } from './payloadBlock.ts';
import type { RecordedBlock } from './recordedBlock.ts';
import { unreadNode } from './state/trieNode.ts';
import { openState } from './state/worldState.ts';
import { witnessSource } from './witness.ts';

/** A recorded receipt, with what the receipts root does not cover. */
export type RecordedReceipt = {
  readonly receipt: Receipt;
  readonly gasUsed: bigint;
  readonly l1Fee: bigint | undefined;
};

/** How a recorded block came out. */
export type RecordedOutcome =
  | { readonly type: 'equal'; readonly block: ExecutedBlock }
  | {
      readonly type: 'different';
      readonly found: Hash | undefined;
      /** The first difference, by transaction and field where they are known. */
      readonly difference: string;
    };

/**
 * Executes a recorded block on its witness alone and compares the result.
 *
 * @param receipts Recorded receipts, where there are any: with them a difference can be traced to
 *                 a transaction. Asked for only then.
 * @throws MissingNodeError or InvariantError when the block reads what the witness lacks.
 */
export async function executeRecorded(
  builder: BlockBuilder,
  recorded: RecordedBlock,
  preimages: ReadonlyMap<Hash, Uint8Array>,
  receipts: () => readonly RecordedReceipt[] | undefined,
): Promise<RecordedOutcome> {
  const { parent, attributes, expected } = recorded;
  const root = unreadNode(hexToBytes(parent.header.stateRoot));
  const state = openState(root, witnessSource(preimages));
  let lacking: bigint | undefined;
  const ancestors = ancestorHashes(parent, preimages, (number) => {
    lacking ??= number;
  });
  const outcome = await buildBlock(builder, parent, attributes, state, ancestors);
  if (outcome.type === 'invalid') {
    const at =
      outcome.transaction === undefined ? '' : `transaction ${outcome.transaction.index}: `;
    const difference = `${at}refused, ${outcome.reason}`;
    return { type: 'different', found: undefined, difference };
  }
  const { block } = outcome;
  if (block.hash === expected.hash) return { type: 'equal', block };
  const difference =
    receiptsDifference(block, receipts()) ??
    (expected.header === undefined ? undefined : headerDifference(expected.header, block.header)) ??
    'the block hash; the recording has no header to compare with';
  if (lacking === undefined) return { type: 'different', found: block.hash, difference };
  const reason = `BLOCKHASH of ${lacking} gave 0, as the witness lacks the headers down to it`;
  return { type: 'different', found: block.hash, difference: `${difference} (${reason})` };
}

/** Hashes of a block's ancestors, from the headers in the witness; the first two need none. */
function ancestorHashes(
  { hash, header }: ParentBlock,
  preimages: ReadonlyMap<Hash, Uint8Array>,
  lacks: (number: bigint) => void,
): EvmBlock['blockHash'] {
  return (wanted) => {
    let at = { hash, number: header.number, parentHash: header.parentHash };
    while (at.number > wanted + 1n) {
      const encoded = preimages.get(at.parentHash);
      if (encoded === undefined) {
        lacks(wanted);
        return undefined;
      }
      const { parentHash } = decodeHeader(encoded);
      at = { hash: at.parentHash, number: at.number - 1n, parentHash };
    }
    return at.number === wanted ? at.hash : at.parentHash;
  };
}

/** The first transaction and field in which results differ from recorded receipts. */
function receiptsDifference(
  block: Pick<ExecutedBlock, 'receipts' | 'results'>,
  recorded: readonly RecordedReceipt[] | undefined,
): string | undefined {
  for (const [i, { receipt, gasUsed, l1Fee }] of (recorded ?? []).entries()) {
    const [result, own] = [block.results[i], block.receipts[i]];
    if (result === undefined || own === undefined) return `transaction ${i}: missing`;
    const fields: readonly (readonly [string, unknown, unknown])[] = [
      ['type', receipt.type, own.type],
      ['status', receipt.succeeded, own.succeeded],
      ['gasUsed', gasUsed, result.gasUsed],
      ['cumulativeGasUsed', receipt.cumulativeGasUsed, own.cumulativeGasUsed],
      ['l1Fee', l1Fee ?? result.l1Fee, result.l1Fee],
      ['depositNonce', receipt.depositNonce, own.depositNonce],
      ['depositReceiptVersion', receipt.depositReceiptVersion, own.depositReceiptVersion],
      ['logs', logText(receipt.logs), logText(own.logs)],
    ];
    const found = fields.find(([, expected, actual]) => expected !== actual);
    if (found !== undefined) return describeField(i, result, found);
  }
  return undefined;
}

function describeField(
  index: number,
  result: TxResult,
  [field, expected, found]: readonly [string, unknown, unknown],
): string {
  const reason = result.reason === '' ? '' : ` (${result.reason})`;
  return (
    `transaction ${index} \`${result.hash}\`, ${field}: ` +
    `expected ${String(expected)}, found ${String(found)}${reason}`
  );
}

function logText(logs: Receipt['logs']): string {
  return JSON.stringify(logs.map(({ address, topics, data }) => [address, topics, [...data]]));
}
