import { concatBytes, type Hex, hexToBytes } from '../../../src/base/bytes.ts';
import { encodeUvarint } from '../../../src/base/cursor.ts';
import { encodeRlp } from '../../../src/base/rlp.ts';
import type { DeriveConfig } from '../../../src/derive/index.ts';
import { compressChannel } from '../../../src/native/compress.ts';
import type { Batch, SingularBatch, SpanBatch } from '../../../src/protocol/batch.ts';
import { encodeBitlist } from '../../../src/protocol/bitlist.ts';
import { encodeSpanTxs } from '../../../src/protocol/encodeSpanTxs.ts';
import { DEPOSIT_TX_TYPE } from '../../../src/protocol/deposit.ts';
import { encodeFrames, type Frame } from '../../../src/protocol/frame.ts';
import type { L2Block } from '../../../src/protocol/l2Block.ts';
import { encodeSingularBatch } from '../../../src/protocol/singularBatch.ts';
import { refOf } from './l2.ts';

/** The singular batch that an honest batcher sends for a block. */
export function singularOf(config: DeriveConfig, block: L2Block): SingularBatch {
  const { l1Origin } = refOf(config, block);
  return {
    type: 'singular',
    parentHash: block.parentHash,
    epochNumber: l1Origin.number,
    epochHash: l1Origin.hash,
    timestamp: block.timestamp,
    transactions: userTxs(block),
  };
}

/** The span batch that an honest batcher sends for consecutive blocks. */
export function spanOf(config: DeriveConfig, blocks: readonly L2Block[]): SpanBatch {
  const [first, last] = [blocks[0] as L2Block, blocks.at(-1) as L2Block];
  return {
    type: 'span',
    parentCheck: first.parentHash.slice(0, 42) as Hex,
    l1OriginCheck: refOf(config, last).l1Origin.hash.slice(0, 42) as Hex,
    elements: blocks.map((block) => ({
      epochNumber: refOf(config, block).l1Origin.number,
      timestamp: block.timestamp,
      transactions: userTxs(block),
    })),
  };
}

function userTxs(block: L2Block): readonly Uint8Array[] {
  return block.transactions.filter((tx) => tx[0] !== DEPOSIT_TX_TYPE);
}

/**
 * A batch with its type byte. Unlike the batcher's encoder it writes spans that no reader accepts:
 * epochs may do what they like, so long as the last one is right.
 */
export function encodeBatch({ rollup }: DeriveConfig, batch: Batch): Uint8Array {
  if (batch.type === 'singular') {
    return concatBytes(Uint8Array.of(0), encodeSingularBatch(batch));
  }
  const { elements } = batch;
  const first = elements[0] as SpanBatch['elements'][number];
  const last = elements.at(-1) as SpanBatch['elements'][number];
  const bits = elements.map(({ epochNumber }, i) => epochNumber !== elements[i - 1]?.epochNumber);
  return concatBytes(
    Uint8Array.of(1),
    encodeUvarint(BigInt.asUintN(64, first.timestamp - rollup.genesis.l2Time)),
    encodeUvarint(last.epochNumber),
    hexToBytes(batch.parentCheck),
    hexToBytes(batch.l1OriginCheck),
    encodeUvarint(BigInt(elements.length)),
    encodeBitlist(bits),
    ...elements.map(({ transactions }) => encodeUvarint(BigInt(transactions.length))),
    encodeSpanTxs(
      elements.flatMap(({ transactions }) => transactions),
      rollup.l2ChainId,
    ),
  );
}

/** A batch, or what stands in its place in a channel. */
export type ChannelItem = Batch | Uint8Array;

/** A compressed channel of batches; bytes are taken as a batch's encoding. */
export function channelOf(
  config: DeriveConfig,
  items: readonly ChannelItem[],
  algorithm: 'zlib' | 'brotli-9' = 'zlib',
): Uint8Array {
  const encoded = items.map((item) =>
    encodeRlp(item instanceof Uint8Array ? item : encodeBatch(config, item)),
  );
  return compressChannel(concatBytes(...encoded), algorithm);
}

/** A channel id of 16 equal bytes. */
export function channelId(byte: number): Hex {
  return `0x${byte.toString(16).padStart(2, '0').repeat(16)}`;
}

/** A channel's data cut into `count` frames of about equal length. */
export function framesOf(id: Hex, channel: Uint8Array, count = 1): Frame[] {
  const size = Math.ceil(channel.length / count);
  return Array.from({ length: count }, (_, frameNumber) => ({
    channelId: id,
    frameNumber,
    data: channel.slice(size * frameNumber, size * (frameNumber + 1)),
    isLast: frameNumber === count - 1,
  }));
}

/** Batcher data that holds a whole channel of these batches in one frame. */
export function dataOf(
  config: DeriveConfig,
  items: readonly ChannelItem[],
  id: Hex = channelId(0xc1),
): Uint8Array {
  return encodeFrames(framesOf(id, channelOf(config, items)));
}
