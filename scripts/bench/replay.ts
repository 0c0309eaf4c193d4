import { spawnSync } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createKzg } from '../../src/native/kzg.ts';
import { compiledChild } from './compiled.ts';
import { cpuStopwatch } from './cpu.ts';

/** What the process of a replay tells at its end. */
export type ReplayFigure = {
  readonly l2Blocks: number;
  readonly gas: number;
  /** On the clock and of the processor, from the first instruction of the replay on. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly profile: string;
};

/**
 * Prints what `headwater replay` of a recorded chain comes to, in a process of its own: L1 blocks
 * and blobs proven, derived, executed from genesis, compared.
 */
export function benchReplay(recording: string): void {
  for (const mode of ['plain', 'profiled'] as const) {
    const figure = run(recording, mode);
    if (mode === 'profiled') {
      console.log(`profile  replay: ${figure.profile}`);
      continue;
    }
    const { l2Blocks, gas, seconds, cpuSeconds, peakMegabytes } = figure;
    console.log(
      `replay  ${l2Blocks} L2 blocks from genesis, all proven: ` +
        `${(l2Blocks / cpuSeconds).toFixed(1)} L2 blocks per CPU second of all threads ` +
        `(${cpuSeconds.toFixed(1)} s), ${(l2Blocks / seconds).toFixed(1)} by the clock ` +
        `(${seconds.toFixed(1)} s), ${(gas / 1e6 / cpuSeconds).toFixed(0)} Mgas/s, peak ${peakMegabytes.toFixed(0)} MB`,
    );
  }
}

/** Prints how long the first commitment takes, set-up and all, and how long the loop stood. */
export async function benchKzgSetup(): Promise<void> {
  const kzg = createKzg();
  const pauses = monitorEventLoopDelay({ resolution: 1 });
  pauses.enable();
  const elapsed = cpuStopwatch();
  const start = performance.now();
  await kzg.commitment(new Uint8Array(131_072));
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `kzg  set-up and first commitment: ${seconds.toFixed(1)} s on a thread of its own ` +
      `(${elapsed().toFixed(1)} s of processor time), ` +
      `longest pause of the main thread ${(pauses.max / 1e6).toFixed(0)} ms`,
  );
  await kzg.close();
}

function run(recording: string, mode: string): ReplayFigure {
  const ended = spawnSync(process.execPath, [compiledChild('replayChild'), recording, mode], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (ended.status !== 0) throw new Error(`replay ended with ${ended.status}`);
  return JSON.parse(ended.stdout) as ReplayFigure;
}
