import { describe, expect, test } from 'vitest';
import { blobVersionedHash } from '../../src/protocol/versionedHash.ts';

describe('blobVersionedHash', () => {
  test('default: the all-zero blob, whose commitment is the point at infinity', () => {
    const commitment = new Uint8Array(48);
    commitment[0] = 0xc0;
    expect(blobVersionedHash(commitment)).toBe(
      '0x010657f37554c781402a22917dee2f75def7ab966d7b770905398eba3c444014',
    );
  });
});
