import { type BitReader, dropBits, peekBits, readBits } from './bits.ts';
import { STREAM_BROKEN } from '../streamEnding.ts';

/** A canonical prefix code. @spec RFC 7932, 3.2 */
export type PrefixCode = {
  /** By the next FAST_BITS bits: symbol * 16 + length, or 0 where the code is longer. */
  readonly fast: Uint16Array;
  /** How many codes each length has. */
  readonly counts: Uint16Array;
  /** Symbols by length, then by value. */
  readonly symbols: Uint16Array;
};

const FAST_BITS = 9;
const MAX_LENGTH = 15;

/** The code in which symbol i has the length `lengths[i]`, 0 for none. */
function fromLengths(lengths: Uint8Array): PrefixCode {
  const counts = new Uint16Array(MAX_LENGTH + 1);
  for (const length of lengths) if (length > 0) counts[length] = (counts[length] as number) + 1;
  const offsets = new Uint16Array(MAX_LENGTH + 2);
  const starts = new Uint16Array(MAX_LENGTH + 2);
  for (let length = 1, code = 0; length <= MAX_LENGTH; length++) {
    starts[length] = code;
    offsets[length + 1] = (offsets[length] as number) + (counts[length] as number);
    code = (code + (counts[length] as number)) << 1;
  }
  const symbols = new Uint16Array(offsets[MAX_LENGTH + 1] as number);
  const fast = new Uint16Array(1 << FAST_BITS);
  lengths.forEach((length, symbol) => {
    if (length === 0) return;
    const at = offsets[length] as number;
    symbols[at] = symbol;
    offsets[length] = at + 1;
    const code = starts[length] as number;
    starts[length] = code + 1;
    if (length > FAST_BITS) return;
    for (let i = reversed(code, length); i < fast.length; i += 1 << length) {
      fast[i] = symbol * 16 + length;
    }
  });
  return { fast, counts, symbols };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i);
  return result;
}

/** A code of one symbol takes no bits. */
function single(symbol: number): PrefixCode {
  const symbols = Uint16Array.of(symbol);
  return { fast: EMPTY, counts: EMPTY, symbols };
}

const EMPTY = new Uint16Array(0);

/** The next symbol. */
export function readSymbol(reader: BitReader, { fast, counts, symbols }: PrefixCode): number {
  if (fast.length === 0) return symbols[0] as number;
  const bits = peekBits(reader, MAX_LENGTH);
  const entry = fast[bits & ((1 << FAST_BITS) - 1)] as number;
  if (entry !== 0) {
    dropBits(reader, entry & 15);
    return entry >> 4;
  }
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    code |= (bits >> (length - 1)) & 1;
    const count = counts[length] as number;
    if (code - first < count) {
      dropBits(reader, length);
      return symbols[index + code - first] as number;
    }
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw STREAM_BROKEN;
}

/** The next prefix code, for symbols below `alphabetSize`. @spec RFC 7932, 3.4, 3.5 */
export function readPrefixCode(reader: BitReader, alphabetSize: number): PrefixCode {
  const skip = readBits(reader, 2);
  return skip === 1 ? readSimple(reader, alphabetSize) : readComplex(reader, alphabetSize, skip);
}

function readSimple(reader: BitReader, alphabetSize: number): PrefixCode {
  const count = readBits(reader, 2) + 1;
  const bits = 32 - Math.clz32(alphabetSize - 1);
  // Each is judged before the next is read: the stream may end in between, another fault.
  const symbols = Array.from({ length: count }, () => {
    const symbol = readBits(reader, bits);
    if (symbol >= alphabetSize) throw STREAM_BROKEN;
    return symbol;
  });
  if (new Set(symbols).size !== count) throw STREAM_BROKEN;
  if (count === 1) return single(symbols[0] as number);
  const shape = count === 4 && readBits(reader, 1) === 1 ? 4 : count - 1;
  const lengths = new Uint8Array(alphabetSize);
  symbols.forEach((symbol, i) => {
    lengths[symbol] = (SIMPLE_LENGTHS[shape] as readonly number[])[i] as number;
  });
  return fromLengths(lengths);
}

const SIMPLE_LENGTHS = [[0], [1, 1], [1, 2, 2], [2, 2, 2, 2], [1, 2, 3, 3]];

const LENGTH_ORDER = [1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/** By the next four bits: a code length of a code length, and how many bits it took. */
const LENGTH_VALUES = [0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5];
const LENGTH_BITS = [2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4];

function readComplex(reader: BitReader, alphabetSize: number, skip: number): PrefixCode {
  const lengths = new Uint8Array(18);
  let space = 32;
  let used = 0;
  for (let i = skip; i < 18 && space > 0; i++) {
    const bits = peekBits(reader, 4);
    dropBits(reader, LENGTH_BITS[bits] as number);
    const length = LENGTH_VALUES[bits] as number;
    lengths[LENGTH_ORDER[i] as number] = length;
    if (length === 0) continue;
    space -= 32 >> length;
    used++;
  }
  if (used !== 1 && space !== 0) throw STREAM_BROKEN;
  const code = used === 1 ? single(lengths.findIndex((n) => n !== 0)) : fromLengths(lengths);
  return fromLengths(readLengths(reader, alphabetSize, code));
}

function readLengths(reader: BitReader, alphabetSize: number, code: PrefixCode): Uint8Array {
  const lengths = new Uint8Array(alphabetSize);
  let previous = 8;
  let repeated = 0;
  let repeat = 0;
  let space = 32_768;
  // Too many lengths are a fault, but the reference finds it only when all of them have been read.
  for (let symbol = 0; symbol < alphabetSize && space !== 0; ) {
    const length = readSymbol(reader, code);
    if (length < 16) {
      repeat = 0;
      lengths[symbol++] = length;
      if (length === 0) continue;
      previous = length;
      space -= 32_768 >> length;
      continue;
    }
    const value = length === 16 ? previous : 0;
    if (value !== repeated) repeat = 0;
    repeated = value;
    const before = repeat;
    const extraBits = length - 14;
    if (repeat > 0) repeat = (repeat - 2) << extraBits;
    repeat += readBits(reader, extraBits) + 3;
    const count = repeat - before;
    if (symbol + count > alphabetSize) throw STREAM_BROKEN;
    lengths.fill(value, symbol, symbol + count);
    symbol += count;
    if (value !== 0) space -= count << (15 - value);
  }
  if (space !== 0) throw STREAM_BROKEN;
  return lengths;
}
