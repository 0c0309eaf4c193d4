import { dirname, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { EXIT_FAILED, EXIT_OK } from './exit.ts';

/** All that a command touches of the process it runs in. */
export type CliIo = {
  readonly stdin: Readable;
  /** What was asked for, and nothing else. */
  readonly stdout: Writable;
  /** Progress, warnings, failures. */
  readonly stderr: Writable;
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd: string;
};

/**
 * The io of this process. A reader of stdout that goes away ends the process in peace; a stdout
 * that cannot be written for another reason, such as a full disk, ends it with 1.
 */
export function ioOfProcess(): CliIo {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_OK);
    process.stderr.write(`headwater: cannot write to stdout: ${error.message}\n`);
    process.exit(EXIT_FAILED);
  });
  // Nobody is left who could be told.
  process.stderr.on('error', () => undefined);
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, cwd: process.cwd() };
}

/**
 * Absolute form of a path given on the command line.
 *
 * npm runs scripts in the package's folder and says in `INIT_CWD` where the person stood; a
 * relative path is meant from there. A script that has since gone elsewhere means its own folder.
 */
export function pathArgument(path: string, io: Pick<CliIo, 'env' | 'cwd'>): string {
  const stood = io.env['INIT_CWD'];
  const packageJson = io.env['npm_package_json'];
  const isMovedByNpm = packageJson === undefined || dirname(packageJson) === io.cwd;
  return resolve(stood !== undefined && isMovedByNpm ? stood : io.cwd, path);
}

/** True when `stream` is a terminal that a person watches. */
export function isTerminal(stream: Writable): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
