import { describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { consolidate } from '../../src/engine/consolidate.ts';
import type { ExecutionPayload, PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import { encodeExtraData } from '../../src/protocol/extraData.ts';
import { type Fork, FORKS } from '../../src/protocol/forks.ts';
import { EMPTY_TRIE_ROOT } from '../../src/protocol/orderedTrie.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { L1_TEST_CONFIG } from '../support/l1TestConfig.ts';
import { forksUpTo } from '../support/rollupConfig.ts';

const OTHER: Hash = `0x${'0b'.repeat(32)}`;
const PARENT: Hash = `0x${'0a'.repeat(32)}`;
const PARAMS = '0x000000fa00000006';
/** What the chain's constants say: denominator 250, elasticity 6. */
const CHAIN_PARAMS = PARAMS;
const ZERO_PARAMS = '0x0000000000000000';

type Pair = {
  readonly config: RollupConfig;
  readonly attributes: PayloadAttributes;
  readonly block: PayloadEnvelope;
};

/** Attributes and the block they made, with a fork and all before it active. */
function matching(fork: Fork): Pair {
  const isAtLeast = (other: Fork): boolean => FORKS.indexOf(fork) >= FORKS.indexOf(other);
  const attributes: PayloadAttributes = {
    timestamp: 1000n,
    prevRandao: OTHER,
    suggestedFeeRecipient: `0x${'11'.repeat(20)}`,
    withdrawals: isAtLeast('canyon') ? [] : undefined,
    parentBeaconBlockRoot: isAtLeast('ecotone') ? OTHER : undefined,
    transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2, 2)],
    noTxPool: true,
    gasLimit: 30_000_000n,
    eip1559Params: isAtLeast('holocene') ? PARAMS : undefined,
    minBaseFee: isAtLeast('jovian') ? 9n : undefined,
  };
  const extraData = isAtLeast('holocene')
    ? encodeExtraData(PARAMS, attributes.minBaseFee)
    : new Uint8Array(0);
  const executionPayload: ExecutionPayload = {
    parentHash: PARENT,
    feeRecipient: attributes.suggestedFeeRecipient,
    stateRoot: ZERO_HASH,
    receiptsRoot: ZERO_HASH,
    logsBloom: '0x',
    prevRandao: attributes.prevRandao,
    blockNumber: 5n,
    gasLimit: attributes.gasLimit,
    gasUsed: 1n,
    timestamp: attributes.timestamp,
    extraData,
    baseFeePerGas: 1n,
    blockHash: ZERO_HASH,
    transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2, 2)],
    withdrawals: isAtLeast('canyon') ? [] : undefined,
    blobGasUsed: undefined,
    excessBlobGas: undefined,
    withdrawalsRoot: isAtLeast('isthmus') ? OTHER : undefined,
  };
  const block = { executionPayload, parentBeaconBlockRoot: attributes.parentBeaconBlockRoot };
  const config = { ...L1_TEST_CONFIG, forkTimes: forksUpTo(fork) };
  return { config, attributes, block };
}

const fieldOf = ({ config, attributes, block }: Pair): string | undefined =>
  consolidate(config, PARENT, attributes, block)?.field;

const withPayload = (pair: Pair, change: Partial<ExecutionPayload>): Pair => ({
  ...pair,
  block: { ...pair.block, executionPayload: { ...pair.block.executionPayload, ...change } },
});

const withAttributes = (pair: Pair, change: Partial<PayloadAttributes>): Pair => ({
  ...pair,
  attributes: { ...pair.attributes, ...change },
});

describe('consolidate', () => {
  test.each(FORKS)('default: a block made from the attributes, %s', (fork) => {
    expect(fieldOf(matching(fork))).toBeUndefined();
  });

  test.each<[string, Partial<ExecutionPayload>]>([
    ['parentHash', { parentHash: OTHER }],
    ['timestamp', { timestamp: 1001n }],
    ['prevRandao', { prevRandao: ZERO_HASH }],
    ['transactions', { transactions: [Uint8Array.of(0x7e, 1)] }],
    ['transactions[1]', { transactions: [Uint8Array.of(0x7e, 1), Uint8Array.of(2, 3)] }],
    ['transactions[0]', { transactions: [Uint8Array.of(2, 2), Uint8Array.of(0x7e, 1)] }],
    ['gasLimit', { gasLimit: 1n }],
    ['withdrawals', { withdrawals: undefined }],
    ['withdrawals', { withdrawals: [{}] }],
    ['feeRecipient', { feeRecipient: `0x${'12'.repeat(20)}` }],
  ])('E7: another %s of the block, any fork', (field, change) => {
    for (const fork of ['canyon', 'jovian', 'karst'] as const) {
      expect(fieldOf(withPayload(matching(fork), change)), fork).toBe(field);
    }
  });

  test('behavior: the first difference is told, with both values', () => {
    const pair = withPayload(matching('karst'), { timestamp: 1n, gasLimit: 1n });
    expect(consolidate(pair.config, PARENT, pair.attributes, pair.block)).toEqual({
      field: 'timestamp',
      expected: '1000',
      found: '1',
    });
  });

  test('behavior: what the engine has checked is not compared', () => {
    const change = {
      stateRoot: OTHER,
      receiptsRoot: OTHER,
      gasUsed: 7n,
      baseFeePerGas: 8n,
      blockHash: OTHER,
    };
    expect(fieldOf(withPayload(matching('karst'), change))).toBeUndefined();
  });

  test('behavior: parent beacon block root: both absent or equal', () => {
    const pair = matching('karst');
    for (const parentBeaconBlockRoot of [undefined, ZERO_HASH]) {
      const block = { ...pair.block, parentBeaconBlockRoot };
      expect(fieldOf({ ...pair, block })).toBe('parentBeaconBlockRoot');
    }
    const before = matching('canyon');
    expect(
      fieldOf({ ...before, block: { ...before.block, parentBeaconBlockRoot: ZERO_HASH } }),
    ).toBe('parentBeaconBlockRoot');
  });

  test('behavior: withdrawals of the attributes: absent before Canyon, empty from then on', () => {
    expect(fieldOf(withAttributes(matching('regolith'), { withdrawals: [] }))).toBe('withdrawals');
    expect(fieldOf(withAttributes(matching('canyon'), { withdrawals: undefined }))).toBe(
      'withdrawals',
    );
  });

  test('behavior: withdrawals root: empty or absent before Isthmus, any value from then on', () => {
    const holocene = matching('holocene');
    expect(fieldOf(withPayload(holocene, { withdrawalsRoot: EMPTY_TRIE_ROOT }))).toBeUndefined();
    expect(fieldOf(withPayload(holocene, { withdrawalsRoot: OTHER }))).toBe('withdrawalsRoot');
    const isthmus = matching('isthmus');
    expect(fieldOf(withPayload(isthmus, { withdrawalsRoot: ZERO_HASH }))).toBeUndefined();
    expect(fieldOf(withPayload(isthmus, { withdrawalsRoot: undefined }))).toBe('withdrawalsRoot');
  });

  describe('extraData', () => {
    const extra = (pair: Pair, extraData: Uint8Array): Pair => withPayload(pair, { extraData });

    test('behavior: empty before Holocene', () => {
      expect(fieldOf(extra(matching('granite'), Uint8Array.of(0)))).toBe('extraData');
      expect(fieldOf(extra(matching('granite'), encodeExtraData(PARAMS, undefined)))).toBe(
        'extraData',
      );
    });

    test('behavior: zero parameters mean the constants of the chain', () => {
      const pair = withAttributes(matching('holocene'), { eip1559Params: ZERO_PARAMS });
      expect(fieldOf(extra(pair, encodeExtraData(CHAIN_PARAMS, undefined)))).toBeUndefined();
      expect(fieldOf(extra(pair, encodeExtraData('0x000000fa00000007', undefined)))).toBe(
        'extraData',
      );
      expect(fieldOf(extra(pair, encodeExtraData(ZERO_PARAMS, undefined)))).toBe('extraData');
    });

    test('behavior: parameters of which one is zero match nothing', () => {
      const half = '0x0000000000000006';
      const pair = withAttributes(matching('holocene'), { eip1559Params: half });
      expect(fieldOf(extra(pair, encodeExtraData(half, undefined)))).toBe('extraData');
    });

    test.each([
      ['denominator', '0x000000fb00000006', 9n],
      ['elasticity', '0x000000fa00000005', 9n],
      ['minimum base fee', PARAMS, 8n],
    ] as const)('behavior: another %s', (_, params, fee) => {
      expect(fieldOf(extra(matching('jovian'), encodeExtraData(params, fee)))).toBe('extraData');
    });

    test('behavior: the format must be that of the fork', () => {
      expect(fieldOf(extra(matching('jovian'), encodeExtraData(PARAMS, undefined)))).toBe(
        'extraData',
      );
      expect(fieldOf(extra(matching('holocene'), encodeExtraData(PARAMS, 9n)))).toBe('extraData');
      expect(fieldOf(extra(matching('holocene'), Uint8Array.of(1, 2, 3)))).toBe('extraData');
      const without = withAttributes(matching('jovian'), { minBaseFee: undefined });
      expect(fieldOf(extra(without, encodeExtraData(PARAMS, undefined)))).toBe('extraData');
    });
  });
});
