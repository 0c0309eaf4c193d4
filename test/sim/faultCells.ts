import { unreachable } from '../../src/base/errors.ts';
import { createHttpEngine } from '../../src/engine/httpEngine.ts';
import { explainNode, watchNode } from '../../src/node/why.ts';
import { sleep } from '../../src/transport/abort.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  headsReached,
  type LiveNode,
  type ServedChain,
  serveFolder,
  startLiveOn,
} from '../support/servedChain.ts';
import { ENGINE_SECRET, serveEngine, type ServedEngine } from '../support/servedEngine.ts';
import { until } from '../support/until.ts';
import { type Branch, type BranchedChain, branchedEngine } from './branchedChain.ts';
import { type EngineProxy, startEngineProxy } from './engineProxy.ts';

// One cell of the fault matrix: a node derives an L1 that grows, something goes wrong for a while,
// and the node must say so meanwhile, recover, and end where the chain ends.

/** What goes wrong. A reorg takes that many L1 blocks. */
export type Fault =
  | { readonly type: 'l1' | 'beacon' | 'engine'; readonly kind: FaultKind; readonly every: number }
  | { readonly type: 'engineDown' | 'engineRewound' | 'engineSyncing' }
  | { readonly type: 'none' };

/** A cell: a fault, and a reorg of the L1 while it lasts. */
export type FaultCell = { readonly fault: Fault; readonly reorg: number | undefined };

/** What came of a cell. */
export type CellReport = {
  readonly name: string;
  /** What must not be; empty when all is well. */
  readonly problems: readonly string[];
  /** From the fault's end until all of L1 is read again. */
  readonly recoveredMs: number;
  /** What `why` said while it lasted; empty where nothing was amiss. */
  readonly named: string;
  readonly resets: number;
};

/** How long things last. */
export type CellTimes = {
  /** At least; a fault that must be named goes on until it is. */
  readonly faultMs: number;
  /** Between two L1 blocks. */
  readonly growMs: number;
};

/** From the fault's end on. */
export const RECOVERY_LIMIT_MS = 60_000;

/** Longest time that a fault goes on because nobody has named it. */
const NAMING_LIMIT_MS = 10_000;

const REQUEST_TIMEOUT_MS = 300;
const FIRST_HEAD = 12;

/** Every fault alone and with a reorg beside it, each reorg alone, and what engines do. */
export function allCells(depths: readonly number[]): readonly FaultCell[] {
  const sides = ['l1', 'beacon', 'engine'] as const;
  const faults = sides.flatMap((type) =>
    FAULT_KINDS.flatMap((kind) => [1, 3].map((every): Fault => ({ type, kind, every }))),
  );
  const ofEngine = (['engineDown', 'engineRewound', 'engineSyncing'] as const).map(
    (type): Fault => ({ type }),
  );
  const alone = [...faults, ...ofEngine].map((fault) => ({ fault, reorg: undefined }));
  const reorgs = depths.map((reorg) => ({ fault: { type: 'none' } as const, reorg }));
  const both = [...faults.filter((fault) => 'every' in fault && fault.every === 3), ...ofEngine];
  return [...alone, ...reorgs, ...both.map((fault) => ({ fault, reorg: depths[1] }))];
}

/** A cell in a few words. */
export function nameOf({ fault, reorg }: FaultCell): string {
  const what =
    'kind' in fault ? `${fault.type} ${fault.kind}, 1 call in ${fault.every}` : fault.type;
  if (reorg === undefined) return what;
  return fault.type === 'none' ? `reorg of ${reorg}` : `${what}, reorg of ${reorg}`;
}

/** Runs one cell. */
export async function runCell(
  chain: BranchedChain,
  cell: FaultCell,
  times: CellTimes,
): Promise<CellReport> {
  const scene = await openScene(chain, cell);
  try {
    return await runScene(scene, chain, cell, times);
  } finally {
    await scene.node.stop();
    await scene.proxy.close();
    for (const engine of scene.engines) await engine.close();
    await scene.served.close();
  }
}

type Scene = {
  readonly served: ServedChain;
  readonly engines: ServedEngine[];
  readonly proxy: EngineProxy;
  readonly node: LiveNode;
  readonly resets: string[];
};

async function openScene(chain: BranchedChain, { reorg }: FaultCell): Promise<Scene> {
  const { main } = chain;
  // A reorg takes the main chain's last blocks, so it begins at their end.
  const head = reorg === undefined ? FIRST_HEAD : main.lastL1;
  const served = await serveFolder(main.folder, { head, finalityDepth: 64 });
  const first = await serveEngine(chain.genesis);
  const proxy = await startEngineProxy(first.authUrl);
  const resets: string[] = [];
  const engine = createHttpEngine({
    url: proxy.url,
    jwtSecret: ENGINE_SECRET,
    config: chain.config.rollup,
    timeoutMs: REQUEST_TIMEOUT_MS,
  });
  const execution = await branchedEngine(chain);
  const node = await startLiveOn(
    { config: chain.config, execution },
    served,
    { engine, l1: { requestTimeoutMs: REQUEST_TIMEOUT_MS } },
    [{ reset: (reason, message) => void resets.push(`${reason}: ${message}`) }],
  );
  await untilRead(node, head);
  return { served, engines: [first], proxy, node, resets };
}

async function runScene(
  scene: Scene,
  chain: BranchedChain,
  cell: FaultCell,
  { faultMs, growMs }: CellTimes,
): Promise<CellReport> {
  const { served, node, resets } = scene;
  let failure: unknown;
  node.ended.catch((error: unknown) => {
    failure = error;
  });
  const said = listen(node);
  const end = endOf(chain, cell);
  await begin(scene, chain, cell.fault);
  if (cell.reorg !== undefined) await served.control({ reorg: end.folder, head: end.lastL1 - 4 });
  await served.control({ grow: growMs });
  await sleep(faultMs);
  // A fault that spares most calls need not make anybody wait.
  const mustBeNamed = !('every' in cell.fault && cell.fault.every > 1);
  const isOurs = (text: string): boolean => namesFault(cell, text);
  // A busy machine may be late to notice, so the fault lasts until it is named.
  if (mustBeNamed) await within(NAMING_LIMIT_MS, said.until(isOurs), () => undefined);
  const named = said.stop();
  await lift(scene, cell.fault);
  const liftedMs = performance.now();
  const { head } = (await served.control({})) as { readonly head: number };
  const problems: string[] = [];
  await within(RECOVERY_LIMIT_MS, untilRead(node, head), () => problems.push('not recovered'));
  const recoveredMs = performance.now() - liftedMs;
  if (problems.length === 0) {
    const reached = headsReached(node, ({ safeHead }) => safeHead.hash === end.safe.hash);
    await within(RECOVERY_LIMIT_MS, reached, () => problems.push(`ended at ${headOf(node)}`));
  }
  if (failure !== undefined) problems.push(`the node ended: ${String(failure)}`);
  const best = named.find(isOurs);
  if (mustBeNamed && best === undefined) {
    problems.push(`why did not name it: ${named.at(-1) ?? 'nothing'}`);
  }
  return { name: nameOf(cell), problems, recoveredMs, named: best ?? '', resets: resets.length };
}

function headOf(node: LiveNode): string {
  const { number, hash } = node.heads()?.safeHead ?? {};
  return `${number} ${hash}`;
}

function endOf({ main, branches }: BranchedChain, { reorg }: FaultCell): Branch {
  return reorg === undefined ? main : (branches.get(reorg) as Branch);
}

async function begin(scene: Scene, chain: BranchedChain, fault: Fault): Promise<void> {
  const { served, proxy } = scene;
  switch (fault.type) {
    case 'l1':
    case 'beacon': {
      const { type, kind, every } = fault;
      await served.control({ fault: `side=${type},method=*,every=${every},kind=${kind}` });
      return;
    }
    case 'engine':
      return proxy.setFault(fault);
    case 'engineSyncing':
      return proxy.setFault({ kind: 'syncing', every: 1 });
    case 'engineDown':
      return proxy.down();
    case 'engineRewound': {
      const fresh = await serveEngine(chain.genesis);
      scene.engines.push(fresh);
      return proxy.setUpstream(fresh.authUrl);
    }
    case 'none':
      return;
    default:
      unreachable(fault);
  }
}

async function lift({ served, proxy }: Scene, fault: Fault): Promise<void> {
  await served.control({ fault: null });
  proxy.setFault(undefined);
  if (fault.type === 'engineDown') await proxy.back();
}

type Listener = {
  /** Resolves as soon as something of the kind has been said. */
  readonly until: (isSuch: (text: string) => boolean) => Promise<void>;
  readonly stop: () => readonly string[];
};

/** Collects what `why` says of trouble, each text once. */
function listen(node: LiveNode): Listener {
  const said = new Set<string>();
  let heard = (): void => {};
  const past = watchNode(node);
  const listener = setInterval(() => {
    said.add(explainNode(node, past, Date.now()).summary);
    heard();
  }, 5);
  return {
    until: (isSuch) =>
      new Promise((resolve) => {
        heard = () => void ([...said].some(isSuch) && resolve());
        heard();
      }),
    stop: () => {
      clearInterval(listener);
      return [...said];
    },
  };
}

/** Whose fault a text must name, with what went wrong. */
const SIDES: { readonly [type in Fault['type']]: RegExp } = {
  l1: /waiting for .*L1.* last error/,
  beacon: /waiting for .*blob.* last error/,
  engine: /waiting for .*engine.* last error/,
  engineDown: /waiting for .*engine.* last error: .*ECONN/,
  engineRewound: /began again .* ago: .*engine/,
  engineSyncing: /engine.*syncing/i,
  // By the links of the blocks, or because another block than was read is final.
  none: /began again .* ago: (L1 .*has left|derived from L1 block .* is final)/,
};

function namesFault({ fault, reorg }: FaultCell, text: string): boolean {
  // A sync start after a reorg takes an engine as it is.
  const isTaken = fault.type === 'engineRewound' && reorg !== undefined;
  return SIDES[fault.type].test(text) || (isTaken && SIDES.none.test(text));
}

/** Resolves when everything up to an L1 block is read. */
function untilRead({ driver }: LiveNode, number: number): Promise<void> {
  return until(() => {
    const { phase, currentL1 } = driver.status();
    return phase.type !== 'findingHeads' && Number(currentL1?.number ?? 0) >= number;
  });
}

async function within(ms: number, done: Promise<void>, onLate: () => void): Promise<void> {
  const late = new AbortController();
  const deadline = sleep(ms, late).then(onLate, () => undefined);
  await Promise.race([done.then(() => late.abort()), deadline]);
}
