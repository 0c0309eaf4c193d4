import { describe, expect, test } from 'vitest';
import { dataFault, fixedDataFault, goKind, quantityFault } from '../../src/base/goJson.ts';

describe('quantityFault', () => {
  test.each(['0x0', '0x1', '0xA', '0Xa', '0xffffffffffffffff'])('default: %s', (text) => {
    expect(quantityFault(text, 64)).toBeUndefined();
  });

  test.each([
    ['', 'hex string without 0x prefix'],
    ['5', 'hex string without 0x prefix'],
    [' 0x1', 'hex string without 0x prefix'],
    ['0x', 'hex string "0x"'],
    ['0x00', 'hex number with leading zero digits'],
    ['0x01', 'hex number with leading zero digits'],
    ['0x0g', 'hex number with leading zero digits'],
    ['0x10000000000000000', 'hex number > 64 bits'],
    ['0xg', 'invalid hex string'],
    ['0x1 ', 'invalid hex string'],
  ])('error: %j', (text, reason) => {
    expect(quantityFault(text, 64)).toBe(reason);
  });

  test('error: more than 256 bits', () => {
    expect(quantityFault(`0x${'f'.repeat(64)}`, 256)).toBeUndefined();
    expect(quantityFault(`0x1${'0'.repeat(64)}`, 256)).toBe('hex number > 256 bits');
  });
});

describe('dataFault', () => {
  test.each(['', '0x', '0X60', '0xAb'])('default: %j', (text) => {
    expect(dataFault(text)).toBeUndefined();
  });

  test.each([
    ['60', 'hex string without 0x prefix'],
    ['0x1', 'hex string of odd length'],
    ['0xz', 'hex string of odd length'],
    ['0xzz', 'invalid hex string'],
  ])('error: %j', (text, reason) => {
    expect(dataFault(text)).toBe(reason);
  });
});

describe('fixedDataFault', () => {
  test('default', () => {
    expect(fixedDataFault('0x00fF', 2)).toBeUndefined();
  });

  test.each([
    ['', 'length', 'hex string has length 0, want 4'],
    ['0x', 'length', 'hex string has length 0, want 4'],
    ['0x12', 'length', 'hex string has length 2, want 4'],
    ['0xzz', 'length', 'hex string has length 2, want 4'],
    ['1234', 'form', 'hex string without 0x prefix'],
    ['0x123', 'form', 'hex string of odd length'],
    ['0xzzzz', 'form', 'invalid hex string'],
  ])('error: %j', (text, type, reason) => {
    expect(fixedDataFault(text, 2)).toEqual({ type, reason });
  });
});

describe('goKind', () => {
  test.each([
    [[], 'array'],
    [true, 'bool'],
    [1, 'number'],
    [2n ** 64n, 'number'],
    ['text', 'string'],
    [{}, 'object'],
  ])('default: %s is %s', (value, kind) => {
    expect(goKind(value)).toBe(kind);
  });
});
