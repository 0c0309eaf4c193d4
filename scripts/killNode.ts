import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAndResume } from '../test/support/killAndResume.ts';
import { serveRecording } from '../test/support/servedChain.ts';

// Kills a node at random moments of a live sync, again and again, and tells whether it always went
// on where it was: `tsx scripts/killNode.ts [recording] [kills] [seed]`.

const [recording = 'every-fork-a', kills = '100', seed = '1'] = process.argv.slice(2);
const served = await serveRecording(recording, { finalityDepth: 3 });
const datadir = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
try {
  const options = { kills: Number(kills), seed: Number(seed) };
  const { starts, wrong } = await killAndResume(recording, served.urls, datadir, options);
  const lost = starts.filter(({ safe, recorded }) => safe < recorded);
  for (const { safe, recorded } of lost) console.log(`began at ${safe}, recorded was ${recorded}`);
  for (const problem of wrong) console.log(problem);
  console.log(`${kills} kills of ${recording}, ${lost.length} lost work, ${wrong.length} wrong`);
  process.exitCode = lost.length + wrong.length === 0 ? 0 : 1;
} finally {
  await served.close();
  rmSync(datadir, { recursive: true, force: true });
}
