import { describe, expect, test } from 'vitest';
import { rlpBytes, rlpFixedBytes, rlpList } from '../../src/base/rlpFields.ts';
import { DecodeError } from '../../src/base/errors.ts';

const BYTES = Uint8Array.of(1, 2, 3);

/** Code and message of the DecodeError that `call` throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof DecodeError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('rlpBytes', () => {
  test('default', () => {
    expect(rlpBytes(BYTES, 'txField', 'to')).toBe(BYTES);
  });

  test('error: a list, nothing', () => {
    expect(refusal(() => rlpBytes([], 'txField', 'to'))).toBe(
      'txField: to: expected bytes, found a list',
    );
    expect(refusal(() => rlpBytes(undefined, 'txField', 'to'))).toBe(
      'txField: to: expected bytes, found nothing',
    );
  });
});

describe('rlpFixedBytes', () => {
  test('default', () => {
    expect(rlpFixedBytes(BYTES, 3, 'txField', 'to')).toBe(BYTES);
  });

  test('error: another length, a list', () => {
    expect(refusal(() => rlpFixedBytes(BYTES, 20, 'txField', 'to'))).toBe(
      'txField: to: expected 20 bytes, found 3',
    );
    expect(refusal(() => rlpFixedBytes([], 0, 'txField', 'to'))).toBe(
      'txField: to: expected bytes, found a list',
    );
  });
});

describe('rlpList', () => {
  test('default', () => {
    expect(rlpList([BYTES], 'txField', 'access list')).toEqual([BYTES]);
  });

  test('error: bytes, nothing', () => {
    expect(refusal(() => rlpList(BYTES, 'txField', 'access list'))).toBe(
      'txField: access list: expected a list, found bytes',
    );
    expect(refusal(() => rlpList(undefined, 'txField', 'access list'))).toBe(
      'txField: access list: expected a list, found nothing',
    );
  });
});
