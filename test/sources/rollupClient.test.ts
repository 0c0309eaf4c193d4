import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRollupClient, readL2Block } from '../../src/sources/rollupClient.ts';
import type { HttpClient } from '../../src/transport/http.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const GOLDEN = 'golden/rpc/optimism.json';

type Case = {
  readonly name: string;
  readonly request: { readonly body: string };
  readonly response: { readonly json: { readonly result?: unknown } };
};

/** A client that answers every call with `result`, and keeps what was asked. */
function answering(result: unknown, asked: string[] = []): HttpClient {
  return {
    name: 'http://test',
    url: new URL('http://test'),
    close: () => {},
    send: ({ body }) => {
      asked.push(body ?? '');
      const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
      return Promise.resolve({ status: 200, body: answer, retryAfterMs: undefined });
    },
  };
}

function recorded(method: string): { result: Record<string, unknown>; params: unknown[] } {
  const { cases } = JSON.parse(readFileSync(sharedPath(GOLDEN), 'utf8')) as { cases: Case[] };
  const found = cases.find(
    ({ request, response }) =>
      request.body.includes(`"${method}"`) && response.json.result !== undefined,
  );
  if (found === undefined) throw new Error(`expected a recorded ${method}`);
  const { params } = JSON.parse(found.request.body) as { params: unknown[] };
  return { result: found.response.json.result as Record<string, unknown>, params };
}

describe.skipIf(lacksShared(GOLDEN))('createRollupClient', () => {
  test('default: heads as op-node tells them', async () => {
    const { result } = recorded('optimism_syncStatus');
    const status = await createRollupClient(answering(result)).syncStatus();
    expect(status.unsafeL2.number).toBe(21n);
    expect(status.localSafeL2).toEqual(status.safeL2);
    expect(status.finalizedL2).toMatchObject({ number: 15n, sequenceNumber: 1n });
    expect(status.currentL1).toMatchObject({ number: 20n, timestamp: 1724958910n });
  });

  test('default: an output, only of the block that was asked for', async () => {
    const { result, params } = recorded('optimism_outputAtBlock');
    const number = BigInt(params[0] as string);
    const asked: string[] = [];
    const client = createRollupClient(answering(result, asked));
    const output = await client.outputAtBlock(number);
    expect(output.block.number).toBe(number);
    expect(output.outputRoot).toBe(result['outputRoot']);
    expect(JSON.parse(asked[0] as string).params).toEqual([`0x${number.toString(16)}`]);
    await expect(client.outputAtBlock(number + 1n)).rejects.toThrow('expected that of block');
    const other = { ...result, version: `0x${'00'.repeat(31)}01` };
    await expect(createRollupClient(answering(other)).outputAtBlock(number)).rejects.toThrow(
      'version',
    );
  });

  test('default: the rollup config', async () => {
    const { result } = recorded('optimism_rollupConfig');
    const config = await createRollupClient(answering(result)).rollupConfig();
    expect(Number(config.l2ChainId)).toBe(result['l2_chain_id']);
  });

  test('error: something else than heads', async () => {
    await expect(createRollupClient(answering({})).syncStatus()).rejects.toThrow('safe_l2');
  });
});

describe('readL2Block', () => {
  test('default: undefined where there is none', async () => {
    expect(await readL2Block(answering(null), 5n)).toBe(undefined);
  });
});
