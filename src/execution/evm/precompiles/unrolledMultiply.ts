import {
  I32,
  I64,
  op,
  type WasmCode,
  type WasmFunction,
  type WasmType,
} from '../../../base/wasmModule.ts';

const U32 = 0xffff_ffffn;

/** Parameters: addresses of the result and the operands, bytes, and -1/modulus modulo 2^32. */
const [OUT, A, B, , INVERSE] = [0, 1, 2, 3, 4];
const PARAMETERS = 5;

/**
 * Montgomery's multiplication for numbers of exactly `limbs` limbs of 32 bits, without loops. With
 * two limbs it takes 13 ns instead of 23; with eight and more, as long as with loops. The modulus
 * stands at the address `modulus`.
 */
export function unrolledMultiply(name: string, limbs: number, modulus: number): WasmFunction {
  const carry = PARAMETERS;
  const factor = PARAMETERS + 1;
  const sum = PARAMETERS + 2;
  const ofA = (j: number): number => PARAMETERS + 3 + j;
  const ofModulus = (j: number): number => ofA(limbs) + j;
  const total = (j: number): number => ofModulus(limbs) + j;

  const low: WasmCode = [op.get(sum), op.i64(U32), op.i64And];
  const high: WasmCode = [op.get(sum), op.i64(32n), op.i64ShrU];
  /** sum = limb · factor + total[j] + carry; the carry is what is above 32 bits. */
  const added = (limb: number, j: number): WasmCode => [
    [op.get(limb), op.get(factor), op.i64Mul, op.get(total(j)), op.i64Add],
    [op.get(carry), op.i64Add, op.set(sum), high, op.set(carry)],
  ];

  const code: WasmCode[] = [];
  const each = (from: number, run: (j: number) => WasmCode): void => {
    for (let j = from; j < limbs; j++) code.push(run(j));
  };
  each(0, (j) => [op.get(A), op.i64Load32(4 * j), op.set(ofA(j))]);
  each(0, (j) => [op.i32(0), op.i64Load32(modulus + 4 * j), op.set(ofModulus(j))]);
  for (let i = 0; i < limbs; i++) {
    // total += a · b[i]
    code.push([op.get(B), op.i64Load32(4 * i), op.set(factor), op.i64(0n), op.set(carry)]);
    each(0, (j) => [added(ofA(j), j), low, op.set(total(j))]);
    code.push([op.get(total(limbs)), op.get(carry), op.i64Add, op.set(sum)]);
    code.push([low, op.set(total(limbs)), high, op.set(total(limbs + 1))]);
    // total = (total + factor · modulus) / 2^32, with the factor that makes its lowest limb 0
    code.push([op.get(total(0)), op.get(INVERSE), op.i64ExtendU, op.i64Mul]);
    code.push([op.i64(U32), op.i64And, op.set(factor), op.i64(0n), op.set(carry)]);
    code.push(added(ofModulus(0), 0));
    each(1, (j) => [added(ofModulus(j), j), low, op.set(total(j - 1))]);
    code.push([op.get(total(limbs)), op.get(carry), op.i64Add, op.set(sum)]);
    code.push([low, op.set(total(limbs - 1))]);
    code.push([op.get(total(limbs + 1)), high, op.i64Add, op.set(total(limbs))]);
  }
  // out = total - modulus, or total where that is negative
  code.push([op.i64(0n), op.set(carry)]);
  each(0, (j) => [
    [op.get(total(j)), op.get(ofModulus(j)), op.i64Sub, op.get(carry), op.i64Add, op.set(sum)],
    [op.get(OUT), op.get(sum), op.i64Store32(4 * j)],
    [op.get(sum), op.i64(32n), op.i64ShrS, op.set(carry)],
  ]);
  const stored: WasmCode[] = [];
  for (let j = 0; j < limbs; j++) {
    stored.push([op.get(OUT), op.get(total(j)), op.i64Store32(4 * j)]);
  }
  code.push(
    op.block([op.get(total(limbs)), op.get(carry), op.i64Add, op.i64Eqz, op.brIf(0)], stored),
  );
  const locals = Array.from({ length: 3 + 3 * limbs + 2 }, (): WasmType => I64);
  return { name, params: [I32, I32, I32, I32, I32], locals, code };
}
