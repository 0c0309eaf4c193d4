import { sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import { type ChaosEvent, describeChaos, runChaos, seededRandom } from './chaos.ts';
import { DivergedError } from './compareNodes.ts';
import { devAccount } from './devAccounts.ts';
import type { DevNode } from './devNode.ts';
import { type Devnet, startDevnet } from './devnet.ts';
import type { DevnetOptions } from './devnetOptions.ts';
import {
  describeDevnet,
  type DevnetState,
  devnetState,
  type DevnetUrls,
  suggestions,
} from './devnetReport.ts';
import { type FaultyProxy, startFaultyProxy } from './faultyProxy.ts';
import { startRecording } from './recordChain.ts';

/** How a devnet is run and told about. */
export type DevnetRun = {
  readonly options: DevnetOptions;
  readonly isJson: boolean;
  /** Undefined: until the signal. */
  readonly durationMs: number | undefined;
  readonly log: Log;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

const TELL_EVERY_MS = 3_000;
/** Index of an account that nothing here uses. */
const VISITOR = 4;

/**
 * Runs a devnet to its end and tells how it goes.
 *
 * @returns Whether every block of every verifier was the sequencer's, and there was any.
 * @throws As `startDevnet`, and what a part failed with.
 */
export async function runDevnet(run: DevnetRun): Promise<boolean> {
  const { options, isJson, say, signal } = run;
  const startedMs = performance.now();
  if (!isJson) say('headwater devnet: L1, contracts and genesis first …');
  const random = seededRandom(options.chaos?.seed ?? 0);
  const recording = options.recordTo === undefined ? undefined : startRecording(options.recordTo);
  let proxy: FaultyProxy | undefined;
  const startProxy = async (url: string): Promise<FaultyProxy> => {
    proxy = await startFaultyProxy(url, random);
    return proxy;
  };
  let devnet: Devnet;
  try {
    devnet = await startDevnet(
      options,
      {
        log: run.log,
        verifierEvents: recording?.events,
        l1Started: recording?.attach,
        l1Proxy: options.chaos === undefined ? undefined : startProxy,
      },
      { signal },
    );
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
  const urls = urlsOf(devnet);
  const upMs = performance.now();
  say(isJson ? JSON.stringify(urls) : upText(urls, devnet, (upMs - startedMs) / 1000));
  const over = new AbortController();
  const limits = [signal, over.signal];
  if (run.durationMs !== undefined) limits.push(AbortSignal.timeout(run.durationMs));
  const until = AbortSignal.any(limits);
  const loops: Promise<unknown>[] = [tellForever(devnet, run, startedMs, upMs, until)];
  if (proxy !== undefined) {
    const tell = (event: ChaosEvent): void => {
      if (!isJson) say(`        chaos: ${describeChaos(event)}`);
    };
    loops.push(runChaos(devnet, proxy, random, tell, until));
  }
  let failure: unknown;
  try {
    await Promise.race([devnet.ended, Promise.all(loops)]);
  } catch (error) {
    failure = error;
  } finally {
    over.abort(new Error('the devnet ends'));
    await Promise.allSettled(loops);
  }
  const state = devnetState(devnet, (performance.now() - upMs) / 1000);
  if (recording !== undefined && failure === undefined) {
    await recording.save(devnet);
    if (!isJson) say(`recorded in ${options.recordTo}`);
  }
  await devnet.stop();
  if (failure instanceof DivergedError) {
    say(isJson ? toJson(state, devnet, failure.message) : `\ndifferent: ${failure.message}`);
    return false;
  }
  if (failure !== undefined) throw failure;
  say(isJson ? toJson(state, devnet, undefined) : `\n${summary(state, devnet)}`);
  return state.equal > 0n;
}

function urlsOf({ l1, sequencer, verifiers }: Devnet): DevnetUrls {
  const verifier = (verifiers()[0] as DevNode).url;
  return {
    l1: l1.rpcUrl,
    beacon: l1.beaconUrl,
    l2: sequencer().engineUrl,
    sequencer: sequencer().url,
    verifier,
    page: `${verifier}/`,
  };
}

async function tellForever(
  devnet: Devnet,
  { isJson, say }: DevnetRun,
  startedMs: number,
  upMs: number,
  signal: AbortSignal,
): Promise<void> {
  let isSafe = false;
  let toldMs = -TELL_EVERY_MS;
  while (!signal.aborted) {
    const nowMs = performance.now();
    const state = devnetState(devnet, (nowMs - upMs) / 1000);
    if (!isSafe && state.safe > 0n) {
      isSafe = true;
      const seconds = ((nowMs - startedMs) / 1000).toFixed(1);
      if (!isJson) say(`        first safe block on the verifier, ${seconds} s after the start`);
    }
    if (!isJson && nowMs - toldMs >= TELL_EVERY_MS) {
      toldMs = nowMs;
      say(describeDevnet(state));
    }
    await sleep(250, { signal }).catch(() => {});
  }
}

function upText(urls: DevnetUrls, { options, l1 }: Devnet, seconds: number): string {
  const { batchType, compression, daType, schedule, chaos } = options;
  const rows = Object.entries(urls).map(([name, url]) => `  ${name.padEnd(10)} ${url}`);
  const forks =
    schedule.atGenesis === schedule.until
      ? schedule.atGenesis
      : `${schedule.atGenesis} to ${schedule.until}, a fork every ${schedule.upgradeEvery} s`;
  const seed = chaos === undefined ? '' : `, chaos with seed ${chaos.seed}`;
  return [
    `All up after ${seconds.toFixed(1)} s (${forks}; ${batchType} batches, ${compression}, ` +
      `${daType}${seed}).`,
    ...rows,
    suggestions(urls, l1.rollup.depositContractAddress, devAccount(VISITOR)),
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

function summary(state: DevnetState, { counts }: Devnet): string {
  const { now } = counts;
  const verdict =
    state.equal > 0n
      ? `equal: blocks 0 to ${state.equal}, hash for hash, on every verifier`
      : 'nothing was compared: no block was safe yet';
  return [
    verdict,
    `${state.seconds.toFixed(0)} s: ${state.unsafe} L2 blocks, ${state.safe} safe, ` +
      `${now.transactions} transactions, ${now.deposits} deposits, ` +
      `${now.batcherTxs} batcher transactions`,
    `${now.drops} drops, ${now.reorgs} L1 reorgs, ${now.resets} derivations begun again, ` +
      `${now.restarts} parts started again`,
  ].join('\n');
}

function toJson(state: DevnetState, { counts }: Devnet, difference: string | undefined): string {
  const { equal: _, ...now } = counts.now;
  const plain = Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, Number(value)]),
  );
  const ok = difference === undefined && state.equal > 0n;
  return JSON.stringify({ ok, difference: difference ?? null, ...plain, counts: now });
}
