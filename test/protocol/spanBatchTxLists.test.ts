import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../src/base/errors.ts';
import { encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import { accessListEnd, authorizationListEnd } from '../../src/protocol/spanBatchTxLists.ts';
import { expectTruncationsRefused } from '../support/decoding.ts';

const ADDRESS = new Uint8Array(20).fill(0xaa);
const KEY = new Uint8Array(32).fill(0xbb);
const ones = (length: number) => new Uint8Array(length).fill(1);

/** Where the list ends that begins behind two other bytes and has two behind it. */
function endOf(read: typeof accessListEnd, list: RlpItem): number {
  const bytes = encodeRlp(list);
  const data = new Uint8Array(bytes.length + 4).fill(0xc0);
  data.set(bytes, 2);
  return read(data, 2, bytes.length + 2) - 2;
}

describe('accessListEnd', () => {
  test.each<[string, RlpItem]>([
    ['nothing', []],
    ['an address without keys', [[ADDRESS, []]]],
    [
      'two addresses with keys',
      [
        [ADDRESS, [KEY, KEY]],
        [ADDRESS, [KEY]],
      ],
    ],
  ])('default: %s', (_, list) => {
    expect(endOf(accessListEnd, list)).toBe(encodeRlp(list).length);
  });

  test.each<[string, RlpItem]>([
    ['a string', ADDRESS],
    ['an address that is in no entry', [ADDRESS]],
    ['an empty entry', [[]]],
    ['an entry without keys', [[ADDRESS]]],
    ['an entry with more than keys', [[ADDRESS, [KEY], []]]],
    ['an address of 19 bytes', [[ADDRESS.subarray(1), []]]],
    ['a key of 33 bytes', [[ADDRESS, [ones(33)]]]],
    ['a key that is a list', [[ADDRESS, [[]]]]],
    ['keys that are a string', [[ADDRESS, KEY]]],
    ['one byte', [Uint8Array.of(0)]],
  ])('error: %s', (_, list) => {
    expect(() => endOf(accessListEnd, list)).toThrow(DecodeError);
  });

  test('error: every truncation, the end of the item among them', () => {
    const list = encodeRlp([[ADDRESS, [KEY, KEY]]]);
    expectTruncationsRefused((data) => accessListEnd(data, 0, data.length), list);
    expect(() => accessListEnd(encodeRlp([]), 0, 0)).toThrow(DecodeError);
  });
});

describe('authorizationListEnd', () => {
  const widths = [32, 20, 8, 1, 32, 32];
  const entry = (...lengths: readonly number[]): RlpItem => lengths.map(ones);

  test.each<[string, RlpItem]>([
    ['nothing', []],
    ['the longest fields', [entry(...widths)]],
    ['zeros', [[ones(0), ADDRESS, ones(0), ones(0), ones(0), ones(0)], entry(...widths)]],
  ])('default: %s', (_, list) => {
    expect(endOf(authorizationListEnd, list)).toBe(encodeRlp(list).length);
  });

  const FIELDS = ['chain id', 'address', 'nonce', 'y parity', 'r', 's'];
  test.each(FIELDS)('error: the %s is a byte too long', (field) => {
    const index = FIELDS.indexOf(field);
    const lengths = widths.map((width, i) => (i === index ? width + 1 : width));
    expect(() => endOf(authorizationListEnd, [entry(...lengths)])).toThrow(DecodeError);
  });

  test.each<[string, RlpItem]>([
    ['a string', ADDRESS],
    ['a field missing', [entry(32, 20, 8, 1, 32)]],
    ['a field too many', [entry(...widths, 1)]],
    ['an address of 19 bytes', [entry(32, 19, 8, 1, 32, 32)]],
    ['a leading zero', [[Uint8Array.of(0, 1), ADDRESS, ones(1), ones(1), ones(1), ones(1)]]],
  ])('error: %s', (_, list) => {
    expect(() => endOf(authorizationListEnd, list)).toThrow(DecodeError);
  });

  test('error: every truncation', () => {
    const list = encodeRlp([entry(...widths)]);
    expectTruncationsRefused((data) => authorizationListEnd(data, 0, data.length), list);
  });
});
