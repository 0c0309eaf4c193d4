import type { Hash } from '../../src/base/bytes.ts';
import type { CaseJson, L1BlockJson } from '../../src/cli/differential/caseJson.ts';
import { blobBytes, type CorpusCase, prepareCase } from '../../src/cli/differential/corpusCase.ts';
import { readJsonLines } from '../../src/cli/recording/lines.ts';
import { deriveChain, nullBlock } from '../../src/derive/index.ts';
import { installNative } from '../../src/native/install.ts';
import { DEPOSIT_TX_TYPE } from '../../src/protocol/deposit.ts';
import { cpuStopwatch } from './cpu.ts';
import type { DeriveFigure } from './derive.ts';

// The process that `derive.ts` starts: `deriveChild.ts <bench file>`. Checks that every run reaches
// the head which the corpus expects.

const RUNS = 5;

const [file = ''] = process.argv.slice(2);
await installNative();
const { expected, name, prepared } = await readStretch(file);
const seconds: number[] = [];
let counts = { l2Blocks: 0, transactions: 0 };
for (let run = 0; run <= RUNS; run++) {
  const elapsed = cpuStopwatch();
  counts = derive(prepared);
  // The first run warms the code up.
  if (run > 0) seconds.push(elapsed());
}
const figure: DeriveFigure = {
  workload: name,
  runs: RUNS,
  ...counts,
  cpuSeconds: seconds.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] as number,
  peakMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
};
process.stdout.write(JSON.stringify(figure));

/** Derives everything and keeps nothing but counts. Batched transactions count, deposits do not. */
function derive({ config, l1, start }: CorpusCase): typeof counts {
  let l2Blocks = 0;
  let transactions = 0;
  const events = deriveChain(config, l1, (...asked) => nullBlock(config.rollup, ...asked), start);
  for (const event of events) {
    if (event.type !== 'step') {
      l2Blocks += 1;
      for (const tx of event.block?.transactions ?? []) {
        if (tx[0] !== DEPOSIT_TX_TYPE) transactions += 1;
      }
    } else if (event.step.type === 'needL1Block') {
      const { number, hash } = event.safe;
      if (hash === expected.hash) break;
      throw new Error(
        `${name}: expected safe head ${expected.number} ${expected.hash}, found ${number} ${hash}`,
      );
    }
  }
  return { l2Blocks, transactions };
}

type Stretch = {
  readonly name: string;
  readonly expected: { readonly number: number; readonly hash: string };
  readonly prepared: CorpusCase;
};

/** A bench file: first a case without L1 blocks and blobs, then one of these a line. */
async function readStretch(path: string): Promise<Stretch> {
  let head: CaseJson | undefined;
  const l1: L1BlockJson[] = [];
  const blobs = new Map<Hash, Uint8Array>();
  for await (const { json } of readJsonLines(path)) {
    const item = json as { l1?: L1BlockJson; blob?: NonNullable<CaseJson['blobs']>[number] };
    if (head === undefined) head = json as unknown as CaseJson;
    else if (item.l1 !== undefined) l1.push(item.l1);
    else if (item.blob !== undefined) blobs.set(item.blob.versionedHash, blobBytes(item.blob));
  }
  const whole = { ...(head as CaseJson), l1 };
  const { name: title, expect } = whole;
  return { name: title, expected: expect.final.safe, prepared: prepareCase(whole, blobs) };
}
