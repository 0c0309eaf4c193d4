import PQueue from 'p-queue';
import type { Address, Hash } from '../base/bytes.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { L1Block } from '../protocol/l1Block.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { Waits } from '../transport/waits.ts';
import { wantedBlobs } from './batcherBlobs.ts';
import type { BlobSource } from './blobSource.ts';
import type { L1Heads } from './l1Heads.ts';
import type { L1Selector, L1Source } from './l1Source.ts';
import { retrying } from './retrying.ts';

/**
 * L1 blocks and blobs being fetched before they are asked for. Nothing here is in order or
 * linked, and nothing of it has any effect until it is asked for.
 */
export type ReadAhead = {
  /** The fact of a block, without blobs; those after it are fetched meanwhile. */
  readonly block: (number: bigint) => Promise<L1Block>;
  /** Blobs of a block, from what was fetched ahead where that is enough. */
  readonly blobs: (
    ref: L1BlockRef,
    hashes: readonly Hash[],
  ) => Promise<ReadonlyMap<Hash, Uint8Array>>;
  /** Lets go of a block that has been read. */
  readonly drop: (number: bigint) => void;
  /** Lets go of everything: it may belong to another fork. */
  readonly forget: () => void;
  /** Lets go of everything, and fetches one block by its hash. */
  readonly refetch: (ref: L1BlockRef) => void;
  readonly close: () => void;
};

/** How far ahead is read, and with what. */
export type ReadAheadOptions = {
  readonly source: L1Source;
  readonly heads: L1Heads;
  readonly blobs: BlobSource;
  readonly waits: Waits;
  readonly confirmations: bigint;
  readonly readAhead: number;
  readonly deadlineMs: number;
  readonly blobsSince: bigint | undefined;
  /** Whose blobs are worth fetching, as far as is known now. */
  readonly batcher: () => Address;
};

type Fetched = {
  readonly block: Promise<L1Block>;
  /** One attempt; undefined when it failed, or there was nothing to fetch. */
  readonly blobs: Promise<ReadonlyMap<Hash, Uint8Array> | undefined>;
};

/** A window over the L1, empty at first. */
export function createReadAhead(options: ReadAheadOptions, abort: AbortOptions): ReadAhead {
  const { source, heads, waits, deadlineMs } = options;
  const window = new Map<bigint, Fetched>();
  // The limit on blocks in memory; the endpoints have limits of their own on requests.
  const queue = new PQueue({ concurrency: options.readAhead });

  const fetchBlock = (number: bigint, id: L1Selector): Promise<L1Block> =>
    retrying((once) => source.block(id, once), {
      waits,
      name: `L1 block ${number}`,
      deadlineMs,
      ...abort,
    });
  const fetchBlobs = async (block: L1Block): Promise<ReadonlyMap<Hash, Uint8Array> | undefined> => {
    const hashes = wantedBlobs(options.blobsSince, options.batcher(), block);
    return hashes.length === 0 ? undefined : options.blobs.blobs(block.ref, hashes, abort);
  };
  const start = (number: bigint, id: L1Selector = { number }): Fetched => {
    const block = queue.add(() => fetchBlock(number, id));
    const blobs = block.then(fetchBlobs).catch(() => undefined);
    return { block, blobs };
  };
  const fill = (from: bigint): void => {
    const head = heads.head('latest')?.number ?? from;
    for (let number = from; number < from + BigInt(options.readAhead); number++) {
      if (number > from && number + options.confirmations > head) return;
      if (!window.has(number)) window.set(number, start(number));
    }
  };

  return {
    block: (number) => {
      fill(number);
      return (window.get(number) as Fetched).block;
    },
    blobs: async (ref, hashes) => {
      const ready = await window.get(ref.number)?.blobs;
      const missing = hashes.filter((hash) => ready?.has(hash) !== true);
      if (missing.length === 0 && ready !== undefined) return ready;
      const rest = await options.blobs.blobs(ref, missing, abort);
      return new Map([...(ready ?? []), ...rest]);
    },
    drop: (number) => void window.delete(number),
    forget: () => window.clear(),
    refetch: ({ number, hash }) => {
      window.clear();
      window.set(number, start(number, { hash }));
    },
    close: () => {
      queue.clear();
      window.clear();
    },
  };
}
