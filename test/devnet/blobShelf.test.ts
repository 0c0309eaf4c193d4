import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { decodeRlp, encodeRlp, type RlpItem } from '../../src/base/rlp.ts';
import { createBlobShelf } from '../../src/devnet/blobShelf.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';
import { type L1Tx, signL1Tx } from '../../src/l1Tx/l1Transaction.ts';
import type { Sidecar } from '../../src/l1Tx/sidecar.ts';
import { blobVersionedHash } from '../../src/protocol/versionedHash.ts';
import { localSigner } from '../../src/l1Tx/signer.ts';

/** A sidecar whose blobs are short: nobody here computes their commitments. */
function sidecar(...names: readonly number[]): Sidecar {
  const commitments = names.map((name) => new Uint8Array(48).fill(name));
  return {
    version: 1,
    blobs: names.map((name) => Uint8Array.of(name)),
    commitments,
    proofs: Array.from({ length: 128 * names.length }, () => new Uint8Array(48)),
    versionedHashes: commitments.map(blobVersionedHash),
  };
}

async function signed(given: Sidecar) {
  const tx: L1Tx = {
    chainId: 900n,
    nonce: 0n,
    fees: { tip: 1n, feeCap: 2n, blobFeeCap: 3n },
    gas: 21_000n,
    to: `0x${'ff'.repeat(20)}`,
    value: 0n,
    data: new Uint8Array(0),
    sidecar: given,
  };
  return signL1Tx(tx, localSigner(devAccount(1).key));
}

describe('createBlobShelf', () => {
  test('default: keeps the blobs, and the transaction keeps its hash', async () => {
    const shelf = createBlobShelf(8);
    const given = sidecar(1, 2);
    const { raw, hash } = await signed(given);
    expect(keccak256Hex(hexToBytes(shelf.take(raw)))).toBe(hash);
    const kept = given.versionedHashes.map((name) => shelf.blob(name));
    expect(kept).toEqual(given.blobs);
  });

  test('behavior: the oldest go first', async () => {
    const shelf = createBlobShelf(2);
    for (const name of [1, 2, 3]) shelf.take((await signed(sidecar(name))).raw);
    const kept = [1, 2, 3].map((name) => shelf.blob(sidecar(name).versionedHashes[0] as never));
    expect(kept.map((blob) => blob !== undefined)).toEqual([false, true, true]);
  });

  test('error: another version, other commitments, proofs missing, no blobs', async () => {
    const shelf = createBlobShelf(8);
    const good = sidecar(1);
    const bad: readonly Sidecar[] = [
      { ...good, version: 0 },
      { ...good, commitments: [new Uint8Array(48)] },
      { ...good, proofs: good.proofs.slice(1) },
      { ...good, blobs: [] },
      sidecar(),
    ];
    for (const given of bad) {
      const { raw } = await signed(given);
      expect(() => shelf.take(raw)).toThrow(DecodeError);
    }
  });

  test('error: a transaction without its sidecar', async () => {
    const { raw } = await signed(sidecar(1));
    const wrapper = decodeRlp(hexToBytes(raw).subarray(1)) as readonly RlpItem[];
    const short = concatBytes(Uint8Array.of(3), encodeRlp(wrapper[0] as RlpItem));
    expect(() => createBlobShelf(8).take(bytesToHex(short))).toThrow(DecodeError);
  });
});
