import type { L2BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { L2Block } from '../protocol/l2Block.ts';
import { l2BlockRef, l2Head } from '../protocol/l2BlockRef.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { applyInvalidPayload, type InvalidPayloadOutcome } from './invalidPayload.ts';
import { addL1Block, addL2Block, next, start } from './pipeline.ts';
import type { DeriveConfig, DeriveState, SafeHead } from './state.ts';
import type { AttributesStep, Step } from './step.ts';
import { type ChainAnswer, findBase, findHeads, type Walk } from './syncStart.ts';

/** The L1 as far as it is known. Answers may change between events: that is a reorg. */
export type L1View = {
  readonly byNumber: (number: bigint) => L1Block | undefined;
  readonly byHash: (hash: string) => L1Block | undefined;
};

/** A synchronous engine: makes a block of attributes, or says why it refuses them. */
export type SyncEngine = (
  parent: L2BlockRef,
  attributes: PayloadAttributes,
) => L2Block | { readonly invalid: string };

/** What happens while a chain is derived. Pending safe and safe head are those after the event. */
export type DeriveEvent = { readonly safe: L2BlockRef; readonly pendingSafe: L2BlockRef } & (
  | {
      readonly type: 'block' | 'invalid';
      readonly step: AttributesStep;
      /** The block made; undefined when invalid. */
      readonly block: L2Block | undefined;
      /** True when these attributes replace refused ones. */
      readonly isReplacement: boolean;
      readonly problem: string | undefined;
    }
  | { readonly type: 'step'; readonly step: Exclude<Step, AttributesStep> }
);

/**
 * Derives a chain from an L1 with an engine, one event at a time: the driver in its simplest form.
 * After `needL1Block` or `needBlobs` the caller may extend the L1 and go on, or stop; `halted` is
 * the end. A `reset` is carried out before the next event.
 *
 * Memory grows with the chain. Every L2 block is kept, because a reorg of L1 may lead back as far
 * as `from[0]`, and a span batch or a new start asks for blocks below the safe head.
 *
 * @param from  L2 blocks from genesis, which counts as finalized, up to the safe head: at least
 *              genesis.
 * @spec        protocol/derivation-2-attributes-engine.md 10
 */
export function* deriveChain(
  config: DeriveConfig,
  l1: L1View,
  engine: SyncEngine,
  from: readonly L2Block[],
): Generator<DeriveEvent, void, void> {
  const chain = new Map<string, L2Block>(from.map((block) => [block.hash, block]));
  const genesis = from[0] as L2Block;
  let head = l2Head(config.rollup, from.at(-1) as L2Block);
  let safe = head.ref;
  let pendingSafe = safe;
  let state = beginAt(config, l1, chain, safe);
  for (;;) {
    if (head.ref.hash !== pendingSafe.hash) head = safeHeadAt(config, chain, pendingSafe);
    const step = next(state, head);
    switch (step.type) {
      case 'attributes':
        for (const { event, refusal } of tryBuild(engine, state, step)) {
          if (event.block !== undefined) {
            chain.set(event.block.hash, event.block);
            head = l2Head(config.rollup, event.block);
            pendingSafe = head.ref;
            if (step.concluding) safe = pendingSafe;
          } else if (refusal?.type === 'drop') pendingSafe = safe;
          yield { ...event, safe, pendingSafe };
          if (refusal?.type === 'halted') {
            yield { type: 'step', step: refusal, safe, pendingSafe };
            return;
          }
        }
        break;
      case 'needL2Block':
        addL2Block(state, blockBelow(chain, pendingSafe, step.number));
        break;
      case 'reset':
      case 'halted':
        yield { type: 'step', step, safe, pendingSafe };
        if (step.type === 'halted') return;
        safe = restart(config, l1, chain, genesis, pendingSafe, safe);
        pendingSafe = safe;
        state = beginAt(config, l1, chain, safe);
        break;
      case 'needL1Block':
      case 'needBlobs':
        if (!feed(state, l1, step)) yield { type: 'step', step, safe, pendingSafe };
        break;
      default:
        yield { type: 'step', step, safe, pendingSafe };
    }
  }
}

/** Feeds what the step asks for; false when the L1 has not got it. */
function feed(
  state: DeriveState,
  l1: L1View,
  step: Extract<Step, { readonly type: 'needL1Block' | 'needBlobs' }>,
): boolean {
  const block =
    step.type === 'needL1Block' ? l1.byNumber(step.parent.number + 1n) : l1.byHash(step.l1.hash);
  if (block === undefined) return false;
  addL1Block(state, block);
  if (step.type === 'needL1Block') return true;
  return block.inboxTxs.every((tx) =>
    tx.blobs.every(
      ({ versionedHash, data }) =>
        data !== undefined || !step.versionedHashes.includes(versionedHash),
    ),
  );
}

type BuildEvent = Extract<DeriveEvent, { readonly type: 'block' | 'invalid' }>;

/** What the engine made of attributes, and what follows when it refused them. */
type Attempt = {
  readonly event: Omit<BuildEvent, 'safe' | 'pendingSafe'>;
  readonly refusal: InvalidPayloadOutcome | undefined;
};

/** Builds the attributes; where they are refused from Holocene on, also their replacement. */
function* tryBuild(
  engine: SyncEngine,
  state: DeriveState,
  step: AttributesStep,
): Generator<Attempt, void, void> {
  let asked = step;
  for (;;) {
    const built = engine(asked.parent, asked.attributes);
    const tried = { step: asked, isReplacement: asked !== step };
    if (!('invalid' in built)) {
      const event = { type: 'block' as const, ...tried, block: built, problem: undefined };
      return yield { event, refusal: undefined };
    }
    const refusal = applyInvalidPayload(state, asked, built.invalid);
    const event = { type: 'invalid' as const, ...tried, block: undefined, problem: built.invalid };
    yield { event, refusal };
    if (refusal.type !== 'replace') return;
    asked = refusal.step;
  }
}

function safeHeadAt(
  { rollup }: DeriveConfig,
  chain: ReadonlyMap<string, L2Block>,
  ref: L2BlockRef,
): SafeHead {
  return l2Head(rollup, chain.get(ref.hash) as L2Block);
}

/** The ancestor of `head` at a height. */
function blockBelow(
  chain: ReadonlyMap<string, L2Block>,
  head: L2BlockRef,
  number: bigint,
): L2Block {
  let block = chain.get(head.hash) as L2Block;
  while (block.number > number) block = chain.get(block.parentHash) as L2Block;
  return block;
}

function beginAt(
  config: DeriveConfig,
  l1: L1View,
  chain: ReadonlyMap<string, L2Block>,
  safe: L2BlockRef,
): DeriveState {
  const base = answer(config, l1, chain, findBase(config.rollup, safe));
  if (base === undefined) throw new RangeError(`no L1 block to begin with, below ${safe.hash}`);
  const block = l1.byHash(base.l1.hash) as L1Block;
  const { systemConfig } = safeHeadAt(config, chain, base.l2);
  return start(config, { l1: block, systemConfig });
}

function restart(
  config: DeriveConfig,
  l1: L1View,
  chain: ReadonlyMap<string, L2Block>,
  genesis: L2Block,
  unsafe: L2BlockRef,
  safe: L2BlockRef,
): L2BlockRef {
  const finalized = l2BlockRef(config.rollup, genesis);
  const found = answer(config, l1, chain, findHeads(config.rollup, { unsafe, safe, finalized }));
  if (found.type === 'failed') throw new RangeError(found.message);
  return found.heads.safe;
}

function answer<T>(
  { rollup }: DeriveConfig,
  l1: L1View,
  chain: ReadonlyMap<string, L2Block>,
  walk: Walk<T>,
): T {
  let reply: ChainAnswer;
  for (;;) {
    const asked = walk.next(reply);
    if (asked.done === true) return asked.value;
    const question = asked.value;
    if (question.type === 'l2ByHash') {
      const block = chain.get(question.hash);
      reply = block === undefined ? undefined : l2BlockRef(rollup, block);
    } else {
      const block =
        question.type === 'l1ByHash' ? l1.byHash(question.hash) : l1.byNumber(question.number);
      reply = block?.ref;
    }
  }
}
