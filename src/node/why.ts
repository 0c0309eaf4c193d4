import type { Wait } from '../transport/waits.ts';
import type { RollupNode } from './node.ts';

/** What a node is doing, what it waits for, and what comes next. */
export type Why = {
  /** One sentence for people: `doing`, and the wait that matters most. */
  readonly summary: string;
  /** What the node is doing, without what it waits for. */
  readonly doing: string;
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
    deriving: derivingFrom(currentL1?.number, head),
    atL1Head:
      currentL1 === undefined
        ? 'everything that L1 has is derived'
        : `everything up to L1 block ${currentL1.number} is derived`,
    halted: 'derivation is halted',
  }[phase.type];
  const because = trouble === undefined ? '' : `; ${describeWait(trouble, nowMs)}`;
  const lastReset = past.lastReset();
  // What has been made up for is of no interest any more.
  const again =
    lastReset === undefined || phase.type === 'atL1Head' ? '' : describeReset(lastReset, nowMs);
  return {
    summary: `${still}${doing}${again}${because}`,
    doing: `${still}${doing}${again}`,
    phase: phase.type,
    safeHeadStillMs,
    lastReset,
    waits,
    isReady,
  };
}

/** A node that has just begun may know neither the one nor the other. */
function derivingFrom(current: bigint | undefined, head: bigint | undefined): string {
  if (current === undefined) return 'about to derive';
  return head === undefined
    ? `deriving from L1 block ${current}; the L1 head is not known yet`
    : `deriving from L1 block ${current} of ${head}`;
}

function describeReset({ message, atMs }: LastReset, nowMs: number): string {
  return `; began again ${seconds(nowMs - atMs)} ago: ${message}`;
}

/** A wait in one line: what for, since when, how often tried, what went wrong, what comes next. */
function describeWait(wait: Wait, nowMs: number): string {
  const { name, sinceMs, tries, lastError, nextAction, nextActionAtMs } = wait;
  const since = `waiting for ${name} for ${seconds(nowMs - sinceMs)}`;
  const tried = tries === 0 ? '' : `, ${tries} ${tries === 1 ? 'try' : 'tries'}`;
  const error = lastError === undefined ? '' : `, last error: ${lastError}`;
  return `${since}${tried}${error}; next: ${nextAction}${when(nextActionAtMs, nowMs)}`;
}

/** A time that is over means that the action is going on: nobody is told of its end but by it. */
function when(atMs: number | undefined, nowMs: number): string {
  if (atMs === undefined) return '';
  return atMs > nowMs ? ` in ${seconds(atMs - nowMs)}` : ', which is going on';
}

function seconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
}
