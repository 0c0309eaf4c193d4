import { existsSync } from 'node:fs';
import type { CaseJson, L1BlockJson } from '../../src/cli/differential/caseJson.ts';
import { type CorpusCase, prepareCase } from '../../src/cli/differential/corpusCase.ts';
import { runCase } from '../../src/cli/differential/runCase.ts';
import { readJsonLines } from '../../src/cli/recording/lines.ts';

/** One benchmark of the derivation core: what it read, and its median figures per CPU second. */
export type DeriveFigure = {
  readonly workload: string;
  readonly l2Blocks: number;
  readonly transactions: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
};

const RUNS = 5;

/**
 * Derives a long benign stretch with a null engine, five times in one warm process, parsing
 * excluded. Checks that the head which the corpus expects is reached.
 */
export async function benchDerive(file: string): Promise<DeriveFigure | undefined> {
  if (!existsSync(file)) return undefined;
  const { expected, name, prepared } = await readStretch(file);
  const seconds: number[] = [];
  let l2Blocks = 0;
  let transactions = 0;
  for (let run = 0; run <= RUNS; run++) {
    const before = process.cpuUsage();
    const result = runCase(prepared);
    const { user, system } = process.cpuUsage(before);
    const { number, hash } = expected;
    if (result.safe.hash !== hash) {
      throw new Error(`${name}: expected safe head ${number} ${hash}, found ${result.safe.hash}`);
    }
    l2Blocks = result.steps.length;
    transactions = result.steps.reduce(
      (sum, { step }) => sum + step.attributes.transactions.filter((tx) => tx[0] !== 0x7e).length,
      0,
    );
    // The first run warms the code up.
    if (run > 0) seconds.push((user + system) / 1e6);
  }
  const cpuSeconds = seconds.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { workload: name, l2Blocks, transactions, cpuSeconds, peakMegabytes };
}

type Stretch = {
  readonly name: string;
  readonly expected: { readonly number: number; readonly hash: string };
  readonly prepared: CorpusCase;
};

/** A bench file: first a case without L1 blocks and blobs, then one of these a line. */
async function readStretch(file: string): Promise<Stretch> {
  let head: CaseJson | undefined;
  const l1: L1BlockJson[] = [];
  const blobs: NonNullable<CaseJson['blobs']>[number][] = [];
  for await (const { json } of readJsonLines(file)) {
    const item = json as { l1?: L1BlockJson; blob?: (typeof blobs)[number] };
    if (head === undefined) head = json as unknown as CaseJson;
    else if (item.l1 !== undefined) l1.push(item.l1);
    else if (item.blob !== undefined) blobs.push(item.blob);
  }
  const whole = { ...(head as CaseJson), l1, blobs };
  return { name: whole.name, expected: whole.expect.final.safe, prepared: prepareCase(whole) };
}

/** The figure in one line. */
export function deriveLine(figure: DeriveFigure): string {
  const { workload, l2Blocks, transactions, cpuSeconds, peakMegabytes } = figure;
  const rate = (count: number) => Math.round(count / cpuSeconds).toLocaleString('en');
  return (
    `derive  ${workload}: ${rate(l2Blocks)} L2 blocks/s, ${rate(transactions)} transactions/s ` +
    `per CPU second (median of ${RUNS}, null engine), peak ${Math.round(peakMegabytes)} MB`
  );
}
