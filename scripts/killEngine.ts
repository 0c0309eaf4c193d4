import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killEngine } from '../test/support/killEngine.ts';

// Kills `headwater engine` at random moments while a recorded chain is built through it, again and
// again, and tells whether it always went on where it was:
// `tsx scripts/killEngine.ts [recording] [kills] [seed]`.

const [recording = 'every-fork-a', kills = '200', seed = '1'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
try {
  const options = { kills: Number(kills), seed: Number(seed) };
  const { lives, wrong, rounds } = await killEngine(recording, folder, options);
  for (const problem of wrong) console.log(problem);
  const resumed = lives.filter(({ opened }) => opened > 0).length;
  const counts = `${rounds} times to the end, ${resumed} starts in the middle`;
  console.log(`${kills} kills of ${recording}, ${counts}, ${wrong.length} wrong`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
