import type { JsonValue } from './json.ts';

// JSON-RPC as go-ethereum reads it, with its words for what is wrong. Callers match on them.

/** What is wrong with a QUANTITY of at most `bits` bits; undefined: nothing. `0X` is taken too. */
export function quantityFault(text: string, bits: number): string | undefined {
  if (!hasPrefix(text)) return NO_PREFIX;
  const digits = text.slice(2);
  if (digits === '') return 'hex string "0x"';
  if (digits.length > 1 && digits.startsWith('0')) return 'hex number with leading zero digits';
  if (digits.length > bits / 4) return `hex number > ${bits} bits`;
  return DIGITS.test(digits) ? undefined : NO_HEX;
}

/** What is wrong with DATA; undefined: nothing. Without any text it is empty. */
export function dataFault(text: string): string | undefined {
  return formFault(text) ?? (DIGITS.test(text.slice(2)) ? undefined : NO_HEX);
}

/**
 * What is wrong with DATA of `length` bytes. A wrong length is told in other words than the rest,
 * and before what are no digits.
 */
export function fixedDataFault(
  text: string,
  length: number,
): { readonly type: 'form' | 'length'; readonly reason: string } | undefined {
  const form = formFault(text);
  if (form !== undefined) return { type: 'form', reason: form };
  const found = Math.max(0, text.length - 2);
  if (found !== 2 * length) {
    return { type: 'length', reason: `hex string has length ${found}, want ${2 * length}` };
  }
  return DIGITS.test(text.slice(2)) ? undefined : { type: 'form', reason: NO_HEX };
}

/** The kind of a value that is not what was asked for. */
export function goKind(value: JsonValue): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

const NO_PREFIX = 'hex string without 0x prefix';
const NO_HEX = 'invalid hex string';
const DIGITS = /^[\da-f]*$/i;

function formFault(text: string): string | undefined {
  if (text === '') return undefined;
  if (!hasPrefix(text)) return NO_PREFIX;
  return text.length % 2 === 1 ? 'hex string of odd length' : undefined;
}

function hasPrefix(text: string): boolean {
  return text.startsWith('0x') || text.startsWith('0X');
}
