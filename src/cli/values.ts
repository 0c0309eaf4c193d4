import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Address, Hash, Hex } from '../base/bytes.ts';

// Parsers for single option values. What they throw is the accepted form; the program adds the
// option and the value.

/** A refused value that may be a secret: it must not be repeated. */
export class RefusedSecret extends InvalidArgumentError {}

/** A whole number. */
export function readNumber(text: string): bigint {
  if (/^\d+$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('a whole number');
}

/** A whole number from 1 to 2^63 - 1: a time or a count that is put into files and contracts. */
export function readPositive(text: string): bigint {
  const value = readNumber(text);
  if (value > 0n && value < 1n << 63n) return value;
  throw new InvalidArgumentError('a whole number from 1 to 2^63 - 1');
}

/** A whole number below 2^64. */
export function readUint64(text: string): bigint {
  const value = readNumber(text);
  if (value < 1n << 64n) return value;
  throw new InvalidArgumentError('a number below 2^64');
}

/** The URL of an HTTP server, as it was given. It may hold a key, so it is not repeated. */
export function readHttpUrl(text: string): string {
  if (isHttpUrl(text)) return text;
  throw new RefusedSecret('an http or https URL');
}

/** Whether a text is the URL of an HTTP server. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:/i.test(text);
}

/** What a text is that should be a URL: no more of it than its scheme, as it may hold a key. */
export function wrongUrl(text: string): string {
  return URL.canParse(text) ? `one that begins with \`${new URL(text).protocol}\`` : 'no URL';
}

/** An address, in lowercase. */
export function readAddress(text: string): Address {
  if (/^0x[\da-f]{40}$/i.test(text)) return text.toLowerCase() as Address;
  throw new InvalidArgumentError('an address of 20 bytes');
}

/** 32 bytes, in lowercase. */
export function readHash(text: string): Hash {
  if (/^0x[\da-f]{64}$/i.test(text)) return text.toLowerCase() as Hash;
  throw new InvalidArgumentError('a hash of 32 bytes');
}

/** A private key, with or without `0x`. What was given is not repeated in the message. */
export function readKey(text: string): Hex {
  const digits = text.replace(/^0x/, '');
  if (/^[\da-f]{64}$/i.test(digits) && isScalar(BigInt(`0x${digits}`))) return `0x${digits}`;
  throw new RefusedSecret('a private key of 32 bytes, of secp256k1');
}

/** Order of secp256k1. Here too: every command reads this file, and few need the curve. */
const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function isScalar(key: bigint): boolean {
  return key > 0n && key < CURVE_ORDER;
}

/** Bytes in hex. */
export function readHexBytes(text: string): Hex {
  if (/^0x([\da-f]{2})*$/i.test(text)) return text.toLowerCase() as Hex;
  throw new InvalidArgumentError('bytes in hex, beginning with 0x');
}

/** Wei of an amount of ether with up to 18 decimals. */
export function readEther(text: string): bigint {
  const [, whole = '', decimals = ''] = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  // A balance has 256 bits; nobody has a billion ether.
  if (whole === '' || whole.length > 9) {
    throw new InvalidArgumentError('an amount of ether, like 0.5, below a billion');
  }
  return BigInt(whole) * 10n ** 18n + BigInt(decimals.padEnd(18, '0'));
}
