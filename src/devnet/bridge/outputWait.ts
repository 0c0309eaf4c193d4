/** What an oracle says of its outputs. L2 block numbers. */
export type OutputSteps = {
  /** Block of the newest output, or where the oracle begins. */
  readonly latest: bigint;
  /** Block of the next one. */
  readonly next: bigint;
};

/** A block by its number and its time in seconds. */
export type TimedBlock = { readonly number: bigint; readonly timestamp: bigint };

/** An L2 block with an output, and the L1 time at which that was proposed, seconds. */
export type ProposedBlock = TimedBlock & { readonly proposedAt: bigint };

/** The output that somebody waits for. */
export type OutputWait = {
  /** Its L2 block: the first of those to come that is not before the wanted one. */
  readonly l2Block: bigint;
  /** Seconds from the L2 head on, if outputs come as the last one did; undefined: none did yet. */
  readonly seconds: bigint | undefined;
};

/**
 * Which output will cover the L2 block `wanted`, and about when it comes.
 *
 * @param last The newest output; undefined where there is none.
 */
export function outputWait(
  wanted: bigint,
  { latest, next }: OutputSteps,
  head: TimedBlock,
  last: ProposedBlock | undefined,
): OutputWait {
  const step = next > latest ? next - latest : 1n;
  const missing = wanted > next ? wanted - next : 0n;
  const l2Block = next + ((missing + step - 1n) / step) * step;
  if (last === undefined || head.number <= last.number) return { l2Block, seconds: undefined };
  const chainSeconds = head.timestamp - last.timestamp;
  const untilBlock = ((l2Block - last.number) * chainSeconds) / (head.number - last.number);
  const due = untilBlock + last.proposedAt;
  return { l2Block, seconds: due > head.timestamp ? due - head.timestamp : 0n };
}
