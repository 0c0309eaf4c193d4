import { viewOf } from '../../../src/cli/differential/corpusCase.ts';
import type {
  AttributesStep,
  DeriveConfig,
  DeriveEvent,
  Dropped,
  DropReason,
  Step,
  SyncEngine,
} from '../../../src/derive/index.ts';
import { deriveChain, nullBlock } from '../../../src/derive/index.ts';
import type { L2BlockRef } from '../../../src/protocol/ids.ts';
import type { L1Block } from '../../../src/protocol/l1Block.ts';
import type { L2Block } from '../../../src/protocol/l2Block.ts';
import { genesisOf } from './l2.ts';

/** What became of an L1. */
export type Derived = {
  /** Blocks that were built, in order, given up ones included. */
  readonly blocks: readonly L2Block[];
  readonly steps: readonly AttributesStep[];
  readonly notes: readonly Dropped[];
  /** Reason of each note, in order. */
  readonly reasons: readonly DropReason[];
  readonly resets: readonly Extract<Step, { readonly type: 'reset' }>[];
  /** Why derivation stopped. */
  readonly end: Step['type'];
  readonly safe: L2BlockRef;
  readonly pendingSafe: L2BlockRef;
};

type RunOptions = {
  readonly engine?: SyncEngine;
  /** Blocks to begin from; genesis unless given. */
  readonly from?: readonly L2Block[];
};

/** Derives everything that an L1 holds, with a null engine unless one is given. */
export function deriveAll(
  config: DeriveConfig,
  l1: readonly L1Block[],
  { engine = nullEngine(config), from = [genesisOf(config)] }: RunOptions = {},
): Derived {
  const events: DeriveEvent[] = [];
  for (const event of deriveChain(config, viewOf(l1), engine, from)) {
    events.push(event);
    const stops = event.type === 'step' && ENDS.has(event.step.type);
    if (stops || events.length > MAX_EVENTS) break;
  }
  return summarize(events);
}

const ENDS: ReadonlySet<string> = new Set(['needL1Block', 'needBlobs', 'halted', 'reset']);

const MAX_EVENTS = 20_000;

function summarize(events: readonly DeriveEvent[]): Derived {
  const last = events.at(-1) as DeriveEvent;
  const built = events.flatMap((event) => (event.type === 'step' ? [] : [event]));
  const others = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
  const notes = others.flatMap((step) => (step.type === 'dropped' ? [step.dropped] : []));
  return {
    blocks: built.flatMap(({ block }) => block ?? []),
    steps: built.flatMap(({ type, step }) => (type === 'block' ? [step] : [])),
    notes,
    reasons: notes.map(({ reason }) => reason),
    resets: others.flatMap((step) => (step.type === 'reset' ? [step] : [])),
    end: last.type === 'step' ? last.step.type : 'attributes',
    safe: last.safe,
    pendingSafe: last.pendingSafe,
  };
}

/** The null engine, refusing payloads in which a transaction begins with 0xbd. */
export function nullEngine({ rollup }: DeriveConfig): SyncEngine {
  return (parent, attributes) =>
    attributes.transactions.some((tx) => tx[0] === REFUSED_FIRST_BYTE)
      ? { invalid: 'a transaction begins with 0xbd' }
      : nullBlock(rollup, parent, attributes);
}

const REFUSED_FIRST_BYTE = 0xbd;

/** A transaction that `nullEngine` refuses. */
export const REFUSED_TX: Uint8Array = Uint8Array.of(REFUSED_FIRST_BYTE, 1, 2, 3);
