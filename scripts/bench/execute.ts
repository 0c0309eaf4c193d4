import { ZERO_HASH } from '../../src/base/bytes.ts';
import { installRecoverAhead } from '../../src/base/secp256k1.ts';
import { openEngine } from '../../src/execution/engine.ts';
import { createEthereumjsEvm } from '../../src/execution/evm/ethereumjs/createEvm.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { Evm } from '../../src/execution/evm/port.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { installNative } from '../../src/native/install.ts';
import { cpuStopwatch, threadStopwatch } from './cpu.ts';
import { depositBlocksPerSecond } from './depositBlocks.ts';
import {
  type ChainWorkload,
  executeReal,
  openChain,
  readChain,
  readRealBlocks,
} from './executeWorkloads.ts';
import { bareEvm, EXECUTION_PARTS, hostCostLine } from './hostCost.ts';
import { benchPrecompiles } from './precompiles.ts';
import { profiled, sharesLine } from './profile.ts';

/**
 * Prints one line for each figure of the embedded engine. Time is that of the processor, so that
 * other work on the machine counts little.
 *
 * @param shared Directory of the shared corpora.
 */
export async function benchExecution(shared: string): Promise<void> {
  const [a, c] = [readChain(shared, 'every-fork-a'), readChain(shared, 'every-fork-c')];
  await benchChain('every-fork-a', a);
  await benchChain('every-fork-c', c);
  const workA: Work = (evm) => openChain(a, evm(a.genesis.config.chainId));
  await benchHostCost('every-fork-a', workA);
  const real = readRealBlocks(shared);
  await executeReal(real, interpreters());
  const elapsed = cpuStopwatch();
  print(
    'real blocks on their witnesses',
    real.length,
    await executeReal(real, interpreters()),
    elapsed(),
  );
  const workReal: Work = (evm) => () => executeReal(real, evm);
  await benchHostCost('real blocks', workReal);
  const chains = [a.genesis.config, ...real.map(({ recorded }) => recorded.config)];
  const library = await libraryEvms(chains.map(({ chainId }) => chainId));
  await benchHostCost('every-fork-a on @ethereumjs/evm', workA, library, 1);
  await benchHostCost('real blocks on @ethereumjs/evm', workReal, library, 1);
  const { rate, blocks } = await depositBlocksPerSecond(a);
  console.log(`execute  deposit-only blocks: ${rate.toFixed(0)} L2 blocks/s over ${blocks}`);
  await benchPrecompiles();
}

type EvmOf = (chainId: bigint) => Evm;

/** The library's EVM for each chain: the host does the same around it as around our own. */
async function libraryEvms(chainIds: readonly bigint[]): Promise<EvmOf> {
  const evms = new Map<bigint, Evm>();
  for (const chainId of new Set(chainIds)) evms.set(chainId, await createEthereumjsEvm(chainId));
  return (chainId) => evms.get(chainId) as Evm;
}

/** One interpreter for each chain, wrapped once. */
function interpreters(wrap: (evm: Evm) => Evm = (evm) => evm, inner?: EvmOf): EvmOf {
  const evms = new Map<bigint, Evm>();
  return (chainId) => {
    const evm = evms.get(chainId) ?? wrap(inner?.(chainId) ?? createInterpreter(chainId));
    evms.set(chainId, evm);
    return evm;
  };
}

/** Executes a recorded chain from genesis through the engine, with a store in memory. */
async function benchChain(name: string, { genesis, blocks }: ChainWorkload): Promise<void> {
  const engine = await openEngine(genesis, memoryKeyValueStore());
  let gas = 0n;
  const elapsed = cpuStopwatch();
  for (const attributes of blocks) {
    const outcome = await engine.build(engine.heads().head, attributes);
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    const { hash: head, header } = outcome.block;
    gas += header.gasUsed;
    await engine.setForkchoice({ head, safe: head, finalized: ZERO_HASH });
  }
  print(`${name} through the engine`, blocks.length, gas, elapsed());
  await engine.close();
}

/** What is to be done with an EVM: what it gives is timed, and called once. */
type Work = (evm: EvmOf) => () => Promise<unknown>;

/** Rounds of which the median counts, behind one that is for the compiler. */
const ROUNDS = 5;

/** Runs `work` whole, with bare messages, and under the profiler, all with the same EVMs. */
async function benchHostCost(
  what: string,
  work: Work,
  evms: EvmOf = interpreters(),
  rounds = ROUNDS,
): Promise<void> {
  await work(evms)();
  const whole = await median(async () => {
    const run = work(evms);
    const elapsed = threadStopwatch();
    await run();
    return elapsed();
  }, rounds);
  installRecoverAhead();
  const bare = await median(() => bareSeconds(work, evms), rounds);
  await installNative();
  const { shares } = await profiled(EXECUTION_PARTS, work(evms));
  console.log(hostCostLine(what, whole, bare, shares));
  console.log(`profile  ${what}: ${sharesLine(shares)}`);
}

/** Time of the bare messages on this thread. */
async function bareSeconds(work: Work, evms: EvmOf): Promise<number> {
  const bares = new Map<Evm, () => number>();
  const wrap = (inner: Evm): Evm => {
    const { evm, seconds } = bareEvm(inner);
    bares.set(evm, seconds);
    return evm;
  };
  const run = work(interpreters(wrap, evms));
  const [ofThread, ofProcess] = [threadStopwatch(), cpuStopwatch()];
  await run();
  const part = ofThread() / ofProcess();
  return part * [...bares.values()].reduce((sum, seconds) => sum + seconds(), 0);
}

async function median(round: () => Promise<number>, rounds: number): Promise<number> {
  const found: number[] = [];
  for (let i = 0; i < rounds; i++) found.push(await round());
  return found.toSorted((a, b) => a - b)[rounds >> 1] as number;
}

function print(what: string, blocks: number, gas: bigint, seconds: number): void {
  const rate = (blocks / seconds).toFixed(1);
  const mgas = Number(gas) / 1e6;
  console.log(
    `execute  ${what}: ${blocks} blocks in ${seconds.toFixed(2)} s, ${rate} L2 blocks/s, ` +
      `${(mgas / seconds).toFixed(1)} Mgas/s of ${mgas.toFixed(0)}`,
  );
}
