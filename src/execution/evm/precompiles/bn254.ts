import { bigintToBytes } from '../../../base/bytes.ts';
import {
  allocate,
  BadPointError,
  FP,
  FR,
  G1,
  G2,
  GT,
  isZeroBytes,
  loadMcl,
  type MclModule,
  memoryOf,
} from './mcl.ts';

// Points of alt-bn128 as the precompiles 06 to 08 have them: coordinates of 32 bytes, big-endian,
// below the field's order; the point of zeros is that at infinity. Of the two parts of a coordinate
// in G2 the imaginary one comes first. All of G1 has the right order, G2 has more points than that.

const WORD = 32;
const POINT_BYTES = 2 * WORD;
const PAIR_BYTES = 6 * WORD;

/** Pairs that are worked on at a time, so that memory does not grow with the input. */
const PAIRS_AT_ONCE = 32;

/** The curve of the precompiles 06 to 08. Each throws BadPointError on what is no point. */
export type Bn254 = {
  /** Sum of two points; 128 bytes to 64. */
  readonly add: (input: Uint8Array) => Uint8Array;
  /** A point times a scalar of 32 bytes; 96 bytes to 64. */
  readonly mul: (input: Uint8Array) => Uint8Array;
  /** Whether the product of the pairings is 1, as a word; pairs of 192 bytes each. */
  readonly pairing: (input: Uint8Array) => Uint8Array;
};

/** Loads the curve. */
export async function loadBn254(): Promise<Bn254> {
  const module = await loadMcl('bn254');
  const bytes = allocate(module, FP);
  const scalar = allocate(module, FR);
  const [left, right] = [allocate(module, G1), allocate(module, G1)];
  const readPoint = (at: number, input: Uint8Array, offset: number): void => {
    readG1(module, bytes, at, input.subarray(offset, offset + POINT_BYTES));
  };
  return {
    add: (input) => {
      readPoint(left, input, 0);
      readPoint(right, input, POINT_BYTES);
      module._mclBnG1_add(left, left, right);
      return writeG1(module, bytes, left);
    },
    mul: (input) => {
      readPoint(left, input, 0);
      memoryOf(module).set(input.subarray(POINT_BYTES, POINT_BYTES + FR), bytes);
      module._mclBnFr_setBigEndianMod(scalar, bytes, FR);
      module._mclBnG1_mul(left, left, scalar);
      return writeG1(module, bytes, left);
    },
    pairing: newPairing(module, bytes),
  };
}

function newPairing(module: MclModule, bytes: number): Bn254['pairing'] {
  const lefts = allocate(module, G1 * PAIRS_AT_ONCE);
  const rights = allocate(module, G2 * PAIRS_AT_ONCE);
  const [product, part] = [allocate(module, GT), allocate(module, GT)];
  const isInSubgroup = newSubgroupCheck(module, bytes);
  return (input) => {
    const count = input.length / PAIR_BYTES;
    let hasProduct = false;
    for (let first = 0; first < count; first += PAIRS_AT_ONCE) {
      const some = Math.min(PAIRS_AT_ONCE, count - first);
      for (let i = 0; i < some; i++) {
        const pair = input.subarray((first + i) * PAIR_BYTES, (first + i + 1) * PAIR_BYTES);
        readG1(module, bytes, lefts + i * G1, pair.subarray(0, POINT_BYTES));
        readG2(module, bytes, rights + i * G2, pair.subarray(POINT_BYTES));
        if (!isInSubgroup(rights + i * G2)) throw new BadPointError('outside the subgroup of G2');
      }
      module._mclBn_millerLoopVec(hasProduct ? part : product, lefts, rights, some);
      if (hasProduct) module._mclBnGT_mul(product, product, part);
      hasProduct = true;
    }
    if (hasProduct) module._mclBn_finalExp(product, product);
    const answer = new Uint8Array(WORD);
    if (!hasProduct || module._mclBnGT_isOne(product) === 1) answer[WORD - 1] = 1;
    return answer;
  };
}

/**
 * Membership of G2 by the endomorphism psi, in a quarter of the time that multiplying by the order
 * takes: [u+1]Q + psi([u]Q) + psi^2([u]Q) = psi^3([2u]Q), where u is the curve's parameter.
 *
 * Source: El Housni, Guillevic, Piellard, "Co-factor clearing and subgroup membership testing on
 * pairing-friendly curves" (2022), section 4.3.
 */
function newSubgroupCheck(module: MclModule, bytes: number): (point: number) => boolean {
  const [multiple, sum, image] = [allocate(module, G2), allocate(module, G2), allocate(module, G2)];
  const psiX = allocate(module, 2 * FP);
  const psiY = allocate(module, 2 * FP);
  for (const [at, parts] of [
    [psiX, PSI_X],
    [psiY, PSI_Y],
  ] as const) {
    for (const [i, part] of parts.entries()) readField(module, bytes, at + i * FP, toWord(part));
  }
  const psi = (to: number, from: number): void => {
    memoryOf(module).copyWithin(to, from, from + G2);
    for (const part of [1, 3, 5]) module._mclBnFp_neg(to + part * FP, to + part * FP);
    module._mclBnFp2_mul(to, to, psiX);
    module._mclBnFp2_mul(to + 2 * FP, to + 2 * FP, psiY);
  };
  return (point) => {
    memoryOf(module).copyWithin(multiple, point, point + G2);
    for (const isOne of BITS_OF_U) {
      module._mclBnG2_dbl(multiple, multiple);
      if (isOne) module._mclBnG2_add(multiple, multiple, point);
    }
    module._mclBnG2_add(sum, multiple, point);
    for (let i = 0; i < 2; i++) {
      psi(image, i === 0 ? multiple : image);
      module._mclBnG2_add(sum, sum, image);
    }
    psi(image, image);
    module._mclBnG2_dbl(image, image);
    return module._mclBnG2_isEqual(sum, image) === 1;
  };
}

/** The parameter u of the curve, 4965661367192848881, below its highest bit. */
const BITS_OF_U = 4_965_661_367_192_848_881n
  .toString(2)
  .slice(1)
  .split('')
  .map((bit) => bit === '1');

/** (9 + i) to the power of (p - 1) / 3, both parts. */
const PSI_X = [
  21575463638280843010398324269430826099269044274347216827212613867836435027261n,
  10307601595873709700152284273816112264069230130616436755625194854815875713954n,
];

/** (9 + i) to the power of (p - 1) / 2. */
const PSI_Y = [
  2821565182194536844548159561693502659359617185244120367078079554186484126554n,
  3505843767911556378687030309984248845540243509899259641013678093033130930403n,
];

function toWord(value: bigint): Uint8Array {
  return bigintToBytes(value, WORD);
}

/** Reads a point, both coordinates; `bytes` is a field element's room. */
function readG1(module: MclModule, bytes: number, at: number, input: Uint8Array): void {
  memoryOf(module).fill(0, at, at + G1);
  if (isZeroBytes(input)) return;
  readField(module, bytes, at, input.subarray(0, WORD));
  readField(module, bytes, at + FP, input.subarray(WORD));
  module._mclBnFp_setInt32(at + 2 * FP, 1);
  if (module._mclBnG1_isValid(at) === 0) throw new BadPointError('not on the curve of G1');
}

function readG2(module: MclModule, bytes: number, at: number, input: Uint8Array): void {
  memoryOf(module).fill(0, at, at + G2);
  if (isZeroBytes(input)) return;
  for (const [i, part] of [1, 0, 3, 2].entries()) {
    readField(module, bytes, at + part * FP, input.subarray(i * WORD, (i + 1) * WORD));
  }
  module._mclBnFp_setInt32(at + 4 * FP, 1);
  if (module._mclBnG2_isValid(at) === 0) throw new BadPointError('not on the curve of G2');
}

function readField(module: MclModule, bytes: number, at: number, word: Uint8Array): void {
  const memory = memoryOf(module);
  for (let i = 0; i < WORD; i++) memory[bytes + i] = word[WORD - 1 - i] as number;
  const length = module._mclBnFp_deserialize(at, bytes, WORD);
  if (length !== WORD) throw new BadPointError('not below the order of the field');
}

/** A point of G1 as 64 bytes; it is normalized. */
function writeG1(module: MclModule, bytes: number, at: number): Uint8Array {
  if (module._mclBnG1_isZero(at) === 1) return new Uint8Array(POINT_BYTES);
  module._mclBnG1_normalize(at, at);
  const output = new Uint8Array(POINT_BYTES);
  for (let i = 0; i < 2; i++) {
    module._mclBnFp_serialize(bytes, FP, at + i * FP);
    const memory = memoryOf(module);
    for (let j = 0; j < WORD; j++) output[(i + 1) * WORD - 1 - j] = memory[bytes + j] as number;
  }
  return output;
}
