import { alignBits, type BitReader, readBits } from './bits.ts';
import { type Blocks, readBlocks, readContextMap, readTypeCount, takeSymbol } from './blocks.ts';
import { type PrefixCode, readPrefixCode, readSymbol } from './codes.ts';
import { distanceContext, literalContext } from './context.ts';
import { dictionaryWord } from './words.ts';
import { EMPTY_BYTES } from '../bytes.ts';
import { appendByte, type CappedOutput } from '../cappedOutput.ts';
import type { Inflated } from '../inflate.ts';
import { endingOf, INPUT_ENDED, STREAM_BROKEN } from '../streamEnding.ts';

// Brotli (RFC 7932) decoding, slower than a native one but exact about where a stream breaks.

/** What lives on from one meta-block to the next. */
type Stream = {
  readonly reader: BitReader;
  readonly output: CappedOutput;
  /** Farthest distance into the output. */
  window: number;
  /** The last four distances, the newest first. */
  readonly distances: [number, number, number, number];
  fullBytes: number;
};

/** What came out of a stream, and how many bytes of it were read. */
export type DecodedBrotli = Pick<Inflated, 'bytes' | 'ending'> & {
  readonly readBytes: number;
  /**
   * How much had come out when a compressed meta-block last filled a buffer of the reference: it
   * makes one that is just large enough for the meta-block, of at least 1 KiB.
   */
  readonly fullBytes: number;
};

const LEAST_BUFFER_BYTES = 1024;

/** Decodes a brotli stream. Of a broken one, everything in front of the fault comes out. */
export function decodeBrotli(data: Uint8Array, capBytes: number): DecodedBrotli {
  const reader: BitReader = { data, bit: 0 };
  const output: CappedOutput = { bytes: EMPTY_BYTES, length: 0, capBytes };
  const stream: Stream = { reader, output, window: 0, distances: [4, 11, 15, 16], fullBytes: 0 };
  const ending = endingOf(() => {
    stream.window = readWindow(reader);
    while (!readMetaBlock(stream));
    alignBits(reader);
  });
  const bytes = output.bytes.subarray(0, Math.min(output.length, capBytes));
  return { bytes, ending, readBytes: reader.bit >>> 3, fullBytes: stream.fullBytes };
}

/** Size of the window that a stream asks for: what a decoder's ring buffer holds at most. */
export function brotliWindowBytes(data: Uint8Array): number {
  return 1 << readWindowBits({ data, bit: 0 });
}

function readWindow(reader: BitReader): number {
  return (1 << readWindowBits(reader)) - 16;
}

function readWindowBits(reader: BitReader): number {
  if (readBits(reader, 1) === 0) return 16;
  const high = readBits(reader, 3);
  if (high !== 0) return 17 + high;
  const low = readBits(reader, 3);
  if (low === 1) throw STREAM_BROKEN;
  return low === 0 ? 17 : 8 + low;
}

/** Reads one meta-block and says whether it was the last. @spec RFC 7932, 9.2 */
function readMetaBlock(stream: Stream): boolean {
  const { reader } = stream;
  const isLast = readBits(reader, 1) === 1;
  if (isLast && readBits(reader, 1) === 1) return true;
  const nibbles = readBits(reader, 2) + 4;
  if (nibbles === 7) {
    skipMetadata(reader);
    return isLast;
  }
  let length = 0;
  for (let i = 0; i < nibbles; i++) {
    const nibble = readBits(reader, 4);
    if (i >= 4 && i === nibbles - 1 && nibble === 0) throw STREAM_BROKEN;
    length += nibble << (4 * i);
  }
  length += 1;
  if (!isLast && readBits(reader, 1) === 1) copyUncompressed(stream, length);
  else {
    readCommands(stream, length);
    if (isBufferSize(stream.output.length)) stream.fullBytes = stream.output.length;
  }
  return isLast;
}

function isBufferSize(length: number): boolean {
  return length >= LEAST_BUFFER_BYTES && (length & (length - 1)) === 0;
}

function skipMetadata(reader: BitReader): void {
  if (readBits(reader, 1) !== 0) throw STREAM_BROKEN;
  const lengthBytes = readBits(reader, 2);
  let length = 0;
  for (let i = 0; i < lengthBytes; i++) {
    const byte = readBits(reader, 8);
    if (i > 0 && i === lengthBytes - 1 && byte === 0) throw STREAM_BROKEN;
    length |= byte << (8 * i);
  }
  if (lengthBytes > 0) length++;
  alignBits(reader);
  if (reader.bit + 8 * length > 8 * reader.data.length) throw INPUT_ENDED;
  reader.bit += 8 * length;
}

function copyUncompressed({ reader, output }: Stream, length: number): void {
  alignBits(reader);
  const start = reader.bit >>> 3;
  const end = Math.min(start + length, reader.data.length);
  for (let at = start; at < end; at++) appendByte(output, reader.data[at] as number);
  reader.bit = 8 * end;
  if (end < start + length) throw INPUT_ENDED;
}

/** Everything that a compressed meta-block says before its first command. */
type MetaBlock = {
  readonly literals: Blocks;
  readonly commands: Blocks;
  readonly distances: Blocks;
  readonly postfixBits: number;
  readonly directCount: number;
  /** By literal block type. */
  readonly contextModes: readonly number[];
  readonly literalMap: Uint8Array;
  readonly distanceMap: Uint8Array;
  readonly literalCodes: readonly PrefixCode[];
  readonly commandCodes: readonly PrefixCode[];
  readonly distanceCodes: readonly PrefixCode[];
};

function readMetaBlockHeader(reader: BitReader): MetaBlock {
  const [literals, commands, distances] = [
    readBlocks(reader),
    readBlocks(reader),
    readBlocks(reader),
  ];
  const postfixBits = readBits(reader, 2);
  const directCount = readBits(reader, 4) << postfixBits;
  const contextModes = repeat(literals.typeCount, () => readBits(reader, 2));
  const literalTrees = readTypeCount(reader);
  const literalMap = readContextMap(reader, 64 * literals.typeCount, literalTrees);
  const distanceTrees = readTypeCount(reader);
  const distanceMap = readContextMap(reader, 4 * distances.typeCount, distanceTrees);
  const distanceCount = 16 + directCount + (48 << postfixBits);
  return {
    literals,
    commands,
    distances,
    postfixBits,
    directCount,
    contextModes,
    literalMap,
    distanceMap,
    literalCodes: repeat(literalTrees, () => readPrefixCode(reader, 256)),
    commandCodes: repeat(commands.typeCount, () => readPrefixCode(reader, 704)),
    distanceCodes: repeat(distanceTrees, () => readPrefixCode(reader, distanceCount)),
  };
}

function repeat<T>(length: number, read: () => T): T[] {
  return Array.from({ length }, read);
}

// Insert and copy lengths: how many bits follow each code. Every base is the one before it and all
// that its bits can say.
const INSERT_EXTRA = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24];
const COPY_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24];
const INSERT_BASE = basesOf(INSERT_EXTRA, 0);
const COPY_BASE = basesOf(COPY_EXTRA, 2);

function basesOf(extraBits: readonly number[], first: number): readonly number[] {
  let base = first;
  return extraBits.map((bits) => {
    const start = base;
    base += 2 ** bits;
    return start;
  });
}

/** By command code / 64: where the codes of insert and copy length begin. */
const INSERT_CELL = [0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16];
const COPY_CELL = [0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16];

/** Distance code of "the same as last time". */
const LAST_DISTANCE = 0;

function readCommands(stream: Stream, length: number): void {
  const { reader, output } = stream;
  const block = readMetaBlockHeader(reader);
  for (let left = length; left > 0; ) {
    takeSymbol(reader, block.commands);
    const code = readSymbol(reader, block.commandCodes[block.commands.type] as PrefixCode);
    const cell = code >> 6;
    const insertCode = (INSERT_CELL[cell] as number) + ((code >> 3) & 7);
    const copyCode = (COPY_CELL[cell] as number) + (code & 7);
    const insert = readLength(reader, INSERT_BASE, INSERT_EXTRA, insertCode);
    const copy = readLength(reader, COPY_BASE, COPY_EXTRA, copyCode);
    if (insert > left) throw STREAM_BROKEN;
    for (let i = 0; i < insert; i++) readLiteral(stream, block);
    left -= insert;
    if (left === 0) return;
    const start = output.length;
    const distanceCode = code < 128 ? LAST_DISTANCE : readDistanceCode(stream, block, copy);
    copyBack(stream, block, copy, left, distanceCode);
    left -= output.length - start;
  }
}

function readLength(
  reader: BitReader,
  bases: readonly number[],
  extraBits: readonly number[],
  code: number,
): number {
  return (bases[code] as number) + readBits(reader, extraBits[code] as number);
}

function readLiteral({ reader, output }: Stream, block: MetaBlock): void {
  const { literals, contextModes, literalMap, literalCodes } = block;
  takeSymbol(reader, literals);
  const { bytes, length } = output;
  const before = length > 0 ? (bytes[length - 1] as number) : 0;
  const beforeThat = length > 1 ? (bytes[length - 2] as number) : 0;
  const context = literalContext(contextModes[literals.type] as number, before, beforeThat);
  const tree = literalMap[64 * literals.type + context] as number;
  appendByte(output, readSymbol(reader, literalCodes[tree] as PrefixCode));
}

/** Appends `copy` bytes of the output, or a word of the dictionary. */
function copyBack(
  stream: Stream,
  block: MetaBlock,
  copy: number,
  left: number,
  code: number,
): void {
  const { output, window, distances } = stream;
  const distance = distanceOf(stream, block, code);
  const reach = Math.min(window, output.length);
  if (distance > reach) {
    const word = dictionaryWord(copy, distance - reach - 1);
    if (word.length > left) throw STREAM_BROKEN;
    for (const byte of word) appendByte(output, byte);
    return;
  }
  if (copy > left) throw STREAM_BROKEN;
  if (code !== LAST_DISTANCE) {
    distances.pop();
    distances.unshift(distance);
  }
  for (let i = 0; i < copy; i++)
    appendByte(output, output.bytes[output.length - distance] as number);
}

function readDistanceCode({ reader }: Stream, block: MetaBlock, copy: number): number {
  const { distances, distanceMap, distanceCodes } = block;
  takeSymbol(reader, distances);
  const tree = distanceMap[4 * distances.type + distanceContext(copy)] as number;
  return readSymbol(reader, distanceCodes[tree] as PrefixCode);
}

/** Codes 4 to 15: one of the two last distances, and what is added to it. */
const NEARBY = [-1, 1, -2, 2, -3, 3];

function distanceOf(stream: Stream, block: MetaBlock, code: number): number {
  const { reader, distances } = stream;
  if (code < 4) return distances[code] as number;
  if (code < 16) {
    const base = distances[code < 10 ? 0 : 1];
    const distance = base + (NEARBY[(code - 4) % 6] as number);
    if (distance <= 0) throw STREAM_BROKEN;
    return distance;
  }
  const { directCount, postfixBits } = block;
  if (code < 16 + directCount) return code - 15;
  const rest = code - 16 - directCount;
  const high = rest >> postfixBits;
  const low = rest & ((1 << postfixBits) - 1);
  const bits = 1 + (rest >> (postfixBits + 1));
  const offset = ((2 + (high & 1)) << bits) - 4;
  return ((offset + readBits(reader, bits)) << postfixBits) + low + directCount + 1;
}
