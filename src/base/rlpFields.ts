import { DecodeError } from './errors.ts';
import type { RlpItem } from './rlp.ts';

// Items of a decoded list as what a format says they are. `code` and `name` go into the error: the
// format's own code, and the field as a person would call it.

/** The byte string that an item is. @throws DecodeError for a list, or nothing. */
export function rlpBytes(item: RlpItem | undefined, code: string, name: string): Uint8Array {
  if (item instanceof Uint8Array) return item;
  const found = item === undefined ? 'nothing' : 'a list';
  throw new DecodeError(code, -1, `${name}: expected bytes, found ${found}`);
}

/** The byte string of exactly `length` bytes that an item is. @throws DecodeError for another. */
export function rlpFixedBytes(
  item: RlpItem | undefined,
  length: number,
  code: string,
  name: string,
): Uint8Array {
  const bytes = rlpBytes(item, code, name);
  if (bytes.length === length) return bytes;
  const message = `${name}: expected ${length} bytes, found ${bytes.length}`;
  throw new DecodeError(code, -1, message);
}

/** The list that an item is. @throws DecodeError for a byte string, or nothing. */
export function rlpList(item: RlpItem | undefined, code: string, name: string): readonly RlpItem[] {
  if (item !== undefined && !(item instanceof Uint8Array)) return item;
  const found = item === undefined ? 'nothing' : 'bytes';
  throw new DecodeError(code, -1, `${name}: expected a list, found ${found}`);
}
