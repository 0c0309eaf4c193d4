import { sleep } from '../transport/abort.ts';
import { type ComparedChain, type Comparison, createComparison } from './compareChains.ts';
import type { DevNode } from './devNode.ts';
import type { DevnetCounts } from './devnetCounts.ts';
import type { DevnetOptions } from './devnetOptions.ts';

/** Two nodes of a devnet whose chains are not the same. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

const LOOK_EVERY_MS = 500;
/** L1 blocks that a difference may stay: what a batcher or a node needs to recover. */
const PATIENCE_L1_BLOCKS = 30;

/**
 * Compares every verifier with the sequencer until the signal is aborted.
 *
 * @throws DivergedError
 */
export async function compareForever(
  sequencer: () => DevNode,
  verifiers: () => readonly DevNode[],
  options: DevnetOptions,
  counts: DevnetCounts,
  signal: AbortSignal,
): Promise<void> {
  const patienceMs = PATIENCE_L1_BLOCKS * options.l1BlockTime * 1000;
  const comparisons: Comparison[] = [];
  for (;;) {
    await sleep(LOOK_EVERY_MS, { signal }).catch(() => {});
    if (signal.aborted) return;
    const expected = chainOf(sequencer());
    for (const [index, verifier] of verifiers().entries()) {
      const comparison = (comparisons[index] ??= createComparison(patienceMs));
      const difference = comparison.look(expected, chainOf(verifier), Date.now());
      if (difference === undefined) continue;
      const { number, found, because } = difference;
      throw new DivergedError(
        `L2 block ${number} of verifier ${index + 1}: expected \`${difference.expected}\` as the ` +
          `sequencer has it, found \`${found}\` (${because})`,
      );
    }
    counts.now.equal = comparisons
      .map(({ equalUpTo }) => equalUpTo())
      .reduce((least, number) => (number < least ? number : least));
  }
}

function chainOf({ node, engine }: DevNode): ComparedChain {
  const { phase, currentL1 } = node.driver.status();
  const isSettled = phase.type === 'atL1Head' && node.chain.areKnown();
  return {
    safe: node.heads()?.safeHead,
    settledAt: isSettled ? currentL1?.hash : undefined,
    hashAt: (number) => engine.blockByNumber(number)?.hash,
  };
}
