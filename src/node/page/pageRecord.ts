import type { Hash } from '../../base/bytes.ts';
import type { Dropped, DropReason } from '../../derive/dropped.ts';
import type { EngineHeads } from '../../engine/heads.ts';
import type { L2BlockRef } from '../../protocol/ids.ts';
import type { DerivedBlock, DriverEvents } from '../driverPorts.ts';
import type { Sample } from './syncRate.ts';

/** What the page shows of the past: bounded, and forgotten with the process. */
export type PageRecord = {
  /** To be told of everything that happens. */
  readonly events: Partial<DriverEvents>;
  /** To be told of each change of the heads. */
  readonly headsMoved: (heads: EngineHeads) => void;
  /** To be told what is in a block that only became a head. */
  readonly lookedInto: (hash: Hash, content: BlockContent) => void;
  readonly addSample: (sample: Sample) => void;
  /** Oldest first. */
  readonly samples: () => readonly Sample[];
  /** The highest ones, the highest first. */
  readonly blocks: () => readonly SeenBlock[];
  readonly dropCounts: () => ReadonlyMap<DropReason, number>;
  readonly counts: () => PageCounts;
};

/** A block that became a head, and what is known of it. */
export type SeenBlock = {
  readonly block: L2BlockRef;
  /** Undefined while nobody has looked. */
  readonly content: BlockContent | undefined;
  /** Where derivation had it from; `unsafe` while derivation has not come to it. */
  readonly source: 'unsafe' | 'singular' | 'span' | 'forced' | 'replacement';
  /** Whether derivation built it or found it in the chain. */
  readonly how: DerivedBlock['how'] | undefined;
};

/** How full a block is. */
export type BlockContent = Pick<DerivedBlock, 'transactions' | 'gasUsed'>;

/** Events since the process began. */
export type PageCounts = {
  readonly l1BlocksRead: number;
  readonly l1Reorgs: number;
  readonly resets: number;
  readonly lastReset: { readonly reason: string; readonly atMs: number } | undefined;
};

/** One sample a second: ten minutes. */
const MAX_SAMPLES = 600;
const MAX_BLOCKS = 20;

/**
 * An empty record.
 *
 * @param dropped What had been dropped before it began.
 */
export function createPageRecord(
  dropped: readonly Dropped[] = [],
  now: () => number = Date.now,
): PageRecord {
  const samples: Sample[] = [];
  const blocks = new Map<string, SeenBlock>();
  const reasons = new Map<DropReason, number>();
  let counts: PageCounts = { l1BlocksRead: 0, l1Reorgs: 0, resets: 0, lastReset: undefined };
  const countDrop = ({ reason }: Dropped): void =>
    void reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const see = (seen: SeenBlock): void => {
    const { number, hash } = seen.block;
    // A block of the same height on another branch has left the chain.
    for (const [key, { block }] of blocks) {
      if (block.number === number && key !== hash) blocks.delete(key);
    }
    blocks.set(hash, seen);
    if (blocks.size <= MAX_BLOCKS) return;
    const [lowest] = [...blocks.values()].toSorted(byHeight).slice(-1);
    if (lowest !== undefined) blocks.delete(lowest.block.hash);
  };
  dropped.forEach(countDrop);
  return {
    events: {
      derived: ({ block, step, how, isReplacement, gasUsed, transactions }) => {
        const batch = step.source.type === 'batch' ? step.source.kind : 'forced';
        const source = isReplacement ? 'replacement' : batch;
        see({ block, content: { gasUsed, transactions }, source, how });
      },
      dropped: countDrop,
      advanced: () => {
        counts = { ...counts, l1BlocksRead: counts.l1BlocksRead + 1 };
      },
      reset: (reason) => {
        const lastReset = { reason, atMs: now() };
        counts = { ...counts, resets: counts.resets + 1, lastReset };
      },
      l1Reorg: () => {
        counts = { ...counts, l1Reorgs: counts.l1Reorgs + 1 };
      },
    },
    headsMoved: ({ unsafeHead }) => {
      for (const [key, { block }] of blocks) {
        if (block.number > unsafeHead.number) blocks.delete(key);
      }
      if (!blocks.has(unsafeHead.hash)) {
        see({ block: unsafeHead, content: undefined, source: 'unsafe', how: undefined });
      }
    },
    lookedInto: (hash, content) => {
      const seen = blocks.get(hash);
      if (seen !== undefined) blocks.set(hash, { ...seen, content });
    },
    addSample: (sample) => {
      samples.push(sample);
      if (samples.length > MAX_SAMPLES) samples.shift();
    },
    samples: () => samples,
    blocks: () => [...blocks.values()].toSorted(byHeight),
    dropCounts: () => reasons,
    counts: () => counts,
  };
}

function byHeight(left: SeenBlock, right: SeenBlock): number {
  return Number(right.block.number - left.block.number);
}
