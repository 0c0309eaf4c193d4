import type { Hash } from '../base/bytes.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { SourceError } from './errors.ts';
import type { L1Source } from './l1Source.ts';

/**
 * L1 blocks that have been read, by the hashes that prove them. A derivation that begins again
 * reads most of what the one before it has read; that need not be fetched again.
 */
export type L1Memory = {
  readonly remember: (block: L1Block) => void;
  /** The blocks known to follow a block, each the child of the one before; the last-read branch. */
  readonly after: (hash: Hash) => readonly L1Block[];
};

/** Of everything remembered together; the longest unread goes first. */
const L1_MEMORY_BYTES = 32 << 20;

/** Header fields, map entries and object overhead of a block. */
const BLOCK_BYTES = 1_000;

/** A memory of nothing. */
export function createL1Memory(maxBytes = L1_MEMORY_BYTES): L1Memory {
  const childOf = new Map<Hash, L1Block>();
  let sizeBytes = 0;
  const forget = (parent: Hash): void => {
    const block = childOf.get(parent);
    if (block === undefined) return;
    sizeBytes -= sizeOf(block);
    childOf.delete(parent);
  };
  return {
    remember: (block) => {
      forget(block.ref.parentHash);
      childOf.set(block.ref.parentHash, block);
      sizeBytes += sizeOf(block);
      for (const oldest of childOf.keys()) {
        if (sizeBytes <= maxBytes) break;
        forget(oldest);
      }
    },
    after: (hash) => {
      const blocks: L1Block[] = [];
      for (let next = childOf.get(hash); next !== undefined; next = childOf.get(next.ref.hash)) {
        blocks.push(next);
      }
      return blocks;
    },
  };
}

function sizeOf({ inboxTxs, logs }: L1Block): number {
  let size = BLOCK_BYTES;
  for (const { input, blobs } of inboxTxs) {
    size += input.length + blobs.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);
  }
  return logs.reduce((sum, { data }) => sum + data.length, size);
}

/**
 * The blocks of a branch that are canonical now. They are linked, so the first that is not ends it,
 * and a few questions find that; one is enough where all are.
 *
 * @throws The signal's reason; never SourceError: what could not be asked counts as not canonical.
 */
export async function canonicalPart(
  source: Pick<L1Source, 'ref'>,
  branch: readonly L1Block[],
  abort: AbortOptions,
): Promise<readonly L1Block[]> {
  const isCanonical = async (index: number): Promise<boolean> => {
    const { ref } = branch[index] as L1Block;
    return (await source.ref({ number: ref.number }, abort))?.hash === ref.hash;
  };
  let good = 0;
  let bad = branch.length;
  try {
    if (bad > 0 && (await isCanonical(bad - 1))) return branch;
    bad -= 1;
    while (good < bad) {
      const middle = (good + bad) >> 1;
      if (await isCanonical(middle)) good = middle + 1;
      else bad = middle;
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
  }
  return branch.slice(0, good);
}
