import { bigintToBytes, bytesToBigint } from '../../../base/bytes.ts';
import { assert } from '../../../base/errors.ts';
import { inverseModulo } from './inverseModulo.ts';
import { ELEMENT_BYTES } from './p256Field.ts';
import {
  ADDEND_BYTES,
  MINUS,
  type P256Points,
  PLUS,
  POINT_BYTES,
  startP256Points,
} from './p256Points.ts';
import { signedWindows, sparseDigits } from './scalarDigits.ts';

/**
 * Whether 160 bytes are a digest, a signature of it (r, s) and the public key (x, y) that made it,
 * on the curve P-256. A high s is as good as a low one.
 *
 * @spec protocol/execution.md 4.2
 */
export type VerifyP256 = (input: Uint8Array) => boolean;

const WORD = 32;

// Multiples of the generator are sums of one addend for each six bits of the factor; those of a key
// are doubled bit by bit, with one of its eight odd multiples added every six bits, about.
const BASE_BITS = 6;
const BASE_WINDOWS = 43;
const BASE_ADDENDS = 2 ** (BASE_BITS - 1);
const KEY_BITS = 5;
const KEY_ADDENDS = 2 ** (KEY_BITS - 2);

/** The module, and where in its memory things are. */
type Curve = P256Points & {
  readonly sum: number;
  /** An addend, whose beginning is a point. */
  readonly multiple: number;
  readonly elements: number;
  readonly keyTable: number;
  readonly baseTable: number;
};

/** A verifier, with a table of 0.6 MB for the generator: some milliseconds. */
export function createP256Verifier(): VerifyP256 {
  const addends = 1 + KEY_ADDENDS + BASE_WINDOWS * BASE_ADDENDS;
  const points = startP256Points(POINT_BYTES + 3 * ELEMENT_BYTES + addends * ADDEND_BYTES);
  const sum = points.free;
  const elements = sum + POINT_BYTES;
  const multiple = elements + 3 * ELEMENT_BYTES;
  const keyTable = multiple + ADDEND_BYTES;
  const baseTable = keyTable + KEY_ADDENDS * ADDEND_BYTES;
  const curve: Curve = { ...points, sum, elements, multiple, keyTable, baseTable };
  fillBaseTable(curve);
  return (input) => {
    const word = (i: number): bigint => bytesToBigint(input.subarray(i * WORD, (i + 1) * WORD));
    const [digest, r, s, x, y] = [word(0), word(1), word(2), word(3), word(4)];
    if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) return false;
    if (x >= P || y >= P || (y * y - (x * x - 3n) * x - CURVE_B) % P !== 0n) return false;
    const inverse = inverseModulo(s, ORDER);
    const ofBase = (digest * inverse) % ORDER;
    writePoint(curve, curve.keyTable, x, y);
    multiplyKey(curve, (r * inverse) % ORDER);
    if (ofBase === 0n) curve.limbs.copyWithin(curve.sum / 8, curve.multiple / 8, pointEnd(curve));
    else if (!addMultiples(curve, ofBase)) return false;
    return hasX(curve, r) || (r + ORDER < P && hasX(curve, r + ORDER));
  };
}

function pointEnd({ multiple }: Curve): number {
  return (multiple + POINT_BYTES) / 8;
}

/** `sum` becomes that of `multiple` and the generator times `factor`; false when it is infinite. */
function addMultiples(curve: Curve, factor: bigint): boolean {
  const { sum, multiple, elements, double, add, prepare, multiply, subtract } = curve;
  multiplyBase(curve, factor);
  prepare(multiple);
  add(sum, multiple, multiple + PLUS);
  if (!isZero(curve, sum + Z)) return true;
  // They have the same X, so they are the same point or opposite ones. Nobody comes here by chance.
  assert(!isZero(curve, multiple + Z), 'a multiple of a key is infinite');
  multiplyBase(curve, factor);
  const [left, right] = [elements, elements + ELEMENT_BYTES];
  multiply(left, sum + PLUS, multiple + Z_CUBED);
  multiply(right, sum + Z, sum + Z);
  multiply(right, right, sum + Z);
  multiply(right, right, multiple + PLUS);
  subtract(left, left, right);
  double(sum);
  return isZero(curve, left);
}

/** Sets `sum` to the generator times `factor`, which is not 0. */
function multiplyBase(curve: Curve, factor: bigint): void {
  const { sum, baseTable, add } = curve;
  let isEmpty = true;
  for (const [i, digit] of signedWindows(bigintToBytes(factor, WORD), BASE_BITS).entries()) {
    if (digit === 0) continue;
    const addend = baseTable + (i * BASE_ADDENDS + Math.abs(digit) - 1) * ADDEND_BYTES;
    const y = addend + (digit > 0 ? PLUS : MINUS);
    if (isEmpty) copyAddend(curve, sum, addend, y);
    else add(sum, addend, y);
    isEmpty = false;
  }
}

/** Sets `multiple` to the point at the beginning of the key's table times `factor`, not 0. */
function multiplyKey(curve: Curve, factor: bigint): void {
  const { multiple, keyTable, double, add, prepare } = curve;
  const last = keyTable + (KEY_ADDENDS - 1) * ADDEND_BYTES;
  // Each odd multiple is the one before it and twice the key, which stands last until then.
  prepare(keyTable);
  copyAddend(curve, last, keyTable, keyTable + PLUS);
  double(last);
  prepare(last);
  copyAddend(curve, multiple, keyTable, keyTable + PLUS);
  for (let addend = keyTable + ADDEND_BYTES; addend <= last; addend += ADDEND_BYTES) {
    add(multiple, last, last + PLUS);
    copyAddend(curve, addend, multiple, multiple + PLUS);
    prepare(addend);
  }
  let isEmpty = true;
  for (const digit of sparseDigits(bigintToBytes(factor, WORD), KEY_BITS).toReversed()) {
    if (!isEmpty) double(multiple);
    if (digit === 0) continue;
    const addend = keyTable + (Math.abs(digit) >> 1) * ADDEND_BYTES;
    const y = addend + (digit > 0 ? PLUS : MINUS);
    if (isEmpty) copyAddend(curve, multiple, addend, y);
    else add(multiple, addend, y);
    isEmpty = false;
  }
}

function fillBaseTable(curve: Curve): void {
  const { sum, baseTable, double, add, prepare } = curve;
  writePoint(curve, baseTable, BASE_X, BASE_Y);
  for (let window = 0; window < BASE_WINDOWS; window++) {
    const first = baseTable + window * BASE_ADDENDS * ADDEND_BYTES;
    prepare(first);
    copyAddend(curve, sum, first, first + PLUS);
    for (let i = 1; i < BASE_ADDENDS; i++) {
      if (i === 1) double(sum);
      else add(sum, first, first + PLUS);
      copyAddend(curve, first + i * ADDEND_BYTES, sum, sum + PLUS);
      prepare(first + i * ADDEND_BYTES);
    }
    if (window + 1 === BASE_WINDOWS) return;
    // The next window begins with twice the last addend of this one.
    double(sum);
    copyAddend(curve, first + BASE_ADDENDS * ADDEND_BYTES, sum, sum + PLUS);
  }
}

/** Copies a point, with the Y at an address of its own. */
function copyAddend({ limbs }: Curve, to: number, from: number, y: number): void {
  const size = ELEMENT_BYTES / 8;
  limbs.copyWithin(to / 8, from / 8, from / 8 + size);
  limbs.copyWithin((to + PLUS) / 8, y / 8, y / 8 + size);
  limbs.copyWithin((to + Z) / 8, (from + Z) / 8, (from + Z) / 8 + size);
}

function writePoint(curve: Curve, at: number, x: bigint, y: bigint): void {
  for (const [i, value] of [x, y, 1n].entries()) writeElement(curve, at + i * ELEMENT_BYTES, value);
}

function writeElement({ limbs }: Curve, at: number, value: bigint): void {
  let rest = (value << 261n) % P;
  for (let i = 0; i < ELEMENT_BYTES / 8; i++) {
    limbs[at / 8 + i] = BigInt.asUintN(29, rest);
    rest >>= 29n;
  }
}

function isZero({ limbs }: Curve, at: number): boolean {
  let value = 0n;
  for (let i = ELEMENT_BYTES / 8 - 1; i >= 0; i--) {
    value = (value << 29n) + (limbs[at / 8 + i] as bigint);
  }
  return value % P === 0n;
}

/** Whether the sum has this x, below p: x·Z^2 = X. */
function hasX(curve: Curve, x: bigint): boolean {
  const { sum, elements, multiply, subtract } = curve;
  const square = elements + ELEMENT_BYTES;
  writeElement(curve, elements, x);
  multiply(square, sum + Z, sum + Z);
  multiply(elements, elements, square);
  subtract(elements, elements, sum);
  return isZero(curve, elements);
}

const Z = 2 * ELEMENT_BYTES;
const Z_CUBED = 5 * ELEMENT_BYTES;

/** The curve y^2 = x^3 - 3x + b over p, its generator, the number of its points (FIPS 186-5). */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const CURVE_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const BASE_X = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n;
const BASE_Y = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
