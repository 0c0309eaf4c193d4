import { describe, expect, test } from 'vitest';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { channelId, dataOf, singularOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { honestChain, steadyPlans, userTx } from './support/l2.ts';
import { deriveAll } from './support/run.ts';

// Resuming behind a safe block reads L1 again from before that block. What an uninterrupted
// derivation refused there as too early is no longer too early then.

/**
 * A batcher that sends block 3 before blocks 1 and 2, and later another block 3. Honest batchers
 * never do: they send a block once, or again as it was.
 */
function hasty(
  fork: 'granite' | 'holocene',
  kind: 'singular' | 'span',
  then: 'another' | 'the same' = 'another',
) {
  const config = chainAt(fork, { seqWindowSize: 20n });
  const l1 = l1Blocks(config, 6);
  const plans = steadyPlans(config, l1, 3);
  const chain = honestChain(config, l1, plans);
  const other = honestChain(
    config,
    l1,
    plans.map((plan, i) => (i === 2 && then === 'another' ? { ...plan, txs: [userTx(99)] } : plan)),
  );
  const batch = (block: L2Block | undefined) =>
    kind === 'span' ? spanOf(config, [block as L2Block]) : singularOf(config, block as L2Block);
  const early = dataOf(config, [batch(chain[3])], channelId(1));
  const first = dataOf(config, [batch(chain[1]), batch(chain[2])], channelId(2));
  const late = dataOf(config, [batch(other[3])], channelId(3));
  const posted = post(config, post(config, l1, 103, early, first), 104, late);
  return { config, posted, early: chain, late: other };
}

describe.each(['singular', 'span'] as const)('a %s batch read too early', (kind) => {
  // Kept so: op-node reads the same L1 again after its own walk back (its issue 12695). A node that
  // refused what op-node takes would part from all others at every such batch, not at restarts.
  test('V4, holocene: counts for who resumes behind its parent, as with op-node', () => {
    const { config, posted, early, late } = hasty('holocene', kind);
    const whole = deriveAll(config, posted);
    expect(whole.reasons).toEqual(['timestampTooHigh', 'flushed']);
    expect(whole.safe.hash).toBe(late[3]?.hash);
    for (const height of [0, 1]) {
      const resumed = deriveAll(config, posted, { from: early.slice(0, height + 1) });
      expect(resumed.safe, `behind block ${height}`).toEqual(whole.safe);
    }
    const resumed = deriveAll(config, posted, { from: early.slice(0, 3) });
    expect(resumed.safe.hash).toBe(early[3]?.hash);
  });

  test('V4, granite: waits for its parent, resumed or not', () => {
    const { config, posted, early } = hasty('granite', kind);
    const whole = deriveAll(config, posted);
    expect(whole.safe.hash).toBe(early[3]?.hash);
    for (const height of [0, 1, 2, 3]) {
      const resumed = deriveAll(config, posted, { from: early.slice(0, height + 1) });
      expect(resumed.safe, `behind block ${height}`).toEqual(whole.safe);
    }
  });

  test('V4, holocene: does no harm when the block sent again is the same', () => {
    const { config, posted, early } = hasty('holocene', kind, 'the same');
    for (const height of [0, 1, 2, 3]) {
      const resumed = deriveAll(config, posted, { from: early.slice(0, height + 1) });
      expect(resumed.safe.hash, `behind block ${height}`).toBe(early[3]?.hash);
    }
  });
});
