import type { Command } from '@commander-js/extra-typings';
import { toRecord } from '../../protocol/rpcJson.ts';
import { createHttpClient } from '../../transport/http.ts';
import { rpcCall } from '../../transport/jsonRpc.ts';
import { CliExit, EXIT_FAILED, UsageError } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { toDuration } from '../progress.ts';

/** Adds `headwater why`: what a running node waits for. */
export function registerWhy(program: Command, io: CliIo): void {
  program
    .command('why')
    .summary('ask a running node what it waits for')
    .description(
      'Asks a running node what it is doing, what it waits for, since when, how often it has ' +
        'tried, what went wrong last and what it will do next. Exits with 0 when the node is ' +
        'ready, 1 when it is not.',
    )
    .option('--rpc <url>', 'RPC of the node', DEFAULT_RPC)
    .action(async ({ rpc }) => {
      const why = toRecord(await callNode(rpc, 'headwater_why'), 'answer');
      io.stdout.write(`${String(why['summary'])}\n`);
      for (const wait of why['waits'] as readonly Record<string, unknown>[]) {
        io.stdout.write(`- ${describe(wait)}\n`);
      }
      if (why['ready'] !== true) throw new CliExit(EXIT_FAILED);
    });
}

/** Where `headwater node` listens unless told otherwise. */
export const DEFAULT_RPC = 'http://127.0.0.1:9545';

/** The answer of a running node. @throws UsageError for a bad URL; TransportError. */
export async function callNode(rpc: string, method: string): Promise<unknown> {
  if (!URL.canParse(rpc) || !/^https?:/.test(rpc)) {
    throw new UsageError(`--rpc: expected a URL with http or https, found \`${rpc}\``);
  }
  const client = createHttpClient({ url: new URL(rpc), timeoutMs: 5_000 });
  try {
    return await rpcCall(client, { method, params: [] });
  } finally {
    client.close();
  }
}

function describe(wait: Record<string, unknown>): string {
  const since = toDuration(Math.max(0, Date.now() - Number(wait['since_ms'])));
  const tries = Number(wait['tries']);
  const error = wait['last_error'];
  const at = wait['next_action_at_ms'];
  const parts = [`${String(wait['name'])}, for ${since}`];
  if (tries > 0) parts.push(`${tries} ${tries === 1 ? 'try' : 'tries'}`);
  if (error !== null) parts.push(`last error: ${String(error)}`);
  const inTime = at === null ? '' : ` in ${toDuration(Math.max(0, Number(at) - Date.now()))}`;
  parts.push(`next: ${String(wait['next_action'])}${inTime}`);
  return parts.join('; ');
}
