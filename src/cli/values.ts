import { InvalidArgumentError } from '@commander-js/extra-typings';
import type { Address, Hash, Hex } from '../base/bytes.ts';

// Parsers for single option values. Commander prints the option before what they throw.

/** A whole number. */
export function readNumber(text: string): bigint {
  if (/^\d+$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('Expected a whole number.');
}

/** An address, in lowercase. */
export function readAddress(text: string): Address {
  if (/^0x[\da-f]{40}$/i.test(text)) return text.toLowerCase() as Address;
  throw new InvalidArgumentError('Expected an address of 20 bytes.');
}

/** 32 bytes, in lowercase. */
export function readHash(text: string): Hash {
  if (/^0x[\da-f]{64}$/i.test(text)) return text.toLowerCase() as Hash;
  throw new InvalidArgumentError('Expected a hash of 32 bytes.');
}

/** A private key, with or without `0x`. What was given is not repeated in the message. */
export function readKey(text: string): Hex {
  if (/^(0x)?[\da-f]{64}$/i.test(text)) return `0x${text.replace(/^0x/, '')}`;
  throw new InvalidArgumentError('Expected a private key of 32 bytes.');
}

/** Bytes in hex. */
export function readHexBytes(text: string): Hex {
  if (/^0x([\da-f]{2})*$/i.test(text)) return text.toLowerCase() as Hex;
  throw new InvalidArgumentError('Expected bytes in hex, beginning with 0x.');
}

/** Wei of an amount of ether with up to 18 decimals. */
export function readEther(text: string): bigint {
  const [, whole = '', decimals = ''] = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text) ?? [];
  if (whole === '') throw new InvalidArgumentError('Expected an amount of ether, like 0.5.');
  return BigInt(whole) * 10n ** 18n + BigInt(decimals.padEnd(18, '0'));
}
