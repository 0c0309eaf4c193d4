import type { Hex } from '../../base/bytes.ts';
import { bytesToHex } from '../../base/bytes.ts';
import { DecodeError } from '../../base/errors.ts';
import { keccak256Hex } from '../../base/hash.ts';
import { decodeBlob } from '../../protocol/blob.ts';
import { bitAt } from '../../protocol/bitlist.ts';
import type { Frame } from '../../protocol/frame.ts';
import {
  type Fault,
  type InspectedBatch,
  inspectChannel,
  inspectFrames,
  joinFrames,
} from '../../protocol/inspectChannel.ts';
import { l1Sender } from '../../protocol/l1Transaction.ts';
import { type RawSpanBatch, type SpanContext, spanEpochNumbers } from '../../protocol/spanBatch.ts';
import type { Piece } from './input.ts';

/** What a report is made of. */
export type ReportOptions = {
  /** Decompressed bytes of a channel that count. */
  readonly maxRlpBytes: number;
  readonly chain: SpanContext | undefined;
  /** Whether to recover who signed; takes time. Needs `chain`. */
  readonly senders: boolean;
  /** Whether to give whole transactions. */
  readonly raw: boolean;
};

/** All that `headwater decode` has to say; the JSON output is this. */
export type Report = {
  /** True when nothing is broken. */
  readonly ok: boolean;
  readonly pieces: readonly ReportedPiece[];
  readonly channels: readonly ReportedChannel[];
};

/** One piece that was given, and the whole frames in it. */
export type ReportedPiece = {
  readonly kind: Piece['kind'];
  readonly bytes: number;
  readonly frames: readonly ReportedFrame[];
  readonly fault: Fault | null;
};

/** A frame without its data. */
export type ReportedFrame = {
  readonly channelId: Hex;
  readonly frameNumber: number;
  readonly bytes: number;
  readonly isLast: boolean;
};

/** A channel, as far as it could be put together and read. */
export type ReportedChannel = {
  /** Null for a channel given without frames. */
  readonly channelId: Hex | null;
  readonly frameCount: number;
  readonly compressedBytes: number;
  readonly compression: string | null;
  /** How the compressed stream ended: `clean`, `truncated`, `corrupt`, `capped`. */
  readonly ending: string | null;
  readonly decompressedBytes: number;
  readonly batches: readonly ReportedBatch[];
  readonly faults: readonly Fault[];
};

type ReportedBatchHead = { readonly offset: number; readonly bytes: number };

/** A batch of either kind; `offset` is where its item begins in the decompressed channel. */
export type ReportedBatch = ReportedSingular | ReportedSpan;

/** A singular batch. `timestamp` in seconds. */
export type ReportedSingular = ReportedBatchHead & {
  readonly type: 'singular';
  readonly parentHash: Hex;
  readonly epochNumber: bigint;
  readonly epochHash: Hex;
  readonly timestamp: bigint;
  readonly transactions: readonly ReportedTx[];
};

/** A span batch. `relTimestamp` in seconds since the L2 genesis. */
export type ReportedSpan = ReportedBatchHead & {
  readonly type: 'span';
  readonly relTimestamp: bigint;
  readonly l1OriginNumber: bigint;
  readonly parentCheck: Hex;
  readonly l1OriginCheck: Hex;
  readonly transactionCount: number;
  /** Bytes behind the last column, which nobody reads. */
  readonly trailingBytes: number;
  readonly blocks: readonly ReportedBlock[];
  readonly fault: Fault | null;
};

/** One L2 block of a span. */
export type ReportedBlock = {
  /** Seconds; null where the chain is not known. */
  readonly timestamp: bigint | null;
  readonly epochNumber: bigint;
  readonly originChanged: boolean;
  readonly transactionCount: number;
  /** Null where the chain is not known, or a transaction cannot be put together. */
  readonly transactions: readonly ReportedTx[] | null;
};

/** An L2 transaction; `bytes` is its encoded size. */
export type ReportedTx = {
  readonly hash: Hex;
  /** EIP-2718 type, 0 for legacy; null when there are no bytes. */
  readonly type: number | null;
  readonly bytes: number;
  /** Null when the signature is not valid. */
  readonly from?: Hex | null;
  readonly raw?: Hex;
};

/** Decodes `pieces` as far as they go. Channels are put together over all of them. */
export function buildReport(pieces: readonly Piece[], options: ReportOptions): Report {
  const frames: Frame[] = [];
  const reported = pieces.map((piece) => reportPiece(piece, frames));
  const bare = pieces.flatMap(({ kind, bytes }) =>
    kind === 'channel' ? [reportChannel(null, 0, bytes, undefined, options)] : [],
  );
  const joined = joinFrames(frames).map(({ id, frameCount, data, fault }) =>
    reportChannel(id, frameCount, data, fault, options),
  );
  const channels = [...bare, ...joined];
  const isWhole = channels.every(({ faults, batches }) => {
    const isSpanBroken = (batch: ReportedBatch) => batch.type === 'span' && batch.fault !== null;
    return faults.length === 0 && !batches.some(isSpanBroken);
  });
  const ok = isWhole && reported.every(({ fault }) => fault === null);
  return { ok, pieces: reported, channels };
}

function reportPiece({ kind, bytes }: Piece, frames: Frame[]): ReportedPiece {
  const head = { kind, bytes: bytes.length };
  if (kind === 'channel') return { ...head, frames: [], fault: null };
  let data = bytes;
  if (kind === 'blob') {
    try {
      data = decodeBlob(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const { code, offset, message } = error;
      return { ...head, frames: [], fault: { stage: 'blob', code, offset, message } };
    }
  }
  const inspected = inspectFrames(data);
  frames.push(...inspected.frames, ...(inspected.partial ? [inspected.partial] : []));
  const listed = inspected.frames.map(({ channelId, frameNumber, data, isLast }) => ({
    channelId,
    frameNumber,
    bytes: data.length,
    isLast,
  }));
  return { ...head, frames: listed, fault: inspected.fault ?? null };
}

function reportChannel(
  channelId: Hex | null,
  frameCount: number,
  data: Uint8Array,
  joinFault: Fault | undefined,
  options: ReportOptions,
): ReportedChannel {
  const { content, batches, fault } = inspectChannel(data, options.maxRlpBytes, options.chain);
  return {
    channelId,
    frameCount,
    compressedBytes: data.length,
    compression: content?.compression ?? null,
    ending: content?.ending ?? null,
    decompressedBytes: content?.bytes.length ?? 0,
    batches: batches.map((batch) => reportBatch(batch, options)),
    faults: [joinFault ?? [], fault ?? []].flat(),
  };
}

function reportBatch(batch: InspectedBatch, options: ReportOptions): ReportedBatch {
  const { offset, bytes, raw } = batch;
  if (raw.type === 'rawSpan') return reportSpan(batch, raw, options);
  const { parentHash, epochNumber, epochHash, timestamp } = raw;
  const transactions = raw.transactions.map((tx) => reportTx(tx, options));
  const fields = { parentHash, epochNumber, epochHash, timestamp, transactions };
  return { type: 'singular', offset, bytes, ...fields };
}

function reportSpan(
  { offset, bytes, span, fault }: InspectedBatch,
  raw: RawSpanBatch,
  options: ReportOptions,
): ReportedSpan {
  const { relTimestamp, l1OriginNumber, parentCheck, l1OriginCheck } = raw;
  const blocks = spanEpochNumbers(raw).map((epochNumber, i): ReportedBlock => {
    const element = span?.elements[i];
    return {
      timestamp: element?.timestamp ?? null,
      epochNumber,
      originChanged: bitAt(raw.originBits, i) === 1,
      transactionCount: raw.blockTxCounts[i] as number,
      transactions: element?.transactions.map((tx) => reportTx(tx, options)) ?? null,
    };
  });
  return {
    type: 'span',
    offset,
    bytes,
    relTimestamp,
    l1OriginNumber,
    parentCheck,
    l1OriginCheck,
    transactionCount: raw.txs.count,
    trailingBytes: bytes - 1 - raw.end,
    blocks,
    fault: fault ?? null,
  };
}

function reportTx(transaction: Uint8Array, { chain, senders, raw }: ReportOptions): ReportedTx {
  const first = transaction[0];
  return {
    hash: keccak256Hex(transaction),
    type: first === undefined ? null : first > 0x7f ? 0 : first,
    bytes: transaction.length,
    ...(senders && chain !== undefined && { from: senderOf(transaction, chain.l2ChainId) }),
    ...(raw && { raw: bytesToHex(transaction) }),
  };
}

function senderOf(transaction: Uint8Array, chainId: bigint): Hex | null {
  try {
    return l1Sender(transaction, chainId) ?? null;
  } catch (error) {
    if (error instanceof DecodeError) return null;
    throw error;
  }
}
