import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { ConfigError } from '../base/errors.ts';

/** When the development L1 makes blocks. `seconds` is chain time and wall time at once. */
export type AnvilMining =
  | { readonly type: 'interval'; readonly seconds: number }
  | { readonly type: 'instant' }
  | { readonly type: 'manual' };

/** How to start a development L1. What is left out takes the value named here. */
export type AnvilOptions = {
  /** The binary; `findAnvil()` otherwise. */
  readonly binary?: string;
  /** EIP-155 id; 900. */
  readonly chainId?: number;
  readonly mining: AnvilMining;
  /** Seconds, of block 0; the wall clock otherwise. */
  readonly timestamp?: number;
  /** L1 hardfork, always told explicitly because the binary's default moves; `osaka`. */
  readonly hardfork?: string;
  /** L1 blocks between head and `safe`, and between `safe` and `finalized`; 2. */
  readonly epochL1Blocks?: number;
  /** File that keeps the chain over restarts; its folder must exist. */
  readonly stateFile?: string;
  /** geth's genesis.json to start from: chain id, time, state. */
  readonly initFile?: string;
  /** Funded accounts of the well-known test mnemonic; 10. */
  readonly accounts?: number;
};

/** A running development L1. */
export type Anvil = {
  readonly url: string;
  readonly port: number;
  /** Resolves when the process is gone, with the last lines it wrote when nobody asked it to. */
  readonly exited: Promise<{ readonly asked: boolean; readonly log: string }>;
  /** Ends the process and waits for it. Harmless when repeated. */
  readonly stop: () => Promise<void>;
};

/** Of an L1 block: mainnet's of 2026. */
const L1_GAS_LIMIT = 60_000_000;
const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5_000;
const LOG_CHARS = 4_000;

/**
 * The shell waits on our end of a pipe beside the binary, so the binary ends with us however we
 * end: normally, by a signal, or by SIGKILL, which runs no handler of ours.
 */
const GUARD = [
  'exec 3<&0',
  '"$0" "$@" 3<&- </dev/null & child=$!',
  '{ cat <&3 >/dev/null; kill "$child"; sleep 4; kill -9 "$child"; } 2>/dev/null & guard=$!',
  'wait "$child"; status=$?',
  'kill "$guard" 2>/dev/null',
  'exit $status',
].join('\n');

/**
 * Starts a development L1 on a free port of 127.0.0.1 and waits until it listens.
 *
 * @throws ConfigError when no binary is found; Error when it ends or stays silent; the signal's
 *         reason when cancelled.
 */
export async function startAnvil(
  options: AnvilOptions,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Anvil> {
  signal?.throwIfAborted();
  const binary = options.binary ?? findAnvil();
  if (binary === undefined) {
    throw new ConfigError(
      'anvil',
      'none',
      'the development L1 binary: `npm install @foundry-rs/anvil-linux-amd64`, or `anvil` of ' +
        'Foundry (https://getfoundry.sh) on the PATH or named by HEADWATER_ANVIL',
    );
  }
  const child = spawn('/bin/sh', ['-c', GUARD, binary, ...anvilArguments(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return listen(child, signal);
}

/** Command line of the binary for `options`. */
export function anvilArguments(options: AnvilOptions): readonly string[] {
  const words = ['--host', '127.0.0.1', '--port', '0'];
  words.push('--chain-id', String(options.chainId ?? 900));
  words.push('--hardfork', options.hardfork ?? 'osaka');
  words.push('--gas-limit', String(L1_GAS_LIMIT), '--order', 'fifo');
  words.push('--slots-in-an-epoch', String(options.epochL1Blocks ?? 2));
  words.push('--accounts', String(options.accounts ?? 10));
  if (options.timestamp !== undefined) words.push('--timestamp', String(options.timestamp));
  if (options.stateFile !== undefined) words.push('--state', options.stateFile);
  if (options.initFile !== undefined) words.push('--init', options.initFile);
  if (options.mining.type === 'interval') {
    words.push('--block-time', String(options.mining.seconds));
  }
  if (options.mining.type === 'manual') words.push('--no-mining');
  return words;
}

/**
 * Path of the anvil binary: what `HEADWATER_ANVIL` names, else the optional dependency's, else the
 * first on the PATH. Undefined where that is nothing that can be run.
 */
export function findAnvil(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['HEADWATER_ANVIL'];
  if (named !== undefined) return isExecutable(named) ? named : undefined;
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve('@foundry-rs/anvil-linux-amd64/package.json');
    const binary = join(dirname(manifest), 'bin', 'anvil');
    if (process.platform === 'linux' && isExecutable(binary)) return binary;
  } catch {
    // Not installed on this platform: the PATH decides.
  }
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'anvil')).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Follows the process from its start; resolves once it says where it listens. */
function listen(child: ChildProcess, signal: AbortSignal | undefined): Promise<Anvil> {
  let log = '';
  let asked = false;
  let onText: (() => void) | undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-LOG_CHARS);
      onText?.();
    });
  }
  const exited = new Promise<{ asked: boolean; log: string }>((resolve) => {
    child.once('error', () => resolve({ asked, log }));
    child.once('exit', () => resolve({ asked, log }));
  });
  void exited.then(() => child.stdin?.destroy());
  child.stdin?.on('error', () => {});
  const stop = async (): Promise<void> => {
    asked = true;
    child.stdin?.end();
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(killer);
  };
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (finish: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      onText = undefined;
      finish();
    };
    const fail = (reason: unknown): void => settle(() => void stop().finally(() => reject(reason)));
    const onAbort = (): void => fail(signal?.reason);
    const timer = setTimeout(
      () => fail(new Error(`expected anvil to listen within ${START_TIMEOUT_MS} ms:\n${log}`)),
      START_TIMEOUT_MS,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    onText = () => {
      const port = /Listening on [^\s]*:(\d+)/.exec(log)?.[1];
      if (port === undefined) return;
      const url = `http://127.0.0.1:${port}`;
      settle(() => resolve({ url, port: Number(port), exited, stop }));
    };
    void exited.then(() => fail(new Error(`expected anvil to run, it ended:\n${log}`)));
  });
}
