import { bigintToBytes, bytesToBigint, EMPTY_BYTES } from '../../../base/bytes.ts';
import { MAX_MODULUS_BYTES, oddPower } from './montgomery.ts';

// Input of MODEXP: three words with the lengths of base, exponent and modulus, then these. What is
// missing at the end counts as zeros.

const WORD = 32;
const HEAD_BYTES = 3 * WORD;

/** What a call of MODEXP asks for; lengths in bytes. */
export type ModexpLengths = {
  readonly base: bigint;
  readonly exponent: bigint;
  readonly modulus: bigint;
};

/** The three lengths, which may be anything below 2^256. */
export function modexpLengths(data: Uint8Array): ModexpLengths {
  const word = (i: number) => bytesToBigint(zeroPadded(data, i * WORD, WORD));
  return { base: word(0), exponent: word(1), modulus: word(2) };
}

/** The EIP that says what a call costs. */
export type ModexpPricing = 'eip2565' | 'eip7883';

/**
 * Gas of a call.
 *
 * @spec protocol/execution.md 4.1
 */
export function modexpGas(
  data: Uint8Array,
  lengths: ModexpLengths,
  pricing: ModexpPricing,
): bigint {
  const { base, exponent, modulus } = lengths;
  const longest = base > modulus ? base : modulus;
  const words = (longest + 7n) / 8n;
  if (pricing === 'eip2565') {
    const gas = (words * words * iterationsOf(data, base, exponent, 8n)) / 3n;
    return gas < 200n ? 200n : gas;
  }
  const complexity = longest > 32n ? 2n * words * words : 16n;
  const gas = complexity * iterationsOf(data, base, exponent, 16n);
  return gas < 500n ? 500n : gas;
}

function iterationsOf(
  data: Uint8Array,
  baseLength: bigint,
  length: bigint,
  multiplier: bigint,
): bigint {
  const start = baseLength > BigInt(data.length) ? data.length : HEAD_BYTES + Number(baseLength);
  const head = bytesToBigint(zeroPadded(data, start, length < 32n ? Number(length) : WORD));
  const headBits = head === 0n ? 0n : BigInt(head.toString(2).length - 1);
  const iterations = (length > 32n ? multiplier * (length - 32n) : 0n) + headBits;
  return iterations < 1n ? 1n : iterations;
}

/**
 * The power, in as many bytes as the modulus has; zeros when that is zero. All lengths must have
 * been paid for.
 */
export function modexp(data: Uint8Array, lengths: ModexpLengths): Uint8Array {
  const modulusLength = Number(lengths.modulus);
  if (modulusLength === 0) return EMPTY_BYTES;
  const exponentAt = HEAD_BYTES + Number(lengths.base);
  const modulusAt = exponentAt + Number(lengths.exponent);
  const modulus = bytesToBigint(zeroPadded(data, modulusAt, modulusLength));
  if (modulus === 0n) return new Uint8Array(modulusLength);
  const base = bytesToBigint(zeroPadded(data, HEAD_BYTES, Number(lengths.base)));
  const exponent = withoutZeros(zeroPadded(data, exponentAt, Number(lengths.exponent)));
  return bigintToBytes(power(base % modulus, exponent, modulus), modulusLength);
}

/** Exponents up to this length are not worth any preparation. */
const SHORT_EXPONENT_BYTES = 4;

/**
 * `base` to the power of `exponent`, from the highest bits on. The exponent stays bytes: a number
 * of 100 kB that is shifted bit by bit takes minutes.
 */
function power(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  if (exponent.length <= SHORT_EXPONENT_BYTES) return shortPower(base, exponent, modulus);
  const twos = trailingZeros(modulus);
  const odd = modulus >> BigInt(twos);
  if (odd.toString(16).length > 2 * MAX_MODULUS_BYTES) return longPower(base, exponent, modulus);
  const ofOdd = odd === 1n ? 0n : oddPower(base % odd, exponent, odd);
  if (twos === 0) return ofOdd;
  // Both remainders give the one of the product, as odd and two have no factor in common.
  const ofTwos = powerModTwos(base, exponent, twos);
  return ofOdd + odd * BigInt.asUintN(twos, (ofTwos - ofOdd) * inverseModTwos(odd, twos));
}

/** Two bits at a time: of exponents of ones, which cost the most, a fifth less than bit by bit. */
function shortPower(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  const powers: bigint[] = [1n, base];
  let result = 1n % modulus;
  for (const byte of exponent) {
    for (let at = 6; at >= 0; at -= 2) {
      result = (result * result) % modulus;
      result = (result * result) % modulus;
      const digit = (byte >> at) & 3;
      if (digit === 0) continue;
      // Most short exponents need no more than the base itself.
      while (powers.length <= digit) powers.push(((powers.at(-1) as bigint) * base) % modulus);
      result = (result * (powers[digit] as bigint)) % modulus;
    }
  }
  return result;
}

/** Four bits at a time, with a table of powers. */
function longPower(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  let result = 1n % modulus;
  const powers = [result, base];
  for (let i = 2; i < 16; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus);
  for (const byte of exponent) {
    for (const nibble of [byte >> 4, byte & 15]) {
      for (let i = 0; i < 4; i++) result = (result * result) % modulus;
      if (nibble > 0) result = (result * (powers[nibble] as bigint)) % modulus;
    }
  }
  return result;
}

/** Modulo 2^bits. */
function powerModTwos(base: bigint, exponent: Uint8Array, bits: number): bigint {
  // Odd numbers come back to 1 after 2^bits steps at most, so the lowest bits of the exponent are
  // enough; of even ones nothing is left after as many steps as there are bits.
  const isOdd = (base & 1n) === 1n;
  const enough = Math.ceil(bits / 8);
  const steps = exponent.subarray(Math.max(0, exponent.length - enough));
  if (!isOdd && (exponent.length > 4 || bytesToBigint(exponent) >= bits)) return 0n;
  let result = BigInt.asUintN(bits, 1n);
  for (const byte of isOdd ? steps : exponent) {
    for (let bit = 7; bit >= 0; bit--) {
      result = BigInt.asUintN(bits, result * result);
      if (((byte >> bit) & 1) === 1) result = BigInt.asUintN(bits, result * base);
    }
  }
  return result;
}

/** Of an odd number, modulo 2^bits, by Newton's iteration. */
function inverseModTwos(odd: bigint, bits: number): bigint {
  let inverse = 1n;
  for (let known = 1; known < bits; known *= 2) {
    inverse = BigInt.asUintN(bits, inverse * (2n - odd * inverse));
  }
  return inverse;
}

function trailingZeros(value: bigint): number {
  const lowest = value & -value;
  return lowest.toString(2).length - 1;
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? EMPTY_BYTES : bytes.subarray(first);
}

/** `length` bytes of `data` from `start` on, with zeros for those it does not have. */
function zeroPadded(data: Uint8Array, start: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set(data.subarray(start, start + length));
  return bytes;
}
