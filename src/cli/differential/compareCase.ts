import { bytesToHex, EMPTY_BYTES, type Hex } from '../../base/bytes.ts';
import { keccak256Hex } from '../../base/hash.ts';
import { transactionsDigestHex } from '../../derive/index.ts';
import { DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import type { PayloadAttributes } from '../../protocol/payloadAttributes.ts';
import type { AttributesJson, CaseJson, RefJson, StepJson } from './caseJson.ts';
import type { RunResult, RunStep } from './runCase.ts';

/** The first thing in which a run is not what the corpus expects. */
export type CaseDifference = {
  readonly where: string;
  readonly expected: string;
  readonly found: string;
};

const OUTCOME = { idle: 'idle', critical: 'halted', resetLoop: 'waiting', panic: 'panic' } as const;

/**
 * Compares a run with what the corpus expects: the steps in order, then the outcome and the heads.
 * Where the L1 reorganises only the end counts, and where a blob is never served only what came
 * before it.
 */
export function compareCase(json: CaseJson, run: RunResult): CaseDifference | undefined {
  const expected = (json.expect.steps ?? []).filter(({ kind }) => kind !== 'reset');
  const isReorg = json.reorg !== undefined;
  if (!isReorg) {
    const different = compareSteps(expected, run.steps);
    if (different !== undefined) return different;
  }
  const { final } = json.expect;
  // Where the reference resets for ever, we wait if a blob is missing, else do as it does.
  const isLoop = final.outcome === 'resetLoop' && run.outcome === 'resetLoop';
  const outcome = isLoop ? run.outcome : OUTCOME[final.outcome];
  return (
    differ('outcome', outcome, run.outcome) ??
    differ('final safe head', textOfRef(final.safe), textOf(run.safe)) ??
    differ(
      'final pending safe head',
      textOfRef(final.pendingSafe ?? final.safe),
      textOf(run.pendingSafe),
    ) ??
    // A node that waits has not opened the block whose blobs are missing.
    (outcome === 'waiting'
      ? undefined
      : differ('final L1 origin', String(final.l1Origin.number), String(run.l1Origin)))
  );
}

function compareSteps(
  expected: readonly StepJson[],
  found: readonly RunStep[],
): CaseDifference | undefined {
  for (const [index, step] of expected.entries()) {
    const where = `step ${index} (L2 block ${step.number})`;
    const run = found[index];
    if (run === undefined) return { where, expected: step.kind, found: 'nothing' };
    const different = compareStep(where, step, run);
    if (different !== undefined) return different;
  }
  const extra = found[expected.length];
  if (extra === undefined) return undefined;
  return {
    where: `step ${expected.length}`,
    expected: 'nothing',
    found: `${extra.kind} ${extra.step.parent.number + 1n}`,
  };
}

function compareStep(where: string, step: StepJson, run: RunStep): CaseDifference | undefined {
  const at = (field: string) => `${where}: ${field}`;
  const hash = run.block?.hash.slice(0, step.hash?.length ?? 0);
  return (
    differ(at('kind'), step.kind, run.kind) ??
    differ(at('number'), String(step.number), String(run.step.parent.number + 1n)) ??
    differ(at('derivedFrom'), String(step.derivedFrom), String(run.step.derivedFrom.number)) ??
    differ(at('epoch'), String(step.epoch), String(run.step.epoch.number)) ??
    differ(at('sequenceNumber'), String(step.sequenceNumber), String(run.step.sequenceNumber)) ??
    differ(at('concluding'), String(step.concluding), String(run.step.concluding)) ??
    differ(
      at('depositsOnlyReplacement'),
      String(step.depositsOnlyReplacement ?? false),
      String(run.isReplacement),
    ) ??
    (step.parent === undefined
      ? undefined
      : differ(at('parent'), step.parent, run.step.parent.hash)) ??
    (step.attributes === undefined
      ? undefined
      : compareAttributes(where, step.attributes, run.step.attributes)) ??
    (step.hash === undefined ? undefined : differ(at('hash'), step.hash, hash ?? 'none'))
  );
}

function compareAttributes(
  where: string,
  expected: AttributesJson,
  found: PayloadAttributes,
): CaseDifference | undefined {
  const at = (field: string) => `${where}: attributes.${field}`;
  const isFull = expected.txsHash !== undefined;
  const pairs: [string, unknown, unknown][] = [
    ['timestamp', expected.timestamp, found.timestamp],
    ['gasLimit', expected.gasLimit, found.gasLimit],
    ['txCount', expected.txCount, found.transactions.length],
    ['depositCount', expected.depositCount, leadingDeposits(found)],
    ['eip1559Params', expected.eip1559Params, found.eip1559Params],
    ['minBaseFee', expected.minBaseFee, found.minBaseFee],
  ];
  if (isFull) {
    pairs.push(
      ['prevRandao', expected.prevRandao, found.prevRandao],
      ['feeRecipient', expected.feeRecipient?.toLowerCase(), found.suggestedFeeRecipient],
      ['withdrawals', expected.withdrawals, found.withdrawals?.length],
      ['parentBeaconBlockRoot', expected.parentBeaconBlockRoot, found.parentBeaconBlockRoot],
      ['noTxPool', expected.noTxPool, found.noTxPool],
    );
  }
  for (const [field, wanted, was] of pairs) {
    const different = differ(at(field), String(wanted), String(was));
    if (different !== undefined) return different;
  }
  for (const [index, tx] of (expected.transactions ?? []).entries()) {
    const bytes = found.transactions[index] ?? EMPTY_BYTES;
    const was: string = tx.startsWith('keccak:')
      ? `keccak:${keccak256Hex(bytes).slice(2)}`
      : bytesToHex(bytes);
    const different = differ(at(`transactions[${index}]`), tx, was);
    if (different !== undefined) return different;
  }
  return isFull
    ? differ(at('txsHash'), expected.txsHash as Hex, transactionsDigestHex(found.transactions))
    : undefined;
}

function leadingDeposits(attributes: PayloadAttributes): number {
  const { transactions } = attributes;
  const other = transactions.findIndex((tx) => tx[0] !== DEPOSIT_TX_TYPE);
  return other === -1 ? transactions.length : other;
}

function differ(where: string, expected: string, found: string): CaseDifference | undefined {
  return expected === found ? undefined : { where, expected, found };
}

function textOfRef(ref: RefJson): string {
  return `${ref.number} ${ref.hash}`;
}

function textOf(ref: { readonly number: bigint; readonly hash: string }): string {
  return `${ref.number} ${ref.hash}`;
}
