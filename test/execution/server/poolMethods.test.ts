import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, describe, expect, test } from 'vitest';
import { devAccount } from '../../../src/devnet/devAccounts.ts';
import { type SequencedChain, startSequencedChain } from '../../support/sequencedChain.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

const ACCOUNT = privateKeyToAccount(devAccount(5).key);
const SENDER = ACCOUNT.address.toLowerCase();

let chain: SequencedChain | undefined;
let follower: ServedEngine | undefined;
afterEach(async () => {
  await follower?.close();
  await chain?.close();
  [chain, follower] = [undefined, undefined];
});

function signed(nonce: number, gasPrice = 2n * 10n ** 9n): Promise<`0x${string}`> {
  const to = `0x${'0e'.repeat(20)}` as const;
  return ACCOUNT.signTransaction({
    type: 'legacy',
    chainId: 901,
    nonce,
    gas: 21_000n,
    gasPrice,
    to,
  });
}

describe('poolMethods', () => {
  test('behavior: ready transactions, and those behind a gap of nonces', async () => {
    chain = await startSequencedChain();
    const { server, authUrl, httpUrl } = chain;
    expect([server.http?.port, authUrl.port]).not.toContain('0');
    const ask = askAt(httpUrl);
    for (const nonce of [0, 1, 3]) await ask('eth_sendRawTransaction', await signed(nonce));
    expect(await ask('txpool_status')).toEqual({ pending: '0x2', queued: '0x1' });
    const content = (await ask('txpool_content')) as Record<string, Record<string, object>>;
    expect(Object.keys(content['pending']?.[SENDER] ?? {})).toEqual(['0', '1']);
    expect(Object.keys(content['queued']?.[SENDER] ?? {})).toEqual(['3']);
    expect(await ask('txpool_contentFrom', SENDER)).toMatchObject({
      queued: { 3: { nonce: '0x3', from: SENDER, blockHash: null } },
    });
  });

  test('error: more for gas than the cap', async () => {
    chain = await startSequencedChain();
    const error = await askAt(chain.httpUrl)(
      'eth_sendRawTransaction',
      await signed(0, 10n ** 14n),
    ).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('tx fee (2.10 ether) exceeds the configured cap (1.00 ether)');
  });

  test('behavior: with a sequencer, transactions and its refusals pass through', async () => {
    chain = await startSequencedChain();
    follower = await serveEngine(smallGenesis(), { sequencerUrl: chain.httpUrl });
    const ask = askAt(follower.httpUrl);
    const hash = await ask('eth_sendRawTransaction', await signed(0));
    expect(chain.server.pool.byHash(hash as `0x${string}`)).toBeDefined();
    expect(follower.server.pool.size()).toBe(0);
    const again = await ask('eth_sendRawTransaction', await signed(0)).catch(String);
    expect(again).toContain('already known');
  });
});

function askAt(url: URL) {
  return async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = (await reply.json()) as {
      result?: unknown;
      error?: { code: number; message: string };
    };
    if (error !== undefined) throw new Error(`${error.code}: ${error.message}`);
    return result;
  };
}
