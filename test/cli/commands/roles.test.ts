import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeJsonExact, type JsonValue } from '../../../src/base/json.ts';
import { runCli } from '../../../src/cli/program.ts';
import { devAccount } from '../../../src/devnet/devAccounts.ts';
import { toRollupConfigJson } from '../../../src/protocol/rollupConfigJson.ts';
import { lacksAnvil, rpc, withAnvil } from '../../support/anvil.ts';
import { BATCHER_ROLLUP } from '../../support/batcher.ts';
import { captureIo } from '../../support/cli.ts';

const MAIN = join(import.meta.dirname, '../../../src/cli/main.ts');

/** A server that answers JSON-RPC methods with fixed results. */
async function withAnswers(
  answers: { readonly [method: string]: JsonValue },
  body: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      response.setHeader('content-type', 'application/json');
      response.end(encodeJsonExact({ jsonrpc: '2.0', id, result: answers[method] ?? null }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Starts a command and waits until its RPC server listens. */
function startRole(
  args: readonly string[],
  env: { readonly [name: string]: string },
): Promise<{ child: ChildProcess; url: string }> {
  const words = ['--import', 'tsx', MAIN, ...args, '--rpc.addr', '127.0.0.1', '--rpc.port', '0'];
  const child = spawn(process.execPath, words, { env: { ...process.env, ...env } });
  let log = '';
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`expected the command to listen:\n${log}`)));
    // Read to the end: a closed pipe would end the command.
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const url = /url="?(http:[^\s"]+)/.exec(log)?.[1];
      if (url !== undefined) resolve({ child, url });
    });
  });
}

describe.skipIf(lacksAnvil())('registerBatcher', () => {
  test('default: starts idle, obeys the admin RPC, ends in peace on Ctrl-C', async () => {
    const rollup = toRollupConfigJson(BATCHER_ROLLUP);
    await withAnvil({ mining: { type: 'instant' } }, (anvil) =>
      withAnswers({ optimism_rollupConfig: rollup }, async (node) => {
        const args = ['batcher', '--stopped', '--rpc.enable-admin', '--rollup-rpc', node];
        const { child, url } = await startRole([...args, '--l2-eth-rpc', node], {
          OP_BATCHER_L1_ETH_RPC: anvil.url,
          OP_BATCHER_PRIVATE_KEY: devAccount(1).key,
        });
        expect((await fetch(`${url}/healthz`)).status).toBe(200);
        await expect(rpc(url, 'admin_flushBatcher', [])).rejects.toThrow('not running');
        expect(await rpc(url, 'admin_startBatcher', [])).toBe(null);
        await expect(rpc(url, 'admin_startBatcher', [])).rejects.toThrow('already running');
        expect(await rpc(url, 'admin_stopBatcher', [])).toBe(null);
        child.kill('SIGINT');
        expect(await once(child, 'exit')).toEqual([0, null]);
      }),
    );
  });

  test('error: an L1 of another chain, before anything is sent', async () => {
    const rollup = toRollupConfigJson({ ...BATCHER_ROLLUP, l1ChainId: 1n });
    await withAnvil({ mining: { type: 'instant' } }, (anvil) =>
      withAnswers({ optimism_rollupConfig: rollup }, async (node) => {
        const io = captureIo();
        const args = ['batcher', '--rollup-rpc', node, '--l2-eth-rpc', node];
        const key = ['--private-key', devAccount(1).key];
        expect(await runCli([...args, '--l1-eth-rpc', anvil.url, ...key], io)).toBe(2);
        expect(io.err()).toContain('`l1-eth-rpc`: expected the L1 of the rollup, chain 1');
      }),
    );
  });

  test('error: endpoints that do not pair up', async () => {
    const io = captureIo();
    const args = ['batcher', '--l1-eth-rpc', 'http://127.0.0.1:1', '--rollup-rpc', 'http://a'];
    expect(await runCli([...args, '--l2-eth-rpc', 'http://a,http://b'], io)).toBe(2);
    expect(io.err()).toContain('l2-eth-rpc');
  });
});

describe.skipIf(lacksAnvil())('registerProposer', () => {
  test('default: starts, and ends in peace on Ctrl-C', async () => {
    await withAnvil({ mining: { type: 'instant' } }, (anvil) =>
      withAnswers({ optimism_rollupConfig: toRollupConfigJson(BATCHER_ROLLUP) }, async (node) => {
        const target = ['--l2oo-address', `0x${'11'.repeat(20)}`];
        const args = ['proposer', '--rollup-rpc', node, '--l1-eth-rpc', anvil.url, ...target];
        const { child, url } = await startRole([...args, '--rpc.enable-admin'], {
          OP_PROPOSER_PRIVATE_KEY: devAccount(2).key,
        });
        await rpc(url, 'admin_stopProposer', []).catch(() => {});
        child.kill('SIGTERM');
        expect(await once(child, 'exit')).toEqual([0, null]);
      }),
    );
  });

  test('error: an L1 of another chain, before anything is sent', async () => {
    const rollup = toRollupConfigJson({ ...BATCHER_ROLLUP, l1ChainId: 1n });
    await withAnvil({ mining: { type: 'instant' } }, (anvil) =>
      withAnswers({ optimism_rollupConfig: rollup }, async (node) => {
        const io = captureIo();
        const target = ['--l2oo-address', `0x${'11'.repeat(20)}`];
        const args = ['proposer', '--rollup-rpc', node, '--l1-eth-rpc', anvil.url, ...target];
        expect(await runCli([...args, '--private-key', devAccount(2).key], io)).toBe(2);
        expect(io.err()).toContain('`l1-eth-rpc`: expected the L1 of the rollup, chain 1');
      }),
    );
  });

  test('error: no target, and a game factory without an interval', async () => {
    const io = captureIo();
    expect(await runCli(['proposer', '--rollup-rpc', 'http://a'], io)).toBe(2);
    expect(io.err()).toContain('game-factory-address');
    const again = captureIo();
    const factory = ['--game-factory-address', `0x${'11'.repeat(20)}`];
    expect(await runCli(['proposer', '--rollup-rpc', 'http://a', ...factory], again)).toBe(2);
    expect(again.err()).toContain('proposal-interval');
    const large = captureIo();
    const type = ['--game-type=4294967296', '--proposal-interval=1h'];
    expect(await runCli(['proposer', '--rollup-rpc', 'http://a', ...factory, ...type], large)).toBe(
      2,
    );
    expect(large.err()).toContain('`game-type`: expected a number below 2^32');
  });
});

describe('flags of batcher and proposer', () => {
  const proposer = ['proposer', '--l2oo-address', `0x${'11'.repeat(20)}`];
  const batcher = ['batcher', '--l2-eth-rpc', 'http://127.0.0.1:1'];

  test.each([
    ['--poll-interval=0s', /`poll-interval`.*at least 10 ms/],
    ['--poll-interval=1000h', /`poll-interval`.*at most 596h/],
    ['--rpc.port=70000', /`rpc\.port`.*from 0 to 65535/],
    // A URL may hold a key: it is not repeated.
    ['--rollup-rpc=ws://u:secret@a', /`rollup-rpc`: .*, found one that begins with `ws:`\n$/],
    ['--metrics.port=70000', /`metrics\.port`.*from 0 to 65535/],
  ])('error: %s', async (flag, complaint) => {
    for (const role of [batcher, proposer]) {
      const io = captureIo({ env: {} });
      const servers = ['--rollup-rpc', 'http://127.0.0.1:1', '--l1-eth-rpc', 'http://127.0.0.1:1'];
      expect(await runCli([...role, ...servers, flag], io)).toBe(2);
      expect(io.err()).toMatch(complaint);
    }
  });
});
