import type { Hash } from '../base/bytes.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import type { L1Source } from '../sources/l1Source.ts';
import { retrying } from '../sources/retrying.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { Waits } from '../transport/waits.ts';

/** References of L1 blocks: canonical ones by number, any known one by hash. */
export type L1Refs = {
  /** Asks each time: which block is canonical can change. */
  readonly byNumber: (number: bigint, options?: AbortOptions) => Promise<L1BlockRef | undefined>;
  /** Remembered: a hash never means another block. */
  readonly byHash: (hash: Hash, options?: AbortOptions) => Promise<L1BlockRef | undefined>;
  readonly remember: (ref: L1BlockRef) => void;
  /** What is remembered. Asks nobody. */
  readonly remembered: (hash: Hash) => L1BlockRef | undefined;
  /** Hash of the ancestor at a height, as far as that is remembered. Asks nobody. */
  readonly ancestor: (of: L1BlockRef, number: bigint) => Hash | undefined;
};

/** Longer than any channel timeout; a reference is about 300 bytes. */
const MAX_REFS = 4_096;

/** Ancestors asked for at once when a walk goes back: two batches of requests. */
const ANCESTORS_AHEAD = 40n;

/** References by way of `source`. */
export function createL1Refs(source: Pick<L1Source, 'ref'>): L1Refs {
  const byHash = new Map<Hash, L1BlockRef>();
  const childOf = new Map<Hash, L1BlockRef>();
  const remember = (ref: L1BlockRef): void => {
    if (byHash.has(ref.hash)) return;
    byHash.set(ref.hash, ref);
    childOf.set(ref.parentHash, ref);
    for (const oldest of byHash.values()) {
      if (byHash.size <= MAX_REFS) break;
      byHash.delete(oldest.hash);
      if (childOf.get(oldest.parentHash) === oldest) childOf.delete(oldest.parentHash);
    }
  };
  /** A walk by parent hashes costs a round trip for each block, unless heights are used. */
  const fetchAncestors = async (child: L1BlockRef, options: AbortOptions): Promise<void> => {
    const lowest = child.number > ANCESTORS_AHEAD ? child.number - ANCESTORS_AHEAD : 0n;
    const numbers: bigint[] = [];
    for (let number = child.number - 1n; number >= lowest; number--) numbers.push(number);
    const refs = await Promise.all(numbers.map((number) => source.ref({ number }, options)));
    for (const ref of refs) if (ref !== undefined) remember(ref);
  };
  return {
    byNumber: async (number, options = {}) => {
      const ref = await source.ref({ number }, options);
      if (ref !== undefined) remember(ref);
      return ref;
    },
    byHash: async (hash, options = {}) => {
      const child = childOf.get(hash);
      if (!byHash.has(hash) && child !== undefined && child.number > 0n) {
        await fetchAncestors(child, options);
      }
      const known = byHash.get(hash);
      if (known !== undefined) return known;
      const ref = await source.ref({ hash }, options);
      if (ref !== undefined) remember(ref);
      return ref;
    },
    remember,
    remembered: (hash) => byHash.get(hash),
    ancestor: (of, number) => {
      let at: L1BlockRef | undefined = of;
      while (at !== undefined && at.number > number + 1n) at = byHash.get(at.parentHash);
      if (at === undefined) return undefined;
      return at.number === number ? at.hash : at.parentHash;
    },
  };
}

/** For one reference. */
const DEADLINE_MS = 20_000;

/** A source whose references are asked for again when that failed; "has none" is an answer. */
export function patientRefs(source: Pick<L1Source, 'ref'>, waits: Waits): Pick<L1Source, 'ref'> {
  return {
    ref: async (id, options = {}) => {
      const name = 'number' in id ? `L1 block ${id.number}` : 'an L1 block';
      const attempt = async (abort: AbortOptions) => ({ ref: await source.ref(id, abort) });
      const found = await retrying(attempt, { waits, name, deadlineMs: DEADLINE_MS, ...options });
      return found.ref;
    },
  };
}
