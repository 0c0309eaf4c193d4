import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerMessage, RpcError, type RpcMethods } from '../../../src/execution/server/jsonRpc.ts';

const METHODS: RpcMethods = {
  sum: ([a, b]) => Number(a) + Number(b),
  refuse: () => {
    throw new RpcError('reverted', 'execution reverted', '0x12');
  },
  fail: () => {
    throw new TypeError('a fault');
  },
  long: () => 'x'.repeat(100),
};
const LIMITS = { bodyBytes: 1000, batchCalls: 4, batchMs: 60_000, answerChars: 300, heldBytes: 1 };

const faults: string[] = [];
async function ask(message: unknown): Promise<unknown> {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  const answer = await answerMessage(METHODS, text, LIMITS, (method) => faults.push(method));
  return answer === '' ? undefined : JSON.parse(answer);
}

const call = (id: unknown, method: string, params?: unknown) => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params === undefined ? {} : { params }),
});

describe('answerMessage', () => {
  test('default: a call and its result', async () => {
    expect(await ask(call(7, 'sum', [1, 2]))).toEqual({ jsonrpc: '2.0', id: 7, result: 3 });
    expect(await ask(call('x', 'sum', [1, 2]))).toMatchObject({ id: 'x', result: 3 });
  });

  test('error: more parameters than a method takes', async () => {
    const methods = { eth_chainId: () => '0x1', eth_call: () => '0x' };
    const told = async (method: string, params: readonly unknown[]): Promise<unknown> =>
      JSON.parse(
        await answerMessage(methods, JSON.stringify(call(1, method, params)), LIMITS, () => {}),
      );
    const message = (most: number) => `too many arguments, want at most ${most}`;
    expect(await told('eth_chainId', [null])).toMatchObject({
      error: { code: -32602, message: message(0) },
    });
    expect(await told('eth_call', [{}, 'latest', null, null])).toMatchObject({ result: '0x' });
    expect(await told('eth_call', [{}, 'latest', null, null, null])).toMatchObject({
      error: { code: -32602, message: message(4) },
    });
  });

  test('behavior: others are let in between the calls of a batch', async () => {
    let turns = 0;
    let timer = setImmediate(function again() {
      turns += 1;
      timer = setImmediate(again);
    });
    await ask([1, 2, 3].map((id) => call(id, 'sum', [1, 2])));
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  test('error: calls of a batch for which no time is left', async () => {
    const calls = [call(1, 'sum', [1, 2]), { jsonrpc: '2.0', method: 'sum' }, call(3, 'sum')];
    const limits = { ...LIMITS, batchMs: -1 };
    const answer = await answerMessage(METHODS, JSON.stringify(calls), limits, () => undefined);
    const error = { code: -32002, message: 'request timed out' };
    expect(JSON.parse(answer)).toEqual([
      { jsonrpc: '2.0', id: 1, error },
      { jsonrpc: '2.0', id: 3, error },
    ]);
  });

  test('behavior: no answer to a notification', async () => {
    expect(await ask({ jsonrpc: '2.0', method: 'sum', params: [1, 2] })).toBeUndefined();
    expect(await ask([{ jsonrpc: '2.0', method: 'sum' }])).toBeUndefined();
  });

  test('behavior: a batch, in order, with one bad call in it', async () => {
    const answers = await ask([call(1, 'sum', [1, 1]), 5, call(2, 'none')]);
    expect(answers).toMatchObject([
      { id: 1, result: 2 },
      { id: null, error: { code: -32600 } },
      { id: 2, error: { code: -32601 } },
    ]);
  });

  test.each([
    ['not JSON', '{', -32700],
    ['a list in a list in a list…', '['.repeat(1000), -32700],
    ['an empty batch', '[]', -32600],
    ['too long a batch', Array.from({ length: 5 }, (_, i) => call(i, 'sum')), -32600],
    ['no version', { id: 1, method: 'sum' }, -32600],
    ['no method', { jsonrpc: '2.0', id: 1 }, -32600],
    ['an unknown method', call(1, 'toString'), -32601],
    ['parameters by name', call(1, 'sum', { a: 1 }), -32602],
  ])('error: %s', async (_, message, code) => {
    expect(await ask(message)).toMatchObject({ error: { code } });
  });

  test('error: a refusal keeps its data, a fault of ours is told to us', async () => {
    expect(await ask(call(1, 'refuse'))).toMatchObject({
      error: { code: 3, message: 'execution reverted', data: '0x12' },
    });
    faults.length = 0;
    expect(await ask(call(1, 'fail'))).toMatchObject({ error: { code: -32603 } });
    expect(faults).toEqual(['fail']);
  });

  test('error: answers longer than a batch may have', async () => {
    const answers = await ask([1, 2, 3, 4].map((id) => call(id, 'long')));
    expect(answers).toMatchObject([
      { id: 1, result: 'x'.repeat(100) },
      { id: 2 },
      { id: 3, error: { code: -32003 } },
    ]);
  });

  test('property: any JSON gets an answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (text) => {
        const answer = await ask(text);
        expect(typeof answer).toBe('object');
      }),
    );
  });
});
