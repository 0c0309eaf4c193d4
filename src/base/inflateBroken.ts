import { bytesEqual } from './bytes.ts';
import { appendByte, type CappedOutput } from './cappedOutput.ts';
import { buildPrefixCode, FIXED_CODE, type PrefixCode } from './prefixCode.ts';
import { endingOf, INPUT_ENDED, STREAM_BROKEN, type StreamEnding } from './streamEnding.ts';

// What Go's compress/zlib yields of a stream with a fault, to the byte. It is slower than others,
// and only asked about streams that others find faulty. Where it differs from zlib:
//
//   a dynamic block    no literal is decoded unless as many bits are left as its end marker takes,
//                      so the last bytes of a truncated stream can be missing; the code may lack
//                      the end marker
//   distances          up to 32 KiB, whatever window the header promises
//   reads              the output comes in chunks; the last one comes together with the fault
//
// @spec RFC 1950, RFC 1951

/** What a stream yielded, and how many of its last bytes come in one read with the fault. */
export type BrokenStream = {
  readonly bytes: Uint8Array;
  readonly ending: StreamEnding;
  readonly lastChunkBytes: number;
};

type Reader = { readonly data: Uint8Array; at: number; hold: number; bits: number };

type Output = CappedOutput & {
  /** How much had been handed out at the last flush. */
  flushed: number;
};

const ZLIB_HEADER_BYTES = 2;
const WINDOW_BYTES = 32_768;

/** Decodes a zlib stream behind a valid header without dictionary, as far as it goes. */
export function inflateBroken(data: Uint8Array, capBytes: number): BrokenStream {
  const reader: Reader = { data, at: ZLIB_HEADER_BYTES, hold: 0, bits: 0 };
  const output: Output = { bytes: new Uint8Array(0), length: 0, capBytes, flushed: 0 };
  const ending = endingOf(() => {
    while (!readBlock(reader, output));
    checkSum(reader, output);
  });
  const bytes = output.bytes.subarray(0, output.length);
  const chunkStart = Math.max(output.flushed, bytes.length - (bytes.length % WINDOW_BYTES));
  return { bytes, ending, lastChunkBytes: bytes.length - chunkStart };
}

/** Reads whole bytes until `count` bits are there. */
function need(reader: Reader, count: number): void {
  while (reader.bits < count) {
    const byte = reader.data[reader.at];
    if (byte === undefined) throw INPUT_ENDED;
    reader.at += 1;
    reader.hold |= byte << reader.bits;
    reader.bits += 8;
  }
}

function take(reader: Reader, count: number): number {
  need(reader, count);
  const value = reader.hold & ((1 << count) - 1);
  reader.hold >>>= count;
  reader.bits -= count;
  return value;
}

function readSymbol(reader: Reader, code: PrefixCode, leastBits = code.leastBits): number {
  for (let wanted = leastBits; ; ) {
    need(reader, wanted);
    const entry = code.entries[reader.hold & (code.entries.length - 1)] as number;
    const length = entry & 15;
    if (length === 0) throw STREAM_BROKEN;
    if (length <= reader.bits) {
      take(reader, length);
      return entry >> 4;
    }
    wanted = length;
  }
}

/** Reads a block and says whether it was the last. */
function readBlock(reader: Reader, output: Output): boolean {
  const isFinal = take(reader, 1) === 1;
  const type = take(reader, 2);
  if (type === 0) {
    const isEmpty = readStored(reader, output);
    if (isEmpty && !isFinal) output.flushed = output.length;
  } else if (type === 1) {
    readCodes(reader, output, { literals: FIXED_CODE, distances: undefined, leastBits: 7 });
  } else if (type === 2) {
    readCodes(reader, output, readDynamicCodes(reader));
  } else {
    throw STREAM_BROKEN;
  }
  return isFinal;
}

/** Reads a stored block and says whether it was empty. */
function readStored(reader: Reader, output: Output): boolean {
  const { data } = reader;
  reader.hold = 0;
  reader.bits = 0;
  const header = data.subarray(reader.at, reader.at + 4);
  if (header.length < 4) throw INPUT_ENDED;
  const [low, high, lowInverse, highInverse] = header as unknown as [
    number,
    number,
    number,
    number,
  ];
  if ((low ^ lowInverse) !== 0xff || (high ^ highInverse) !== 0xff) throw STREAM_BROKEN;
  const length = low | (high << 8);
  reader.at += 4;
  const content = data.subarray(reader.at, reader.at + length);
  for (const byte of content) appendByte(output, byte);
  reader.at += content.length;
  if (content.length < length) throw INPUT_ENDED;
  return length === 0;
}

/** Codes of a block. `distances` undefined: five bits, the highest first. */
type Codes = {
  readonly literals: PrefixCode;
  readonly distances: PrefixCode | undefined;
  /** Bits that must be there before a literal is decoded. */
  readonly leastBits: number;
};

const MAX_LITERALS = 286;
const MAX_DISTANCES = 30;
const END_OF_BLOCK = 256;
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function readDynamicCodes(reader: Reader): Codes {
  need(reader, 14);
  const literalCount = take(reader, 5) + 257;
  const distanceCount = take(reader, 5) + 1;
  if (literalCount > MAX_LITERALS || distanceCount > MAX_DISTANCES) throw STREAM_BROKEN;
  const lengthCount = take(reader, 4) + 4;
  const codeLengths = new Uint8Array(LENGTH_ORDER.length);
  for (const symbol of LENGTH_ORDER.slice(0, lengthCount)) codeLengths[symbol] = take(reader, 3);
  const lengths = readLengths(reader, codeOf(codeLengths), literalCount + distanceCount);
  const literals = codeOf(lengths.subarray(0, literalCount));
  const distances = codeOf(lengths.subarray(literalCount));
  const leastBits = Math.max(literals.leastBits, lengths[END_OF_BLOCK] as number);
  return { literals, distances, leastBits };
}

function codeOf(lengths: Uint8Array): PrefixCode {
  const code = buildPrefixCode(lengths);
  if (code === undefined) throw STREAM_BROKEN;
  return code;
}

/** Symbols 16 to 18 of the code of lengths: bits behind them, and the shortest repetition. */
const REPEAT_BITS = [2, 3, 7];
const REPEAT_BASE = [3, 3, 11];

function readLengths(reader: Reader, code: PrefixCode, count: number): Uint8Array {
  const lengths = new Uint8Array(count);
  for (let i = 0; i < count; ) {
    const symbol = readSymbol(reader, code);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) throw STREAM_BROKEN;
    const repeated = symbol === 16 ? (lengths[i - 1] as number) : 0;
    const base = REPEAT_BASE[symbol - 16] as number;
    const end = i + base + take(reader, REPEAT_BITS[symbol - 16] as number);
    if (end > count) throw STREAM_BROKEN;
    lengths.fill(repeated, i, end);
    i = end;
  }
  return lengths;
}

function readCodes(reader: Reader, output: Output, codes: Codes): void {
  for (;;) {
    const symbol = readSymbol(reader, codes.literals, codes.leastBits);
    if (symbol === END_OF_BLOCK) return;
    if (symbol < END_OF_BLOCK) appendByte(output, symbol);
    else copyBack(output, readLength(reader, symbol), readDistance(reader, codes.distances));
  }
}

function readLength(reader: Reader, symbol: number): number {
  if (symbol >= MAX_LITERALS) throw STREAM_BROKEN;
  if (symbol === MAX_LITERALS - 1) return 258;
  const code = symbol - 257;
  if (code < 8) return code + 3;
  const bits = (code >> 2) - 1;
  return ((4 + (code & 3)) << bits) + 3 + take(reader, bits);
}

function readDistance(reader: Reader, code: PrefixCode | undefined): number {
  const symbol = code === undefined ? reverse5(take(reader, 5)) : readSymbol(reader, code);
  if (symbol >= MAX_DISTANCES) throw STREAM_BROKEN;
  if (symbol < 4) return symbol + 1;
  const bits = (symbol >> 1) - 1;
  return ((2 + (symbol & 1)) << bits) + 1 + take(reader, bits);
}

function reverse5(bits: number): number {
  let reversed = 0;
  for (let i = 0; i < 5; i++) reversed |= ((bits >> i) & 1) << (4 - i);
  return reversed;
}

function copyBack(output: Output, length: number, distance: number): void {
  if (distance > Math.min(output.length, WINDOW_BYTES)) throw STREAM_BROKEN;
  for (let i = 0; i < length; i++) {
    appendByte(output, output.bytes[output.length - distance] as number);
  }
}

const ADLER_MODULUS = 65_521;

function checkSum({ data, at }: Reader, output: Output): void {
  let [low, high] = [1, 0];
  for (let i = 0; i < output.length; i++) {
    low = (low + (output.bytes[i] as number)) % ADLER_MODULUS;
    high = (high + low) % ADLER_MODULUS;
  }
  const found = data.subarray(at, at + 4);
  if (found.length < 4) throw INPUT_ENDED;
  const expected = Uint8Array.of(high >> 8, high & 0xff, low >> 8, low & 0xff);
  if (!bytesEqual(found, expected)) throw STREAM_BROKEN;
}
