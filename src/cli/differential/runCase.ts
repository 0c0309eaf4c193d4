import { DEPOSIT_TX_TYPE } from '../../protocol/deposit.ts';
import type { L2BlockRef } from '../../protocol/ids.ts';
import type { L2Block } from '../../protocol/l2Block.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import type {
  AttributesStep,
  DeriveEvent,
  Dropped,
  L1View,
  Step,
  SyncEngine,
} from '../../derive/index.ts';
import { deriveChain, nullBlock } from '../../derive/index.ts';
import type { CorpusCase } from './corpusCase.ts';

/** A block or a refused payload, in the order they came. */
export type RunStep = {
  readonly kind: 'block' | 'invalid';
  readonly step: AttributesStep;
  readonly block: L2Block | undefined;
  readonly isReplacement: boolean;
};

/** What a case came to. `waiting`: a blob that nobody serves. */
export type RunResult = {
  readonly steps: readonly RunStep[];
  readonly outcome: 'idle' | 'waiting' | 'halted' | 'resetLoop';
  readonly safe: L2BlockRef;
  readonly pendingSafe: L2BlockRef;
  /** Number of the L1 block that was being read at the end. */
  readonly l1Origin: bigint;
  /** What was refused, in order. */
  readonly notes: readonly Dropped[];
};

const MAX_RESETS = 3;

/** Derives a corpus case with a null engine until nothing more happens. */
export function runCase(corpusCase: CorpusCase): RunResult {
  const { config, start, l1After } = corpusCase;
  let l1: L1View = corpusCase.l1;
  const view: L1View = {
    byNumber: (number) => l1.byNumber(number),
    byHash: (hash) => l1.byHash(hash),
  };
  const events = deriveChain(config, view, nullEngine(config.rollup), start);
  const steps: RunStep[] = [];
  const notes: Dropped[] = [];
  let l1Origin = 0n;
  let resets = 0;
  let highest = 0n;
  let isReorged = l1After === undefined;
  for (;;) {
    const { value: event, done } = events.next();
    if (done === true) throw new RangeError('the case ended without an outcome');
    const end = (outcome: RunResult['outcome']): RunResult => ({
      steps,
      outcome,
      safe: event.safe,
      pendingSafe: event.pendingSafe,
      l1Origin,
      notes,
    });
    if (event.type !== 'step') {
      steps.push(toRunStep(event));
      // Blocks that are derived once more are no progress.
      if (event.safe.number > highest) {
        highest = event.safe.number;
        resets = 0;
      }
      continue;
    }
    const step: Exclude<Step, AttributesStep> = event.step;
    if (step.type === 'advanced') l1Origin = step.l1.number;
    else if (step.type === 'dropped') notes.push(step.dropped);
    else if (step.type === 'halted') return end('halted');
    else if (step.type === 'needBlobs') return end('waiting');
    else if (step.type === 'reset') {
      resets += 1;
      if (resets > MAX_RESETS) return end('resetLoop');
    } else if (step.type === 'needL1Block') {
      if (isReorged) return end('idle');
      isReorged = true;
      l1 = l1After as L1View;
    }
  }
}

function toRunStep(event: Extract<DeriveEvent, { readonly type: 'block' | 'invalid' }>): RunStep {
  const { type, step, block, isReplacement } = event;
  return { kind: type, step, block, isReplacement };
}

const REFUSED_BYTES = [0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef];

/** Refuses a payload only for eight marker bytes inside a transaction that is no deposit. */
function nullEngine(rollup: RollupConfig): SyncEngine {
  return (parent, attributes) =>
    attributes.transactions.some((tx) => tx[0] !== DEPOSIT_TX_TYPE && holdsMarker(tx))
      ? { invalid: 'a transaction holds the marker' }
      : nullBlock(rollup, parent, attributes);
}

function holdsMarker(tx: Uint8Array): boolean {
  for (let at = tx.indexOf(0xde); at !== -1; at = tx.indexOf(0xde, at + 1)) {
    if (tx[at + 1] === 0xad && REFUSED_BYTES.every((byte, i) => tx[at + i] === byte)) return true;
  }
  return false;
}
