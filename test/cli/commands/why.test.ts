import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/program.ts';
import { captureIo } from '../../support/cli.ts';
import { closeServer, listen } from '../../support/rpcServer.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Asks a server that answers so. */
async function why(reply: object, ...flags: string[]) {
  const server = createServer((_, response) => {
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...reply }));
  });
  const url = await listen(server);
  cleanups.push(() => closeServer(server));
  const io = captureIo();
  const exitCode = await runCli(['why', '--rpc', url.href, ...flags], io);
  return { exitCode, out: io.out(), err: io.err() };
}

/** Long enough ago that half a minute of a busy machine changes nothing. */
const WAIT = { since_ms: Date.now() - 5_430_000, tries: 3, next_action: 'ask again' };
const RESULT = {
  summary: 'looking; waiting for the L1 endpoint',
  doing: 'looking',
  ready: false,
  phase: 'findingHeads',
  safe_head_still_ms: null,
  last_reset: null,
  waits: [
    { ...WAIT, name: 'the L1 endpoint', last_error: 'eth_chainId: refused', next_action_at_ms: 1 },
    { ...WAIT, name: 'the head', last_error: 'eth_getBlock: refused', next_action_at_ms: null },
    { ...WAIT, name: 'the engine', tries: 0, last_error: null, next_action_at_ms: null },
  ],
};

describe('registerWhy', () => {
  test('default: what it does, then each wait, each fault once', async () => {
    const { exitCode, out } = await why({ result: RESULT });
    expect(exitCode).toBe(1);
    expect(out.trimEnd().split('\n')).toEqual([
      'looking',
      '- the L1 endpoint, for 1 h 30 min; 3 tries; last error: eth_chainId: refused; ' +
        'next: ask again, which is going on',
      '- the head, for 1 h 30 min; 3 tries; the same error; next: ask again',
      '- the engine, for 1 h 30 min; next: ask again',
    ]);
  });

  test('default: --json prints the answer as it is', async () => {
    const { exitCode, out } = await why({ result: { ...RESULT, ready: true } }, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({ ...RESULT, ready: true });
    expect(out.trimEnd()).not.toContain('\n');
  });

  test('error: a server that is no headwater node', async () => {
    const other = await why({ error: { code: -32601, message: 'no such method' } });
    expect(other.exitCode).toBe(2);
    expect(other.err).toContain('expected a node with `headwater_why`, found a server without it');
    expect((await why({ result: null })).err).toContain('found another server');
  });

  test('error: nobody there', async () => {
    const io = captureIo();
    expect(await runCli(['why', '--rpc', 'http://127.0.0.1:1'], io)).toBe(1);
    expect(io.err()).toMatch(/no node answers at http:\/\/127\.0\.0\.1:1: is it running/);
  });
});
