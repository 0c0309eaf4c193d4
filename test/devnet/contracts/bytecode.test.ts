import { describe, expect, test } from 'vitest';
import { keccak256Hex } from '../../../src/base/hash.ts';
import { hexToBytes } from '../../../src/base/bytes.ts';
import {
  creationCode,
  filledRuntimeCode,
  runtimeCode,
} from '../../../src/devnet/contracts/bytecode.ts';

describe('creationCode', () => {
  test('default: whole codes', () => {
    expect(hexToBytes(creationCode('SystemConfig')).length).toBe(15622);
    expect(creationCode('Proxy').startsWith('0x608060405234801561001057600080fd5b50')).toBe(true);
  });
});

describe('runtimeCode', () => {
  test('default: the deterministic deployment proxy is the well-known one', () => {
    expect(keccak256Hex(runtimeCode('DeterministicDeploymentProxy'))).toBe(
      '0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989',
    );
  });

  test('behavior: a copy', () => {
    runtimeCode('WETH').fill(0);
    expect(runtimeCode('WETH')[0]).toBe(0x60);
  });
});

describe('filledRuntimeCode', () => {
  test('default: every place of an immutable is written', () => {
    const values = { minWithdrawalAmount: 7n, recipient: 0xabcdn, withdrawalNetwork: 1n };
    const filled = filledRuntimeCode('L1FeeVault', values);
    const empty = runtimeCode('L1FeeVault');
    const changed = filled.filter((byte, i) => byte !== empty[i]);
    expect(new Set(changed)).toEqual(new Set([7, 0xab, 0xcd, 1]));
  });

  test('error: a value left out', () => {
    expect(() => filledRuntimeCode('L1FeeVault', { recipient: 1n })).toThrow('minWithdrawalAmount');
  });
});
