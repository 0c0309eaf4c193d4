import { startTogether } from '../transport/startTogether.ts';
import type { DriverEvents } from './driverPorts.ts';
import type { NodeMetrics } from './metrics.ts';
import type { RollupNode } from './node.ts';
import { createNodePage } from './page/nodePage.ts';
import { adminMethods, type SequencerControl } from './rpc/admin.ts';
import { headwaterMethods, healthPage, readyPage } from './rpc/headwater.ts';
import { optimismMethods } from './rpc/optimism.ts';
import { plain, type RpcMethods } from './rpc/rpcMethods.ts';
import { type Page, type RpcServer, startRpcServer } from './rpc/rpcServer.ts';
import { superrootMethods } from './rpc/superroot.ts';
import { watchNode } from './why.ts';

/** How a node is served. */
export type ServeOptions = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly version: string;
  readonly hasSafeHeadDb: boolean;
  readonly hasAdmin: boolean;
  /** Where metrics are served beside `/metrics` of the RPC; undefined: nowhere. */
  readonly metricsAt: { readonly host: string; readonly port: number } | undefined;
  readonly sequencer: SequencerControl | undefined;
  readonly setLogLevel: (word: string) => void;
};

/**
 * Serves a node by RPC, with its status page and those for health, readiness and metrics.
 *
 * @throws ErrnoException (`EADDRINUSE`, `EACCES`) when it cannot listen.
 */
export async function serveNode(
  node: RollupNode,
  metrics: NodeMetrics,
  options: ServeOptions,
): Promise<RpcServer> {
  metrics.attach(node);
  const past = watchNode(node);
  const metricsPage: Page = async () => ({
    status: 200,
    contentType: metrics.registry.contentType,
    body: await metrics.registry.metrics(),
  });
  const page = createNodePage(node, past, options.version);
  return startTogether(async (started) => {
    started.add(page.close);
    const rpc = await startRpcServer({
      host: options.host,
      port: options.port,
      site: page.answer,
      watch: metrics.rpcServed,
      log: node.options.log,
      methods: withModules({
        ...optimismMethods(node, options),
        ...superrootMethods(node),
        ...headwaterMethods(node, past),
        ...(options.hasAdmin ? adminMethods(node, options.sequencer, options.setLogLevel) : {}),
      }),
      pages: {
        '/healthz': healthPage(options.version),
        '/readyz': readyPage(node, past),
        '/metrics': metricsPage,
      },
    });
    started.add(rpc.stop);
    if (options.metricsAt !== undefined) {
      const beside = await startRpcServer({
        ...options.metricsAt,
        methods: {},
        pages: { '/metrics': metricsPage },
        watch: () => {},
        log: node.options.log,
      });
      started.add(beside.stop);
    }
    return { url: rpc.url, stop: started.stop };
  });
}

/** The methods, and one that lists their namespaces. */
function withModules(methods: RpcMethods): RpcMethods {
  const namespaces = new Set(Object.keys(methods).map((name) => name.split('_')[0] as string));
  const modules = [...namespaces, 'rpc'].toSorted().map((name) => [name, '1.0'] as const);
  return { ...methods, rpc_modules: plain(() => Object.fromEntries(modules)) };
}

/** Tells the log how far derivation is: at most once in `everyMs`, and at each arrival. */
export function progressEvents(
  node: () => RollupNode | undefined,
  everyMs = 5_000,
): Partial<DriverEvents> {
  let lastMs = 0;
  return {
    derived: () => {
      const running = node();
      const nowMs = performance.now();
      if (running === undefined || nowMs - lastMs < everyMs) return;
      lastMs = nowMs;
      const heads = running.heads();
      running.options.log.info('derived', {
        safe: heads?.safeHead.number,
        unsafe: heads?.unsafeHead.number,
        l1: running.driver.status().currentL1?.number,
        l1Head: running.l1.heads.head('latest')?.number,
      });
    },
  };
}
