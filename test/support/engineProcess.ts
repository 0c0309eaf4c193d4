import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `headwater engine` in a process of its own. */
export type EngineProcess = {
  /** Port of the Engine API; undefined when the process ended before it served. */
  readonly port: Promise<number | undefined>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Exit code; undefined when it was killed. */
  readonly exited: Promise<number | undefined>;
};

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts an engine on any free port. */
export function spawnEngine(flags: readonly string[]): EngineProcess {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', MAIN, 'engine', '--authrpc.port=0', '--log.format=json', ...flags],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = new Promise<number | undefined>((resolve) => {
    child.once('exit', (code) => resolve(code ?? undefined));
  });
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  return { port: servedPort(child), kill, exited };
}

async function servedPort(child: ChildProcess): Promise<number | undefined> {
  if (child.stderr === null) return undefined;
  const lines = createInterface({ input: child.stderr });
  for await (const line of lines) {
    if (!line.startsWith('{')) continue;
    const { msg, way, port } = JSON.parse(line) as Record<string, unknown>;
    if (msg !== 'server started' || way !== 'auth') continue;
    // What follows must be read too, or the process would wait for a reader.
    child.stderr.resume();
    return Number(port);
  }
  return undefined;
}
