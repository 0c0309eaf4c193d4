import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killEngine } from '../test/support/killEngine.ts';
import { countArgument, readArguments } from './arguments.ts';

const HELP = `tsx scripts/killEngine.ts [recording] [kills] [seed]

Kills headwater engine at random moments while a recorded chain is built through it, again and
again, and tells whether it always went on where it was. Every ten kills it tells how far it is.

  recording  a folder of data/chains; every-fork-a
  kills      200
  seed       of the moments; 1`;

const REPORT_EVERY = 10;

const { positionals } = readArguments(HELP, { allowPositionals: true });
const recording = positionals[0] ?? 'every-fork-a';
const kills = countArgument('kills', positionals[1] ?? '200');
const seed = countArgument('seed', positionals[2] ?? '1');
const folder = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
try {
  const start = performance.now();
  const onKill = (killed: number): void => {
    if (killed % REPORT_EVERY !== 0) return;
    const seconds = (performance.now() - start) / 1000;
    const left = (seconds / killed) * (kills - killed);
    const each = (seconds / killed).toFixed(1);
    console.log(`${killed}/${kills} kills, ${each} s each, ${left.toFixed(0)} s left`);
  };
  const options = { kills, seed, onKill };
  const { lives, wrong, rounds } = await killEngine(recording, folder, options);
  for (const problem of wrong) console.log(problem);
  const resumed = lives.filter(({ opened }) => opened > 0).length;
  const counts = `${rounds} times to the end, ${resumed} starts in the middle`;
  console.log(`${kills} kills of ${recording}, ${counts}, ${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
