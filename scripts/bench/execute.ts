import { ZERO_HASH } from '../../src/base/bytes.ts';
import { installRecoverAhead } from '../../src/base/secp256k1.ts';
import { openEngine } from '../../src/execution/engine.ts';
import { createEthereumjsEvm } from '../../src/execution/evm/ethereumjs/createEvm.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { Evm } from '../../src/execution/evm/port.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { installNative } from '../../src/native/install.ts';
import { collectGarbage, cpuStopwatch } from './cpu.ts';
import { depositBlocksPerSecond } from './depositBlocks.ts';
import {
  type ChainWorkload,
  openChain,
  openReal,
  readChain,
  readRealBlocks,
} from './executeWorkloads.ts';
import {
  clockedEvm,
  EXECUTION_PARTS,
  hostCostLine,
  type HostRun,
  recoverOnce,
} from './hostCost.ts';
import { benchPrecompiles } from './precompiles.ts';
import { meanShares, profiled, type Shares, sharesLine } from './profile.ts';

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
  await openReal(real, interpreters())();
  const run = openReal(real, interpreters());
  const elapsed = cpuStopwatch();
  print('real blocks on their witnesses', real.length, await run(), elapsed());
  const workReal: Work = (evm) => openReal(real, evm);
  await benchHostCost('real blocks', workReal);
  const chains = [a.genesis.config, ...real.map(({ recorded }) => recorded.config)];
  const library = await libraryEvms(chains.map(({ chainId }) => chainId));
  await benchHostCost('every-fork-a on @ethereumjs/evm', workA, library, ONCE);
  await benchHostCost('real blocks on @ethereumjs/evm', workReal, library, ONCE);
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

/** Rounds that are for the compiler, and rounds of which the median counts. */
type Rounds = { readonly warming: number; readonly counted: number };

/** Enough for the compiler: what a node that is up has run for an hour is compiled. */
const ROUNDS: Rounds = { warming: 10, counted: 7 };

/** For what takes long and is only to be compared with. */
const ONCE: Rounds = { warming: 1, counted: 1 };

/** Runs `work` with a clock on the EVM, and under the profiler, all with the same EVMs. */
async function benchHostCost(
  what: string,
  work: Work,
  evms: EvmOf = interpreters(),
  { warming, counted }: Rounds = ROUNDS,
): Promise<void> {
  installRecoverAhead(recoverOnce());
  for (let i = 0; i < warming; i++) await work(evms)();
  const found: HostRun[] = [];
  for (let i = 0; i < counted; i++) found.push(await clocked(work, evms));
  const profiles: Shares[] = [];
  for (let i = 0; i < counted; i++) {
    const run = work(evms);
    collectGarbage();
    profiles.push((await profiled(EXECUTION_PARTS, run)).shares);
  }
  await installNative();
  const shares = meanShares(profiles);
  const byShare = found.toSorted((a, b) => a.inEvm / a.whole - b.inEvm / b.whole);
  console.log(hostCostLine(what, byShare[counted >> 1] as HostRun, shares));
  console.log(`profile  ${what}: ${sharesLine(shares)}`);
}

async function clocked(work: Work, evms: EvmOf): Promise<HostRun> {
  const clocks = new Map<Evm, () => number>();
  const wrap = (inner: Evm): Evm => {
    const { evm, seconds } = clockedEvm(inner);
    clocks.set(evm, seconds);
    return evm;
  };
  const run = work(interpreters(wrap, evms));
  collectGarbage();
  const elapsed = cpuStopwatch();
  await run();
  const whole = elapsed();
  return { whole, inEvm: [...clocks.values()].reduce((sum, seconds) => sum + seconds(), 0) };
}

function print(what: string, blocks: number, gas: bigint, seconds: number): void {
  const rate = (blocks / seconds).toFixed(1);
  const mgas = Number(gas) / 1e6;
  console.log(
    `execute  ${what}: ${blocks} blocks in ${seconds.toFixed(2)} s, ${rate} L2 blocks/s, ` +
      `${(mgas / seconds).toFixed(1)} Mgas/s of ${mgas.toFixed(0)}`,
  );
}
