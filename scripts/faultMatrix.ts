import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installNative } from '../src/native/install.ts';
import { recordBranches } from '../test/sim/branchedChain.ts';
import { allCells, nameOf, runCell } from '../test/sim/faultCells.ts';
import { partArgument, readArguments, refuse } from './arguments.ts';

const HELP = `tsx scripts/faultMatrix.ts [part/parts] [words]

Every fault of L1, beacon and engine, alone and with a reorg of the L1, one after the other, each on
a node that derives a growing chain. A line for each, and the count.

  part/parts  only that part of the cells; 1/1
  words       only cells whose names have all of them`;

const DEPTHS = [1, 7, 64];
const TIMES = { faultMs: 2_000, growMs: 80 };

const { positionals } = readArguments(HELP, { allowPositionals: true });
const [part = '1/1', ...words] = positionals;
const { index, parts } = partArgument(part);
const cells = allCells(DEPTHS)
  .filter((cell) => words.every((word) => nameOf(cell).includes(word)))
  .filter((_, i) => i % parts === index - 1);
if (cells.length === 0) refuse(`words: no cell of this part has \`${words.join(' ')}\``);

await installNative();
const folder = mkdtempSync(join(tmpdir(), 'headwater-faults-'));
let failed = 0;
let slowestMs = 0;
try {
  const chain = await recordBranches(folder, { l1Blocks: 70, depths: DEPTHS, longer: 6 });
  for (const cell of cells) {
    const { name, problems, recoveredMs, named, resets } = await runCell(chain, cell, TIMES);
    slowestMs = Math.max(slowestMs, recoveredMs);
    if (problems.length > 0) failed += 1;
    const verdict = problems.length === 0 ? 'ok' : `FAILED: ${problems.join('; ')}`;
    const seconds = `${(recoveredMs / 1000).toFixed(1)} s`;
    console.log(`${name.padEnd(46)} ${seconds.padStart(7)} ${resets} resets  ${verdict}`);
    if (named !== '') console.log(`    ${named}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const slowest = `slowest recovery ${(slowestMs / 1000).toFixed(1)} s`;
console.log(`${cells.length} cells, ${failed} failed, ${slowest}`);
process.exit(failed === 0 ? 0 : 1);
