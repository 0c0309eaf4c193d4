import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { compiledChild } from './compiled.ts';

/** One benchmark of the derivation core: what it read, and its median figures per CPU second. */
export type DeriveFigure = {
  readonly workload: string;
  readonly runs: number;
  readonly l2Blocks: number;
  readonly transactions: number;
  readonly cpuSeconds: number;
  /** Of the whole process: Node itself, parsing the inputs, and all runs. */
  readonly peakMegabytes: number;
};

/**
 * Derives a long benign stretch with a null engine, five times in one warm process of its own,
 * parsing excluded. Undefined where the file is not at hand.
 */
export async function benchDerive(file: string): Promise<DeriveFigure | undefined> {
  if (!existsSync(file)) return undefined;
  const child = compiledChild('deriveChild');
  const { stdout } = await promisify(execFile)(process.execPath, [child, file]);
  return JSON.parse(stdout) as DeriveFigure;
}

/** The figure in one line. */
export function deriveLine(figure: DeriveFigure): string {
  const { workload, runs, l2Blocks, transactions, cpuSeconds, peakMegabytes } = figure;
  const rate = (count: number) => Math.round(count / cpuSeconds).toLocaleString('en');
  return (
    `derive  ${workload}: ${rate(l2Blocks)} L2 blocks/s, ${rate(transactions)} transactions/s ` +
    `per CPU second (median of ${runs}, null engine), ` +
    `peak ${Math.round(peakMegabytes)} MB with parsing, in a process of its own`
  );
}
