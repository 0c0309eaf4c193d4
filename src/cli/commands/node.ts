import type { Command } from '@commander-js/extra-typings';
import { installNative } from '../../native/install.ts';
import { createKzg, type Kzg } from '../../native/kzg.ts';
import { deferredEngine } from '../../node/deferredEngine.ts';
import { createMetrics, type NodeMetrics } from '../../node/metrics.ts';
import { type RollupNode, startNode } from '../../node/node.ts';
import type { RpcServer } from '../../node/rpc/rpcServer.ts';
import { progressEvents, serveNode } from '../../node/serveNode.ts';
import { BLOB_BYTES } from '../../protocol/blob.ts';
import { addGoFlags, type GoFlagValues, readGoFlags } from '../goFlags.ts';
import { interruptSignal, untilAborted } from '../interrupt.ts';
import type { CliIo } from '../io.ts';
import type { AdjustableLog } from '../log.ts';
import { toLogLevel } from '../logLevel.ts';
import { flagsAndEnv } from '../nodeEnv.ts';
import { ALL_NODE_FLAGS } from '../nodeFlags.ts';
import { type NodePlan, planNode } from '../nodeSetup.ts';
import { roleLog } from '../roleSetup.ts';
import { assertAddresses, cannotListen, servedAt } from '../servedAt.ts';
import { VERSION } from '../version.ts';

/** Adds `headwater node`: follows L1 and keeps the L2, with the flags of op-node. */
export function registerNode(program: Command, io: CliIo): void {
  const command = program
    .command('node')
    .description(
      'Derives an L2 chain from its L1 and drives an execution engine: one behind --l2, or the ' +
        'embedded one with --genesis. Takes the flags of op-node, and its environment variables ' +
        'with the prefix OP_NODE_ or HEADWATER_.',
    );
  addGoFlags(command, 'OP_NODE', ALL_NODE_FLAGS);
  command.action(async () => {
    const { options, given, unknownNames } = flagsAndEnv(command, ALL_NODE_FLAGS, io.env);
    const values = readGoFlags(options);
    // op-node writes its log to stdout.
    const log = roleLog(values, { ...io, stderr: io.stdout });
    for (const name of unknownNames) log.warn('environment variable is not known', { name });
    assertAddresses(values);
    const plan = planNode(values, given, io, log);
    await runNode(plan, values, log, interruptSignal());
  });
}

async function runNode(
  plan: NodePlan,
  values: GoFlagValues,
  log: AdjustableLog,
  signal: AbortSignal,
): Promise<void> {
  const { rollup } = plan.config;
  log.info('headwater node starts', {
    version: VERSION,
    l1ChainId: rollup.l1ChainId,
    l2ChainId: rollup.l2ChainId,
  });
  await installNative();
  const kzg = createKzg({
    onLoad: (kind) => {
      if (kind === 'js') log.warn('no native KZG: blobs are checked ten times more slowly');
    },
  });
  const metrics = createMetrics(`v${VERSION}`);
  const { config, l1, driver, engineSync } = plan;
  const safeHeads = await plan.openSafeHeads();
  const sequencer = plan.sequencer?.(metrics.sequencing);
  // The RPC answers first: opening an engine takes as long as it has to execute again.
  const listening = openLatch();
  const engine = deferredEngine(
    listening.opened.then(() => plan.openEngine(metrics.calls('engine-api'))),
  );
  let node: RollupNode | undefined;
  node = await startNode(
    {
      config,
      engine,
      kzg,
      safeHeads,
      l1,
      driver,
      engineSync,
      sequencer,
      log,
      calls: metrics.calls,
    },
    [metrics.events, progressEvents(() => node)],
  );
  try {
    const rpc = await serve(node, metrics, plan, values, log);
    log.info('RPC server started', { url: rpc.url.href });
    listening.open();
    if (config.rollup.forkTimes.ecotone !== undefined) loadEarly(kzg);
    try {
      await Promise.race([node.ended, untilAborted(signal)]);
    } finally {
      await rpc.stop();
    }
  } finally {
    // Whoever waits for an engine that is not opened any more is told.
    listening.giveUp();
    log.info('stopping');
    await node.stop();
    // Its thread may be loading for seconds yet, and nothing depends on it: the process ends with
    // it, but why the node ends is told before that.
    void kzg.close();
    log.info('stopped');
  }
}

/** Its setup takes seconds to load: on its own thread, and not only when the first blob comes. */
function loadEarly(kzg: Pick<Kzg, 'commitment'>): void {
  // Who needs it later is told what went wrong.
  kzg.commitment(new Uint8Array(BLOB_BYTES)).catch(() => undefined);
}

/** Either is without effect after the other. */
type Latch = {
  readonly opened: Promise<void>;
  readonly open: () => void;
  readonly giveUp: () => void;
};

function openLatch(): Latch {
  let open = (): void => {};
  let giveUp = (): void => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    giveUp = () => reject(new Error('the node stops'));
  });
  return { opened, open, giveUp };
}

async function serve(
  node: RollupNode,
  metrics: NodeMetrics,
  plan: NodePlan,
  values: GoFlagValues,
  log: AdjustableLog,
): Promise<RpcServer> {
  const at = servedAt('rpc', values);
  const metricsAt = values.isSet('metrics.enabled') ? servedAt('metrics', values) : undefined;
  try {
    return await serveNode(node, metrics, {
      ...at,
      version: `v${VERSION}-headwater`,
      hasSafeHeadDb: plan.hasSafeHeadDb,
      hasAdmin: values.isSet('rpc.enable-admin'),
      metricsAt,
      sequencer: node.sequencer,
      setLogLevel: (word) => log.setLevel(toLogLevel(word)),
    });
  } catch (cause) {
    throw cause instanceof Error ? cannotListen({ rpc: at, metrics: metricsAt }, cause) : cause;
  }
}
