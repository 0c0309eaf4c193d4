import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAndResume, type Run } from '../test/support/killAndResume.ts';
import { lastRecordedBlock, serveRecording } from '../test/support/servedChain.ts';
import { countArgument, readArguments } from './arguments.ts';

const HELP = `tsx scripts/killNode.ts [recording] [kills] [seed]

Kills a node at random moments of a live sync, again and again. Each start must begin with what was
recorded before, derive nothing that was recorded again, and the last must end where the recording
ends.

  recording  a folder of data/chains; every-fork-a
  kills      100
  seed       of the moments; 1`;

const JITTER_MS = 60;

const { positionals } = readArguments(HELP, { allowPositionals: true });
const recording = positionals[0] ?? 'every-fork-a';
const kills = countArgument('kills', positionals[1] ?? '100');
const seed = countArgument('seed', positionals[2] ?? '1');
const served = await serveRecording(recording, { finalityDepth: 3 });
const datadir = mkdtempSync(join(tmpdir(), 'headwater-kill-'));
try {
  const onRun = ({ recordedBefore, safe, derived }: Run, index: number): void => {
    const began = safe === undefined ? 'killed while starting' : `began at ${safe}`;
    const blocks = derived.length === 0 ? 'nothing' : `${derived[0]} to ${derived.at(-1)}`;
    console.log(`${index}: recorded ${recordedBefore}, ${began}, derived ${blocks}`);
  };
  const options = { kills, seed, jitterMs: JITTER_MS, onRun };
  const { runs, wrong } = await killAndResume(recording, served.urls, datadir, options);
  for (const problem of wrong) console.log(problem);
  const early = runs.filter(({ safe }) => safe === undefined).length;
  const derived = runs.reduce((sum, run) => sum + run.derived.length, 0);
  const again = derived - Number(lastRecordedBlock(recording).block.number);
  console.log(`${kills} kills of ${recording}, ${early} while starting, ${wrong.length} wrong`);
  console.log(`${derived} blocks derived, ${again} of them again: after the last record each`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await served.close();
  rmSync(datadir, { recursive: true, force: true });
}
