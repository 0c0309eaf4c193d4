import { type Hex, hexToBytes } from '../../../base/bytes.ts';
import { assert } from '../../../base/errors.ts';
import type { VerifyKzgProof } from '../../../base/kzgProof.ts';
import { allocate, FR, G1, G2, GT, isZeroBytes, loadMcl, type MclModule, memoryOf } from './mcl.ts';

const POINT_BYTES = 48;

/**
 * Loads what the verifier needs. Of the trusted setup that is one point, so there is nothing to
 * prepare.
 */
export async function loadKzgVerifier(): Promise<VerifyKzgProof> {
  const module = await loadMcl('bls12381');
  const bytes = allocate(module, 2 * POINT_BYTES);
  const value = allocate(module, GT);
  const left = allocate(module, G1);
  // The generator beside the proof, and their factors: one product gives both.
  const points = allocate(module, 2 * G1);
  const proofAt = points + G1;
  const factors = allocate(module, 2 * FR);
  readPoint(module, bytes, points, hexToBytes(G1_GENERATOR));
  const one = precomputed(module, bytes, G2_GENERATOR);
  const tau = precomputed(module, bytes, G2_TIMES_TAU);
  const sum = allocate(module, G1);
  return (commitment, z, y, proof) => {
    if (!isScalar(z) || !isScalar(y)) return false;
    if (!readPoint(module, bytes, left, commitment)) return false;
    if (!readPoint(module, bytes, proofAt, proof)) return false;
    for (const [i, factor] of [y, z].entries()) {
      memoryOf(module).set(factor, bytes);
      module._mclBnFr_setBigEndianMod(factors + i * FR, bytes, FR);
    }
    // e(y - C - z·proof, 1) · e(proof, tau) is 1 exactly when the proof holds.
    module._mclBnFr_neg(factors + FR, factors + FR);
    module._mclBnG1_neg(left, left);
    module._mclBnG1_mulVec(sum, points, factors, 2);
    module._mclBnG1_add(left, left, sum);
    const isLeftZero = module._mclBnG1_isZero(left) === 1;
    const isProofZero = module._mclBnG1_isZero(proofAt) === 1;
    if (isLeftZero || isProofZero) return isLeftZero && isProofZero;
    module._mclBnG1_normalize(left, left);
    module._mclBn_precomputedMillerLoop2(value, left, one, proofAt, tau);
    module._mclBn_finalExp(value, value);
    return module._mclBnGT_isOne(value) === 1;
  };
}

function precomputed(module: MclModule, bytes: number, hex: Hex): number {
  const point = allocate(module, G2);
  memoryOf(module).set(hexToBytes(hex), bytes);
  const length = module._mclBnG2_deserialize(point, bytes, 2 * POINT_BYTES);
  assert(length === 2 * POINT_BYTES, 'a point of the trusted setup was not read');
  const steps = allocate(module, 8 * module._mclBn_getUint64NumToPrecompute());
  module._mclBn_precomputeG2(steps, point);
  return steps;
}

/** Reads a point of the subgroup; false when there is none in `input`. */
function readPoint(module: MclModule, bytes: number, at: number, input: Uint8Array): boolean {
  const flags = (input[0] as number) >> 5;
  if (flags === 0b110) {
    memoryOf(module).fill(0, at, at + G1);
    return input[0] === 0xc0 && isZeroBytes(input.subarray(1));
  }
  // Compressed and not infinite; the third bit is the sign.
  if (flags !== 0b100 && flags !== 0b101) return false;
  memoryOf(module).set(input, bytes);
  if (module._mclBnG1_deserialize(at, bytes, POINT_BYTES) !== POINT_BYTES) return false;
  return module._mclBnG1_isValid(at) === 1 && module._mclBnG1_isValidOrder(at) === 1;
}

function isScalar(bytes: Uint8Array): boolean {
  for (let i = 0; i < FR; i++) {
    const difference = (bytes[i] as number) - (ORDER[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Number of the subgroup's points. */
const ORDER = hexToBytes('0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001');

/** The generators of the subgroups, as RFC 9380 and the drafts before it give them. */
const G1_GENERATOR =
  '0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';
const G2_GENERATOR =
  '0x93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8';

/** Second entry of `g2_monomial` in the trusted setup of Ethereum's KZG ceremony. */
const G2_TIMES_TAU =
  '0xb5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2';
