import { bytesToBigint } from '../../../base/bytes.ts';
import { allocate, FP, FR, G1, loadMcl, type MclModule, memoryOf } from './mcl.ts';

/**
 * Whether 160 bytes are a digest, a signature of it (r, s) and the public key (x, y) that made it,
 * on the curve P-256. A high s is as good as a low one.
 *
 * @spec protocol/execution.md 4.2
 */
export type VerifyP256 = (input: Uint8Array) => boolean;

const WORD = 32;

/** Loads the curve. */
export async function loadP256(): Promise<VerifyP256> {
  const module = await loadMcl('p256');
  const bytes = allocate(module, FP);
  const points = allocate(module, 2 * G1);
  const factors = allocate(module, 2 * FR);
  const [inverse, sum] = [allocate(module, FR), allocate(module, G1)];
  const readScalar = (at: number, word: Uint8Array): void => {
    memoryOf(module).set(word, bytes);
    module._mclBnFr_setBigEndianMod(at, bytes, WORD);
  };
  module._mclBnG1_getBasePoint(points);
  return (input) => {
    const word = (i: number): Uint8Array => input.subarray(i * WORD, (i + 1) * WORD);
    const [r, s] = [bytesToBigint(word(1)), bytesToBigint(word(2))];
    if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) return false;
    if (!readPoint(module, bytes, points + G1, word(3), word(4))) return false;
    readScalar(inverse, word(2));
    module._mclBnFr_inv(inverse, inverse);
    for (const i of [0, 1]) {
      readScalar(factors + i * FR, word(i));
      module._mclBnFr_mul(factors + i * FR, factors + i * FR, inverse);
    }
    module._mclBnG1_mulVec(sum, points, factors, 2);
    if (module._mclBnG1_isZero(sum) === 1) return false;
    module._mclBnG1_normalize(sum, sum);
    module._mclBnFp_serialize(bytes, FP, sum);
    const x = bytesToBigint(
      memoryOf(module)
        .subarray(bytes, bytes + WORD)
        .toReversed(),
    );
    return x === r || x - ORDER === r;
  };
}

/** Reads an affine point; false when it is not on the curve. */
function readPoint(
  module: MclModule,
  bytes: number,
  at: number,
  x: Uint8Array,
  y: Uint8Array,
): boolean {
  for (const [i, word] of [x, y].entries()) {
    memoryOf(module).set(word.toReversed(), bytes);
    if (module._mclBnFp_deserialize(at + i * FP, bytes, WORD) !== WORD) return false;
  }
  memoryOf(module).fill(0, at + 2 * FP, at + G1);
  module._mclBnFp_setInt32(at + 2 * FP, 1);
  return module._mclBnG1_isValid(at) === 1;
}

/** Number of the curve's points (FIPS 186-5). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
