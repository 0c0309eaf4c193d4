import type { BlockId } from '../protocol/ids.ts';

/** The last L2 block that was safe after reading an L1 block. */
export type SafeHeadRecord = { readonly l1: BlockId; readonly l2: BlockId };

/**
 * Which L2 block each L1 block made safe: one record for each L1 block that made any, in order.
 * It answers `optimism_safeHeadAtL1Block`, tells what a finalized L1 block finalizes, and is where
 * derivation begins again after a restart or an L1 reorg.
 *
 * @spec protocol/derivation-2-attributes-engine.md 10.8
 */
export type SafeHeads = {
  /** Puts a record at the end; one of the same L1 block is replaced. */
  readonly record: (record: SafeHeadRecord) => Promise<void>;
  /** The record with the greatest L1 number up to `l1Number`. */
  readonly at: (l1Number: bigint) => Promise<SafeHeadRecord | undefined>;
  /** The newest record. */
  readonly last: () => Promise<SafeHeadRecord | undefined>;
  /** The first record whose L2 number is at least `l2Number`: when that block became safe. */
  readonly firstWithL2: (l2Number: bigint) => Promise<SafeHeadRecord | undefined>;
  /** Removes records with an L1 number of at least `l1Number`. */
  readonly removeFrom: (l1Number: bigint) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Records in memory: what finality and a reset need while the process lives. */
const MAX_RECORDS = 20_000;

/** Records that live as long as the process, the newest ones only. */
export function memorySafeHeads(maxRecords = MAX_RECORDS): SafeHeads {
  const records: SafeHeadRecord[] = [];
  const firstAbove = (isAbove: (record: SafeHeadRecord) => boolean): number => {
    let [low, high] = [0, records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isAbove(records[middle] as SafeHeadRecord)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const removeFrom = (l1Number: bigint): void => {
    records.length = firstAbove(({ l1 }) => l1.number >= l1Number);
  };
  return {
    record: async (record) => {
      removeFrom(record.l1.number);
      records.push(record);
      if (records.length > maxRecords) records.splice(0, records.length - maxRecords);
    },
    at: async (l1Number) => records[firstAbove(({ l1 }) => l1.number > l1Number) - 1],
    last: async () => records.at(-1),
    firstWithL2: async (l2Number) => records[firstAbove(({ l2 }) => l2.number >= l2Number)],
    removeFrom: async (l1Number) => removeFrom(l1Number),
    close: async () => {},
  };
}

/**
 * Brings the records into line with a safe head to begin from. When a record says exactly that
 * head, only later ones go. Otherwise the first record at or above it is rewritten to it, because
 * the head was safe by then at the latest; unless nothing is below: then nobody knows since when.
 */
export async function rewindSafeHeads(safeHeads: SafeHeads, safe: BlockId): Promise<void> {
  const record = await safeHeads.firstWithL2(safe.number);
  if (record === undefined) return;
  if (record.l2.hash === safe.hash) {
    await safeHeads.removeFrom(record.l1.number + 1n);
    return;
  }
  await safeHeads.removeFrom(record.l1.number);
  const below = record.l1.number === 0n ? undefined : await safeHeads.at(record.l1.number - 1n);
  if (below !== undefined) await safeHeads.record({ l1: record.l1, l2: safe });
}
