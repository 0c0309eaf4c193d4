import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { systemConfigOfL2Block } from '../../src/protocol/systemConfigOfL2Block.ts';
import { KARST_UPGRADE_GAS } from '../../src/protocol/upgradeTxs/karst.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { blockOf, FULL, GENESIS } from '../support/l2Blocks.ts';
import { forkAt, rollupConfig, SYSTEM_CONFIG } from '../support/rollupConfig.ts';

describe('systemConfigOfL2Block', () => {
  test('behavior: genesis has the config file’s, whatever the block holds', () => {
    expect(systemConfigOfL2Block(rollupConfig('jovian'), GENESIS)).toEqual(SYSTEM_CONFIG);
  });

  test('error: another genesis', () => {
    const block = { ...GENESIS, hash: ZERO_HASH };
    expect(decodeErrorCode(() => systemConfigOfL2Block(rollupConfig('jovian'), block))).toBe(
      'l2Genesis',
    );
  });

  test('behavior: Bedrock keeps overhead and scalar as given, and nothing later', () => {
    const config = rollupConfig('delta');
    const given = {
      ...FULL,
      overhead: `0x${'ab'.repeat(32)}`,
      scalar: `0x${'cd'.repeat(32)}`,
    } as const;
    expect(systemConfigOfL2Block(config, blockOf(config, given))).toEqual({
      ...given,
      eip1559Params: '0x0000000000000000',
      operatorFeeParams: ZERO_HASH,
      minBaseFee: 0n,
      daFootprintGasScalar: 0,
    });
  });

  test('behavior: Ecotone drops the overhead and gives scalars back in version 1', () => {
    const config = rollupConfig('granite');
    const given = { ...FULL, overhead: ZERO_HASH, scalar: SYSTEM_CONFIG.scalar };
    expect(systemConfigOfL2Block(config, blockOf(config, given))).toMatchObject({
      overhead: ZERO_HASH,
      scalar: `0x01${'00'.repeat(28)}0a6fe0`,
      eip1559Params: '0x0000000000000000',
    });
  });

  test('behavior: Holocene keeps the EIP-1559 parameters', () => {
    const config = rollupConfig('holocene');
    expect(systemConfigOfL2Block(config, blockOf(config, FULL))).toEqual({
      ...FULL,
      operatorFeeParams: ZERO_HASH,
      minBaseFee: 0n,
      daFootprintGasScalar: 0,
    });
  });

  test('behavior: Isthmus keeps the operator fee, less the bytes that nobody reads', () => {
    const config = rollupConfig('isthmus');
    const given = {
      ...FULL,
      operatorFeeParams: `0x${'ff'.repeat(20)}0000abcd000000000000dcba`,
    } as const;
    expect(systemConfigOfL2Block(config, blockOf(config, given))).toEqual({
      ...FULL,
      minBaseFee: 0n,
      daFootprintGasScalar: 0,
    });
  });

  test('behavior: Jovian keeps everything', () => {
    const config = rollupConfig('jovian');
    expect(systemConfigOfL2Block(config, blockOf(config, FULL))).toEqual(FULL);
  });

  test('behavior: DA footprint gas scalar 0 comes back as 400', () => {
    const config = rollupConfig('jovian');
    const given = { ...FULL, daFootprintGasScalar: 0 };
    const read = systemConfigOfL2Block(config, blockOf(config, given));
    expect(read.daFootprintGasScalar).toBe(400);
  });

  test('behavior: the Isthmus activation block loses the operator fee', () => {
    const config = rollupConfig('holocene', { forkTimes: forkAt('holocene', 'isthmus', 1500n) });
    const read = systemConfigOfL2Block(config, blockOf(config, FULL));
    expect(read.operatorFeeParams).toBe(ZERO_HASH);
    expect(read.eip1559Params).toBe(FULL.eip1559Params);
  });

  test('behavior: the Jovian activation block loses the DA scalar, keeps the minimum', () => {
    const config = rollupConfig('isthmus', { forkTimes: forkAt('isthmus', 'jovian', 1500n) });
    expect(systemConfigOfL2Block(config, blockOf(config, FULL))).toEqual({
      ...FULL,
      daFootprintGasScalar: 0,
    });
  });

  describe('behavior: gas limit around the Karst activation block', () => {
    const forkTimes = forkAt('jovian', 'karst', 1500n);
    const raised = { gasLimit: FULL.gasLimit + KARST_UPGRADE_GAS };

    test('behavior: the added gas is taken off again', () => {
      const config = rollupConfig('jovian', { forkTimes });
      const read = systemConfigOfL2Block(config, blockOf(config, FULL, raised));
      expect(read.gasLimit).toBe(FULL.gasLimit);
    });

    test('behavior: chains that keep it keep it', () => {
      const config = rollupConfig('jovian', { forkTimes, keepKarstUpgradeGas: true });
      const read = systemConfigOfL2Block(config, blockOf(config, FULL, raised));
      expect(read.gasLimit).toBe(raised.gasLimit);
    });

    test.each([1498n, 1502n])('behavior: the block at %i is left alone', (timestamp) => {
      const config = rollupConfig('jovian', { forkTimes });
      const read = systemConfigOfL2Block(config, blockOf(config, FULL, { timestamp }));
      expect(read.gasLimit).toBe(FULL.gasLimit);
    });

    test('Karst at genesis adds nothing and takes nothing', () => {
      const config = rollupConfig('karst');
      expect(systemConfigOfL2Block(config, blockOf(config, FULL)).gasLimit).toBe(FULL.gasLimit);
    });

    test('error: a limit below the added gas', () => {
      const config = rollupConfig('jovian', { forkTimes });
      const block = blockOf(config, FULL, { gasLimit: KARST_UPGRADE_GAS - 1n });
      expect(decodeErrorCode(() => systemConfigOfL2Block(config, block))).toBe('upgradeGasLimit');
      const exact = blockOf(config, FULL, { gasLimit: KARST_UPGRADE_GAS });
      expect(systemConfigOfL2Block(config, exact).gasLimit).toBe(0n);
    });
  });

  test('error: extraData of another format', () => {
    const config = rollupConfig('granite');
    const block = blockOf(config, FULL, { extraData: new Uint8Array(9).fill(1) });
    expect(decodeErrorCode(() => systemConfigOfL2Block(config, block))).toBe('extraDataLength');
  });

  test('error: no transaction, or another first one', () => {
    const config = rollupConfig('jovian');
    const none = blockOf(config, FULL, { transactions: [] });
    expect(decodeErrorCode(() => systemConfigOfL2Block(config, none))).toBe('l1InfoMissing');
    const other = blockOf(config, FULL, { transactions: [Uint8Array.of(2, 0xc0)] });
    expect(decodeErrorCode(() => systemConfigOfL2Block(config, other))).toBe('depositType');
  });
});
