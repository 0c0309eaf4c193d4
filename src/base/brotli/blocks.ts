import { type BitReader, readBits } from './bits.ts';
import { STREAM_BROKEN } from '../streamEnding.ts';
import { type PrefixCode, readPrefixCode, readSymbol } from './codes.ts';

/** Blocks of one kind (literals, commands, distances): which type is in force, for how long. */
export type Blocks = {
  readonly typeCount: number;
  /** Undefined where there is one type only. */
  readonly types: PrefixCode | undefined;
  readonly lengths: PrefixCode | undefined;
  type: number;
  previousType: number;
  /** Symbols left in the block. */
  left: number;
};

/** With one block type, a block outlasts every meta-block. */
const ENDLESS = 1 << 24;

const LENGTH_BASES = [
  1, 5, 9, 13, 17, 25, 33, 41, 49, 65, 81, 97, 113, 145, 177, 209, 241, 305, 369, 497, 753, 1265,
  2289, 4337, 8433, 16625,
];
const LENGTH_EXTRA_BITS = [
  2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24,
];

/** A count of 1 to 256. @spec RFC 7932, 9.2 */
export function readTypeCount(reader: BitReader): number {
  if (readBits(reader, 1) === 0) return 1;
  const bits = readBits(reader, 3);
  return 1 + (1 << bits) + readBits(reader, bits);
}

/** The description of a kind of blocks, at the start of a meta-block. @spec RFC 7932, 6 */
export function readBlocks(reader: BitReader): Blocks {
  const typeCount = readTypeCount(reader);
  const start = { typeCount, type: 0, previousType: 1 };
  if (typeCount === 1) return { ...start, types: undefined, lengths: undefined, left: ENDLESS };
  const types = readPrefixCode(reader, typeCount + 2);
  const lengths = readPrefixCode(reader, LENGTH_BASES.length);
  return { ...start, types, lengths, left: readLength(reader, lengths) };
}

function readLength(reader: BitReader, lengths: PrefixCode): number {
  const code = readSymbol(reader, lengths);
  const extra = readBits(reader, LENGTH_EXTRA_BITS[code] as number);
  return (LENGTH_BASES[code] as number) + extra;
}

/** Takes one symbol off the block, after a switch to the next one where it is used up. */
export function takeSymbol(reader: BitReader, blocks: Blocks): void {
  if (blocks.left === 0) switchBlock(reader, blocks);
  blocks.left--;
}

function switchBlock(reader: BitReader, blocks: Blocks): void {
  const { types, lengths, typeCount, type, previousType } = blocks;
  if (types === undefined || lengths === undefined) throw STREAM_BROKEN;
  const code = readSymbol(reader, types);
  blocks.type = code === 0 ? previousType : code === 1 ? (type + 1) % typeCount : code - 2;
  blocks.previousType = type;
  blocks.left = readLength(reader, lengths);
}

/** A context map of `size` entries, each below `treeCount`. @spec RFC 7932, 7.3 */
export function readContextMap(reader: BitReader, size: number, treeCount: number): Uint8Array {
  const map = new Uint8Array(size);
  if (treeCount === 1) return map;
  const maxRun = readBits(reader, 1) === 0 ? 0 : readBits(reader, 4) + 1;
  const code = readPrefixCode(reader, treeCount + maxRun);
  for (let at = 0; at < size; ) {
    const symbol = readSymbol(reader, code);
    if (symbol === 0 || symbol > maxRun) {
      map[at++] = symbol === 0 ? 0 : symbol - maxRun;
      continue;
    }
    at += (1 << symbol) + readBits(reader, symbol);
    if (at > size) throw STREAM_BROKEN;
  }
  if (readBits(reader, 1) === 1) undoMoveToFront(map);
  return map;
}

function undoMoveToFront(map: Uint8Array): void {
  const order = Array.from({ length: 256 }, (_, i) => i);
  map.forEach((place, at) => {
    const [value] = order.splice(place, 1) as [number];
    order.unshift(value);
    map[at] = value;
  });
}
