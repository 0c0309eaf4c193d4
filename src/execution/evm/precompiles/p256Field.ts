import {
  I32,
  I64,
  op,
  type WasmCode,
  type WasmFunction,
  type WasmType,
} from '../../../base/wasmModule.ts';

// The field of P-256, p = 2^256 - 2^224 + 2^192 + 2^96 - 1, by Montgomery's multiplication with
// R = 2^261. An element is nine limbs of 29 bits, the lowest first, each with its sign in 64 bits.
//
// `tight` limbs, which products and `reduced` sums have, are 2^29 and a little at most. Nine
// products of limbs must stay below 2^63, so that at most a sum of two is multiplied with something
// tight. The difference of two tight elements counts as tight: its limbs are no longer than theirs.

/** Bytes of an element in the module's memory. */
export const ELEMENT_BYTES = 72;

const LIMBS = 9;
const LIMB_BITS = 29;
const MASK = 2n ** 29n - 1n;

/** Of p without the -1: columns and bits that a multiple moves by, and whether it is added. */
const PARTS_OF_P = [
  [3, 9, op.i64Add],
  [6, 18, op.i64Add],
  [7, 21, op.i64Sub],
  [8, 24, op.i64Add],
] as const;

const PARAMETERS = 3;
const [OUT, A, B] = [0, 1, 2];

function local(i: number): number {
  return PARAMETERS + i;
}

function loaded(parameter: number, limb: number): WasmCode {
  return [op.get(parameter), op.i64Load(8 * limb)];
}

function stored(limb: number, value: WasmCode): WasmCode {
  return [op.get(OUT), value, op.i64Store(8 * limb)];
}

function shifted(value: WasmCode, bits: number): WasmCode {
  return [value, op.i64(BigInt(bits)), op.i64Shl];
}

function limbsOf(count: number): readonly WasmType[] {
  return Array.from({ length: count }, () => I64);
}

/** `multiply(out, a, b)`: the product over R. */
export const MULTIPLY: WasmFunction = {
  name: 'multiply',
  params: [I32, I32, I32],
  locals: limbsOf(3 * LIMBS + 1),
  code: product([], (i, j) => [op.get(local(i)), op.get(local(LIMBS + j)), op.i64Mul]),
};

/** `square(out, a, a)`: the square over R, in two thirds of the time. */
export const SQUARE: WasmFunction = {
  name: 'square',
  params: [I32, I32, I32],
  locals: limbsOf(3 * LIMBS + 1),
  code: product(
    // The second operand is twice the first, and only pairs in one order are multiplied.
    Array.from({ length: LIMBS }, (_, i) => [
      [op.get(local(i)), op.get(local(i)), op.i64Add, op.set(local(LIMBS + i))],
    ]),
    (i, j) =>
      i > j ? undefined : [op.get(local(i)), op.get(local(i === j ? j : LIMBS + j)), op.i64Mul],
  ),
};

/**
 * Column by column, the lowest first. As p is -1 modulo 2^96, the multiple of p that makes a column
 * zero is what the column holds; what the other parts of p add is due three to eight columns later.
 */
function product(
  prepared: readonly WasmCode[],
  term: (i: number, j: number) => WasmCode | undefined,
): WasmCode {
  const multiple = (k: number): number => local(2 * LIMBS + k);
  const sum = local(3 * LIMBS);
  const code: WasmCode[] = [];
  for (let i = 0; i < LIMBS; i++) {
    code.push(loaded(A, i), op.set(local(i)), loaded(B, i), op.set(local(LIMBS + i)));
  }
  code.push(prepared);
  for (let k = 0; k < 2 * LIMBS - 1; k++) {
    code.push(op.get(sum));
    for (let i = Math.max(0, k - LIMBS + 1); i <= Math.min(k, LIMBS - 1); i++) {
      const added = term(i, k - i);
      if (added !== undefined) code.push(added, op.i64Add);
    }
    for (const [columns, bits, combine] of PARTS_OF_P) {
      const from = k - columns;
      if (from < 0 || from >= LIMBS) continue;
      code.push(shifted(op.get(multiple(from)), bits), combine);
    }
    code.push(op.set(sum));
    const lowest: WasmCode = [op.get(sum), op.i64(MASK), op.i64And];
    code.push(k < LIMBS ? [lowest, op.set(multiple(k))] : stored(k - LIMBS, lowest));
    code.push([op.get(sum), op.i64(BigInt(LIMB_BITS)), op.i64ShrS, op.set(sum)]);
  }
  code.push(stored(LIMBS - 1, op.get(sum)));
  return code;
}

/** `name(out, a, b)`: the sum of `ofA` times a and `ofB` times b, limb by limb. */
export function linear(name: string, ofA: number, ofB: number): WasmFunction {
  const code = Array.from({ length: LIMBS }, (_, i) => stored(i, linearLimb(i, ofA, ofB)));
  return { name, params: [I32, I32, I32], locals: [], code };
}

/** The same, made tight; the factors add up to 16 at most. */
export function reducedLinear(name: string, ofA: number, ofB: number): WasmFunction {
  const excess = local(LIMBS);
  const code: WasmCode[] = [];
  for (let i = 0; i < LIMBS; i++) {
    code.push(linearLimb(i, ofA, ofB));
    if (i > 0) {
      code.push([op.get(local(i - 1)), op.i64(BigInt(LIMB_BITS)), op.i64ShrS, op.i64Add]);
    }
    code.push(op.set(local(i)));
  }
  // 2^256 is 2^224 - 2^192 - 2^96 + 1 modulo p.
  code.push([op.get(local(LIMBS - 1)), op.i64(24n), op.i64ShrS, op.set(excess)]);
  for (let i = 0; i < LIMBS; i++) {
    const mask = i === LIMBS - 1 ? 2n ** 24n - 1n : MASK;
    const kept: WasmCode[] = [op.get(local(i)), op.i64(mask), op.i64And];
    if (i === 0) kept.push(op.get(excess), op.i64Add);
    if (i === 3) kept.push(shifted(op.get(excess), 9), op.i64Sub);
    if (i === 6) kept.push(shifted(op.get(excess), 18), op.i64Sub);
    if (i === 7) kept.push(shifted(op.get(excess), 21), op.i64Add);
    code.push(stored(i, kept));
  }
  return { name, params: [I32, I32, I32], locals: limbsOf(LIMBS + 1), code };
}

function linearLimb(i: number, ofA: number, ofB: number): WasmCode {
  const times = (parameter: number, factor: number): WasmCode =>
    factor === 1 ? loaded(parameter, i) : [loaded(parameter, i), op.i64(BigInt(factor)), op.i64Mul];
  return ofB === 0 ? times(A, ofA) : [times(A, ofA), times(B, ofB), op.i64Add];
}
