import { assert } from '../../src/base/errors.ts';
import { addL1Block, type DeriveConfig, next, nullBlock, start } from '../../src/derive/index.ts';
import type { Dropped } from '../../src/derive/dropped.ts';
import type { SafeHead } from '../../src/derive/state.ts';
import type { AttributesStep } from '../../src/derive/step.ts';
import { promoteDerived, promoteUnsafe, startHeads } from '../../src/engine/heads.ts';
import { createPageRecord, type PageRecord } from '../../src/node/page/pageRecord.ts';
import type { PageParts } from '../../src/node/page/pageSnapshot.ts';
import { encodeFrames } from '../../src/protocol/frame.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import {
  channelId,
  channelOf,
  dataOf,
  framesOf,
  singularOf,
  spanOf,
} from '../derive/support/batches.ts';
import { chainAt } from '../derive/support/config.ts';
import { l1Blocks, post } from '../derive/support/l1.ts';
import { genesisOf, headAt, honestChain, refOf, steadyPlans } from '../derive/support/l2.ts';

/** A derivation with what the status page knows of it. Nothing runs between two calls. */
export type DerivingPage = {
  readonly config: DeriveConfig;
  readonly l1: readonly L1Block[];
  /** What the sequencer made; all of it is unsafe from the beginning. */
  readonly l2: readonly L2Block[];
  readonly record: PageRecord;
  /** Feeds the next L1 block and derives all that it gives. */
  readonly readL1Block: () => void;
  /** The parts of a snapshot as they are now. */
  readonly parts: (changes?: Partial<PageParts>) => PageParts;
};

/** The L1 block that holds a batch on a parent that does not exist. */
export const BAD_L1_BLOCK = 104n;

const START_MS = 1_700_000_000_000;

/**
 * A chain on Holocene over L1 blocks 100 to 109, derived by a null engine:
 *
 *   102  span batch of the blocks 1 to 4
 *   104  batch of block 5 with a wrong parent: dropped
 *   105  span batch of the blocks 5 to 8, first half of its channel
 *   107  the other half
 */
export function derivingPage(): DerivingPage {
  // No block is forced while a batch is late.
  const config = withWindow(chainAt('holocene'), 20n);
  const l1 = scriptedL1(config);
  const l2 = honestBlocks(config);
  const genesis = headAt(config, genesisOf(config));
  const state = start(config, { l1: l1[0] as L1Block, systemConfig: genesis.systemConfig });
  const record = createPageRecord([], () => START_MS);
  const drops: Dropped[] = [];
  let fed = 1;
  let head: SafeHead = genesis;
  let heads = startHeads({
    unsafeHead: head.ref,
    safeHead: head.ref,
    finalizedHead: head.ref,
  });
  heads = promoteUnsafe(heads, refOf(config, l2.at(-1) as L2Block));
  record.headsMoved(heads);

  const build = (step: AttributesStep): void => {
    const made = nullBlock(config.rollup, step.parent, step.attributes);
    head = headAt(config, made);
    heads = promoteDerived(heads, head.ref, step.concluding);
    record.events.derived?.({
      block: head.ref,
      step,
      how: 'consolidated',
      transactions: made.transactions.length,
      gasUsed: 21_000n,
      isReplacement: false,
    });
  };
  const derive = (): void => {
    for (;;) {
      const step = next(state, head);
      if (step.type === 'attributes') build(step);
      else if (step.type === 'advanced') record.events.advanced?.(step.l1);
      else if (step.type === 'dropped') {
        drops.unshift(step.dropped);
        record.events.dropped?.(step.dropped);
      } else {
        assert(step.type === 'needL1Block', `expected to need an L1 block, found ${step.type}`);
        return;
      }
    }
  };
  derive();
  return {
    config,
    l1,
    l2,
    record,
    readL1Block: () => {
      const block = l1[fed];
      if (block === undefined) return;
      fed += 1;
      addL1Block(state, block);
      derive();
    },
    parts: (changes = {}) => ({
      nowMs: START_MS,
      version: 'v1',
      role: 'verifier',
      rollup: config.rollup,
      why: DERIVING,
      heads,
      l1: {
        current: state.traversal.origin?.ref,
        head: l1.at(-1)?.ref,
        finalized: undefined,
      },
      derivation: state,
      unsafeWaiting: 0,
      drops,
      dropCounts: record.dropCounts(),
      meters: [],
      samples: record.samples(),
      blocks: record.blocks(),
      counts: record.counts(),
      ...changes,
    }),
  };
}

function withWindow(config: DeriveConfig, seqWindowSize: bigint): DeriveConfig {
  return { ...config, rollup: { ...config.rollup, seqWindowSize } };
}

/** What a node says of itself that derives, and waits for nothing. */
export const DERIVING: PageParts['why'] = {
  doing: '',
  summary: 'deriving',
  phase: 'deriving',
  safeHeadStillMs: undefined,
  lastReset: undefined,
  waits: [],
  isReady: false,
};

function honestBlocks(config: DeriveConfig): readonly L2Block[] {
  const l1 = l1Blocks(config, 10);
  return honestChain(config, l1, steadyPlans(config, l1, 8)).slice(1);
}

function scriptedL1(config: DeriveConfig): readonly L1Block[] {
  const blocks = honestBlocks(config);
  const fifth = singularOf(config, blocks[4] as L2Block);
  const orphan = { ...fifth, parentHash: `0x${'0f'.repeat(32)}` as const };
  const rest = channelOf(config, [spanOf(config, blocks.slice(4))]);
  const [first, second] = framesOf(channelId(0xcc), rest, 2);
  assert(first !== undefined, 'expected a first frame');
  assert(second !== undefined, 'expected a second frame');
  let l1 = l1Blocks(config, 10);
  l1 = post(config, l1, 102, dataOf(config, [spanOf(config, blocks.slice(0, 4))], channelId(0xaa)));
  l1 = post(config, l1, Number(BAD_L1_BLOCK), dataOf(config, [orphan], channelId(0xbb)));
  l1 = post(config, l1, 105, encodeFrames([first]));
  return post(config, l1, 107, encodeFrames([second]));
}
