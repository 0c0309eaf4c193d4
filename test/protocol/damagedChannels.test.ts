import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { rlpContentStart } from '../../src/base/rlpScan.ts';
import { decodeBlob } from '../../src/protocol/blob.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { inspectChannel } from '../../src/protocol/inspectChannel.ts';
import { readShared, readSharedHexLines } from '../support/batches.ts';
import { runs } from '../support/runs.ts';
import { lacksShared } from '../support/shared.ts';

const OP_SEPOLIA = { l2Time: 1691802540n, blockTime: 2n, l2ChainId: 11155420n };
const LIMIT = 100_000_000;
const OFFSETS = runs(150);
const FLIPS = [0x01, 0x80, 0xff];
/** Channels up to this length are cut everywhere, longer ones at CUTS offsets. */
const ALL_CUTS_BYTES = 4096;
const CUTS = runs(400);

/** How the reference reads brotli: a fault costs what the piece with it would have yielded. */
const FIRST_PIECE_BYTES = 4096;
const PIECE_BYTES = 32_768;

const CALLDATA = [
  'op-goerli-singular-feb2023',
  'op-mainnet-singular-jan2024',
  'op-sepolia-span-dec2023',
];

describe.skipIf(lacksShared('data/batches'))('Z3: real channels of calldata, damaged', () => {
  for (const name of CALLDATA) {
    test(name, () => {
      const [data] = readSharedHexLines(`data/batches/${name}-calldata.hex`);
      expectSurvivors(joined([data as Uint8Array]), (offset) => offset);
    });
  }
});

describe.skipIf(lacksShared('data/blobs'))('Z4: real channels of blobs, damaged', () => {
  test('op-sepolia-6582929', () => {
    const blobs = [0, 1, 2].map((i) => readShared(`data/blobs/op-sepolia-6582929-${i}.blob`));
    const channel = joined(blobs.map(decodeBlob));
    expectSurvivors(channel, (offset) => {
      const pieces = Math.floor((offset - FIRST_PIECE_BYTES) / PIECE_BYTES);
      return pieces < 0 ? 0 : FIRST_PIECE_BYTES + pieces * PIECE_BYTES;
    });
  });
});

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...pieces.flatMap((data) => decodeFrames(data).map((frame) => frame.data)));
}

/**
 * Cuts the channel, and changes single bytes at sampled offsets. Either way some result comes
 * out, and with it every batch that the bytes before the damage hold.
 *
 * @param readable  How many bytes count as read when the byte at an offset is wrong.
 */
function expectSurvivors(channel: Uint8Array, readable: (offset: number) => number): void {
  const whole = batchesOf(channel);
  const sameAsWhole = (batches: readonly Uint8Array[], count: number) =>
    batches
      .slice(0, count)
      .filter((batch, i) => Buffer.compare(batch, whole[i] as Uint8Array) === 0).length;
  const counts = new Map<number, number>();
  const countBefore = (length: number): number => {
    const batches = counts.has(length) ? [] : batchesOf(channel.subarray(0, length));
    const count = counts.get(length) ?? batches.length;
    if (!counts.has(length)) expect(sameAsWhole(batches, count), `cut at ${length}`).toBe(count);
    counts.set(length, count);
    return count;
  };
  const cuts = channel.length <= ALL_CUTS_BYTES ? channel.length : CUTS;
  for (let cut = 0; cut < cuts; cut++) countBefore(Math.floor((cut * channel.length) / cuts));
  const step = channel.length / OFFSETS;
  for (let sample = 0; sample < OFFSETS; sample++) {
    const offset = Math.floor(sample * step);
    const survivors = countBefore(readable(offset));
    for (const flip of FLIPS) {
      const damaged = channel.slice();
      damaged[offset] = (damaged[offset] as number) ^ flip;
      const same = sameAsWhole(batchesOf(damaged), survivors);
      expect(same, `byte ${offset} changed by ${flip}`).toBe(survivors);
    }
  }
}

/** Type byte and batch of all that a channel yields; throws only on a fault of ours. */
function batchesOf(channel: Uint8Array): readonly Uint8Array[] {
  // Spans are put together only where that does not take minutes.
  const chain = channel.length <= ALL_CUTS_BYTES ? OP_SEPOLIA : undefined;
  const { content, batches } = inspectChannel(channel, LIMIT, chain);
  if (content === undefined) return [];
  return batches.map(({ offset, bytes }) => {
    const stream = content.bytes.subarray(offset);
    const start = rlpContentStart(stream, 0);
    return stream.subarray(start, start + bytes);
  });
}
