import { unreachable } from '../base/errors.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { Devnet, DevnetPart } from './devnet.ts';
import type { FaultyProxy } from './faultyProxy.ts';

/** Something that goes wrong. */
export type ChaosEvent =
  | { readonly type: 'reorg'; readonly l1Blocks: number }
  /** Answers of the L1 are lost for some time. */
  | { readonly type: 'silence'; readonly dropRate: number; readonly seconds: number }
  | { readonly type: 'kill'; readonly part: DevnetPart };

/** Deepest reorg. Less than what anvil calls safe, and more than the sequencer's confirmations. */
const MAX_REORG = 3;

/** Numbers from 0 to below 1 that follow from a seed alone. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The next thing to go wrong. */
export function nextChaosEvent(random: () => number, parts: readonly DevnetPart[]): ChaosEvent {
  const dice = random();
  if (dice < 0.4) return { type: 'reorg', l1Blocks: 1 + Math.floor(random() * MAX_REORG) };
  if (dice < 0.7) {
    const seconds = 2 + Math.floor(random() * 6);
    return { type: 'silence', dropRate: 0.1 + random() * 0.8, seconds };
  }
  return { type: 'kill', part: parts[Math.floor(random() * parts.length)] as DevnetPart };
}

/** An event in a few words. */
export function describeChaos(event: ChaosEvent): string {
  switch (event.type) {
    case 'reorg':
      return `L1 reorg, ${event.l1Blocks} deep`;
    case 'silence':
      return `L1 loses ${Math.round(event.dropRate * 100)} % of its answers for ${event.seconds} s`;
    case 'kill':
      return `${event.part} killed and started again`;
    default:
      return unreachable(event);
  }
}

/**
 * Lets things go wrong, one after the other with some blocks between, until the signal is aborted.
 *
 * @throws What starting a part again throws.
 */
export async function runChaos(
  devnet: Devnet,
  proxy: FaultyProxy,
  random: () => number,
  tell: (event: ChaosEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const http = createHttpClient({ url: new URL(devnet.l1.anvilUrl), timeoutMs: 10_000 });
  const blockMs = devnet.options.l1BlockTime * 1000;
  try {
    while (!signal.aborted) {
      await sleep(blockMs * (2 + Math.floor(random() * 4)), { signal });
      const event = nextChaosEvent(random, devnet.parts);
      if (event.type === 'reorg' && !(await isReorgPossible(devnet, event.l1Blocks))) continue;
      tell(event);
      await happen(devnet, proxy, http, event, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    proxy.setDropRate(0);
    http.close();
  }
}

async function happen(
  devnet: Devnet,
  proxy: FaultyProxy,
  http: HttpClient,
  event: ChaosEvent,
  options: AbortOptions,
): Promise<void> {
  switch (event.type) {
    case 'reorg':
      await rpcCall(http, { method: 'anvil_reorg', params: [event.l1Blocks, []] }, options);
      return;
    case 'silence':
      proxy.setDropRate(event.dropRate);
      await sleep(event.seconds * 1000, options);
      proxy.setDropRate(0);
      return;
    case 'kill':
      await devnet.restart(event.part);
      devnet.counts.now.restarts++;
      return;
    default:
      unreachable(event);
  }
}

/** The rollup's first L1 block must stay. */
async function isReorgPossible({ sequencer, l1 }: Devnet, l1Blocks: number): Promise<boolean> {
  const head = sequencer().node.l1.heads.head('latest')?.number ?? 0n;
  return head > l1.rollup.genesis.l1.number + BigInt(l1Blocks) + 1n;
}
