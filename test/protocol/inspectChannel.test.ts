import { describe, expect, test } from 'vitest';
import { bytesToHex, concatBytes } from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { compressChannel } from '../../src/native/compress.ts';
import { encodeFrames, type Frame } from '../../src/protocol/frame.ts';
import { inspectChannel, inspectFrames, joinFrames } from '../../src/protocol/inspectChannel.ts';
import { encodeSingularBatch } from '../../src/protocol/singularBatch.ts';
import { SPAN_BYTES, SPAN_CONTEXT, SPAN_TXS } from '../support/spanVector.ts';

const ID = `0x${'0a'.repeat(16)}` as const;
const OTHER = `0x${'0b'.repeat(16)}` as const;
const LIMIT = 100_000_000;

const SINGULAR = encodeRlp(
  concatBytes(
    Uint8Array.of(0),
    encodeSingularBatch({
      type: 'singular',
      parentHash: `0x${'11'.repeat(32)}`,
      epochNumber: 1000n,
      epochHash: `0x${'22'.repeat(32)}`,
      timestamp: 1686069003n,
      transactions: SPAN_TXS,
    }),
  ),
);
const SPAN = encodeRlp(concatBytes(Uint8Array.of(1), SPAN_BYTES));

function frame(channelId: Frame['channelId'], frameNumber: number, isLast = false): Frame {
  return { channelId, frameNumber, data: Uint8Array.of(frameNumber), isLast };
}

describe('inspectFrames', () => {
  const data = encodeFrames([frame(ID, 0), frame(ID, 1, true)]);

  test('default: whole data', () => {
    const { frames, partial, fault } = inspectFrames(data);
    expect(frames).toEqual([frame(ID, 0), frame(ID, 1, true)]);
    expect([partial, fault]).toEqual([undefined, undefined]);
  });

  test('behavior: frames before the fault, and what there is of the broken one', () => {
    const cut = inspectFrames(data.subarray(0, data.length - 1));
    expect(cut.frames).toEqual([frame(ID, 0)]);
    expect(cut.partial).toEqual(frame(ID, 1));
    expect(cut.fault).toMatchObject({ stage: 'frames', code: 'truncated' });
    expect(inspectFrames(data.subarray(0, 30))).toMatchObject({ partial: undefined });
    expect(inspectFrames(Uint8Array.of(9))).toMatchObject({ fault: { code: 'unknownVersion' } });
    expect(inspectFrames(new Uint8Array(0))).toMatchObject({ fault: { code: 'truncated' } });
  });
});

describe('joinFrames', () => {
  test('default: by channel, in order of numbers', () => {
    const frames = [frame(OTHER, 1, true), frame(ID, 0, true), frame(OTHER, 0)];
    const [first, second] = joinFrames(frames);
    expect(first).toEqual({
      id: OTHER,
      frameCount: 2,
      data: Uint8Array.of(0, 1),
      fault: undefined,
    });
    expect(second).toMatchObject({ id: ID, data: Uint8Array.of(0) });
  });

  test('behavior: the first of two frames with one number counts', () => {
    const again = { ...frame(ID, 0), data: Uint8Array.of(77) };
    const [channel] = joinFrames([frame(ID, 0), again, frame(ID, 1, true)]);
    expect(channel?.data).toEqual(Uint8Array.of(0, 1));
  });

  test('error: a gap ends the data', () => {
    const [channel] = joinFrames([frame(ID, 0), frame(ID, 2, true)]);
    expect(channel?.data).toEqual(Uint8Array.of(0));
    expect(channel?.fault).toMatchObject({ code: 'frameMissing' });
  });
});

describe('inspectChannel', () => {
  test('default: every batch, spans put together', () => {
    const channel = compressChannel(concatBytes(SINGULAR, SPAN), 'brotli-9');
    const { content, batches, fault } = inspectChannel(channel, LIMIT, SPAN_CONTEXT);
    expect(content?.compression).toBe('brotli');
    expect(fault).toBeUndefined();
    expect(batches.map(({ raw }) => raw.type)).toEqual(['singular', 'rawSpan']);
    expect(batches[1]?.offset).toBe(SINGULAR.length);
    const transactions = batches[1]?.span?.elements.flatMap((element) => element.transactions);
    expect(transactions?.map(bytesToHex)).toEqual(SPAN_TXS.map(bytesToHex));
  });

  test('behavior: without a chain, spans stay in columns', () => {
    const { batches, fault } = inspectChannel(compressChannel(SPAN, 'zlib'), LIMIT, undefined);
    expect([batches[0]?.span, batches[0]?.fault, fault]).toEqual([undefined, undefined, undefined]);
  });

  test('behavior: batches before the fault, and where it is', () => {
    const channel = compressChannel(concatBytes(SINGULAR, Uint8Array.of(0x05), SINGULAR), 'zlib');
    const { batches, fault } = inspectChannel(channel, LIMIT, undefined);
    expect(batches.length).toBe(1);
    expect(fault).toMatchObject({ stage: 'batch', code: 'unknownBatchType' });
    expect(fault?.offset).toBe(SINGULAR.length);
  });

  test('behavior: a span that cannot be put together is alone in that', () => {
    // Its type byte turned into that of a blob transaction, whose list would have the same length.
    const bytes = SPAN_BYTES.slice();
    const at = bytesToHex(bytes).indexOf('02c980020384deadbeefc0') / 2 - 1;
    bytes[at] = 3;
    const broken = encodeRlp(concatBytes(Uint8Array.of(1), bytes));
    const channel = compressChannel(concatBytes(broken, SINGULAR), 'zlib');
    const { batches, fault } = inspectChannel(channel, LIMIT, SPAN_CONTEXT);
    expect(batches[0]?.fault).toMatchObject({ stage: 'transactions', code: 'unknownTxType' });
    expect([batches.length, fault]).toEqual([2, undefined]);
  });

  test('error: no channel at all, a broken stream, one that is too long', () => {
    expect(inspectChannel(Uint8Array.of(2), LIMIT, undefined)).toMatchObject({
      content: undefined,
      fault: { stage: 'channel', code: 'unknownCompression' },
    });
    const channel = compressChannel(SINGULAR, 'zlib');
    channel[channel.length - 1] = (channel.at(-1) as number) ^ 1;
    const broken = inspectChannel(channel, LIMIT, undefined);
    expect(broken.batches.length).toBe(1);
    expect(broken.fault).toMatchObject({ stage: 'stream', code: 'corrupt' });
    const twice = compressChannel(concatBytes(SINGULAR, SINGULAR), 'zlib');
    const capped = inspectChannel(twice, SINGULAR.length, undefined);
    expect(capped.batches.length).toBe(1);
    expect(capped.fault).toMatchObject({ stage: 'stream', code: 'capped' });
  });
});
