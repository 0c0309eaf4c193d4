import { bytesToHex, type Hash, type Hex, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256 } from '../../src/base/hash.ts';
import type { BatchBlock } from '../../src/batcher/batchBlock.ts';
import type { BatcherEnv } from '../../src/batcher/batcherState.ts';
import type { ChannelConfig } from '../../src/batcher/channelConfig.ts';
import { compressChannel } from '../../src/native/compress.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { rollupConfig, SYSTEM_CONFIG } from './rollupConfig.ts';

/** A config with every fork active from the start. */
export const BATCHER_ROLLUP: RollupConfig = rollupConfig('karst', {
  genesis: {
    l1: { number: 100n, hash: `0x${'01'.repeat(32)}` },
    l2: { number: 0n, hash: `0x${'02'.repeat(32)}` },
    l2Time: 1_000n,
    systemConfig: {
      ...SYSTEM_CONFIG,
      batcherAddr: `0x${'ba'.repeat(20)}`,
      overhead: ZERO_HASH,
      scalar: `0x01${'00'.repeat(31)}`,
    },
  },
  seqWindowSize: 100n,
});

/** Small frames of calldata, so that channels fill soon. */
export const BATCHER_CONFIG: ChannelConfig = {
  batchType: 'singular',
  algorithm: 'zlib',
  compressor: 'shadow',
  approxComprRatio: 0.6,
  daType: 'calldata',
  maxL1TxSizeBytes: 2_000,
  targetNumFrames: 1,
  maxChannelDuration: 0n,
  subSafetyMargin: 10n,
  maxBlocksPerSpanBatch: 0,
};

/** Surroundings of the batcher's state at L1 block `number`. */
export function batcherEnv(
  number: bigint,
  change: Partial<ChannelConfig> = {},
  rollup: RollupConfig = BATCHER_ROLLUP,
): BatcherEnv {
  let channels = 0;
  return {
    rollup,
    config: { ...BATCHER_CONFIG, ...change },
    mayRebuild: false,
    l1Head: { number, timestamp: 1_000n + 12n * (number - 100n) },
    compress: compressChannel,
    newChannelId: (): Hex => `0x${(++channels).toString(16).padStart(32, '0')}`,
  };
}

/** A chain of `count` L2 blocks from `first` on, six of each L1 origin, with `txBytes` of noise. */
export function batchBlocks(first: number, count: number, txBytes = 300): BatchBlock[] {
  return Array.from({ length: count }, (_, i) => blockAt(first + i, txBytes));
}

/** Hash of L2 block `number` in `batchBlocks`. */
export function l2HashAt(number: number): Hash {
  return bytesToHex(keccak256(Uint8Array.of(2, number & 0xff, number >> 8)));
}

/** Hash of L1 block `number` in `batchBlocks`. */
export function l1HashAt(number: number): Hash {
  return bytesToHex(keccak256(Uint8Array.of(1, number & 0xff, number >> 8)));
}

function blockAt(number: number, txBytes: number): BatchBlock {
  const origin = 100 + Math.floor(number / 6);
  return {
    number: BigInt(number),
    hash: l2HashAt(number),
    parentHash: l2HashAt(number - 1),
    timestamp: 1_000n + 2n * BigInt(number),
    l1Origin: { number: BigInt(origin), hash: l1HashAt(origin) },
    l1OriginTime: 1_000n + 12n * BigInt(origin - 100),
    sequenceNumber: BigInt(number % 6),
    transactions: [legacyTx(noise(number, txBytes))],
  };
}

/** Bytes that do not compress. */
function noise(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 32) {
    const part = keccak256(Uint8Array.of(3, seed & 0xff, seed >> 8, at & 0xff, at >> 8));
    bytes.set(part.subarray(0, Math.min(32, length - at)), at);
  }
  return bytes;
}

/** A well-formed unprotected legacy transaction that carries `data`. */
function legacyTx(data: Uint8Array): Uint8Array {
  const word = new Uint8Array(32).fill(1);
  const to = new Uint8Array(20).fill(7);
  const number = Uint8Array.of(1);
  return encodeRlp([number, number, number, to, number, data, Uint8Array.of(27), word, word]);
}
