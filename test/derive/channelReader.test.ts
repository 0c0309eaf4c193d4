import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { addL1Block, type DeriveConfig, next, start } from '../../src/derive/index.ts';
import { compressChannel } from '../../src/native/compress.ts';
import { encodeFrames } from '../../src/protocol/frame.ts';
import type { Fork } from '../../src/protocol/forks.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import {
  type ChannelItem,
  channelId,
  channelOf,
  dataOf,
  encodeBatch,
  framesOf,
  singularOf,
  spanOf,
} from './support/batches.ts';
import { chainAt, chainForking } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { genesisOf, headAt, honestChain, steadyPlans } from './support/l2.ts';
import { deriveAll } from './support/run.ts';

/** So long that nothing is forced here. */
const LONG_WINDOW = { seqWindowSize: 50n };

/** An honest chain of six blocks, and what a channel of batches in L1 block 103 makes of it. */
function reading(config: DeriveConfig) {
  const l1 = l1Blocks(config, 6);
  const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
  const read = (channel: Uint8Array) => {
    const data = encodeFrames(framesOf(channelId(1), channel));
    const { blocks, reasons, notes } = deriveAll(config, post(config, l1, 103, data));
    return { blocks: blocks.length, reasons, notes };
  };
  const singulars = chain.slice(1).map((block) => singularOf(config, block));
  return { chain, read, singulars, span: spanOf(config, chain.slice(1)) };
}

const streamOf = (config: DeriveConfig, items: readonly ChannelItem[]): Uint8Array =>
  concatBytes(
    ...items.map((item) =>
      encodeRlp(item instanceof Uint8Array ? item : encodeBatch(config, item)),
    ),
  );

const BOTH: readonly (readonly [string, Fork])[] = [
  ['before Holocene', 'fjord'],
  ['from Holocene on', 'holocene'],
];

describe.each(BOTH)('nextBatch, %s', (_, newest) => {
  const config = chainAt(newest, LONG_WINDOW);
  const { read, singulars, span } = reading(config);
  const [b1, b2, b3] = singulars as [ChannelItem, ChannelItem, ChannelItem];
  const zlib = (...items: readonly ChannelItem[]) => read(channelOf(config, items));

  test('default: every batch of the channel, in order', () => {
    expect(zlib(...singulars)).toMatchObject({ blocks: 6, reasons: [] });
    expect(zlib(span)).toMatchObject({ blocks: 6, reasons: [] });
  });

  test('5.1: an empty channel, and unknown compressions', () => {
    for (const first of [0x00, 0x02, 0x28 + 1, 0x7f, 0xff]) {
      expect(read(Uint8Array.of(first, 1, 2, 3)), `first byte ${first}`).toMatchObject({
        blocks: 0,
        reasons: ['channelUnreadable'],
      });
    }
    expect(read(new Uint8Array(0)).reasons).toEqual(['channelUnreadable']);
  });

  test('Z8: a brotli channel, without its version byte', () => {
    expect(read(channelOf(config, singulars, 'brotli-9'))).toMatchObject({
      blocks: 6,
      reasons: [],
    });
  });

  test('Z3: truncated at every byte, a channel gives a growing number of blocks', () => {
    const channel = channelOf(config, singulars);
    let blocks = 0;
    for (let length = 2; length < channel.length; length += 7) {
      const found = read(channel.slice(0, length));
      expect(found.blocks, `first ${length} bytes`).toBeGreaterThanOrEqual(blocks);
      blocks = found.blocks;
    }
    expect(blocks).toBeGreaterThan(0);
  });

  test('behavior: a stream without its checksum loses nothing', () => {
    const channel = channelOf(config, singulars);
    expect(read(channel.slice(0, -4))).toMatchObject({ blocks: 6, reasons: [] });
    const wrong = channel.slice();
    wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
    expect(read(wrong)).toMatchObject({ blocks: 6, reasons: [] });
  });

  test('Z4: a stream that breaks keeps the batches before the break', () => {
    const channel = compressChannel(streamOf(config, [b1, b2, b3]).slice(0, -5), 'zlib');
    const broken = channel.slice(0, -4);
    expect(read(broken)).toMatchObject({ blocks: 2 });
    const brotli = compressChannel(streamOf(config, singulars), 'brotli-9');
    const cut = read(brotli.slice(0, -8));
    expect(cut.reasons).toEqual(['streamBroken']);
  });

  test.each([
    ['an RLP list', Uint8Array.of(0xc1, 0x80)],
    ['an empty string', Uint8Array.of(0x80)],
    ['a non-canonical string', Uint8Array.of(0x81, 0x00)],
    ['a string longer than the stream', Uint8Array.of(0xb8, 0xff, 0x00)],
  ])('5.3: %s ends the channel', (_name, bytes) => {
    const stream = concatBytes(streamOf(config, [b1]), bytes, streamOf(config, [b2]));
    expect(read(compressChannel(stream, 'zlib'))).toMatchObject({
      blocks: 1,
      reasons: ['malformedBatch'],
    });
  });

  test('B6: any batch type but 0 and 1 ends the channel', () => {
    for (let type = 0; type < 256; type++) {
      const batch = encodeBatch(config, b2 as never);
      batch[0] = type;
      const { blocks, reasons } = zlib(b1, batch, b3);
      if (type === 0) expect(blocks).toBe(3);
      else expect({ blocks, reasons }, `type ${type}`).toMatchObject({ blocks: 1 });
      if (type > 1) expect(reasons, `type ${type}`).toEqual(['malformedBatch']);
    }
  });

  test('B15: a malformed batch ends the channel, wherever it stands', () => {
    const bad = Uint8Array.of(0, 0xc0);
    for (let at = 0; at <= 6; at++) {
      const items = [...singulars.slice(0, at), bad, ...singulars.slice(at)];
      expect(zlib(...items), `place ${at}`).toMatchObject({
        blocks: at,
        reasons: ['malformedBatch'],
      });
    }
  });

  test('5.4: a span that cannot be put together is skipped alone', () => {
    // Type 3 in a span's data column is no transaction that it can hold.
    const odd = { ...span, elements: [{ ...span.elements[0], transactions: [] }] } as typeof span;
    const bytes = encodeBatch(config, odd);
    // One transaction: no creation, no parity, r and s, a recipient, type 3 and an empty list.
    const count = bytes.length - 1;
    const withTx = concatBytes(
      bytes.slice(0, count),
      Uint8Array.of(1, 0, 0),
      new Uint8Array(64 + 20),
      Uint8Array.of(3, 0xc0, 0, 0),
    );
    expect(zlib(b1, withTx, b2)).toMatchObject({ blocks: 2, reasons: ['spanNotConvertible'] });
  });

  test('behavior: a malformed batch in a stream that breaks later is the batch’s own fault', () => {
    const stream = streamOf(config, [b1, Uint8Array.of(0xff), b2]);
    const whole = compressChannel(concatBytes(stream, new Uint8Array(50_000)), 'zlib');
    expect(read(whole.slice(0, -20))).toMatchObject({ blocks: 1, reasons: ['malformedBatch'] });
  });

  test('behavior: channels and batches are counted', () => {
    const l1 = l1Blocks(config, 2);
    const state = start(config, {
      l1: l1[0] as L1Block,
      systemConfig: config.rollup.genesis.systemConfig,
    });
    const data = [[b1, b2], [b3]].map((items, i) => dataOf(config, items, channelId(i)));
    addL1Block(state, post(config, l1, 101, ...data)[1] as L1Block);
    const head = headAt(config, genesisOf(config));
    // Nothing is built, so nothing but the counts comes of them.
    for (let turn = 0; turn < 20; turn++) next(state, head);
    expect(state.read).toEqual({ channels: 2, batches: 3 });
  });

  test('behavior: notes tell where a batch stood', () => {
    const { notes } = zlib(b1, Uint8Array.of(9));
    expect(notes[0]?.at).toMatchObject({ channelId: channelId(1), batchIndex: 1 });
    expect(notes[0]?.at.l1.number).toBe(103n);
    expect(notes[0]?.message).toContain('batch 1');
  });
});

describe('nextBatch, forks', () => {
  // L1 block 103 has time 1018.
  test('Z5: brotli counts from Fjord on, by the L1 block’s time and not the batch’s', () => {
    const at = (time: bigint) => {
      const config = chainForking('ecotone', 'fjord', time, LONG_WINDOW);
      const { read, singulars } = reading(config);
      return read(channelOf(config, singulars, 'brotli-9'));
    };
    expect(at(1018n)).toMatchObject({ blocks: 6, reasons: [] });
    expect(at(1019n)).toMatchObject({ blocks: 0, reasons: ['channelUnreadable'] });
  });

  test('V19: span batches count from Delta on, by the L1 block’s time; the channel goes on', () => {
    const at = (time: bigint) => {
      const config = chainForking('canyon', 'delta', time, LONG_WINDOW);
      const { read, singulars, span } = reading(config);
      const first = singulars[0] as ChannelItem;
      return read(channelOf(config, [span, first]));
    };
    expect(at(1019n)).toMatchObject({ blocks: 1, reasons: ['spanBeforeDelta'] });
    // Delta at the L1 block, not yet at the span's first epoch.
    expect(at(1018n)).toMatchObject({ blocks: 1, reasons: ['spanBeforeDelta'] });
    expect(at(1000n)).toMatchObject({ blocks: 6, reasons: ['timestampTooLow'] });
  });

  test('Z1: a bomb is read up to the limit, and the batches before it count', () => {
    const config = chainAt('ecotone', LONG_WINDOW);
    const { read, singulars } = reading(config);
    const stream = streamOf(config, singulars.slice(0, 3));
    const bomb = concatBytes(stream, Uint8Array.of(0xba, 0xff, 0xff, 0xff), new Uint8Array(12e6));
    expect(read(compressChannel(bomb, 'zlib'))).toMatchObject({
      blocks: 3,
      reasons: ['streamTooLong'],
    });
  });

  test('Z2, Z11: a batch that ends at the limit counts, one byte later not', () => {
    const config = chainAt('ecotone', LONG_WINDOW);
    const l1 = l1Blocks(config, 5);
    const withTxBytes = (length: number) => {
      const plans = [{ epoch: 100, txs: [new Uint8Array(length)] }, { epoch: 100 }];
      const chain = honestChain(config, l1, plans);
      return streamOf(
        config,
        chain.slice(1).map((block) => singularOf(config, block)),
      );
    };
    const guess = 9_999_000;
    const exact = guess + 10_000_000 - withTxBytes(guess).length;
    for (const over of [-1, 0, 1]) {
      const stream = withTxBytes(exact + over);
      expect(stream.length).toBe(10_000_000 + over);
      const data = encodeFrames(framesOf(channelId(1), compressChannel(stream, 'zlib')));
      const { blocks, reasons } = deriveAll(config, post(config, l1, 103, data));
      expect({ blocks: blocks.length, reasons }, `${over} bytes over`).toEqual(
        over > 0 ? { blocks: 1, reasons: ['streamTooLong'] } : { blocks: 2, reasons: [] },
      );
    }
  });
});

test('Z9: a thousand junk channels are noted one by one', () => {
  const config = chainAt('holocene');
  const l1 = l1Blocks(config, 3);
  const junk = Array.from({ length: 1000 }, (_, i) =>
    encodeFrames(framesOf(channelId(i & 0xff), Uint8Array.of(0x78, 0x00, i & 0xff))),
  );
  const { reasons, end } = deriveAll(config, post(config, l1, 101, ...junk));
  expect(reasons).toHaveLength(1000);
  expect(new Set(reasons)).toEqual(new Set(['channelUnreadable']));
  expect(end).toBe('needL1Block');
});
