import { plural } from '../../base/plural.ts';
import type { Fault } from '../../protocol/inspectChannel.ts';
import type {
  Report,
  ReportedBatch,
  ReportedBlock,
  ReportedChannel,
  ReportedPiece,
  ReportedTx,
} from './report.ts';

/** A report for people: one line per thing, indented by what it belongs to. */
export function* reportLines(report: Report): Generator<string> {
  for (const [index, piece] of report.pieces.entries()) yield* pieceLines(piece, index);
  for (const channel of report.channels) yield* channelLines(channel);
  yield summaryLine(report);
}

function* pieceLines({ kind, bytes, frames, fault }: ReportedPiece, index: number) {
  if (kind === 'channel') return;
  const name = kind === 'blob' ? 'blob' : 'batcher data';
  yield `${name} ${index}  ${plural(bytes, 'byte')}  ${plural(frames.length, 'frame')}`;
  for (const { channelId, frameNumber, bytes, isLast } of frames) {
    const last = isLast ? '  last' : '';
    yield `  frame ${frameNumber}  channel ${channelId}  ${plural(bytes, 'byte')}${last}`;
  }
  if (fault !== null) yield faultLine('  ', fault);
}

function* channelLines(channel: ReportedChannel) {
  const { channelId, frameCount, compression, compressedBytes, decompressedBytes } = channel;
  const id = channelId === null ? '' : `  ${channelId}  ${plural(frameCount, 'frame')}`;
  const how =
    compression === null ? '' : `  ${compression} to ${plural(decompressedBytes, 'byte')}`;
  const ending = ENDINGS[channel.ending ?? 'clean'] ?? '';
  yield `channel${id}  ${plural(compressedBytes, 'byte')}${how}${ending}`;
  for (const [index, batch] of channel.batches.entries()) yield* batchLines(batch, index);
  for (const fault of channel.faults) yield faultLine('  ', fault);
}

const ENDINGS: { readonly [ending: string]: string } = {
  truncated: '  (the stream has no end)',
  corrupt: '  (the stream is corrupt behind them)',
  capped: '  (there is more, which does not count)',
};

function* batchLines(batch: ReportedBatch, index: number): Generator<string> {
  const head = `  batch ${index}  ${batch.type}  ${plural(batch.bytes, 'byte')}`;
  if (batch.type === 'singular') {
    const { timestamp, epochNumber, epochHash, parentHash, transactions } = batch;
    yield `${head}  ${timeOf(timestamp)}  ${plural(transactions.length, 'transaction')}`;
    yield `    epoch ${epochNumber} ${epochHash}  parent ${parentHash}`;
    for (const [i, tx] of transactions.entries()) yield `    ${txLine(tx, i)}`;
    return;
  }
  const { blocks, transactionCount, relTimestamp, l1OriginNumber } = batch;
  const { parentCheck, l1OriginCheck, trailingBytes, fault } = batch;
  const counts = `${plural(blocks.length, 'block')}  ${plural(transactionCount, 'transaction')}`;
  yield `${head}  ${counts}  from ${relTimestamp} s after genesis`;
  yield `    last epoch ${l1OriginNumber} ${l1OriginCheck}…  parent ${parentCheck}…`;
  for (const [i, block] of blocks.entries()) yield* blockLines(block, i);
  if (trailingBytes > 0) yield `    ${plural(trailingBytes, 'byte')} behind the batch, ignored`;
  if (fault !== null) yield faultLine('    ', fault);
}

function* blockLines(block: ReportedBlock, index: number): Generator<string> {
  const { timestamp, epochNumber, originChanged, transactionCount, transactions } = block;
  const time = timestamp === null ? '' : `  ${timeOf(timestamp)}`;
  const epoch = `epoch ${epochNumber}${originChanged ? ' (new)' : ''}`;
  yield `    block ${index}${time}  ${epoch}  ${plural(transactionCount, 'transaction')}`;
  for (const [i, tx] of (transactions ?? []).entries()) yield `      ${txLine(tx, i)}`;
}

function txLine({ hash, type, bytes, from, raw }: ReportedTx, index: number): string {
  const kind = type === null ? 'no type' : type === 0 ? 'legacy' : `type ${type}`;
  const sender = from === undefined ? '' : `  from ${from ?? '(invalid signature)'}`;
  return `tx ${index}  ${hash}  ${kind}  ${plural(bytes, 'byte')}${sender}${raw ? `  ${raw}` : ''}`;
}

function faultLine(indent: string, { stage, message, offset }: Fault): string {
  const place = offset < 0 ? '' : ` at byte ${offset}`;
  return `${indent}BROKEN  ${stage}${place}: ${message}`;
}

function summaryLine({ ok, channels }: Report): string {
  const batches = channels.flatMap((channel) => channel.batches);
  let blocks = 0;
  let transactions = 0;
  for (const batch of batches) {
    blocks += batch.type === 'span' ? batch.blocks.length : 1;
    transactions += batch.type === 'span' ? batch.transactionCount : batch.transactions.length;
  }
  const counts = [
    plural(channels.length, 'channel'),
    batches.length === 1 ? '1 batch' : `${batches.length} batches`,
    plural(blocks, 'L2 block'),
    plural(transactions, 'transaction'),
  ];
  return `${ok ? 'whole' : 'broken'}: ${counts.join(', ')}`;
}

/** Seconds, and the same as a date where it is one. */
function timeOf(seconds: bigint): string {
  const isDate = seconds < 253_402_300_800n;
  const date = isDate ? new Date(Number(seconds) * 1000).toISOString().replace('.000', '') : '';
  return `time ${seconds}${isDate ? ` (${date})` : ''}`;
}
