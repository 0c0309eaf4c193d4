import type { Hash } from '../base/bytes.ts';

/** A chain as far as comparing needs it. */
export type ComparedChain = {
  readonly safe: { readonly number: bigint; readonly hash: Hash } | undefined;
  /** L1 block up to which everything is derived; undefined while it is still deriving. */
  readonly settledAt: Hash | undefined;
  /** Hash of the canonical block of that number. */
  readonly hashAt: (number: bigint) => Hash | undefined;
};

/** Two chains that are not the same. */
export type Divergence = {
  readonly number: bigint;
  readonly expected: Hash | undefined;
  readonly found: Hash | undefined;
  readonly because: string;
};

/** Compares a verifier with the sequencer over time. */
export type Comparison = {
  /** Looks at both. @returns What is wrong, where something is. */
  readonly look: (
    sequencer: ComparedChain,
    verifier: ComparedChain,
    nowMs: number,
  ) => Divergence | undefined;
  /** Safe blocks in a row, from genesis on, that were equal. */
  readonly equalUpTo: () => bigint;
};

/**
 * A comparison that begins at block 0.
 *
 * Both chains may be replaced, and not at the same moment: a difference counts when both have
 * settled on the same L1 block, or when it stays for `patienceMs`.
 */
export function createComparison(patienceMs: number): Comparison {
  let equal: { readonly number: bigint; readonly hash: Hash } | undefined;
  let differsSinceMs: number | undefined;
  return {
    equalUpTo: () => equal?.number ?? 0n,
    look: (sequencer, verifier, nowMs) => {
      if (equal !== undefined && verifier.hashAt(equal.number) !== equal.hash) equal = undefined;
      const last = verifier.safe?.number ?? -1n;
      for (let number = (equal?.number ?? -1n) + 1n; number <= last; number++) {
        const [expected, found] = [sequencer.hashAt(number), verifier.hashAt(number)];
        if (expected !== undefined && expected === found) {
          equal = { number, hash: found };
          differsSinceMs = undefined;
          continue;
        }
        differsSinceMs ??= nowMs;
        const { settledAt } = verifier;
        if (settledAt !== undefined && settledAt === sequencer.settledAt) {
          const because = `both have derived all of L1 up to \`${settledAt}\``;
          return { number, expected, found, because };
        }
        if (nowMs - differsSinceMs < patienceMs) return undefined;
        return { number, expected, found, because: `so for ${patienceMs} ms` };
      }
      differsSinceMs = undefined;
      return undefined;
    },
  };
}
