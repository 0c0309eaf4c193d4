import { PassThrough } from 'node:stream';
import type { CliIo } from '../../src/cli/io.ts';

/** An io whose output can be read back, and whose stdin holds `input`. */
export type CapturedIo = CliIo & { readonly out: () => string; readonly err: () => string };

/** A process without a terminal, for tests of commands. */
export function captureIo(
  given: { readonly input?: string; readonly env?: CliIo['env']; readonly cwd?: string } = {},
): CapturedIo {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.end(given.input ?? '');
  const [out, err] = [collect(stdout), collect(stderr)];
  const env = given.env ?? {};
  return { stdin, stdout, stderr, env, cwd: given.cwd ?? process.cwd(), out, err };
}

function collect(stream: PassThrough): () => string {
  const chunks: Uint8Array[] = [];
  stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
