import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sharedPath } from './shared.ts';

/** `headwater node` in a process of its own. */
export type NodeProcess = {
  /** Log records, as they come. */
  readonly lines: AsyncIterable<LogLine>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Exit code; undefined when it was killed. */
  readonly exited: Promise<number | undefined>;
};

/** A line of the log in JSON. */
export type LogLine = { readonly msg: string; readonly [field: string]: unknown };

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts a node with the embedded engine on a served recording. */
export function spawnNode(
  recording: string,
  urls: { readonly l1: string; readonly beacon: string },
  flags: readonly string[],
): NodeProcess {
  const folder = `data/chains/${recording}`;
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      MAIN,
      'node',
      `--l1=${urls.l1}`,
      `--l1.beacon=${urls.beacon}`,
      `--rollup.config=${sharedPath(`${folder}/rollup.json`)}`,
      `--rollup.l1-chain-config=${sharedPath(`${folder}/l1-config.json`)}`,
      `--genesis=${sharedPath(`${folder}/genesis.json.gz`)}`,
      '--rpc.port=0',
      '--log.format=json',
      '--log.level=debug',
      '--l1.http-poll-interval=200ms',
      '--l1.epoch-poll-interval=200ms',
      ...flags,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  return { lines: linesOf(child), kill: (signal) => void child.kill(signal), exited };
}

async function* linesOf(child: ChildProcess): AsyncIterable<LogLine> {
  if (child.stdout === null) return;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) yield JSON.parse(line) as LogLine;
  }
}
