import { excerpt } from './excerpt.ts';

/** A `0x`-prefixed lowercase hex string. */
export type Hex = `0x${string}`;

/** 32 bytes, as a lowercase `0x` string: comparable with `===`, usable as a key. */
export type Hash = Hex;

/** 20 bytes, as a lowercase `0x` string. */
export type Address = Hex;

/** 32 zero bytes. */
export const ZERO_HASH: Hash = `0x${'00'.repeat(32)}`;

/** 20 zero bytes. */
export const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

/** The one empty byte string. */
export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** Lowercase `0x` form of `bytes`. */
export function bytesToHex(bytes: Uint8Array): Hex {
  if (bytes.length <= SHORT_BYTES) return shortToHex(bytes);
  let text = '0x';
  for (let i = 0; i < bytes.length; i++) text += HEX_OF_BYTE[bytes[i] as number];
  return text as Hex;
}

/** Up to here the digits are given to one call. */
const SHORT_BYTES = 32;

/** A hash in 0.25 µs instead of 0.46, and as one flat string, without garbage. */
function shortToHex(bytes: Uint8Array): Hex {
  const codes = PREFIXED_DIGITS.slice(0, 2 + 2 * bytes.length);
  let at = 2;
  for (const byte of bytes) {
    codes[at++] = CODE_OF_DIGIT[byte >> 4] as number;
    codes[at++] = CODE_OF_DIGIT[byte & 0x0f] as number;
  }
  return String.fromCharCode(...codes) as Hex;
}

/** Codes of `0x` and of as many digits as SHORT_BYTES have. */
const PREFIXED_DIGITS: readonly number[] = Array.from(`0x${'00'.repeat(SHORT_BYTES)}`, (digit) =>
  digit.charCodeAt(0),
);

const CODE_OF_DIGIT: Uint8Array = Uint8Array.from('0123456789abcdef', (digit) =>
  digit.charCodeAt(0),
);

/**
 * Bytes of a `0x` string of even length, any case.
 *
 * @throws RangeError when `hex` has no `0x`, an odd number of digits, or a non-hex digit.
 */
export function hexToBytes(hex: string): Uint8Array {
  if (!hex.startsWith('0x'))
    throw new RangeError(`expected a 0x hex string, found \`${excerpt(hex, 24)}\``);
  if (hex.length % 2 !== 0) {
    throw new RangeError(`expected an even number of hex digits, found ${hex.length - 2}`);
  }
  const bytes = new Uint8Array((hex.length - 2) >> 1);
  for (let i = 0, at = 2; i < bytes.length; i++, at += 2) {
    const high = DIGITS[hex.charCodeAt(at)] ?? -1;
    const low = DIGITS[hex.charCodeAt(at + 1)] ?? -1;
    if ((high | low) < 0) {
      const found = excerpt(hex.slice(at, at + 2));
      throw new RangeError(`expected hex digits, found \`${found}\` at ${at}`);
    }
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}

const DIGITS: Int8Array = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) {
  DIGITS['0123456789abcdef'.charCodeAt(value)] = value;
  DIGITS['0123456789ABCDEF'.charCodeAt(value)] = value;
}

/** One new array holding `parts` back to back. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  return joinBytes(parts);
}

/** The same for parts whose number is not ours to choose: a call takes only so many arguments. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** True when both hold the same bytes. Not constant time: never for secrets. */
export function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

/** How many of `bytes` are zero. */
export function countZeros(bytes: Uint8Array): number {
  let zeros = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 0) zeros++;
  return zeros;
}

/** Unsigned big-endian integer of any length; the empty string is 0. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  const length = bytes.length - start;
  if (length > WORD.length) return BigInt(bytesToHex(bytes.subarray(start)));
  // Most integers of the protocol are short, however long their field is.
  if (length > SAFE_BYTES) return wordToBigint(bytes, start);
  let value = 0;
  for (let i = start; i < bytes.length; i++) value = value * 256 + (bytes[i] as number);
  return BigInt(value);
}

/** Bytes of an unsigned integer that a number still holds exactly. */
const SAFE_BYTES = 6;

/** At most 32 bytes, in 0.17 µs instead of the 0.54 that all their digits take. */
function wordToBigint(bytes: Uint8Array, start: number): bigint {
  const padding = WORD.length - (bytes.length - start);
  WORD.fill(0, 0, padding);
  for (let i = padding, at = start; at < bytes.length; i++, at++) WORD[i] = bytes[at] as number;
  const low = (WORD_VIEW.getBigUint64(16) << 64n) | WORD_VIEW.getBigUint64(24);
  if (padding >= 16) return low;
  return (WORD_VIEW.getBigUint64(0) << 192n) | (WORD_VIEW.getBigUint64(8) << 128n) | low;
}

const WORD: Uint8Array = new Uint8Array(32);
const WORD_VIEW: DataView = new DataView(WORD.buffer);

/**
 * `value` as exactly `length` big-endian bytes.
 *
 * @throws RangeError when `value` is negative or does not fit.
 */
export function bigintToBytes(value: bigint, length: number): Uint8Array {
  const digits = value.toString(16);
  if (value < 0n || (digits.length > 2 * length && value !== 0n)) {
    throw new RangeError(`expected an unsigned integer of ${length} bytes, found ${value}`);
  }
  const bytes = new Uint8Array(length);
  writeDigits(digits, bytes);
  return bytes;
}

/** Writes hexadecimal digits to the end of `bytes`: 0.2 µs for 64, without any text or array. */
function writeDigits(digits: string, bytes: Uint8Array): void {
  let at = bytes.length;
  let rest = digits.length;
  for (; rest >= 2; rest -= 2) {
    const high = DIGITS[digits.charCodeAt(rest - 2)] as number;
    bytes[--at] = (high << 4) | (DIGITS[digits.charCodeAt(rest - 1)] as number);
  }
  if (rest === 1) bytes[at - 1] = DIGITS[digits.charCodeAt(0)] as number;
}

/**
 * `value` in the fewest big-endian bytes; 0 is the empty string.
 *
 * @throws RangeError when `value` is negative.
 */
export function bigintToMinimalBytes(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY_BYTES;
  if (value > 0n && value <= 0xffff_ffffn) return u32ToMinimalBytes(Number(value));
  const digits = value.toString(16);
  return bigintToBytes(value, (digits.length + 1) >> 1);
}

function u32ToMinimalBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4 - (Math.clz32(value) >> 3));
  for (let i = bytes.length - 1, rest = value; i >= 0; i--, rest >>>= 8) bytes[i] = rest;
  return bytes;
}

/** `value` reduced modulo 2^64, as the reference's unsigned arithmetic does. */
export function wrapU64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
