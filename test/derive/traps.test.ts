import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigintToMinimalBytes, bytesToHex, concatBytes } from '../../src/base/bytes.ts';
import { encodeUvarint } from '../../src/base/cursor.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import { compressChannel } from '../../src/native/compress.ts';
import type { SpanBatch } from '../../src/protocol/batch.ts';
import { decodeDepositTx, encodeDepositTx } from '../../src/protocol/deposit.ts';
import { encodeSpanBatch } from '../../src/protocol/encodeSpanBatch.ts';
import { encodeFrames } from '../../src/protocol/frame.ts';
import { FORKS } from '../../src/protocol/forks.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { l2BlockRef } from '../../src/protocol/l2BlockRef.ts';
import { l1InfoSourceHash, userDepositSourceHash } from '../../src/protocol/sourceHash.ts';
import { decodeSpanBatch, expandSpanBatch } from '../../src/protocol/spanBatch.ts';
import { spanBatches } from '../support/transactions.ts';
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
import { chainAt, chainForking, GENESIS_TIME } from './support/config.ts';
import { blobTx, emit, l1Blocks, post } from './support/l1.ts';
import { honestChain, steadyPlans, userTx } from './support/l2.ts';
import { depositLog } from './support/logs.ts';
import { deriveAll } from './support/run.ts';
import { runs } from '../support/runs.ts';

// Bugs of derivation that other clients shipped, by the ids of the shared list of traps. Those that
// belong to one stage are named in that stage's tests; here are the ones that need several.

const fjord = chainAt('fjord', { seqWindowSize: 50n });

/** Six honest blocks, and what becomes of these items in one channel read in L1 block 103. */
function reading(config: DeriveConfig) {
  const l1 = l1Blocks(config, 6);
  const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
  const read = (...items: readonly ChannelItem[]) => {
    const { blocks, reasons, end } = deriveAll(
      config,
      post(config, l1, 103, dataOf(config, items)),
    );
    return { blocks: blocks.length, reasons, end };
  };
  return { l1, chain, read, span: spanOf(config, chain.slice(1)) };
}

describe('batch decoding', () => {
  const { read, span, chain } = reading(fjord);
  const first = singularOf(fjord, chain[1] as L2Block);
  const known = encodeBatch(fjord, span);
  /** Of a span: everything before `block_count`. */
  const prefix = known.slice(0, 1 + 1 + 1 + 40);

  test('B1: hostile counts in every length field end the channel, at once', () => {
    for (const count of [0n, 10_000_001n, 2n ** 63n, 2n ** 64n - 1n]) {
      const blockCount = concatBytes(prefix, encodeUvarint(count));
      expect(read(first, blockCount), `block_count ${count}`).toMatchObject({
        blocks: 1,
        reasons: ['malformedBatch'],
      });
      if (count === 0n) continue;
      const txCount = concatBytes(prefix, Uint8Array.of(1, 0), encodeUvarint(count));
      expect(read(first, txCount), `block_tx_counts ${count}`).toMatchObject({
        blocks: 1,
        reasons: ['malformedBatch'],
      });
    }
  });

  test('B12: a span of no blocks ends the channel', () => {
    expect(read(first, concatBytes(prefix, Uint8Array.of(0)))).toMatchObject({ blocks: 1 });
  });

  test('B3: bit lists of lengths that eight does not divide; a bit too many is a fault', () => {
    for (let blocks = 1; blocks <= 6; blocks++) {
      const short = spanOf(fjord, chain.slice(1, blocks + 1));
      expect(read(short), `${blocks} blocks`).toMatchObject({ blocks, reasons: [] });
      const bytes = encodeBatch(fjord, short);
      // The bit list of origins follows a count of one byte.
      bytes[prefix.length + 1] = (bytes[prefix.length + 1] as number) | (1 << blocks);
      expect(read(bytes), `${blocks} blocks, bit ${blocks} set`).toMatchObject({
        blocks: 0,
        reasons: ['malformedBatch'],
      });
    }
  });

  test('B4: a span cut off at any byte ends the channel', () => {
    for (let length = 1; length < known.length; length++) {
      expect(read(known.slice(0, length)), `first ${length} bytes`).toMatchObject({
        blocks: 0,
        reasons: ['malformedBatch'],
      });
    }
  });

  test('B7: overlong integers count, of up to ten bytes; more, or more bits, are faults', () => {
    const relTimestamp = (bytes: readonly number[]) =>
      concatBytes(known.slice(0, 1), Uint8Array.from(bytes), known.slice(2));
    const padding = (count: number) => Array.from({ length: count }, () => 0x80);
    for (const count of [1, 7, 8]) {
      expect(read(relTimestamp([0x82, ...padding(count), 0])), `${count}`).toMatchObject({
        blocks: 6,
      });
    }
    // Bit 63: far in the future, so it waits.
    expect(read(relTimestamp([0x82, ...padding(8), 1]))).toMatchObject({ blocks: 0, reasons: [] });
    for (const last of [2, 0x7f, 0x80]) {
      const bytes = relTimestamp([0x82, ...padding(8), last]);
      expect(read(bytes).reasons, `tenth byte ${last}`).toEqual(['malformedBatch']);
    }
  });

  test('B8: the first byte of transaction data, over all 256 values', () => {
    const head = encodeBatch(fjord, spanOf(fjord, chain.slice(1, 2))).slice(0, prefix.length + 2);
    const withData = (...data: readonly number[]) => {
      const columns = [Uint8Array.of(1, 0, 0), new Uint8Array(64 + 20), Uint8Array.from(data)];
      return concatBytes(head, ...columns, Uint8Array.of(1, 1, 1));
    };
    for (let byte = 0; byte < 256; byte++) {
      const { blocks, reasons } = read(withData(byte, 0xc3, 0x80, 0x80, 0x80));
      const where = `first byte ${byte}`;
      expect(blocks, where).toBe(0);
      const expected =
        byte === 0x7d
          ? ['postExecTransaction']
          : byte <= 0x7f || byte === 0xc0
            ? ['spanNotConvertible']
            : undefined;
      if (expected !== undefined && byte !== 0xc0) expect(reasons, where).toEqual(expected);
      expect(reasons, where).toHaveLength(1);
    }
    expect(read(withData(0xc3, 0x80, 0x80, 0x80))).toMatchObject({ blocks: 1, reasons: [] });
  });

  test('B9: chain ids around each width of integer', () => {
    for (const bits of [31n, 53n, 63n, 64n]) {
      for (const l2ChainId of [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]) {
        const one = Uint8Array.of(1);
        const word = new Uint8Array(32).fill(1);
        const v = bigintToMinimalBytes(2n * l2ChainId + 36n);
        const tx = encodeRlp([one, one, one, new Uint8Array(20), one, one, v, word, word]);
        const element = { epochNumber: 1n, timestamp: 0n, transactions: [tx] };
        const check = `0x${'00'.repeat(20)}` as const;
        const batch: SpanBatch = {
          type: 'span',
          parentCheck: check,
          l1OriginCheck: check,
          elements: [element],
        };
        const context = { l2Time: 0n, blockTime: 2n, l2ChainId };
        const bytes = encodeSpanBatch(batch, { ...context, startsNewOrigin: true });
        expect(expandSpanBatch(decodeSpanBatch(bytes), context), `${l2ChainId}`).toEqual(batch);
      }
    }
  });

  test('B13: random batches come back as they were', () => {
    const context = { l2Time: 1000n, blockTime: 2n, l2ChainId: 901n };
    fc.assert(
      fc.property(spanBatches(context), (batch) => {
        const bytes = encodeSpanBatch(batch, { ...context, startsNewOrigin: false });
        expect(expandSpanBatch(decodeSpanBatch(bytes), context)).toEqual(batch);
      }),
      { numRuns: runs(100) },
    );
  });

  test('B16: an L2 block whose first transaction is no L1 attributes cannot be read', () => {
    const block = chain[2] as L2Block;
    const [info, ...rest] = block.transactions as [Uint8Array];
    const deposit = decodeDepositTx(info);
    const spoiled = [
      userTx(1),
      encodeDepositTx({ ...deposit, data: deposit.data.slice(0, -1) }),
      encodeDepositTx({ ...deposit, data: concatBytes(deposit.data, Uint8Array.of(0)) }),
      encodeDepositTx({ ...deposit, data: Uint8Array.from([9, ...deposit.data.slice(1)]) }),
    ];
    for (const tx of spoiled) {
      const other = { ...block, transactions: [tx, ...rest] };
      expect(() => l2BlockRef(fjord.rollup, other), bytesToHex(tx.slice(0, 8))).toThrow(
        DecodeError,
      );
    }
  });
});

describe('batch validity', () => {
  test('B10: set-code transactions, one block before, at and after Isthmus', () => {
    const config = chainForking('holocene', 'isthmus', 1006n, { seqWindowSize: 50n });
    const setCode = Uint8Array.of(4, 0xc0);
    const l1 = l1Blocks(config, 5);
    for (const [number, accepted] of [
      [2, false],
      [3, true],
      [4, true],
    ] as const) {
      const plans = [100, 100, 101, 101].map((epoch, i) => ({
        epoch,
        txs: i === number - 1 ? [setCode] : [],
      }));
      const chain = honestChain(config, l1, plans);
      const batches = chain.slice(1).map((block) => singularOf(config, block));
      const { blocks } = deriveAll(config, post(config, l1, 103, dataOf(config, batches)));
      expect(blocks.length, `block ${number}`).toBe(accepted ? 4 : number - 1);
    }
  });

  test('V2: a span that cannot be taken apart never halts, in any fork', () => {
    for (const fork of FORKS.slice(FORKS.indexOf('delta'))) {
      const config = chainAt(fork, { seqWindowSize: 50n });
      const { read, span } = reading(config);
      for (const epochs of [
        [99n, 100n, 101n, 101n, 101n, 102n],
        [101n, 102n, 103n, 103n, 104n, 105n],
        [100n, 101n, 102n, 102n, 103n, 103n],
      ]) {
        const elements = span.elements.map((e, i) => ({ ...e, epochNumber: epochs[i] as bigint }));
        expect(read({ ...span, elements }).end, `${fork} ${epochs.join()}`).toBe('needL1Block');
      }
    }
  });

  test.each(['ecotone', 'fjord'] as const)(
    'V10: late L1 blocks in %s never stop the chain',
    (fork) => {
      const gaps = [12, 30, 600, 1794, 1806, 2000];
      for (const gap of gaps) {
        const config = chainAt(fork);
        const l1 = l1Blocks(config, 9, { timeOf: (i) => (i < 3 ? 6 * i : 12 + gap + 6 * (i - 3)) });
        const { blocks, end } = deriveAll(config, l1);
        expect(end, `gap ${gap}`).toBe('needL1Block');
        // Every second second of the gap has its block, drift or not.
        expect(blocks.length, `gap ${gap}`).toBeGreaterThanOrEqual((gap + 6) / 2);
      }
    },
  );

  test.each(['jovian', 'karst'] as const)(
    'V13: a batch with transactions exactly at %s',
    (fork) => {
      const before = fork === 'jovian' ? 'isthmus' : 'jovian';
      const config = chainForking(before, fork, 1006n, { seqWindowSize: 50n });
      const { read, chain } = reading(config);
      const batches = chain.slice(1).map((block) => singularOf(config, block));
      expect(read(...batches)).toMatchObject({
        blocks: 2,
        reasons: ['transactionsInActivationBlock', 'flushed'],
      });
    },
  );

  test('Z10, V18: what the batcher’s encoder builds derives back, at every fork', () => {
    for (const fork of FORKS) {
      const config = chainAt(fork, { seqWindowSize: 50n });
      const { l1, chain } = reading(config);
      const batches = chain.slice(1).map((block) => singularOf(config, block));
      const { rollup } = config;
      const context = { l2Time: rollup.genesis.l2Time, l2ChainId: rollup.l2ChainId };
      const encoded = encodeSpanBatch(spanOf(config, chain.slice(1)), {
        ...context,
        startsNewOrigin: false,
      });
      const span = concatBytes(Uint8Array.of(1), encoded);
      const hasDelta = FORKS.indexOf(fork) >= FORKS.indexOf('delta');
      for (const items of hasDelta ? [batches, [span]] : [batches]) {
        const channel = channelOf(config, items);
        for (const count of [1, 3]) {
          const data = framesOf(channelId(1), channel, count).map((f) => encodeFrames([f]));
          const { blocks } = deriveAll(config, post(config, l1, 103, ...data));
          expect(
            blocks.map(({ hash }) => hash),
            `${fork}, ${count} frames`,
          ).toEqual(chain.slice(1).map(({ hash }) => hash));
        }
      }
    }
  });

  test('Z12: today’s rule: what was decompressed before a fault counts, in every fork', () => {
    for (const fork of FORKS) {
      const config = chainAt(fork, { seqWindowSize: 50n });
      const { l1, chain } = reading(config);
      const stream = encodeRlp(encodeBatch(config, singularOf(config, chain[1] as L2Block)));
      const whole = compressChannel(concatBytes(stream, new Uint8Array(50_000)), 'zlib');
      const data = encodeFrames(framesOf(channelId(1), whole.slice(0, -20)));
      expect(deriveAll(config, post(config, l1, 103, data)).blocks.length, fork).toBe(1);
    }
  });
});

describe('L1 inputs', () => {
  test('L7: a reorg between two blob transactions', () => {
    const config = chainAt('holocene', { seqWindowSize: 50n });
    const { l1, chain } = reading(config);
    const blocks = chain.slice(1);
    const half = (from: number, to: number, id: number) =>
      blobTx(dataOf(config, [spanOf(config, blocks.slice(from, to))], channelId(id)));
    const both = post(config, post(config, l1, 103, half(0, 3, 1)), 104, half(3, 6, 2));
    expect(deriveAll(config, both).safe.number).toBe(6n);
    const swapped = post(config, post(config, l1, 103, half(3, 6, 2)), 104, half(0, 3, 1));
    expect(deriveAll(config, swapped).safe.number).toBe(3n);
  });

  test('L10: a deposit that creates a contract has no recipient, whatever the topic says', () => {
    const config = chainAt('granite');
    const log = depositLog(config, 5n);
    const data = log.data.slice();
    data[64 + 72] = 7;
    const l1 = emit(l1Blocks(config, 9), 101, { ...log, data }, log);
    const { blocks } = deriveAll(config, l1);
    const first = blocks.find(({ timestamp }) => timestamp === GENESIS_TIME + 6n) as L2Block;
    const recipients = first.transactions.slice(1).map((tx) => decodeDepositTx(tx).to);
    expect(recipients).toEqual([undefined, `0x${'b0'.repeat(20)}`]);
  });

  test('L11: source hashes of L1 attributes and deposits tell blocks and logs apart', () => {
    const config = chainAt('granite');
    const clean = l1Blocks(config, 9);
    const l1 = emit(clean, 101, depositLog(config, 5n), depositLog(config, 5n));
    const { blocks } = deriveAll(config, l1);
    const { hash } = (clean[1] as L1Block).ref;
    const ofEpoch = blocks.filter(({ timestamp }) => timestamp >= GENESIS_TIME + 6n).slice(0, 2);
    const sources = ofEpoch.map(({ transactions }) =>
      transactions.map((tx) => decodeDepositTx(tx).sourceHash),
    );
    expect(sources).toEqual([
      [l1InfoSourceHash(hash, 0n), userDepositSourceHash(hash, 0), userDepositSourceHash(hash, 1)],
      [l1InfoSourceHash(hash, 1n)],
    ]);
  });

  test('L12: the blob base fee follows the L1 schedule, and Cancun’s until the fix', () => {
    const schedule = [
      { fork: 'cancun', time: 0n, target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n },
      { fork: 'prague', time: 1006n, target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n },
    ];
    const infoOf = (pectraBlobScheduleTime: bigint | undefined) => {
      const config = {
        ...chainAt('granite', { pectraBlobScheduleTime }),
        l1Chain: { chainId: 900n, blobSchedule: schedule },
      };
      const l1 = l1Blocks(config, 9).map((b) => ({ ...b, excessBlobGas: 50_000_000n }));
      return deriveAll(config, l1)
        .blocks.slice(0, 6)
        .map(({ transactions }) =>
          decodeDepositTx(transactions[0] as Uint8Array).data.slice(68, 100),
        )
        .map((word) => BigInt(bytesToHex(word)));
    };
    const cancun = 3_194_333n;
    const prague = 21_689n;
    expect(infoOf(undefined)).toEqual([cancun, cancun, prague, prague, prague, prague]);
    expect(infoOf(1012n)).toEqual([cancun, cancun, cancun, cancun, cancun, prague]);
  });
});
