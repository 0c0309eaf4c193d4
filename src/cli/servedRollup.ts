import { ConfigError } from '../base/errors.ts';
import type { L1Client } from '../l1Tx/l1Client.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import type { RollupClient } from '../sources/rollupClient.ts';
import { sleep } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { Log } from '../transport/log.ts';

/** Who is asked for a rollup, and what must fit to it. */
export type RollupQuestion = {
  readonly node: Pick<RollupClient, 'rollupConfig'>;
  readonly l1: Pick<L1Client, 'chainId'>;
  /** Between two tries of a node that is not up yet. */
  readonly pauseMs: number;
  readonly log: Log;
};

/**
 * The config of the rollup behind `--rollup-rpc`, whose L1 is the one behind `--l1-eth-rpc`. A node
 * that is not up yet is waited for.
 *
 * @throws ConfigError when the L1 is another one: what is sent there costs ether and helps nobody.
 */
export async function servedRollup(
  { node, l1, pauseMs, log }: RollupQuestion,
  options: { readonly signal: AbortSignal },
): Promise<RollupConfig> {
  const rollup = await readPatiently(node, pauseMs, log, options);
  const l1ChainId = await l1.chainId(options);
  if (l1ChainId === rollup.l1ChainId) return rollup;
  const accepted = `the L1 of the rollup, chain ${rollup.l1ChainId}: transactions cost ether there`;
  throw new ConfigError('l1-eth-rpc', `chain ${l1ChainId}`, accepted);
}

async function readPatiently(
  node: RollupQuestion['node'],
  pauseMs: number,
  log: Log,
  options: { readonly signal: AbortSignal },
): Promise<RollupConfig> {
  for (;;) {
    try {
      return await node.rollupConfig(options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof TransportError)) throw error;
      log.warn('waiting for the rollup node, see --rollup-rpc', { error });
      await sleep(pauseMs, options);
    }
  }
}
