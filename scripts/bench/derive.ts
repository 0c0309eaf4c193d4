import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { CaseJson, L1BlockJson } from '../../src/cli/differential/caseJson.ts';
import { type CorpusCase, prepareCase } from '../../src/cli/differential/corpusCase.ts';
import { runCase } from '../../src/cli/differential/runCase.ts';

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
export function benchDerive(file: string): DeriveFigure | undefined {
  if (!existsSync(file)) return undefined;
  const { json, prepared } = readStretch(file);
  const seconds: number[] = [];
  let l2Blocks = 0;
  let transactions = 0;
  for (let run = 0; run <= RUNS; run++) {
    const before = process.cpuUsage();
    const result = runCase(prepared);
    const { user, system } = process.cpuUsage(before);
    const { number, hash } = json.expect.final.safe;
    if (result.safe.hash !== hash) {
      throw new Error(
        `${json.name}: expected safe head ${number} ${hash}, found ${result.safe.hash}`,
      );
    }
    l2Blocks = result.steps.length;
    transactions = result.steps.reduce(
      (sum, { attributes }) => sum + attributes.transactions.filter((tx) => tx[0] !== 0x7e).length,
      0,
    );
    // The first run warms the code up.
    if (run > 0) seconds.push((user + system) / 1e6);
  }
  const cpuSeconds = seconds.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { workload: json.name, l2Blocks, transactions, cpuSeconds, peakMegabytes };
}

/** A bench file: first a case without L1 blocks and blobs, then one of these a line. */
function readStretch(file: string): { readonly json: CaseJson; readonly prepared: CorpusCase } {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const head = JSON.parse(lines[0] as string) as CaseJson;
  const l1: L1BlockJson[] = [];
  const blobs: NonNullable<CaseJson['blobs']>[number][] = [];
  for (const line of lines.slice(1)) {
    const item = JSON.parse(line) as { l1?: L1BlockJson; blob?: (typeof blobs)[number] };
    if (item.l1 !== undefined) l1.push(item.l1);
    if (item.blob !== undefined) blobs.push(item.blob);
  }
  const json = { ...head, l1, blobs };
  return { json, prepared: prepareCase(json) };
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
