import { randomBytes } from 'node:crypto';
import type { Command } from '@commander-js/extra-typings';
import { type Address, bytesToHex } from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { activeSource, type L2Endpoint } from '../../batcher/activeSource.ts';
import { type BatcherParts, createBatcher } from '../../batcher/batcher.ts';
import { BATCHER_METRICS, createBatcherMetrics } from '../../batcher/batcherMetrics.ts';
import { createBatcherService } from '../../batcher/service.ts';
import { createThrottler } from '../../batcher/throttler.ts';
import { waitForNode } from '../../batcher/waitForNode.ts';
import { fastLzLength } from '../../execution/fastLz.ts';
import { estimatedSize } from '../../execution/fees.ts';
import { compressChannel } from '../../native/compress.ts';
import { installNative } from '../../native/install.ts';
import { plain } from '../../node/rpc/rpcMethods.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import { createRollupClient } from '../../sources/rollupClient.ts';
import type { HttpClient } from '../../transport/http.ts';
import type { Log } from '../../transport/log.ts';
import { BATCHER_FLAGS, batcherConfig, throttleConfig } from '../batcherFlags.ts';
import { addGoFlags, type GoFlagValues, readGoFlags } from '../goFlags.ts';
import { interruptSignal, untilAborted, untilStopped } from '../interrupt.ts';
import type { CliIo } from '../io.ts';
import { refuseUnsupported } from '../roleFlags.ts';
import { createRoleMetrics } from '../roleMetrics.ts';
import { endpointOf, roleLog, roleServer, roleSetup } from '../roleSetup.ts';
import { servedRollup } from '../servedRollup.ts';
import { throttleMethods } from '../throttleMethods.ts';
import { VERSION } from '../version.ts';

/** Adds `headwater batcher`: writes unsafe L2 blocks to L1, with the flags of op-batcher. */
export function registerBatcher(program: Command, io: CliIo): void {
  const command = program
    .command('batcher')
    .description(
      'Reads unsafe L2 blocks from a sequencer, packs them into channels and writes them to L1 ' +
        'as calldata or blobs. Takes the flags and environment variables of op-batcher. The ' +
        'first Ctrl-C sends what is held and waits until it is confirmed; the second ends at ' +
        'once.',
    );
  addGoFlags(command, 'OP_BATCHER', BATCHER_FLAGS);
  command.action(async (options) => {
    await installNative();
    const signal = interruptSignal();
    await untilStopped(signal, () => runBatcher(readGoFlags(options), io, signal));
  });
}

async function runBatcher(values: GoFlagValues, io: CliIo, signal: AbortSignal): Promise<void> {
  const log = roleLog(values, io);
  refuseUnsupported(values, log);
  // All flags are read before anybody is asked for anything.
  const config = batcherConfig(values);
  const throttle = throttleConfig(values);
  const checkMs = values.durationMs('active-sequencer-check-duration');
  const recentTxsDepth = values.integer('check-recent-txs-depth');
  const endpoints = l2Endpoints(values);
  const metrics = createRoleMetrics(BATCHER_METRICS, VERSION);
  const counts = createBatcherMetrics(metrics.registry);
  const setup = await roleSetup(values, log, metrics, signal);
  const { l1, txSender } = setup;
  const [{ node }] = endpoints as [L2Endpoint];
  const asked = { node, l1, pauseMs: config.pollIntervalMs, log };
  const rollup = await servedRollup(asked, { signal });
  warnOfOtherKey(rollup, txSender.address, log);
  const source = activeSource(endpoints, checkMs);
  const throttler = createThrottler(throttle, builders(values, endpoints), log);
  const parts: BatcherParts = {
    rollup,
    source,
    l1,
    txSender,
    config,
    compress: compressChannel,
    newChannelId: () => bytesToHex(randomBytes(16)),
    log,
    throttler,
    txBytes: (tx) => Number(estimatedSize(fastLzLength(tx)) / 1_000_000n),
    events: counts.events,
  };
  const service = createBatcherService(() => {
    const batcher = createBatcher(parts);
    counts.attach(batcher);
    return batcher;
  }, log);
  const server = await roleServer(values, log, metrics, {
    admin_startBatcher: plain(() => {
      service.start();
      return null;
    }),
    admin_stopBatcher: plain(async () => {
      await service.stop();
      return null;
    }),
    admin_flushBatcher: plain(async () => {
      await service.flush();
      return null;
    }),
    ...throttleMethods(throttler),
  });
  try {
    if (values.isSet('wait-node-sync')) {
      const { pollIntervalMs: pollMs } = config;
      const wait = { source, l1, batcher: txSender.address, recentTxsDepth, pollMs, log };
      await waitForNode(wait, { signal });
    }
    if (!values.isSet('stopped')) service.start();
    await untilAborted(signal);
    if (service.isRunning()) await service.stop();
  } finally {
    await server.stop();
    await setup.close();
  }
}

/** Not fatal: L1 may have appointed another batcher since genesis. */
function warnOfOtherKey(rollup: RollupConfig, key: Address, log: Log): void {
  const batcher = rollup.genesis.systemConfig.batcherAddr;
  if (batcher !== key) log.warn('key is not that of the batcher at genesis', { key, batcher });
}

/** Who builds blocks: the sequencers' clients, and whoever else is named. */
function builders(values: GoFlagValues, endpoints: readonly L2Endpoint[]): readonly HttpClient[] {
  const more = values.list('throttle.additional-endpoints');
  return [
    ...endpoints.map(({ execution }) => execution),
    ...more.map((url) => endpointOf(values, 'throttle.additional-endpoints', url)),
  ];
}

function l2Endpoints(values: GoFlagValues): readonly L2Endpoint[] {
  const executions = values.list('l2-eth-rpc');
  const nodes = values.list('rollup-rpc');
  if (nodes.length === 0) throw new ConfigError('rollup-rpc', 'nothing', 'at least one URL');
  if (executions.length !== nodes.length) {
    const found = `${executions.length} URLs`;
    throw new ConfigError('l2-eth-rpc', found, `as many as \`rollup-rpc\`, ${nodes.length}`);
  }
  return nodes.map((node, i) => ({
    node: createRollupClient(endpointOf(values, 'rollup-rpc', node)),
    execution: endpointOf(values, 'l2-eth-rpc', executions[i] as string),
  }));
}
