import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { l2BlockRef, l2Head } from '../../src/protocol/l2BlockRef.ts';
import { systemConfigOfL2Block } from '../../src/protocol/systemConfigOfL2Block.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { blockOf, FULL, GENESIS, L1_ORIGIN } from '../support/l2Blocks.ts';
import { forksUpTo, rollupConfig } from '../support/rollupConfig.ts';

describe('l2BlockRef', () => {
  test('default', () => {
    const config = rollupConfig('jovian');
    expect(l2BlockRef(config, blockOf(config, FULL))).toEqual({
      number: 250n,
      hash: `0x${'2b'.repeat(32)}`,
      parentHash: `0x${'2c'.repeat(32)}`,
      timestamp: 1500n,
      l1Origin: { number: 105n, hash: L1_ORIGIN.ref.hash },
      sequenceNumber: 3n,
    });
  });

  test('behavior: genesis, also one that is not block 0', () => {
    expect(l2BlockRef(rollupConfig('bedrock'), GENESIS)).toEqual({
      number: 0n,
      hash: GENESIS.hash,
      parentHash: ZERO_HASH,
      timestamp: 1000n,
      l1Origin: { number: 100n, hash: `0x${'1a'.repeat(32)}` },
      sequenceNumber: 0n,
    });
    const { genesis } = rollupConfig('bedrock');
    const l2 = { number: 1000n, hash: GENESIS.hash };
    const config = rollupConfig('bedrock', { genesis: { ...genesis, l2 } });
    expect(l2BlockRef(config, { ...GENESIS, number: 1000n }).l1Origin).toEqual(genesis.l1);
  });

  test('error: another genesis, or no L1 attributes in the format of the time', () => {
    const config = rollupConfig('jovian');
    const refuse = (block: L2Block) => decodeErrorCode(() => l2BlockRef(config, block));
    expect(refuse({ ...GENESIS, hash: ZERO_HASH })).toBe('l2Genesis');
    expect(refuse(blockOf(config, FULL, { transactions: [] }))).toBe('l1InfoMissing');
    const early = rollupConfig('jovian', { forkTimes: forksUpTo('isthmus') });
    expect(refuse(blockOf(early, FULL))).toBe('l1InfoLength');
  });
});

describe('l2Head', () => {
  test('behavior: the same as reference and system config one by one', () => {
    const config = rollupConfig('jovian');
    for (const block of [GENESIS, blockOf(config, FULL)]) {
      expect(l2Head(config, block)).toEqual({
        ref: l2BlockRef(config, block),
        systemConfig: systemConfigOfL2Block(config, block),
      });
    }
  });

  test('error: another genesis, no transactions', () => {
    const config = rollupConfig('jovian');
    const refuse = (block: L2Block) => decodeErrorCode(() => l2Head(config, block));
    expect(refuse({ ...GENESIS, hash: ZERO_HASH })).toBe('l2Genesis');
    expect(refuse(blockOf(config, FULL, { transactions: [] }))).toBe('l1InfoMissing');
  });
});
