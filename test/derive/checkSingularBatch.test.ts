import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import type { BatchContext } from '../../src/derive/batchContext.ts';
import type { BatchVerdict } from '../../src/derive/batchVerdict.ts';
import { checkDrift, checkSingularBatch } from '../../src/derive/checkSingularBatch.ts';
import type { SingularBatch } from '../../src/protocol/batch.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { singularOf } from './support/batches.ts';
import { chainAt, chainForking } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { honestChain, refOf, userTx } from './support/l2.ts';

type Situation = BatchContext & { readonly batch: SingularBatch };

/** Safe head: block 2 of time 1004 and epoch 100. The batch: block 3 of time 1006 and epoch 101. */
function situation(derive = chainAt('granite')): Situation {
  const l1 = l1Blocks(derive, 8);
  const plans = [{ epoch: 100 }, { epoch: 100 }, { epoch: 101, txs: [userTx(3)] }];
  const chain = honestChain(derive, l1, plans);
  return {
    config: derive.rollup,
    l1Blocks: l1.slice(0, 3),
    safeHead: refOf(derive, chain[2] as L2Block),
    batch: singularOf(derive, chain[3] as L2Block),
    inclusion: (l1[3] as L1Block).ref,
  };
}

/** The same situation with the batch on the safe head's own epoch. */
function sameEpoch(derive = chainAt('granite')): Situation {
  const s = situation(derive);
  const { number, hash } = (s.l1Blocks[0] as L1Block).ref;
  return { ...s, batch: { ...s.batch, epochNumber: number, epochHash: hash } };
}

const check = (s: Situation): BatchVerdict => checkSingularBatch(s, s.batch);

const changeBatch = (s: Situation, changes: Partial<SingularBatch>): Situation => ({
  ...s,
  batch: { ...s.batch, ...changes },
});

const withTxs = (s: Situation, ...transactions: readonly Uint8Array[]): Situation =>
  changeBatch(s, { transactions });

/** The L1 block at `index` of the window told to be of another time. */
const withL1Time = (s: Situation, index: number, timestamp: bigint): Situation => ({
  ...s,
  l1Blocks: s.l1Blocks.map((block, i) =>
    i === index ? { ...block, ref: { ...block.ref, timestamp } } : block,
  ),
});

const drop = (reason: string) => ({ type: 'drop', reason });

describe.each([
  ['before Holocene', 'granite'],
  ['from Holocene on', 'holocene'],
] as const)('checkSingularBatch, %s', (_, newest) => {
  const isHolocene = newest === 'holocene';
  const accepted = situation(chainAt(newest));

  test('12: accepts the next block', () => {
    expect(check(accepted)).toEqual({ type: 'accept' });
    expect(check(sameEpoch(chainAt(newest)))).toEqual({ type: 'accept' });
  });

  test('0: nothing is known of L1: undecided', () => {
    expect(check({ ...accepted, l1Blocks: [] })).toEqual({ type: 'undecided' });
  });

  test('1: time after the next block: future, dropped in Holocene', () => {
    const late = changeBatch(accepted, { timestamp: 1007n });
    expect(check(late)).toEqual(isHolocene ? drop('timestampTooHigh') : { type: 'future' });
  });

  test('2: time before the next block: dropped, past in Holocene', () => {
    const early = changeBatch(accepted, { timestamp: 1005n });
    expect(check(early)).toEqual(isHolocene ? { type: 'past' } : drop('timestampTooLow'));
  });

  test('3: another parent', () => {
    const orphan = changeBatch(accepted, { parentHash: ZERO_HASH });
    expect(check(orphan)).toEqual(drop('parentHashMismatch'));
  });

  test('4: included one L1 block after the window', () => {
    const at = (number: bigint) => ({ ...accepted, inclusion: { ...accepted.inclusion, number } });
    expect(check(at(106n))).toEqual({ type: 'accept' });
    expect(check(at(107n))).toEqual(drop('includedTooLate'));
  });

  test('4: the end of the window wraps at 64 bits', () => {
    const huge = changeBatch(accepted, { epochNumber: 2n ** 64n - 1n });
    expect(check(huge)).toEqual(drop('includedTooLate'));
  });

  test('5: an epoch before the safe head’s', () => {
    expect(check(changeBatch(accepted, { epochNumber: 99n }))).toEqual(drop('epochTooOld'));
  });

  test('6: the next epoch is not read yet: undecided', () => {
    const unread = { ...accepted, l1Blocks: accepted.l1Blocks.slice(0, 1) };
    expect(check(unread)).toEqual({ type: 'undecided' });
  });

  test('6: an epoch that skips an L1 block', () => {
    expect(check(changeBatch(accepted, { epochNumber: 102n }))).toEqual(drop('epochTooNew'));
  });

  test('7: another hash of the epoch', () => {
    const forked = changeBatch(accepted, { epochHash: ZERO_HASH });
    expect(check(forked)).toEqual(drop('epochHashMismatch'));
  });

  test('8: time before the origin’s', () => {
    expect(check(withL1Time(accepted, 1, 1006n))).toEqual({ type: 'accept' });
    expect(check(withL1Time(accepted, 1, 1007n))).toEqual(drop('timestampBeforeOrigin'));
  });

  test('10: with transactions, one second over the drift', () => {
    const later = changeBatch(accepted, { timestamp: 3000n });
    const late = { ...later, safeHead: { ...later.safeHead, timestamp: 2998n } };
    expect(check(withL1Time(late, 1, 1200n))).toEqual({ type: 'accept' });
    expect(check(withL1Time(late, 1, 1199n))).toEqual(drop('sequencerDriftExceeded'));
  });

  test('11: an empty transaction', () => {
    expect(check(withTxs(accepted, new Uint8Array(0)))).toEqual(drop('emptyTransaction'));
  });

  test('11: a deposit', () => {
    expect(check(withTxs(accepted, Uint8Array.of(0x7e)))).toEqual(drop('depositTransaction'));
  });

  test('11: a set-code transaction before Isthmus', () => {
    expect(check(withTxs(accepted, Uint8Array.of(4)))).toEqual(drop('setCodeBeforeIsthmus'));
  });

  test('11: a post-exec transaction', () => {
    expect(check(withTxs(accepted, Uint8Array.of(0x7d)))).toEqual(drop('postExecTransaction'));
  });

  test('11: a transaction behind a good one counts too', () => {
    const second = withTxs(accepted, userTx(1), Uint8Array.of(0x7e));
    expect(check(second)).toEqual(drop('depositTransaction'));
  });

  test('11: any other first byte is the engine’s to judge', () => {
    const others = [0x00, 0x01, 0x02, 0x03, 0x05, 0x7c, 0x7f, 0x80, 0xff];
    for (const byte of others) {
      expect(check(withTxs(accepted, Uint8Array.of(byte))), `first byte ${byte}`).toEqual({
        type: 'accept',
      });
    }
  });
});

describe('checkSingularBatch, activation blocks', () => {
  const at = (fork: 'isthmus' | 'jovian' | 'karst', time: bigint) => {
    const before = { isthmus: 'holocene', jovian: 'isthmus', karst: 'jovian' } as const;
    return situation(chainForking(before[fork], fork, time));
  };

  test.each(['jovian', 'karst'] as const)('9: the first block of %s has transactions', (fork) => {
    expect(check(at(fork, 1006n))).toEqual(drop('transactionsInActivationBlock'));
    expect(check(at(fork, 1005n))).toEqual(drop('transactionsInActivationBlock'));
  });

  test.each(['jovian', 'karst'] as const)('9: the first block of %s is empty', (fork) => {
    expect(check(withTxs(at(fork, 1006n)))).toEqual({ type: 'accept' });
  });

  test.each(['jovian', 'karst'] as const)('9: blocks before and after %s’s first', (fork) => {
    expect(check(at(fork, 1007n))).toEqual({ type: 'accept' });
    expect(check(at(fork, 1004n))).toEqual({ type: 'accept' });
  });

  test('9: the first block of Isthmus may have transactions', () => {
    expect(check(at('isthmus', 1006n))).toEqual({ type: 'accept' });
  });

  test('11: set-code transactions count from the block of Isthmus’ time on', () => {
    const setCode = Uint8Array.of(4);
    expect(check(withTxs(at('isthmus', 1006n), setCode))).toEqual({ type: 'accept' });
    expect(check(withTxs(at('isthmus', 1007n), setCode))).toEqual(drop('setCodeBeforeIsthmus'));
  });
});

describe('checkSingularBatch, order', () => {
  const s = situation(chainAt('holocene'));
  const faults: [string, Partial<SingularBatch>][] = [
    ['timestampTooHigh', { timestamp: 1008n }],
    ['parentHashMismatch', { parentHash: ZERO_HASH }],
    ['includedTooLate', { epochNumber: 50n }],
    ['epochHashMismatch', { epochHash: ZERO_HASH }],
    ['emptyTransaction', { transactions: [new Uint8Array(0)] }],
  ];
  test.each(faults.slice(0, -1))('V16: `%s` is told before every later fault', (reason) => {
    const from = faults.findIndex(([name]) => name === reason);
    const changes = faults.slice(from).map(([, change]) => change);
    expect(check(changeBatch(s, Object.assign({}, ...changes)))).toEqual(drop(reason));
  });
});

describe('checkDrift', () => {
  const { rollup } = chainForking('ecotone', 'fjord', 1006n);
  const l1 = l1Blocks({ ...chainAt('ecotone') }, 4);
  const origin = (l1[0] as L1Block).ref;
  const next = (l1[1] as L1Block).ref;
  const empty = (timestamp: bigint) => ({ timestamp, transactions: [] });
  const full = (timestamp: bigint) => ({ timestamp, transactions: [userTx(1)] });

  test('behavior: before Fjord the configured drift holds, to the second', () => {
    expect(checkDrift(rollup, full(1010n), origin, next)).toEqual({ type: 'accept' });
    expect(checkDrift(rollup, full(1011n), origin, next)).toEqual(drop('sequencerDriftExceeded'));
  });

  test('Fjord is asked at the origin’s time, not the block’s', () => {
    expect(checkDrift(rollup, full(1806n + 1000n), next, undefined)).toEqual({ type: 'accept' });
    expect(checkDrift(rollup, full(1806n + 1001n), next, undefined)).toEqual(
      drop('sequencerDriftExceeded'),
    );
    expect(checkDrift(rollup, full(1800n), origin, next)).toEqual(drop('sequencerDriftExceeded'));
  });

  test('behavior: empty beyond the drift: must move on as soon as it can', () => {
    const late = { ...next, timestamp: 1013n };
    expect(checkDrift(rollup, empty(1012n), origin, late)).toEqual({ type: 'accept' });
    expect(checkDrift(rollup, empty(1013n), origin, late)).toEqual(drop('epochNotAdvanced'));
  });

  test('behavior: empty beyond the drift: the next L1 block decides, and is not read yet', () => {
    expect(checkDrift(rollup, empty(1011n), origin, undefined)).toEqual({ type: 'undecided' });
    expect(checkDrift(rollup, empty(1010n), origin, undefined)).toEqual({ type: 'accept' });
  });

  test('behavior: a block that moves to a new epoch, and is empty, has no limit', () => {
    expect(checkDrift(rollup, empty(9000n), origin, origin)).toEqual({ type: 'accept' });
  });
});

describe('checkSingularBatch, drift', () => {
  // Before Fjord, so that the configured ten seconds hold.
  const s = sameEpoch(chainAt('ecotone'));
  const stuck = withTxs(withL1Time(s, 0, 990n));

  test('10: an empty batch that stays, while the next L1 block is old enough', () => {
    expect(check(stuck)).toEqual(drop('epochNotAdvanced'));
  });

  test('10: an empty batch that stays, while the next L1 block is younger', () => {
    expect(check(withL1Time(stuck, 1, 1007n))).toEqual({ type: 'accept' });
  });

  test('10: an empty batch that stays, while the next L1 block is not read', () => {
    expect(check({ ...stuck, l1Blocks: stuck.l1Blocks.slice(0, 1) })).toEqual({
      type: 'undecided',
    });
  });

  test('10: an empty batch that moves on is never too late', () => {
    const moving = withTxs(situation(chainAt('ecotone')));
    expect(check(withL1Time(moving, 1, 900n))).toEqual({ type: 'accept' });
  });
});
