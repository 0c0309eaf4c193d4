import {
  assertRlpEnd,
  rlpContentStart,
  rlpFixedBytesEnd,
  rlpIntegerEnd,
  rlpListEnd,
} from '../base/rlpScan.ts';

const EMPTY_LIST = 0xc0;

/**
 * Where the access list at `offset` ends: `[[address (20 bytes), [key (32 bytes), …]], …]`.
 *
 * @throws DecodeError when it is anything else.
 */
export function accessListEnd(data: Uint8Array, offset: number, limit: number): number {
  if (offset < limit && data[offset] === EMPTY_LIST) return offset + 1;
  const end = rlpListEnd(data, offset, limit);
  for (let at = rlpContentStart(data, offset); at < end; ) {
    const entryEnd = rlpListEnd(data, at, end);
    const keys = rlpFixedBytesEnd(data, rlpContentStart(data, at), entryEnd, 20);
    const keysEnd = rlpListEnd(data, keys, entryEnd);
    assertRlpEnd(keysEnd, entryEnd);
    for (let key = rlpContentStart(data, keys); key < keysEnd; ) {
      key = rlpFixedBytesEnd(data, key, keysEnd, 32);
    }
    at = entryEnd;
  }
  return end;
}

/**
 * Where the authorization list at `offset` ends: entries are `[chainId (u256), address (20 bytes),
 * nonce (u64), yParity (u8), r (u256), s (u256)]`.
 *
 * @throws DecodeError when it is anything else.
 */
export function authorizationListEnd(data: Uint8Array, offset: number, limit: number): number {
  const end = rlpListEnd(data, offset, limit);
  for (let at = rlpContentStart(data, offset); at < end; ) {
    const entryEnd = rlpListEnd(data, at, end);
    const address = rlpIntegerEnd(data, rlpContentStart(data, at), entryEnd, 32);
    const nonce = rlpFixedBytesEnd(data, address, entryEnd, 20);
    const parity = rlpIntegerEnd(data, nonce, entryEnd, 8);
    const r = rlpIntegerEnd(data, parity, entryEnd, 1);
    const s = rlpIntegerEnd(data, r, entryEnd, 32);
    assertRlpEnd(rlpIntegerEnd(data, s, entryEnd, 32), entryEnd);
    at = entryEnd;
  }
  return end;
}
