import { afterEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../src/engine/errors.ts';
import { createHttpEngine } from '../../src/engine/httpEngine.ts';
import type { EnginePort } from '../../src/engine/port.ts';
import { type Fork, FORKS } from '../../src/protocol/forks.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { makeAttributes } from '../support/engineAttributes.ts';
import { type EngineServerOptions, startEngineServer } from '../support/engineServer.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';
import { createMemoryEngine, type MemoryEngine, POISON } from '../support/memoryEngine.ts';
import { forksUpTo } from '../support/rollupConfig.ts';
import type { Call } from '../support/rpcServer.ts';
import { describeEnginePort } from './port.compliance.ts';

const SECRET = new Uint8Array(32).fill(7);

describeEnginePort('in memory, the fake of these tests', async () => ({
  ...compliance(createMemoryEngine(CONFIG)),
}));

describeEnginePort('over HTTP', async () => {
  const { engine, close } = await connect();
  return { ...compliance(engine), close };
});

function compliance(engine: EnginePort) {
  return {
    engine,
    chainId: CONFIG.l2ChainId,
    attributesOn: makeAttributes,
    invalidAttributesOn: (parent: Parameters<typeof makeAttributes>[0]) => {
      const attributes = makeAttributes(parent);
      return { ...attributes, transactions: [...attributes.transactions, POISON] };
    },
    close: engine.close,
  };
}

type Connected = {
  readonly engine: EnginePort;
  readonly memory: MemoryEngine;
  readonly calls: readonly Call[];
  readonly close: () => Promise<void>;
};

async function connect(
  options: Partial<EngineServerOptions> = {},
  config: RollupConfig = CONFIG,
  jwtSecret: Uint8Array = SECRET,
): Promise<Connected> {
  const memory = createMemoryEngine(config);
  const server = await startEngineServer({ engine: memory, config, jwtSecret: SECRET, ...options });
  const url = new URL('/0123456789abcdef', server.url);
  const engine = createHttpEngine({ url, jwtSecret, config, timeoutMs: 300 });
  const close = async (): Promise<void> => {
    await engine.close();
    await server.close();
  };
  return { engine, memory, calls: server.calls, close };
}

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function errorOf(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

/** A config in which the forks up to one are active, and later ones never. */
function upTo(newest: Fork): RollupConfig {
  return { ...CONFIG, forkTimes: forksUpTo(newest) };
}

describe('createHttpEngine', () => {
  test.each([
    ['regolith', 'V1', 'V2', 'V2'],
    ['canyon', 'V2', 'V2', 'V2'],
    ['ecotone', 'V3', 'V3', 'V3'],
    ['holocene', 'V3', 'V3', 'V3'],
    ['isthmus', 'V3', 'V4', 'V4'],
    ['jovian', 'V3', 'V4', 'V4'],
    ['karst', 'V3', 'V5', 'V4'],
  ] as const)('default: versions of %s', async (fork, forkchoice, get, put) => {
    const config = upTo(fork);
    const { engine, memory, calls, close } = await connect({}, config);
    cleanups.push(close);
    const attributes = attributesOf(fork, memory);
    const state = { ...memory.heads(), headBlockHash: memory.genesis.executionPayload.blockHash };
    const { build } = await engine.forkchoiceUpdated(state, attributes);
    const envelope = await engine.getPayload(build as NonNullable<typeof build>);
    expect(await engine.newPayload(envelope)).toEqual({ type: 'valid' });
    await engine.forkchoiceUpdated(
      { ...state, headBlockHash: envelope.executionPayload.blockHash },
      undefined,
    );
    expect(calls.map(({ method }) => method)).toEqual([
      `engine_forkchoiceUpdated${forkchoice}`,
      `engine_getPayload${get}`,
      `engine_newPayload${put}`,
      'engine_forkchoiceUpdatedV3',
    ]);
    expect(await engine.block({ number: 1n })).toEqual(envelope);
  });

  test('behavior: minBaseFee goes out as a number, gas limit and time as quantities', async () => {
    const { engine, memory, calls, close } = await connect();
    cleanups.push(close);
    const state = memory.heads();
    await engine.forkchoiceUpdated(state, { ...makeAttributes(memory.genesis), minBaseFee: 5n });
    expect(calls[0]?.params[1]).toMatchObject({
      minBaseFee: 5,
      gasLimit: '0x1c9c380',
      timestamp: '0x6553f102',
      withdrawals: [],
    });
  });

  test('error: another JWT secret', async () => {
    const { engine, close } = await connect({}, CONFIG, new Uint8Array(32));
    cleanups.push(close);
    const error = await errorOf(engine.chainId());
    expect(error).toMatchObject({ code: 'unauthorized', retryable: false });
    expect(error.message).toContain('JWT secret');
    expect(error.message).not.toContain('0123456789abcdef');
  });

  test.each([
    [-38001, 'unknownPayload', false],
    [-38002, 'invalidForkchoiceState', false],
    [-38003, 'invalidAttributes', false],
    [-38004, 'refused', false],
    [-38005, 'refused', false],
    [-32602, 'rpc', true],
    [-32000, 'rpc', true],
  ])('error: JSON-RPC error %i', async (rpcCode, code, retryable) => {
    const body = `{"jsonrpc":"2.0","id":1,"error":{"code":${rpcCode},"message":"no"}}`;
    const { engine, close } = await connect({ fault: () => ({ type: 'body', body }) });
    cleanups.push(close);
    expect(await errorOf(engine.chainId())).toMatchObject({ code, rpcCode, retryable });
  });

  test.each([
    ['a label without block', 'finalized block not found'],
    ['no such header', 'Header not found'],
    ['no such block', 'Unknown block'],
  ])('behavior: an error that says "%s" is no block', async (_, message) => {
    const body = `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"${message}"}}`;
    const { engine, close } = await connect({ fault: () => ({ type: 'body', body }) });
    cleanups.push(close);
    expect(await engine.block({ label: 'finalized' })).toBeUndefined();
    // Only where a block was asked for.
    expect(await errorOf(engine.chainId())).toMatchObject({ code: 'rpc' });
  });

  test('error: an old op-geth on a transaction that does not decode', async () => {
    const message = 'transaction 3 is not valid: transaction type not supported';
    const body = `{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"${message}"}}`;
    const { engine, memory, close } = await connect({ fault: () => ({ type: 'body', body }) });
    cleanups.push(close);
    const attributes = makeAttributes(memory.genesis);
    const refused = errorOf(engine.forkchoiceUpdated(memory.heads(), attributes));
    expect(await refused).toMatchObject({ code: 'invalidAttributes', retryable: false });
  });

  test('error: a block that cannot be looked up', async () => {
    const body = '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"database is closed"}}';
    const { engine, close } = await connect({ fault: () => ({ type: 'body', body }) });
    cleanups.push(close);
    expect(await errorOf(engine.block({ label: 'safe' }))).toMatchObject({ code: 'rpc' });
  });

  test.each<[string, NonNullable<EngineServerOptions['fault']>, string]>([
    ['no answer', () => ({ type: 'hang' }), 'timeout'],
    ['half an answer', () => ({ type: 'truncate' }), 'connection'],
    ['HTTP 500', () => ({ type: 'status', status: 500 }), 'connection'],
    ['no JSON', () => ({ type: 'body', body: '<html>' }), 'badAnswer'],
    ['another shape', () => ({ type: 'body', body: '{"id":1,"result":{}}' }), 'badAnswer'],
    [
      'an unknown status',
      () => ({ type: 'body', body: '{"id":1,"result":{"status":"?"}}' }),
      'badAnswer',
    ],
  ])('error: %s', async (_, fault, code) => {
    const { engine, memory, close } = await connect({ fault });
    cleanups.push(close);
    expect((await errorOf(engine.newPayload(memory.genesis))).code).toBe(code);
  });

  test('error: a block whose transactions do not give its root', async () => {
    const { engine, memory, close } = await connect();
    cleanups.push(close);
    const alter: EnginePort['block'] = async () => ({
      ...memory.genesis,
      executionPayload: { ...memory.genesis.executionPayload, stateRoot: `0x${'01'.repeat(32)}` },
    });
    const other = await connect({ engine: { ...memory, block: alter } });
    cleanups.push(other.close);
    expect((await engine.block({ number: 0n }))?.executionPayload.blockNumber).toBe(0n);
    expect((await errorOf(other.engine.block({ number: 0n }))).code).toBe('badAnswer');
  });

  test('error: a payload whose fields do not give its hash', async () => {
    const { engine, memory, close } = await connect();
    cleanups.push(close);
    const damage: EnginePort['getPayload'] = async (build) => {
      const { executionPayload, ...rest } = await memory.getPayload(build);
      return { ...rest, executionPayload: { ...executionPayload, gasUsed: 1n } };
    };
    const other = await connect({ engine: { ...memory, getPayload: damage } });
    cleanups.push(other.close);
    const state = { ...memory.heads(), headBlockHash: memory.genesis.executionPayload.blockHash };
    const { build } = await engine.forkchoiceUpdated(state, makeAttributes(memory.genesis));
    const error = await errorOf(other.engine.getPayload(build as NonNullable<typeof build>));
    expect(error).toMatchObject({ code: 'badAnswer', retryable: true });
  });

  test('behavior: tells an engine without its first method from a port without any', async () => {
    const { engine, calls, close } = await connect();
    cleanups.push(close);
    expect(await engine.hasEngineApi?.()).toBe(true);
    expect(calls.map(({ method }) => method)).toEqual([
      'engine_exchangeCapabilities',
      'engine_forkchoiceUpdatedV3',
    ]);
    const error = (code: number) => `{"jsonrpc":"2.0","id":1,"error":{"code":${code}}}`;
    for (const [code, has] of [
      [-32601, false],
      [-32602, true],
    ] as const) {
      const other = await connect({ fault: () => ({ type: 'body', body: error(code) }) });
      cleanups.push(other.close);
      expect(await other.engine.hasEngineApi?.()).toBe(has);
    }
    const broken = await connect({ fault: () => ({ type: 'truncate' }) });
    cleanups.push(broken.close);
    expect(await errorOf(Promise.resolve(broken.engine.hasEngineApi?.()))).toMatchObject({
      retryable: true,
    });
  });

  test('error: an abort throws its own reason', async () => {
    const { engine, close } = await connect({ fault: () => ({ type: 'hang' }) });
    cleanups.push(close);
    const stop = new AbortController();
    const call = engine.chainId({ signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});

function attributesOf(fork: Fork, memory: MemoryEngine) {
  const attributes = makeAttributes(memory.genesis);
  const isAtLeast = (other: Fork): boolean => FORKS.indexOf(fork) >= FORKS.indexOf(other);
  return {
    ...attributes,
    withdrawals: isAtLeast('canyon') ? attributes.withdrawals : undefined,
    parentBeaconBlockRoot: isAtLeast('ecotone') ? attributes.parentBeaconBlockRoot : undefined,
    eip1559Params: isAtLeast('holocene') ? attributes.eip1559Params : undefined,
    minBaseFee: isAtLeast('jovian') ? attributes.minBaseFee : undefined,
  };
}
