import { describe, expect, test } from 'vitest';
import { readEther, readHttpUrl, readKey, readUint64, wrongUrl } from '../../src/cli/values.ts';

describe('readKey', () => {
  test('default: with and without prefix', () => {
    const key = `0x${'12'.repeat(32)}`;
    expect(readKey(key)).toBe(key);
    expect(readKey('12'.repeat(32))).toBe(key);
  });

  test.each(['00'.repeat(32), 'ff'.repeat(32), '12'.repeat(31), 'x'])('error: %s', (text) => {
    expect(() => readKey(text)).toThrow('secp256k1');
  });
});

describe('readEther', () => {
  test('default: up to 18 decimals', () => {
    expect(readEther('1.000000000000000001')).toBe(10n ** 18n + 1n);
    expect(readEther('999999999')).toBe(999_999_999n * 10n ** 18n);
  });

  test.each(['1.0000000000000000001', '1e3', '-1', '.5', '1000000000'])('error: %s', (text) => {
    expect(() => readEther(text)).toThrow('amount of ether');
  });
});

describe('readUint64', () => {
  test('default: up to 2^64 - 1', () => {
    expect(readUint64('18446744073709551615')).toBe(2n ** 64n - 1n);
    expect(() => readUint64('18446744073709551616')).toThrow('below 2^64');
    expect(() => readUint64('-1')).toThrow('whole number');
  });
});

describe('wrongUrl', () => {
  test('default: nothing of it that may be a key', () => {
    expect(wrongUrl('ws://u:secret@a/key')).toBe('one that begins with `ws:`');
    expect(wrongUrl('secret')).toBe('no URL');
  });
});

describe('readHttpUrl', () => {
  test('default: http and https only', () => {
    expect(readHttpUrl('http://127.0.0.1:8545')).toBe('http://127.0.0.1:8545');
    for (const text of ['ftp://x', 'localhost:8545', '']) {
      expect(() => readHttpUrl(text)).toThrow('http or https');
    }
  });
});
