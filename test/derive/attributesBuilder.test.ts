import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import {
  type BuiltAttributes,
  buildAttributes,
  whyNotOnParent,
} from '../../src/derive/attributesBuilder.ts';
import type { DeriveConfig, SafeHead } from '../../src/derive/index.ts';
import { decodeDepositTx } from '../../src/protocol/deposit.ts';
import { FORKS, type Fork } from '../../src/protocol/forks.ts';
import type { L1Block, L1Log } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { decodeL1InfoTx } from '../../src/protocol/l1InfoTx.ts';
import { upgradeTxs } from '../../src/protocol/upgradeTxs/upgradeTxs.ts';
import { singularOf } from './support/batches.ts';
import { chainAt, chainForking, chainWith } from './support/config.ts';
import { addressOf, emit, l1Blocks } from './support/l1.ts';
import { genesisOf, headAt, honestChain, userTx } from './support/l2.ts';
import { configLog, depositLog, malformedDepositLog } from './support/logs.ts';

const granite = chainAt('granite');

/** Attributes of block 1 on genesis, with L1 origin 100 or 101, whose time is told. */
function build(
  config: DeriveConfig,
  epoch: 100 | 101,
  change: (l1: L1Block[]) => L1Block[] = (l1) => l1,
  parent: SafeHead = headAt(config, genesisOf(config)),
) {
  const l1 = change(l1Blocks(config, 2, { timeOf: (i) => 2 * i }));
  return buildAttributes(config, parent, l1[epoch - 100] as L1Block, [userTx(1)]);
}

const built = (result: ReturnType<typeof build>): BuiltAttributes => {
  if (result.type !== 'built') throw new RangeError(result.message);
  return result;
};

describe('buildAttributes, place in L1', () => {
  test('2: the same epoch: the sequence number counts on, no deposits', () => {
    const { sequenceNumber, attributes } = built(
      build(granite, 100, (l1) => emit(l1, 100, depositLog(granite, 5n))),
    );
    expect(sequenceNumber).toBe(1n);
    expect(attributes.transactions).toHaveLength(2);
  });

  test('2: a new epoch: the sequence number is 0, deposits in log order', () => {
    const { sequenceNumber, attributes } = built(
      build(granite, 101, (l1) =>
        emit(l1, 101, depositLog(granite, 5n), configLog(granite, 3, 0n), depositLog(granite, 6n)),
      ),
    );
    expect(sequenceNumber).toBe(0n);
    const values = attributes.transactions.slice(1, 3).map((tx) => decodeDepositTx(tx).value);
    expect(values).toEqual([5n, 6n]);
    expect(attributes.transactions[3]).toEqual(userTx(1));
  });

  test('2: a new epoch whose parent is not the old one', () => {
    const orphan = (l1: L1Block[]) =>
      l1.map((b) => ({ ...b, ref: { ...b.ref, parentHash: ZERO_HASH } }));
    expect(build(granite, 101, orphan)).toMatchObject({
      type: 'reset',
      reason: 'epochParentMismatch',
    });
    expect(build(granite, 100, orphan).type).toBe('built');
  });

  test('2: the same epoch with another hash', () => {
    const other = (l1: L1Block[]) => l1.map((b) => ({ ...b, ref: { ...b.ref, hash: ZERO_HASH } }));
    expect(build(granite, 100, other)).toMatchObject({
      type: 'reset',
      reason: 'epochHashMismatch',
    });
  });

  test('3: a time before the L1 origin’s', () => {
    const at = (timestamp: bigint) =>
      build(granite, 101, (l1) => l1.map((b) => ({ ...b, ref: { ...b.ref, timestamp } })));
    expect(at(1002n).type).toBe('built');
    expect(at(1003n)).toMatchObject({ type: 'reset', reason: 'timestampBeforeOrigin' });
  });

  test('2: a deposit that cannot be read halts', () => {
    const bad = (l1: L1Block[]) =>
      emit(l1, 101, depositLog(granite, 1n), malformedDepositLog(granite));
    const halted = build(granite, 101, bad);
    expect(halted).toMatchObject({ type: 'halted', reason: 'malformedDeposit' });
    expect((halted as { message: string }).message).toContain('Log 1 of L1 block 101');
    expect(build(granite, 100, bad).type).toBe('built');
  });

  test('5: a fee scalar that cannot be written halts', () => {
    const parent = headAt(granite, genesisOf(granite));
    const scalar = `0x02${'00'.repeat(31)}` as const;
    const odd = { ...parent, systemConfig: { ...parent.systemConfig, scalar } };
    expect(build(granite, 100, (l1) => l1, odd)).toMatchObject({
      type: 'halted',
      reason: 'malformedFeeScalar',
    });
  });

  test('2: config updates of a new epoch count, malformed ones not', () => {
    const updates = (l1: L1Block[]) =>
      emit(
        l1,
        101,
        configLog(granite, 2, 31_000_000n),
        configLog(granite, 9, 1n),
        configLog(granite, 0, BigInt(addressOf(0xee))),
      );
    const next = built(build(granite, 101, updates)).attributes;
    expect(next.gasLimit).toBe(31_000_000n);
    const info = decodeL1InfoTx(granite.rollup, next.transactions[0] as Uint8Array, 1002n);
    expect(info.batcherAddr).toBe(addressOf(0xee));
    expect(built(build(granite, 100, updates)).attributes.gasLimit).toBe(30_000_000n);
  });
});

describe('buildAttributes, logs', () => {
  const limit = configLog(granite, 2, 31_000_000n);
  const gasLimitWith = (...logs: readonly L1Log[]) =>
    built(build(granite, 101, (l1) => emit(l1, 101, ...logs))).attributes.gasLimit;

  test('behavior: updates behind deposits count', () => {
    expect(gasLimitWith(depositLog(granite, 1n), limit)).toBe(31_000_000n);
  });

  test('behavior: updates behind malformed ones count', () => {
    expect(gasLimitWith({ ...limit, data: limit.data.slice(1) }, limit)).toBe(31_000_000n);
  });

  test('behavior: an update that the portal emits is none', () => {
    const address = granite.rollup.depositContractAddress;
    expect(gasLimitWith({ ...limit, address })).toBe(30_000_000n);
  });

  test('behavior: a deposit that the SystemConfig emits is none', () => {
    const address = granite.rollup.l1SystemConfigAddress;
    const log = { ...depositLog(granite, 1n), address };
    const { transactions } = built(build(granite, 101, (l1) => emit(l1, 101, log))).attributes;
    expect(transactions).toHaveLength(2);
  });
});

describe('buildAttributes, fields by fork', () => {
  const at = (newest: Fork | 'bedrock') => built(build(chainAt(newest), 101)).attributes;

  test('behavior: always: time, randomness, fee recipient, no pool', () => {
    const l1 = l1Blocks(granite, 2);
    for (const fork of FORKS) {
      expect(at(fork), fork).toMatchObject({
        timestamp: 1002n,
        prevRandao: l1[1]?.mixHash,
        suggestedFeeRecipient: '0x4200000000000000000000000000000000000011',
        noTxPool: true,
        gasLimit: 30_000_000n,
      });
    }
  });

  test.each(['bedrock', ...FORKS] as const)('%s: which optional fields there are', (fork) => {
    const index = fork === 'bedrock' ? -1 : FORKS.indexOf(fork);
    const since = (name: Fork) => index >= FORKS.indexOf(name);
    const attributes = at(fork);
    expect(attributes.withdrawals).toEqual(since('canyon') ? [] : undefined);
    expect(attributes.parentBeaconBlockRoot === undefined).toBe(!since('ecotone'));
    expect(attributes.eip1559Params).toBe(since('holocene') ? '0x0000000000000000' : undefined);
    expect(attributes.minBaseFee).toBe(since('jovian') ? 0n : undefined);
  });

  test('Ecotone on an L1 without beacon roots: zero', () => {
    const config = chainAt('ecotone');
    const bare = (l1: L1Block[]) => l1.map((b) => ({ ...b, parentBeaconBlockRoot: undefined }));
    expect(built(build(config, 101, bare)).attributes.parentBeaconBlockRoot).toBe(ZERO_HASH);
    expect(built(build(config, 101)).attributes.parentBeaconBlockRoot).not.toBe(ZERO_HASH);
  });

  test.each([
    ['delta', 'ecotone', 6],
    ['ecotone', 'fjord', 3],
    ['holocene', 'isthmus', 8],
    ['isthmus', 'jovian', 5],
    ['jovian', 'karst', 31],
  ] as const)(
    'L14: after %s, the first block of %s has %i upgrade transactions',
    (before, fork, n) => {
      for (const time of [1001n, 1002n]) {
        const config = chainForking(before, fork, time);
        const withDeposit = (l1: L1Block[]) => emit(l1, 101, depositLog(config, 5n));
        const { transactions } = built(build(config, 101, withDeposit)).attributes;
        expect(transactions).toHaveLength(1 + 1 + n + 1);
        expect(transactions.slice(2, -1)).toEqual(upgradeTxs(config.rollup, 1002n));
      }
      const later = chainForking(before, fork, 1003n);
      expect(built(build(later, 101)).attributes.transactions).toHaveLength(2);
    },
  );

  test('behavior: only Karst’s first block has more gas', () => {
    for (const keepKarstUpgradeGas of [false, true]) {
      const config = chainForking('jovian', 'karst', 1002n, { keepKarstUpgradeGas });
      const l1 = l1Blocks(config, 3, { timeOf: (i) => 2 * i });
      const chain = honestChain(config, l1, [{ epoch: 100 }, { epoch: 100 }]);
      expect(chain.map(({ gasLimit }) => gasLimit)).toEqual([
        30_000_000n,
        85_370_657n,
        keepKarstUpgradeGas ? 85_370_657n : 30_000_000n,
      ]);
    }
  });

  test('behavior: two forks at once: their upgrades in fork order', () => {
    const times = { ...chainAt('isthmus').rollup.forkTimes, jovian: 1002n, karst: 1002n };
    const { transactions } = built(build(chainWith(times), 100)).attributes;
    expect(transactions).toHaveLength(1 + 5 + 31 + 1);
  });

  test('EIP-1559 parameters and minimum base fee come from the config', () => {
    const config = chainAt('jovian');
    const updates = (l1: L1Block[]) =>
      emit(l1, 101, configLog(config, 4, (7n << 32n) | 9n), configLog(config, 6, 123n));
    expect(built(build(config, 101, updates)).attributes).toMatchObject({
      eip1559Params: '0x0000000700000009',
      minBaseFee: 123n,
    });
  });
});

describe('whyNotOnParent', () => {
  const chain = honestChain(granite, l1Blocks(granite, 1), [{ epoch: 100 }]);
  const parent = headAt(granite, chain[0] as L2Block);
  const batch = singularOf(granite, chain[1] as L2Block);

  test('default: nothing to say', () => {
    expect(whyNotOnParent(parent, batch, 2n)).toBeUndefined();
  });

  test('behavior: another parent, another time', () => {
    const mismatch = { type: 'reset', reason: 'batchParentMismatch' };
    expect(whyNotOnParent(parent, { ...batch, parentHash: ZERO_HASH }, 2n)).toMatchObject(mismatch);
    expect(whyNotOnParent(parent, { ...batch, timestamp: 1003n }, 2n)).toMatchObject(mismatch);
  });
});
