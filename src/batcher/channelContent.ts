import { type Hex, concatBytes, joinBytes } from '../base/bytes.ts';
import { encodeRlp } from '../base/rlp.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { SINGULAR_BATCH_TYPE, SPAN_BATCH_TYPE } from '../protocol/batchCodec.ts';
import { encodeSingularBatch } from '../protocol/singularBatch.ts';
import { encodeSpanBatch } from '../protocol/encodeSpanBatch.ts';
import type { BatchBlock } from './batchBlock.ts';

/**
 * Uncompressed channel: one batch per block, each an RLP string.
 *
 * @spec protocol/batcher.md 4.1
 */
export function singularContent(blocks: readonly BatchBlock[]): Uint8Array {
  const batches = blocks.map((block) =>
    encodeRlp(
      typed(
        SINGULAR_BATCH_TYPE,
        encodeSingularBatch({
          type: 'singular',
          parentHash: block.parentHash,
          epochNumber: block.l1Origin.number,
          epochHash: block.l1Origin.hash,
          timestamp: block.timestamp,
          transactions: block.transactions,
        }),
      ),
    ),
  );
  return joinBytes(batches);
}

/**
 * Uncompressed channel: span batches of at most `maxBlocks` blocks each, every one an RLP string.
 *
 * @param maxBlocks 0 for no limit.
 * @spec  protocol/batcher.md 4.2
 */
export function spanContent(
  rollup: RollupConfig,
  blocks: readonly BatchBlock[],
  maxBlocks: number,
): Uint8Array {
  const size = maxBlocks === 0 ? blocks.length : maxBlocks;
  const spans: Uint8Array[] = [];
  for (let at = 0; at < blocks.length; at += size) {
    spans.push(encodeRlp(typed(SPAN_BATCH_TYPE, encodeSpan(rollup, blocks.slice(at, at + size)))));
  }
  return joinBytes(spans);
}

function encodeSpan(rollup: RollupConfig, blocks: readonly BatchBlock[]): Uint8Array {
  const first = blocks[0] as BatchBlock;
  const last = blocks.at(-1) as BatchBlock;
  const check = (hash: Hex): Hex => hash.slice(0, 42) as Hex;
  const context = { l2Time: rollup.genesis.l2Time, l2ChainId: rollup.l2ChainId };
  return encodeSpanBatch(
    {
      type: 'span',
      parentCheck: check(first.parentHash),
      l1OriginCheck: check(last.l1Origin.hash),
      elements: blocks.map((block) => ({
        epochNumber: block.l1Origin.number,
        timestamp: block.timestamp,
        transactions: block.transactions,
      })),
    },
    { ...context, startsNewOrigin: first.sequenceNumber === 0n },
  );
}

function typed(type: number, batch: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(type), batch);
}
