/**
 * Whether `proof` shows that the polynomial behind `commitment` is `y` at `z`. Points have 48
 * bytes, compressed; scalars 32, big-endian. What is no point of the subgroup or no scalar shows
 * nothing.
 */
export type VerifyKzgProof = (
  commitment: Uint8Array,
  z: Uint8Array,
  y: Uint8Array,
  proof: Uint8Array,
) => boolean;

/** A verifier that may have no answer; it never takes long to say so. */
export type TryVerifyKzgProof = (...input: Parameters<VerifyKzgProof>) => boolean | undefined;

const none: TryVerifyKzgProof = () => undefined;

let fast: TryVerifyKzgProof = none;

/** Installs a faster verifier, which is asked first; without an argument there is none again. */
export function installKzgVerifier(verifier: TryVerifyKzgProof = none): void {
  fast = verifier;
}

/** The answer of the fast verifier; undefined where there is none, and one has to be worked out. */
export const tryVerifyKzgProof: TryVerifyKzgProof = (...input) => fast(...input);
