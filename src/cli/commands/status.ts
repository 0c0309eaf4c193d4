import type { Command } from '@commander-js/extra-typings';
import { type JsonRecord, readHash, toRecord } from '../../protocol/rpcJson.ts';
import type { CliIo } from '../io.ts';
import { callNode, DEFAULT_RPC } from '../nodeRpc.ts';
import { toDuration } from '../progress.ts';

/** Rows of the answer, by the key of the wire. */
const ROWS = [
  ['L1 head', 'head_l1'],
  ['L1 read', 'current_l1'],
  ['L1 safe', 'safe_l1'],
  ['L1 finalized', 'finalized_l1'],
  ['L2 unsafe', 'unsafe_l2'],
  ['L2 safe', 'safe_l2'],
  ['L2 finalized', 'finalized_l2'],
] as const;

/** Adds `headwater status`: the heads of a running node, for people. */
export function registerStatus(program: Command, io: CliIo): void {
  program
    .command('status')
    .description('Asks a running rollup node, this one or op-node, for its heads and their ages.')
    .option('--rpc <url>', 'RPC of the node', DEFAULT_RPC)
    .option('--json', 'print the answer as it is')
    .action(async ({ rpc, json }) => {
      const status = toRecord(await callNode(rpc, 'optimism_syncStatus'), 'sync status');
      const text = json === true ? JSON.stringify(status, undefined, 2) : toTable(status);
      io.stdout.write(`${text}\n`);
    });
}

function toTable(status: JsonRecord): string {
  const nowMs = Date.now();
  return ROWS.map(([title, key]) => {
    const ref = toRecord(status[key], key);
    const timeMs = Number(ref['timestamp']) * 1_000;
    if (timeMs === 0) return `${title.padEnd(14)}unknown`;
    const age = toDuration(Math.max(0, nowMs - timeMs));
    const number = String(ref['number']).padStart(12);
    return `${title.padEnd(14)}${number}  ${readHash(ref, 'hash')}  ${age} old`;
  }).join('\n');
}
