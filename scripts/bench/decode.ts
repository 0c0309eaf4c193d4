import { existsSync, readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { concatBytes, hexToBytes } from '../../src/base/bytes.ts';
import { FJORD_MAX_RLP_BYTES_PER_CHANNEL } from '../../src/derive/parameters.ts';
import { decodeBatch } from '../../src/protocol/batchCodec.ts';
import { decodeBlob } from '../../src/protocol/blob.ts';
import { decompressChannel, readBatchItem } from '../../src/protocol/channel.ts';
import { decodeFrames } from '../../src/protocol/frame.ts';
import { expandSpanBatch, type SpanContext } from '../../src/protocol/spanBatch.ts';
import { sharedPath } from '../../test/support/shared.ts';
import { cpuSeconds } from './cpu.ts';

/** Compressed channels, and the chain they belong to. */
type Workload = {
  readonly name: string;
  readonly channels: readonly Uint8Array[];
  readonly chain: SpanContext;
  /** Small workloads are repeated within one sample. */
  readonly callsPerSample: number;
};

const OP_SEPOLIA = { l2Time: 1691802540n, blockTime: 2n, l2ChainId: 11155420n };

/**
 * Decoding of channels into transactions, by CPU time, beside bare decompression of the same bytes
 * by node:zlib in the same run. One line per workload whose data is at hand.
 */
export function* benchDecode(): Generator<string> {
  const workloads = [
    () => stretch('isthmus-span-brotli-blobs', 1),
    () => stretch('bedrock-singular-zlib-calldata', 4),
    sepoliaBlobs,
    mainnetCalldata,
  ];
  for (const load of workloads) {
    const workload = load();
    if (workload !== undefined) yield measure(workload);
  }
}

function measure({ name, channels, chain, callsPerSample }: Workload): string {
  const transactions = decodeAll(channels, chain);
  let bytes = 0;
  const bare = cpuSeconds(() => {
    bytes = decompressAll(channels);
  }, callsPerSample);
  const whole = cpuSeconds(() => decodeAll(channels, chain), callsPerSample);
  const rate = (seconds: number) => `${(bytes / seconds / 1e6).toFixed(0)} MB/s`;
  const size = `${channels.length} channels, ${(bytes / 1e6).toFixed(2)} MB`;
  const ratio = (whole / bare).toFixed(2);
  const txRate = Math.round(transactions / whole);
  const beside = `${ratio} times the CPU of bare decompression (${rate(bare)})`;
  return `decode ${name} (${size}): ${rate(whole)} out, ${txRate} transactions/s, ${beside}`;
}

function decompressAll(channels: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const channel of channels) {
    const isBrotli = channel[0] === 1;
    bytes += (isBrotli ? brotliDecompressSync(channel.subarray(1)) : inflateSync(channel)).length;
  }
  return bytes;
}

function decodeAll(channels: readonly Uint8Array[], chain: SpanContext): number {
  let transactions = 0;
  for (const channel of channels) {
    const limits = { maxRlpBytes: FJORD_MAX_RLP_BYTES_PER_CHANNEL, brotli: true };
    const content = decompressChannel(channel, limits);
    let read = readBatchItem(content, 0);
    for (; read !== undefined; read = readBatchItem(content, read.end)) {
      const batch = decodeBatch(read.item);
      const blocks = batch.type === 'singular' ? [batch] : expandSpanBatch(batch, chain).elements;
      for (const block of blocks) transactions += block.transactions.length;
    }
  }
  return transactions;
}

/** Lines of a benchmark stretch, as far as they are looked at. */
type Line = {
  readonly rollup?: {
    readonly genesis: { readonly l2_time: number };
    readonly block_time: number;
    readonly l2_chain_id: number;
    readonly batch_inbox_address: string;
  };
  readonly l1?: {
    readonly transactions?: readonly {
      readonly to: string | null;
      readonly input: string;
      readonly blobVersionedHashes?: readonly string[];
    }[];
  };
  readonly blob?: { readonly versionedHash: string; readonly payload: string };
};

function stretch(name: string, callsPerSample: number): Workload | undefined {
  const path = sharedPath(`data/bench/${name}.ndjson.gz`);
  if (!existsSync(path)) return undefined;
  const text = gunzipSync(readFileSync(path)).toString().trim();
  const lines = text.split('\n').map((line) => JSON.parse(line) as Line);
  const rollup = lines[0]?.rollup;
  if (rollup === undefined) throw new Error(`${path}: the first line has no rollup config`);
  const blobs = new Map(
    lines.flatMap(({ blob }) => (blob ? [[blob.versionedHash, blob.payload] as const] : [])),
  );
  const data = lines
    .flatMap(({ l1 }) => l1?.transactions ?? [])
    .filter(({ to }) => to === rollup.batch_inbox_address)
    .flatMap(({ input, blobVersionedHashes }) =>
      blobVersionedHashes === undefined
        ? [input]
        : blobVersionedHashes.flatMap((hash) => blobs.get(hash) ?? []),
    );
  const chain = {
    l2Time: BigInt(rollup.genesis.l2_time),
    blockTime: BigInt(rollup.block_time),
    l2ChainId: BigInt(rollup.l2_chain_id),
  };
  return { name, channels: joinChannels(data.map(hexToBytes)), chain, callsPerSample };
}

function sepoliaBlobs(): Workload | undefined {
  const paths = [0, 1, 2].map((i) => sharedPath(`data/blobs/op-sepolia-6582929-${i}.blob`));
  if (!paths.every((path) => existsSync(path))) return undefined;
  const data = paths.map((path) => decodeBlob(new Uint8Array(readFileSync(path))));
  const channels = joinChannels(data);
  return { name: 'op-sepolia-6582929', channels, chain: OP_SEPOLIA, callsPerSample: 20 };
}

function mainnetCalldata(): Workload | undefined {
  const name = 'op-mainnet-singular-jan2024';
  const path = sharedPath(`data/batches/${name}-calldata.hex`);
  if (!existsSync(path)) return undefined;
  const channels = joinChannels([hexToBytes(readFileSync(path, 'utf8').trim())]);
  return { name, channels, chain: OP_SEPOLIA, callsPerSample: 100 };
}

/** Channels of batcher data in order; frames of benign data come in order too. */
function joinChannels(pieces: readonly Uint8Array[]): Uint8Array[] {
  const open = new Map<string, Uint8Array[]>();
  const channels: Uint8Array[] = [];
  for (const { channelId, data, isLast } of pieces.flatMap((piece) => decodeFrames(piece))) {
    const parts = open.get(channelId) ?? [];
    open.set(channelId, parts);
    parts.push(data);
    if (!isLast) continue;
    channels.push(concatBytes(...parts));
    open.delete(channelId);
  }
  return channels;
}
