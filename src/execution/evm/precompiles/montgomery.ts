import { assert } from '../../../base/errors.ts';
import { bigintToBytes, bytesToBigint } from '../../../base/bytes.ts';
import {
  I32,
  I64,
  op,
  startWasm,
  type WasmCode,
  type WasmFunction,
  type WasmType,
} from '../../../base/wasmModule.ts';
import { unrolledMultiply } from './unrolledMultiply.ts';

// Powers modulo odd numbers by Montgomery's multiplication (P. Montgomery, 1985), with numbers as
// limbs of 32 bits, the lowest first.
//
//   memory  modulus, scratch (two limbs more), result, the powers 0 to 15 of the base, exponent

/** Longest modulus, in bytes: beyond it bigints are as fast. */
export const MAX_MODULUS_BYTES = 128;

/** Longest part of an exponent that is worked on at a time. */
const EXPONENT_BYTES = 4096;

const ROOM = MAX_MODULUS_BYTES + 8;
const MODULUS = 0;
const SCRATCH = ROOM;
const RESULT = 2 * ROOM;
const POWERS = 3 * ROOM;
const EXPONENT = POWERS + 16 * ROOM;
const U32 = 0xffff_ffffn;

type Engine = {
  readonly memory: Uint8Array;
  /** Writes the product of `a` and `b` over 2^(32n) to `out`, all three addresses. */
  readonly multiply: (out: number, a: number, b: number, bytes: number, inverse: number) => void;
  /** For each of `count` bytes of the exponent: result to the 256th, times a power of the base. */
  readonly power: (count: number, bytes: number, inverse: number) => void;
};

/** Engines by the limbs that they multiply; those with loops take any number. */
const started = new Map<number | 'any', Engine>();

/** Longest number that is multiplied without loops; longer ones gain nothing by that. */
const UNROLLED_LIMBS = 4;

/**
 * `base` to the power of `exponent` modulo `modulus`, which is odd, above 1 and below
 * 2^(8·MAX_MODULUS_BYTES). The base is below the modulus, the exponent big-endian.
 */
export function oddPower(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  const limbs = Math.ceil(modulus.toString(16).length / 8);
  const engine = engineFor(limbs);
  const bytes = 4 * limbs;
  assert(bytes <= MAX_MODULUS_BYTES, `a modulus of ${bytes} bytes is too long`);
  const shift = BigInt(8 * bytes);
  const inverse = Number(BigInt.asIntN(32, -inverseOf(modulus)));
  const write = (at: number, value: bigint): void =>
    engine.memory.set(bigintToBytes(value, bytes).toReversed(), at);
  write(MODULUS, modulus);
  write(POWERS, (1n << shift) % modulus);
  write(POWERS + ROOM, (base << shift) % modulus);
  write(RESULT, (1n << shift) % modulus);
  for (let i = 2; i < 16; i++) {
    const [to, before] = [POWERS + i * ROOM, POWERS + (i - 1) * ROOM];
    engine.multiply(to, before, POWERS + ROOM, bytes, inverse);
  }
  for (let done = 0; done < exponent.length; done += EXPONENT_BYTES) {
    const part = exponent.subarray(done, done + EXPONENT_BYTES);
    engine.memory.set(part, EXPONENT);
    engine.power(part.length, bytes, inverse);
  }
  write(POWERS, 1n);
  engine.multiply(RESULT, RESULT, POWERS, bytes, inverse);
  return bytesToBigint(engine.memory.slice(RESULT, RESULT + bytes).toReversed());
}

/** Of an odd number, modulo 2^32, by Newton's iteration. */
function inverseOf(odd: bigint): bigint {
  let inverse = 1n;
  for (let i = 0; i < 5; i++) inverse = (inverse * (2n - odd * inverse)) & U32;
  return inverse;
}

function engineFor(limbs: number): Engine {
  const key = limbs <= UNROLLED_LIMBS ? limbs : 'any';
  const known = started.get(key);
  if (known !== undefined) return known;
  const engine = start(key === 'any' ? multiply() : unrolledMultiply('multiply', key, MODULUS));
  started.set(key, engine);
  return engine;
}

function start(multiplication: WasmFunction): Engine {
  const { memory, functions } = startWasm([multiplication, power()], EXPONENT + EXPONENT_BYTES);
  const { multiply: product, power: raised } = functions;
  assert(product !== undefined, 'the module has no multiply');
  assert(raised !== undefined, 'the module has no power');
  return { memory, multiply: product, power: raised };
}

/** `for (i = from; i < get(end); i += 4) code`, with a local variable `i`. */
function eachLimb(i: number, from: number, end: number, ...code: readonly WasmCode[]): WasmCode {
  return [
    [op.i32(from), op.set(i)],
    op.block(
      op.loop([op.get(i), op.get(end), op.i32LtU, op.i32Eqz, op.brIf(1)], code, [
        op.get(i),
        op.i32(4),
        op.i32Add,
        op.set(i),
        op.br(0),
      ]),
    ),
  ];
}

/** Local variables of `multiply`; the first five are its parameters. */
const [OUT, A, B, BYTES, INVERSE, I, J, CARRY, FACTOR, SUM] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;

const NEXT_CARRY: WasmCode = [op.get(SUM), op.i64(32n), op.i64ShrU, op.set(CARRY)];

function limb(of: number, at: number): WasmCode {
  return [op.get(of), op.get(at), op.i32Add, op.i64Load32(0)];
}

function scratch(at: number, offset = 0): WasmCode {
  return [op.get(at), op.i64Load32(SCRATCH + offset)];
}

function multiply(): WasmFunction {
  const zero = (offset: number): WasmCode => [op.i64(0n), op.i64Store32(SCRATCH + offset)];
  const code: WasmCode = [
    eachLimb(J, 0, BYTES, op.get(J), zero(0)),
    [op.get(BYTES), zero(0), op.get(BYTES), zero(4)],
    eachLimb(I, 0, BYTES, added(), reduced()),
    subtracted(),
  ];
  const locals: readonly WasmType[] = [I32, I32, I64, I64, I64];
  return { name: 'multiply', params: [I32, I32, I32, I32, I32], locals, code };
}

/** scratch += a · b[i] */
function added(): WasmCode {
  const inner: WasmCode = [
    [limb(A, J), op.get(FACTOR), op.i64Mul, scratch(J), op.i64Add, op.get(CARRY), op.i64Add],
    [op.set(SUM), op.get(J), op.get(SUM), op.i64Store32(SCRATCH), NEXT_CARRY],
  ];
  return [
    [limb(B, I), op.set(FACTOR), op.i64(0n), op.set(CARRY)],
    eachLimb(J, 0, BYTES, inner),
    [scratch(BYTES), op.get(CARRY), op.i64Add, op.set(SUM)],
    [op.get(BYTES), op.get(SUM), op.i64Store32(SCRATCH)],
    [op.get(BYTES), op.get(SUM), op.i64(32n), op.i64ShrU, op.i64Store32(SCRATCH + 4)],
  ];
}

/** scratch = (scratch + factor · modulus) / 2^32, with the factor that makes its lowest limb 0 */
function reduced(): WasmCode {
  const lowest = (at: number): WasmCode => [op.i32(0), op.i64Load32(at)];
  const inner: WasmCode = [
    [op.get(J), op.i64Load32(MODULUS), op.get(FACTOR), op.i64Mul, scratch(J), op.i64Add],
    [op.get(CARRY), op.i64Add, op.set(SUM)],
    [op.get(J), op.get(SUM), op.i64Store32(SCRATCH - 4), NEXT_CARRY],
  ];
  return [
    [lowest(SCRATCH), op.get(INVERSE), op.i64ExtendU, op.i64Mul, op.i64(U32), op.i64And],
    [op.set(FACTOR), lowest(SCRATCH), lowest(MODULUS), op.get(FACTOR), op.i64Mul, op.i64Add],
    [op.i64(32n), op.i64ShrU, op.set(CARRY)],
    eachLimb(J, 4, BYTES, inner),
    [scratch(BYTES), op.get(CARRY), op.i64Add, op.set(SUM)],
    [op.get(BYTES), op.get(SUM), op.i64Store32(SCRATCH - 4)],
    [op.get(BYTES), scratch(BYTES, 4), op.get(SUM), op.i64(32n), op.i64ShrU, op.i64Add],
    op.i64Store32(SCRATCH),
  ];
}

/** out = scratch - modulus, or scratch where that is negative */
function subtracted(): WasmCode {
  const outAt: WasmCode = [op.get(OUT), op.get(J), op.i32Add];
  const inner: WasmCode = [
    [scratch(J), op.get(J), op.i64Load32(MODULUS), op.i64Sub, op.get(CARRY), op.i64Add],
    [op.set(SUM), outAt, op.get(SUM), op.i64Store32(0)],
    [op.get(SUM), op.i64(32n), op.i64ShrS, op.set(CARRY)],
  ];
  return [
    [op.i64(0n), op.set(CARRY)],
    eachLimb(J, 0, BYTES, inner),
    op.block(
      [scratch(BYTES), op.get(CARRY), op.i64Add, op.i64Eqz, op.brIf(0)],
      eachLimb(J, 0, BYTES, outAt, scratch(J), op.i64Store32(0)),
    ),
  ];
}

function power(): WasmFunction {
  const [count, bytes, inverse, at, byte] = [0, 1, 2, 3, 4];
  const times = (factor: WasmCode): WasmCode => [
    [op.i32(RESULT), op.i32(RESULT), factor, op.get(bytes), op.get(inverse), op.call(0)],
  ];
  const square = times(op.i32(RESULT));
  const nibble = (digit: WasmCode): WasmCode => [
    [square, square, square, square],
    times([digit, op.i32(ROOM), op.i32Mul, op.i32(POWERS), op.i32Add]),
  ];
  const code: WasmCode = op.block(
    op.loop(
      [op.get(at), op.get(count), op.i32LtU, op.i32Eqz, op.brIf(1)],
      [op.get(at), op.i32Load8(EXPONENT), op.set(byte)],
      nibble([op.get(byte), op.i32(4), op.i32ShrU]),
      nibble([op.get(byte), op.i32(15), op.i32And]),
      [op.get(at), op.i32(1), op.i32Add, op.set(at), op.br(0)],
    ),
  );
  return { name: 'power', params: [I32, I32, I32], locals: [I32, I32], code };
}
