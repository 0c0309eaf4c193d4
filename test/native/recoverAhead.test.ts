import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, test } from 'vitest';
import type { RecoverPublicKey, Signature } from '../../src/base/secp256k1.ts';
import { sha256 } from '../../src/base/hash.ts';
import { createRecoverAhead } from '../../src/native/recoverAhead.ts';

const native = createRequire(import.meta.url)('secp256k1/bindings') as typeof import('secp256k1');

/** Recovery that counts the keys it was asked for. */
function counting(): { readonly recover: RecoverPublicKey; readonly count: () => number } {
  let calls = 0;
  const recover: RecoverPublicKey = (hash, signature, yParity) => {
    calls++;
    try {
      return native.ecdsaRecover(signature, yParity, hash, false);
    } catch {
      return undefined;
    }
  };
  return { recover, count: () => calls };
}

/** Signatures with their keys; every fifth has an r that no point has. */
const SIGNED = Array.from({ length: 40 }, (_, i) => {
  const secret = new Uint8Array(32).fill(i + 1);
  const hash = sha256(secret);
  const signed = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' });
  const compact = signed.slice(1);
  // 5 is no x coordinate of the curve.
  if (i % 5 === 4) compact.fill(0, 0, 31)[31] = 5;
  const signature: Signature = { hash, compact, yParity: signed[0] === 0 ? 0 : 1 };
  const key = i % 5 === 4 ? undefined : secp256k1.getPublicKey(secret, false);
  return { signature, key };
});
const SIGNATURES = SIGNED.map(({ signature }) => signature);
const KEYS = SIGNED.map(({ key }) => (key === undefined ? undefined : [...key]));

function called(
  begun: readonly (() => Uint8Array | undefined)[],
): readonly (number[] | undefined)[] {
  return begun.map((key) => {
    const found = key();
    return found === undefined ? undefined : [...found];
  });
}

const nextTurn = () => new Promise((resolve) => void setImmediate(resolve));

// With one CPU there is no thread.
describe.skipIf(availableParallelism() < 2)('createRecoverAhead', () => {
  test('default: the same keys, most of them from the thread in the end', async () => {
    const { recover, count } = counting();
    const ahead = createRecoverAhead(recover, { startAfter: 0 });
    for (;;) {
      const before = count();
      const begun = ahead(SIGNATURES);
      await nextTurn();
      expect(called(begun)).toEqual(KEYS);
      if (count() - before < SIGNATURES.length / 2) break;
    }
  });

  test('behavior: asked at once, before there is a thread', () => {
    const { recover, count } = counting();
    expect(called(createRecoverAhead(recover)(SIGNATURES))).toEqual(KEYS);
    expect(count()).toBe(SIGNATURES.length);
  });

  test('behavior: more than have room, asked for late', async () => {
    const ahead = createRecoverAhead(counting().recover, { startAfter: 0 });
    const batches = Array.from({ length: 120 }, () => ahead(SIGNATURES));
    await nextTurn();
    for (const begun of batches) expect(called(begun)).toEqual(KEYS);
    expect(called(ahead(SIGNATURES))).toEqual(KEYS);
  });

  test('error: a thread that fails is told of once, and all keys are recovered here', async () => {
    const { recover, count } = counting();
    const faults: string[] = [];
    let resolve = (): void => undefined;
    const told = new Promise<void>((done) => void (resolve = done));
    const ahead = createRecoverAhead(recover, {
      startAfter: 0,
      packagePath: '/nowhere/secp256k1',
      onFault: (message) => {
        faults.push(message);
        resolve();
      },
    });
    expect(called(ahead(SIGNATURES))).toEqual(KEYS);
    await told;
    await nextTurn();
    const before = count();
    expect(called(ahead(SIGNATURES))).toEqual(KEYS);
    expect(count() - before).toBe(SIGNATURES.length);
    expect(faults).toHaveLength(1);
  });
});
