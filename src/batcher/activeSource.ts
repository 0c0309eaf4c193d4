import type { L2Block } from '../protocol/l2Block.ts';
import { type RollupClient, readL2Block } from '../sources/rollupClient.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { HttpClient } from '../transport/http.ts';
import type { BatcherSource } from './batcher.ts';

/** A rollup node and the execution client behind it. */
export type L2Endpoint = { readonly node: RollupClient; readonly execution: HttpClient };

/**
 * Reads from the sequencer that is active now: with several endpoints each is asked in turn, from
 * the one used last, and both clients change together.
 *
 * @param endpoints At least one. With only one nothing is asked.
 * @param believeMs How long an active sequencer is believed to stay one.
 * @param now       Milliseconds since 1970.
 * @spec  protocol/batcher.md 7, "Active sequencer"
 */
export function activeSource(
  endpoints: readonly L2Endpoint[],
  believeMs: number,
  now: () => number = Date.now,
): BatcherSource {
  let current = 0;
  let checkedMs = Number.NEGATIVE_INFINITY;
  const active = async (options: AbortOptions): Promise<L2Endpoint> => {
    if (endpoints.length > 1 && now() - checkedMs >= believeMs) {
      current = await findActive(endpoints, current, options);
      checkedMs = now();
    }
    return endpoints[current] as L2Endpoint;
  };
  return {
    syncStatus: async (options = {}) => (await active(options)).node.syncStatus(options),
    // The one that gave the status: a block of another node may be of another chain.
    block: (number, options = {}): Promise<L2Block | undefined> =>
      readL2Block((endpoints[current] as L2Endpoint).execution, number, options),
  };
}

/** Position of the first active sequencer; where none says so, the one used last. */
async function findActive(
  endpoints: readonly L2Endpoint[],
  from: number,
  options: AbortOptions,
): Promise<number> {
  for (let step = 0; step < endpoints.length; step++) {
    const index = (from + step) % endpoints.length;
    try {
      if (await (endpoints[index] as L2Endpoint).node.sequencerActive(options)) return index;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof TransportError)) throw error;
    }
  }
  return from;
}
