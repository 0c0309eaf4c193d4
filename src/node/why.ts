import type { Wait } from '../transport/waits.ts';
import type { RollupNode } from './node.ts';

/** What a node is doing, what it waits for, and what comes next. */
export type Why = {
  /** One sentence for people. */
  readonly summary: string;
  readonly phase: string;
  /** Milliseconds since the safe head last moved; undefined when it has not yet. */
  readonly safeHeadStillMs: number | undefined;
  /** The last time that derivation began again; undefined: never. */
  readonly lastReset: LastReset | undefined;
  /** Oldest first. */
  readonly waits: readonly Wait[];
  readonly isReady: boolean;
};

/** What is remembered of a node: when its safe head last moved, why derivation last began again. */
export type NodePast = {
  readonly safeMovedMs: () => number | undefined;
  readonly lastReset: () => LastReset | undefined;
};

/** Why derivation began again. */
export type LastReset = {
  readonly reason: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
};

/** Watches a node from now on. `now` is the clock, in milliseconds. */
export function watchNode(
  { chain, observe }: Pick<RollupNode, 'chain' | 'observe'>,
  now: () => number = Date.now,
): NodePast {
  let safeMovedMs: number | undefined;
  let lastReset: LastReset | undefined;
  observe({
    reset: (reason, message) => {
      lastReset = { reason, message, atMs: now() };
    },
  });
  let safe: string | undefined;
  chain.onChange(({ safeHead }) => {
    if (safeHead.hash === safe) return;
    safe = safeHead.hash;
    safeMovedMs = now();
  });
  return { safeMovedMs: () => safeMovedMs, lastReset: () => lastReset };
}

/**
 * Why the node stands where it stands.
 *
 * @param nowMs Milliseconds since 1970.
 */
export function explainNode(node: RollupNode, past: NodePast, nowMs: number): Why {
  const { phase, currentL1 } = node.driver.status();
  const waits = node.waits.list();
  const movedMs = past.safeMovedMs();
  const safeHeadStillMs = movedMs === undefined ? undefined : nowMs - movedMs;
  const head = node.l1.heads.head('latest')?.number;
  const failing = waits.find(({ lastError }) => lastError !== undefined);
  // At the head, a wait in which nothing has failed is the ordinary one for the next L1 block.
  const trouble = failing ?? (phase.type === 'atL1Head' ? undefined : waits[0]);
  const isReady = phase.type === 'atL1Head' && trouble === undefined;
  const still =
    safeHeadStillMs === undefined ? '' : `safe head still for ${seconds(safeHeadStillMs)}; `;
  const doing = {
    findingHeads: 'looking for the heads to go on from',
    deriving: `deriving from L1 block ${currentL1?.number ?? 'unknown'} of ${head ?? 'unknown'}`,
    atL1Head: `everything up to L1 block ${currentL1?.number ?? 'unknown'} is derived`,
    halted: 'derivation is halted',
  }[phase.type];
  const because = trouble === undefined ? '' : `; ${describeWait(trouble, nowMs)}`;
  const lastReset = past.lastReset();
  // What has been made up for is of no interest any more.
  const again =
    lastReset === undefined || phase.type === 'atL1Head' ? '' : describeReset(lastReset, nowMs);
  return {
    summary: `${still}${doing}${again}${because}`,
    phase: phase.type,
    safeHeadStillMs,
    lastReset,
    waits,
    isReady,
  };
}

function describeReset({ message, atMs }: LastReset, nowMs: number): string {
  return `; began again ${seconds(nowMs - atMs)} ago: ${message}`;
}

/** A wait in one line: what for, since when, how often tried, what went wrong, what comes next. */
export function describeWait(wait: Wait, nowMs: number): string {
  const { name, sinceMs, tries, lastError, nextAction, nextActionAtMs } = wait;
  const since = `waiting for ${name} for ${seconds(nowMs - sinceMs)}`;
  const tried = tries === 0 ? '' : `, ${tries} ${tries === 1 ? 'try' : 'tries'}`;
  const error = lastError === undefined ? '' : `, last error: ${lastError}`;
  const when = nextActionAtMs === undefined ? '' : ` in ${seconds(nextActionAtMs - nowMs)}`;
  return `${since}${tried}${error}; next: ${nextAction}${when}`;
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
