// Digits of a number in powers of two, with signs: half as many multiples of a point have to be at
// hand, as negative points cost nothing.

/**
 * Digits of `scalar`, big-endian, in base 2^bits, the lowest first: from -2^(bits-1) + 1 to
 * 2^(bits-1).
 */
export function signedWindows(scalar: Uint8Array, bits: number): readonly number[] {
  const digits: number[] = [];
  let carry = 0;
  for (let at = 0; at <= 8 * scalar.length; at += bits) {
    const window = windowAt(scalar, at, bits) + carry;
    carry = window > 2 ** (bits - 1) ? 1 : 0;
    digits.push(window - carry * 2 ** bits);
  }
  return digits;
}

/**
 * Digits of `scalar`, big-endian, in base 2, the lowest first: each is 0, or odd and below
 * 2^(bits-1), and of as many as `bits` that follow each other one at most is not 0. At most 8 bits.
 */
export function sparseDigits(scalar: Uint8Array, bits: number): Int8Array {
  const length = 8 * scalar.length + 1;
  const digits = new Int8Array(length);
  let carry = 0;
  let at = 0;
  while (at < length) {
    if (windowAt(scalar, at, 1) === carry) {
      at++;
      continue;
    }
    const window = windowAt(scalar, at, bits) + carry;
    carry = window >> (bits - 1);
    digits[at] = window - (carry << bits);
    at += bits;
  }
  return digits;
}

/** `bits` bits from the bit `at` on, at most 9; behind the end there are zeros. */
function windowAt(scalar: Uint8Array, at: number, bits: number): number {
  const byte = scalar.length - 1 - (at >> 3);
  const both = (scalar[byte] ?? 0) | ((scalar[byte - 1] ?? 0) << 8);
  return (both >> (at & 7)) & ((1 << bits) - 1);
}
