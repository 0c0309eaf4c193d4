// Writing RLP at a position of a buffer that is known to be large enough. For the hundred thousand
// transactions of a long span, where an allocation per field would double the time.

/** Copies `from[start..end)` to `out` and returns the position behind it. */
export function copyBytes(
  from: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  const length = end - start;
  // Below some 60 bytes a loop is faster than the view that `set` needs.
  if (length > 60) out.set(from.subarray(start, end), at);
  else for (let i = 0; i < length; i++) out[at + i] = from[start + i] as number;
  return at + length;
}

/** Writes the header of a list of `length` bytes of content. */
export function writeListHeader(out: Uint8Array, at: number, length: number): number {
  if (length <= 55) {
    out[at] = 0xc0 + length;
    return at + 1;
  }
  const count = byteLength32(length);
  out[at] = 0xf7 + count;
  for (let i = count, rest = length; i > 0; i--, rest >>>= 8) out[at + i] = rest & 0xff;
  return at + 1 + count;
}

/** Bytes of the RLP of entry `index` of a column of 64-bit values in halves, low then high. */
export function uintLength(halves: Uint32Array, index: number): number {
  const low = halves[2 * index] as number;
  const high = halves[2 * index + 1] as number;
  if (high !== 0) return 5 + byteLength32(high);
  return low < 0x80 ? 1 : 1 + byteLength32(low);
}

/** Writes that entry as an RLP integer. */
export function writeUint(halves: Uint32Array, index: number, out: Uint8Array, at: number): number {
  const low = halves[2 * index] as number;
  const high = halves[2 * index + 1] as number;
  if (high === 0 && low < 0x80) {
    out[at] = low === 0 ? 0x80 : low;
    return at + 1;
  }
  const length = high === 0 ? byteLength32(low) : 4 + byteLength32(high);
  out[at] = 0x80 + length;
  for (let i = 0; i < length; i++) {
    const half = i < 4 ? low : high;
    out[at + length - i] = (half >>> (8 * (i & 3))) & 0xff;
  }
  return at + 1 + length;
}

/** Bytes of the RLP of the 32-byte big-endian integer at `start`. */
export function integerLength(data: Uint8Array, start: number): number {
  const zeros = leadingZeros(data, start);
  return zeros === 31 && (data[start + 31] as number) < 0x80 ? 1 : 33 - zeros;
}

/** Writes that integer, less its leading zeros. */
export function writeInteger(data: Uint8Array, start: number, out: Uint8Array, at: number): number {
  const zeros = leadingZeros(data, start);
  const end = start + 32;
  const isSingle = zeros === 31 && (data[start + 31] as number) < 0x80;
  if (!isSingle) out[at++] = 0x80 + 32 - zeros;
  return copyBytes(data, start + zeros, end, out, at);
}

function leadingZeros(data: Uint8Array, start: number): number {
  let zeros = 0;
  while (zeros < 32 && data[start + zeros] === 0) zeros++;
  return zeros;
}

/** Bytes of a 32-bit unsigned integer without leading zeros. */
function byteLength32(value: number): number {
  return 4 - (Math.clz32(value) >>> 3);
}
