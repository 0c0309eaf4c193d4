import type { Command } from '@commander-js/extra-typings';
import { isAbsent, type JsonRecord, readArray, toRecord } from '../../protocol/rpcJson.ts';
import { CliExit, EXIT_FAILED, UsageError } from '../exit.ts';
import type { CliIo } from '../io.ts';
import { callNode, DEFAULT_RPC } from '../nodeRpc.ts';
import { toDuration } from '../progress.ts';

/** Adds `headwater why`: what a running node waits for. */
export function registerWhy(program: Command, io: CliIo): void {
  program
    .command('why')
    .description(
      'Asks a running node what it is doing, what it waits for, since when, how often it has ' +
        'tried, what went wrong last and what it will do next. Exits with 0 when the node is ' +
        'ready, 1 when it is not.',
    )
    .option('--rpc <url>', 'RPC of the node', DEFAULT_RPC)
    .option('--json', 'print the answer as one line of JSON')
    .action(async ({ rpc, json }) => {
      const why = toWhy(await callNode(rpc, 'headwater_why'));
      io.stdout.write(json === true ? `${JSON.stringify(why)}\n` : toText(why, Date.now()));
      if (why['ready'] !== true) throw new CliExit(EXIT_FAILED);
    });
}

/** @throws UsageError when the answer is none of a headwater node. */
function toWhy(answer: unknown): JsonRecord {
  const isWhy = typeof answer === 'object' && answer !== null && 'waits' in answer;
  if (isWhy) return toRecord(answer, 'answer');
  throw new UsageError('--rpc: expected a headwater node, found another server');
}

/** What the node does, then a line for each wait. An error is told once. */
function toText(why: JsonRecord, nowMs: number): string {
  const lines = [String(why['doing'] ?? why['summary'])];
  const told = new Set<string>();
  for (const item of readArray(why, 'waits')) {
    const wait = toRecord(item, 'wait');
    // The same fault of the same server, whatever was asked of it.
    const fault = String(wait['last_error']).replace(/^\w+: /, '');
    lines.push(`- ${describe(wait, told.has(fault), nowMs)}`);
    told.add(fault);
  }
  return `${lines.join('\n')}\n`;
}

function describe(wait: JsonRecord, isToldBefore: boolean, nowMs: number): string {
  const since = toDuration(Math.max(0, nowMs - Number(wait['since_ms'])));
  const tries = Number(wait['tries']);
  const parts = [`${String(wait['name'])}, for ${since}`];
  if (tries > 0) parts.push(`${tries} ${tries === 1 ? 'try' : 'tries'}`);
  if (!isAbsent(wait, 'last_error')) {
    parts.push(isToldBefore ? 'the same error' : `last error: ${String(wait['last_error'])}`);
  }
  parts.push(`next: ${String(wait['next_action'])}${when(wait, nowMs)}`);
  return parts.join('; ');
}

/** A time that is over means that the action is going on. */
function when(wait: JsonRecord, nowMs: number): string {
  if (isAbsent(wait, 'next_action_at_ms')) return '';
  const leftMs = Number(wait['next_action_at_ms']) - nowMs;
  return leftMs > 0 ? ` in ${toDuration(leftMs)}` : ', which is going on';
}
