import type { BlockId, L1BlockRef } from '../protocol/ids.ts';

/** What is known when the L1 origin of the next L2 block is chosen. */
export type OriginFacts = {
  /** L1 origin of the L2 head. */
  readonly headOrigin: BlockId;
  /** The L1 block of that hash. */
  readonly current: L1BlockRef;
  /** The L1 block above `current`; undefined when the confirmation depth does not show one yet. */
  readonly next: L1BlockRef | undefined;
  /** Of the L2 block to build, seconds. */
  readonly timestamp: bigint;
  /** Seconds that L2 may lead `current`. */
  readonly maxDrift: bigint;
};

/** Which L1 origin the next L2 block gets, or what keeps it from having one. */
export type OriginChoice =
  | { readonly type: 'use'; readonly origin: L1BlockRef }
  /** L2 is too far ahead of its origin, and there is no later one: ask again in a second. */
  | { readonly type: 'wait'; readonly reason: string }
  /** L1 has left the origin of the head. */
  | { readonly type: 'reset'; readonly message: string };

/**
 * Chooses the L1 origin of the next L2 block:
 *
 * 1. `current` is another block than the head's origin, or `next` does not follow it: reset;
 * 2. there is no `next`: stay, unless the drift is used up: then wait;
 * 3. there is one: take it exactly when the block's time has reached it. At most one step.
 *
 * Choice: `next` is always asked for first, which op-node does only when it recovers. The choice
 * then equals that of forced, empty blocks, so recovery needs no rule of its own here.
 *
 * @spec protocol/sequencer.md 2
 */
export function chooseL1Origin(facts: OriginFacts): OriginChoice {
  const { headOrigin, current, next, timestamp, maxDrift } = facts;
  if (headOrigin.hash !== current.hash) {
    const message = `expected L1 origin \`${headOrigin.hash}\`, found \`${current.hash}\``;
    return { type: 'reset', message };
  }
  if (next === undefined) {
    const lead = timestamp - current.timestamp;
    if (lead <= maxDrift) return { type: 'use', origin: current };
    const reason =
      `the next L2 block would be ${lead} s ahead of L1 origin ${current.number}, ` +
      `${maxDrift} s are allowed, and no later L1 block is confirmed`;
    return { type: 'wait', reason };
  }
  if (next.parentHash !== current.hash) {
    const message =
      `expected L1 block ${next.number} to follow \`${current.hash}\`, ` +
      `found parent \`${next.parentHash}\``;
    return { type: 'reset', message };
  }
  return { type: 'use', origin: timestamp >= next.timestamp ? next : current };
}
