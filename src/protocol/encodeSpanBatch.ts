import { concatBytes, hexToBytes } from '../base/bytes.ts';
import { encodeUvarint } from '../base/cursor.ts';
import type { SpanBatch, SpanElement } from './batch.ts';
import { encodeBitlist } from './bitlist.ts';
import { encodeSpanTxs } from './encodeSpanTxs.ts';
import type { SpanContext } from './spanBatch.ts';

/** What an encoder must know besides the batch. */
export type SpanEncodeContext = Pick<SpanContext, 'l2Time' | 'l2ChainId'> & {
  /** Whether the first block begins a new epoch. Readers ignore it; op-batcher says it. */
  readonly startsNewOrigin: boolean;
};

/**
 * A span batch without its type byte. Only the first block's time is written: the others follow at
 * the chain's block time, which the caller has seen to.
 *
 * @throws DecodeError  when a transaction does not fit a span batch.
 * @throws RangeError   when there is no block, the first one is before the L2 genesis, or an epoch
 *                      is neither that of the block before it nor the next.
 * @spec   protocol/derivation.md 6.3
 */
export function encodeSpanBatch(batch: SpanBatch, context: SpanEncodeContext): Uint8Array {
  const { elements } = batch;
  const first = elements[0];
  const last = elements.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError('span batch: expected at least one block, found none');
  }
  if (first.timestamp < context.l2Time) {
    const expected = `a time from ${context.l2Time} on`;
    throw new RangeError(`span batch: expected ${expected}, found ${first.timestamp}`);
  }
  return concatBytes(
    encodeUvarint(first.timestamp - context.l2Time),
    encodeUvarint(last.epochNumber),
    hexToBytes(batch.parentCheck),
    hexToBytes(batch.l1OriginCheck),
    encodeUvarint(BigInt(elements.length)),
    encodeBitlist(originBits(elements, context.startsNewOrigin)),
    Uint8Array.from(
      elements.flatMap(({ transactions }) => [...encodeUvarint(BigInt(transactions.length))]),
    ),
    encodeSpanTxs(
      elements.flatMap(({ transactions }) => transactions),
      context.l2ChainId,
    ),
  );
}

function originBits(elements: readonly SpanElement[], startsNewOrigin: boolean): boolean[] {
  return elements.map(({ epochNumber }, i) => {
    const before = elements[i - 1];
    if (before === undefined) return startsNewOrigin;
    const step = epochNumber - before.epochNumber;
    if (step !== 0n && step !== 1n) {
      const message = `span batch: epoch ${epochNumber} does not follow ${before.epochNumber}`;
      throw new RangeError(message);
    }
    return step === 1n;
  });
}
