import { ConfigError } from '../base/errors.ts';
import { EngineError } from '../engine/errors.ts';
import type { EnginePort } from '../engine/port.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { SourceError } from '../sources/errors.ts';
import type { L1Source } from '../sources/l1Source.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import { createWaitWarning, type Waits } from '../transport/waits.ts';

/** What is looked at before anything is derived. */
export type StartChecks = {
  readonly rollup: RollupConfig;
  readonly l1: Pick<L1Source, 'chainId' | 'ref'>;
  readonly engine: EnginePort;
  readonly waits: Waits;
  readonly log: Log;
};

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * States that L1 and engine are those of the rollup. A server that does not answer is waited for;
 * one that answers wrongly is a mistake of configuration.
 *
 * @throws ConfigError naming the flag, what was expected and what was found; the signal's reason.
 */
export async function assertServers(checks: StartChecks, abort: AbortOptions): Promise<void> {
  await Promise.all([
    answered(checks, 'the L1 endpoint', () => assertL1(checks, abort), abort),
    answered(checks, 'the engine', () => assertEngine(checks, abort), abort),
  ]);
}

async function assertL1({ rollup, l1, log }: StartChecks, abort: AbortOptions): Promise<void> {
  const chainId = await confirmedChainId(l1, rollup.l1ChainId, abort);
  if (chainId !== rollup.l1ChainId) {
    const accepted = `an endpoint of L1 chain ${rollup.l1ChainId}, as the rollup config says`;
    throw new ConfigError('l1', `one of chain ${chainId}`, accepted);
  }
  const { number, hash } = rollup.genesis.l1;
  const found = await l1.ref({ number }, abort);
  if (found === undefined) {
    log.warn('L1 does not have the block of the rollup genesis', { number });
  } else if (found.hash !== hash) {
    const accepted = `an L1 whose block ${number} is \`${hash}\`, as the rollup config says`;
    throw new ConfigError('l1', `\`${found.hash}\` there`, accepted);
  }
}

/** Answers of a wrong chain id before it is believed: nothing proves it, and one may be damaged. */
const WRONG_ANSWERS = 4;

async function confirmedChainId(
  l1: StartChecks['l1'],
  expected: bigint,
  abort: AbortOptions,
): Promise<bigint> {
  let found = await l1.chainId(abort);
  for (let answers = 1; found !== expected && answers < WRONG_ANSWERS; answers++) {
    found = await l1.chainId(abort);
  }
  return found;
}

async function assertEngine(
  { rollup, engine, log }: StartChecks,
  abort: AbortOptions,
): Promise<void> {
  const chainId = await engine.chainId(abort);
  if (chainId !== rollup.l2ChainId) {
    const accepted = `an engine of L2 chain ${rollup.l2ChainId}, as the rollup config says`;
    throw new ConfigError('l2', `one of chain ${chainId}`, accepted);
  }
  if (engine.hasEngineApi !== undefined && !(await engine.hasEngineApi(abort))) {
    const accepted = "the Engine API's port, usually 8551";
    throw new ConfigError('l2', 'a port that serves no `engine_` methods', accepted);
  }
  const { number, hash } = rollup.genesis.l2;
  const found = await genesisHash(engine, number, abort);
  // One that is stopping has nothing any more.
  abort.signal?.throwIfAborted();
  if (found === undefined) {
    log.warn('the engine does not have the genesis block any more', { number });
  } else if (found !== hash) {
    const accepted = `an engine whose genesis is \`${hash}\`, as the rollup config says`;
    throw new ConfigError('l2', `\`${found}\``, accepted);
  }
}

/** Error code of engines that have given up old history. */
const PRUNED = 4444;

async function genesisHash(
  engine: EnginePort,
  number: bigint,
  abort: AbortOptions,
): Promise<string | undefined> {
  try {
    return (await engine.block({ number }, abort))?.executionPayload.blockHash;
  } catch (error) {
    if (error instanceof EngineError && error.rpcCode === PRUNED) return undefined;
    throw error;
  }
}

/** Asks until there is an answer, good or bad. */
async function answered(
  { waits, log }: StartChecks,
  name: string,
  ask: () => Promise<void>,
  { signal }: AbortOptions,
): Promise<void> {
  const wait = waits.begin(name, 'ask again');
  const warnIfLong = createWaitWarning(log, name);
  try {
    for (let tries = 1; ; tries++) {
      const failure = await failureOf(ask);
      if (failure === undefined) return;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries, 10), LONGEST_PAUSE_MS);
      if (tries === 1) log.warn(`waiting for ${name}`, { err: failure });
      warnIfLong(tries, failure.message);
      wait.update({ tries, lastError: failure.message, nextActionAtMs: Date.now() + pauseMs });
      await sleep(pauseMs, signal === undefined ? {} : { signal });
    }
  } finally {
    wait.end();
  }
}

async function failureOf(ask: () => Promise<void>): Promise<Error | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'unauthorized') {
      const accepted = 'the secret that the engine was started with';
      throw new ConfigError('l2.jwt-secret', 'another one: the engine refuses it', accepted, {
        cause: error,
      });
    }
    if (error instanceof EngineError || error instanceof SourceError) return error;
    throw error;
  }
}
