import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterEach, describe, expect, test } from 'vitest';
import { bytesToBigint, bytesToHex } from '../../src/base/bytes.ts';
import { keccak256, sha256 } from '../../src/base/hash.ts';
import {
  installRecoverAhead,
  recoverSigner,
  recoverSignersAhead,
  type Signature,
} from '../../src/base/secp256k1.ts';
import { installNative } from '../../src/native/install.ts';

const key = new Uint8Array(32).fill(9);
const digest = sha256(new Uint8Array(3));
const signature = secp256k1.sign(digest, key, { prehash: false, format: 'recovered' });
const yParity = BigInt(signature[0] as number);
const r = bytesToBigint(signature.subarray(1, 33));
const s = bytesToBigint(signature.subarray(33));
const { ORDER } = secp256k1.Point.Fn;

describe('recoverSigner', () => {
  test('default: the address of the key', () => {
    const publicKey = secp256k1.getPublicKey(key, false).subarray(1);
    const address = bytesToHex(keccak256(publicKey).subarray(12));
    expect(recoverSigner(digest, r, s, yParity)).toBe(address);
    expect(recoverSigner(digest, r, s, 1n - yParity)).not.toBe(address);
  });

  test.each<[string, bigint, bigint, bigint]>([
    ['r is 0', 0n, s, yParity],
    ['r is the order', ORDER, s, yParity],
    ['s is 0', r, 0n, yParity],
    ['s is in the upper half', r, ORDER - s, 1n - yParity],
    ['the parity is 2', r, s, 2n],
    ['the parity is negative', r, s, -1n],
  ])('error: %s', (_, badR, badS, badParity) => {
    expect(recoverSigner(digest, badR, badS, badParity)).toBeUndefined();
  });
});

describe('recoverSignersAhead', () => {
  const good = { hash: digest, r, s, yParity };
  const other = { ...good, yParity: 1n - yParity };
  const bad = { ...good, r: 0n };
  const signerOf = (query: typeof good) =>
    recoverSigner(query.hash, query.r, query.s, query.yParity);

  afterEach(async () => void (await installNative()));

  test('default: as recoverSigner, in order', () => {
    const found = recoverSignersAhead([bad, good, other, bad]).map((signer) => signer());
    expect(found).toEqual([undefined, signerOf(good), signerOf(other), undefined]);
  });

  test('behavior: what is installed begins before anybody asks, with valid forms only', () => {
    const begun: Signature[] = [];
    const publicKey = secp256k1.getPublicKey(key, false);
    installRecoverAhead((signatures) => {
      begun.push(...signatures);
      return signatures.map((_, i) => () => (i === 0 ? publicKey : undefined));
    });
    const signers = recoverSignersAhead([bad, good, other]);
    expect(begun.map(({ yParity: parity }) => BigInt(parity))).toEqual([yParity, 1n - yParity]);
    expect(signers.map((signer) => signer())).toEqual([undefined, signerOf(good), undefined]);
  });
});
