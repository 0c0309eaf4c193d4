import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orRefuse, refuse } from './arguments.ts';
import { type Attempt, HELP, parseFuzzArgs, repeatCommand } from './fuzz/args.ts';
import { propertyTests } from './fuzz/propertyTests.ts';

// The suite tries every property with one seed, so that its verdict on a commit is always the same.
// This looks for what that seed does not find: each file of properties again and again, every time
// with a new seed and more runs.

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** A property may take as long for each run as in the suite; a loop without end is a failure. */
const TEST_TIMEOUT_MS = 120_000;
const ATTEMPT_TIMEOUT_MS = 3_600_000;

/** Seeds are positive and fit 31 bits: fast-check takes no larger ones. */
const SEEDS = 2 ** 31;

const args = orRefuse(() => parseFuzzArgs(process.argv.slice(2)));
if (args === 'help') {
  console.log(HELP);
} else {
  const files = propertyTests(ROOT).filter((path) => path.includes(args.only));
  if (files.length === 0) refuse(`--only: no file of properties contains \`${args.only}\``);
  const failed = await fuzz(files, args);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Tries files until the time is over, or all of them once with a given seed; how many failed. */
async function fuzz(
  files: readonly string[],
  { minutes, seed, times }: { minutes: number; seed: number | undefined; times: number },
): Promise<number> {
  const endMs = performance.now() + 60_000 * minutes;
  const isOver = (started: number): boolean =>
    seed === undefined ? performance.now() >= endMs : started >= files.length;
  // A short search is not always of the same files.
  const first = randomInt(files.length);
  const tally = { started: 0, done: 0, failed: 0 };
  const lane = async (): Promise<void> => {
    while (!isOver(tally.started)) {
      const file = files[(first + tally.started++) % files.length] as string;
      const attempt = { file, seed: seed ?? randomInt(1, SEEDS), times };
      const problem = await problemOf(attempt);
      tally.done += 1;
      if (problem !== undefined) {
        tally.failed += 1;
        console.log(`failed: ${repeatCommand(attempt)}\n${problem}`);
      }
      if (tally.done % files.length === 0) {
        console.log(`${tally.done / files.length} rounds done, ${tally.failed} failures`);
      }
    }
  };
  const lanes = Math.min(availableParallelism(), files.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  console.log(
    `${files.length} files, ${tally.done} attempts of ${times} times the runs, ` +
      `${tally.failed} failed`,
  );
  return tally.failed;
}

/** What the tests of a file say when one of them fails. */
function problemOf({ file, seed, times }: Attempt): Promise<string | undefined> {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  const timeout = `--testTimeout=${TEST_TIMEOUT_MS * times}`;
  const child = spawn(process.execPath, [vitest, 'run', file, timeout, '--no-color'], {
    cwd: ROOT,
    env: { ...process.env, HEADWATER_FUZZ_SEED: `${seed}`, HEADWATER_FUZZ_TIMES: `${times}` },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: ATTEMPT_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? output : `${output}\nended by ${signal}`);
    });
  });
}
