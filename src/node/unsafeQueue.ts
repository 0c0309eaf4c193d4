import type { Hash } from '../base/bytes.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { BlockId, L2BlockRef } from '../protocol/ids.ts';

/** Unsafe blocks from outside that wait for their parent, by number; each hash once. */
export type UnsafeQueue = {
  readonly waiting: readonly PayloadEnvelope[];
  readonly sizeBytes: number;
};

/** Over this the lowest numbers go. */
const MAX_QUEUE_BYTES = 500 << 20;

/** An empty queue. */
export const NO_UNSAFE_BLOCKS: UnsafeQueue = { waiting: [], sizeBytes: 0 };

/** The queue with one block more, if it is new. @spec protocol/node-surface.md 4.4 */
export function addUnsafe(
  queue: UnsafeQueue,
  envelope: PayloadEnvelope,
  maxBytes = MAX_QUEUE_BYTES,
): UnsafeQueue {
  const { blockHash, blockNumber } = envelope.executionPayload;
  const isKnown = queue.waiting.some((other) => other.executionPayload.blockHash === blockHash);
  if (isKnown) return queue;
  const at = queue.waiting.findIndex((other) => other.executionPayload.blockNumber > blockNumber);
  const waiting = queue.waiting.toSpliced(at === -1 ? queue.waiting.length : at, 0, envelope);
  let sizeBytes = queue.sizeBytes + sizeOf(envelope);
  while (sizeBytes > maxBytes && waiting.length > 0) {
    sizeBytes -= sizeOf(waiting.shift() as PayloadEnvelope);
  }
  return { waiting, sizeBytes };
}

/** What is to be done about the lowest block. */
export type UnsafeVerdict =
  | { readonly type: 'empty' }
  | { readonly type: 'insert'; readonly envelope: PayloadEnvelope }
  | { readonly type: 'drop'; readonly envelope: PayloadEnvelope; readonly because: string }
  /** Blocks between the head and it are missing. */
  | { readonly type: 'gap'; readonly envelope: PayloadEnvelope };

/**
 * Judges the lowest block of the queue against the heads:
 *
 * 1. not above the safe head: drop;
 * 2. not above the unsafe head: drop, whether we have it or another one;
 * 3. the next number: insert when its parent is the unsafe head, else drop;
 * 4. further up: there is a gap.
 */
export function judgeUnsafe(
  { waiting }: UnsafeQueue,
  heads: { readonly unsafeHead: L2BlockRef; readonly safeHead: BlockId },
): UnsafeVerdict {
  const [envelope] = waiting;
  if (envelope === undefined) return { type: 'empty' };
  const { blockNumber, parentHash } = envelope.executionPayload;
  const { unsafeHead, safeHead } = heads;
  const drop = (because: string): UnsafeVerdict => ({ type: 'drop', envelope, because });
  if (blockNumber <= safeHead.number) return drop('it is not above the safe head');
  if (blockNumber <= unsafeHead.number) return drop('it is not above the unsafe head');
  if (blockNumber > unsafeHead.number + 1n) return { type: 'gap', envelope };
  if (parentHash !== unsafeHead.hash) return drop('its parent is not the unsafe head');
  return { type: 'insert', envelope };
}

/** The queue without one block. */
export function removeUnsafe(queue: UnsafeQueue, hash: Hash): UnsafeQueue {
  const gone = queue.waiting.find(({ executionPayload }) => executionPayload.blockHash === hash);
  if (gone === undefined) return queue;
  const waiting = queue.waiting.filter((envelope) => envelope !== gone);
  return { waiting, sizeBytes: queue.sizeBytes - sizeOf(gone) };
}

const PAYLOAD_OVERHEAD_BYTES = 1_000;
const TX_OVERHEAD_BYTES = 24;

function sizeOf({ executionPayload }: PayloadEnvelope): number {
  const txs = executionPayload.transactions;
  return txs.reduce((sum, tx) => sum + tx.length + TX_OVERHEAD_BYTES, PAYLOAD_OVERHEAD_BYTES);
}
