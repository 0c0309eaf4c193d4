import { afterEach, describe, expect, test } from 'vitest';
import { type Address, type Hex, ZERO_HASH } from '../../../src/base/bytes.ts';
import { keccak256Hex } from '../../../src/base/hash.ts';
import { decodeDepositTx } from '../../../src/protocol/deposit.ts';
import { type ExecutionEngine, openEngine } from '../../../src/execution/engine.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import type { BlockRecord } from '../../../src/execution/store/records.ts';
import { createCallTurns } from '../../../src/execution/server/callTurns.ts';
import type { EngineServerOptions } from '../../../src/execution/server/engineServer.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function start(options: Partial<EngineServerOptions> = {}): Promise<ServedEngine> {
  const served = await serveEngine(smallGenesis(), options);
  cleanups.push(served.close);
  return served;
}

const address = (byte: string): Address => `0x${byte.repeat(20)}`;
const [ROOT, LOGGER, LIBRARY, REVERTER, HEIR, SENDER] = ['aa', 'bb', 'cc', 'ee', 'f0', '5e'].map(
  address,
) as [Address, Address, Address, Address, Address, Address];
const IDENTITY: Address = `0x${'4'.padStart(40, '0')}`;

const push = (to: Address): string => `73${to.slice(2)}`;
/** A call with 4 bytes of input, gas 0xffff; its success is dropped. */
const call = (opcode: string, to: Address, value = ''): string =>
  `5f5f60045f${value}${push(to)}61ffff${opcode}50`;

const LOG0 = '60015fa0';
const CODES: Readonly<Record<Address, string>> = {
  [ROOT]: [
    call('f1', LOGGER, '6003'),
    call('f4', LIBRARY),
    call('fa', IDENTITY),
    call('f1', REVERTER, '5f'),
    LOG0,
    // Creates nothing, then asks for more wei than it has.
    '5f5f5ff050',
    '5f5f6109fff050',
    `${push(HEIR)}ff`,
  ].join(''),
  [LOGGER]: `${LOG0}00`,
  [LIBRARY]: '00',
  // Error("no"), after a log.
  [REVERTER]: `${LOG0}7f08c379a0${'0'.repeat(56)}5f526020600452600260245261${'6e6f'}60f01b60445260645ffd`,
};

const overrides = Object.fromEntries(
  Object.entries(CODES).map(([at, code]) => [at, { code: `0x${code}`, balance: '0x10' }]),
);

function trace(served: ServedEngine, to: Address, tracerConfig: object = {}) {
  const request = { from: SENDER, to, gas: '0x100000', input: '0x1234' };
  const options = { tracer: 'callTracer', tracerConfig, stateOverrides: overrides };
  return served.call('debug_traceCall', request, 'latest', options);
}

describe('debug_traceCall', () => {
  test('default: all kinds of calls, in their order', async () => {
    const { result } = await trace(await start(), ROOT, { withLog: true });
    const input = '0x00000000';
    const topics: Hex[] = [];
    const log = { topics, data: '0x00' };
    expect(result).toMatchObject({
      from: SENDER,
      gas: '0x100000',
      to: ROOT,
      input: '0x1234',
      value: '0x0',
      type: 'CALL',
      calls: [
        {
          from: ROOT,
          gas: '0x108fb',
          to: LOGGER,
          input,
          value: '0x3',
          type: 'CALL',
          logs: [{ address: LOGGER, ...log, index: '0x0', position: '0x0' }],
        },
        {
          from: ROOT,
          gas: '0xffff',
          gasUsed: '0x0',
          to: LIBRARY,
          value: '0x0',
          type: 'DELEGATECALL',
        },
        { from: ROOT, gasUsed: '0x12', to: IDENTITY, input, output: input, type: 'STATICCALL' },
        { to: REVERTER, error: 'execution reverted', revertReason: 'no', value: '0x0' },
        { from: ROOT, input: '0x', value: '0x0', type: 'CREATE' },
        {
          error: 'insufficient balance for transfer',
          gasUsed: '0x0',
          value: '0x9ff',
          type: 'CREATE',
        },
        {
          from: ROOT,
          gas: '0x0',
          gasUsed: '0x0',
          to: HEIR,
          input: '0x',
          value: '0xd',
          type: 'SELFDESTRUCT',
        },
      ],
      logs: [{ address: ROOT, ...log, index: '0x1', position: '0x4' }],
    });
    const { calls } = result as { calls: readonly Record<string, unknown>[] };
    expect(calls).toHaveLength(7);
    expect(calls[2]).not.toHaveProperty('value');
    expect(calls[3]).not.toHaveProperty('logs');
    expect(calls[5]).not.toHaveProperty('to');
  });

  test('behavior: fields in the order of op-geth', async () => {
    const { result } = await trace(await start(), REVERTER);
    expect(Object.keys(result as object)).toEqual([
      'from',
      'gas',
      'gasUsed',
      'to',
      'input',
      'output',
      'error',
      'revertReason',
      'value',
      'type',
    ]);
  });

  test('behavior: the outermost call alone', async () => {
    const { result } = await trace(await start(), ROOT, { onlyTopCall: true, withLog: true });
    expect(result).not.toHaveProperty('calls');
    expect(result).toMatchObject({ to: ROOT, logs: [{ address: ROOT, index: '0x1' }] });
  });

  test('behavior: no logs unless asked for', async () => {
    const { result } = await trace(await start(), LOGGER);
    expect(result).not.toHaveProperty('logs');
  });

  test.each([
    [{}, 'the opcode logger'],
    [{ tracer: 'prestateTracer' }, '`prestateTracer`'],
    [{ tracer: '{ fault: ' }, '`{ fault: `'],
    [{ tracer: 5 }, 'the opcode logger'],
  ])('error: %j is refused by its name', async (options, name) => {
    const { call } = await start();
    const { error } = await call('debug_traceCall', { to: ROOT }, 'latest', options);
    expect(error).toMatchObject({
      code: -32602,
      message: `${name} is not available: the only tracer is \`callTracer\``,
    });
  });

  test('error: a trace that would fill the memory', async () => {
    const served = await start();
    const { call: ask } = served;
    // Forever: a call with 64 kB of input.
    const code = '0x5b5f5f61ffff5f5f600461fffff1505f56';
    const at = (tracerConfig: object) => ({
      tracer: 'callTracer',
      tracerConfig,
      stateOverrides: { [ROOT]: { code } },
    });
    const request = { to: ROOT, gas: '0x1000000' };
    const { error } = await ask('debug_traceCall', request, 'latest', at({}));
    expect(error).toMatchObject({ code: -32000 });
    expect(error?.message).toContain('trace too large');
    const top = await ask(
      'debug_traceCall',
      { to: ROOT, gas: '0x30000' },
      'latest',
      at({ onlyTopCall: true }),
    );
    expect(top.result).toMatchObject({ error: 'out of gas', gasUsed: '0x30000' });
  });

  test.each([
    ['5 s', {}, 5000],
    ['the time that is asked for', { timeout: '20s' }, 20_000],
    ['a minute', { timeout: '1h' }, 60_000],
  ])('error: an endless call is left after %s', async (_, asked, limitMs) => {
    let ms = 0;
    const clock = { now: () => (ms += 250), afterOthers: (next: () => void) => next() };
    const { call: ask } = await start({ turns: createCallTurns(clock) });
    const stateOverrides = { [ROOT]: { code: '0x5b5f56' } };
    const options = { tracer: 'callTracer', stateOverrides, ...asked };
    const { error } = await ask('debug_traceCall', { to: ROOT }, 'latest', options);
    expect(error).toEqual({ code: -32000, message: 'execution timeout' });
    expect(ms).toBeGreaterThanOrEqual(limitMs);
    expect(ms).toBeLessThan(limitMs + 2000);
  });

  test('error: a timeout that is no duration', async () => {
    const { call: ask } = await start();
    const options = { tracer: 'callTracer', timeout: 'soon' };
    const { error } = await ask('debug_traceCall', { to: ROOT }, 'latest', options);
    expect(error?.code).toBe(-32602);
    expect(error?.message).toContain('timeout');
  });

  test('error: options of the wrong kind', async () => {
    const { call } = await start();
    for (const tracerConfig of [5, { withLog: 'yes' }]) {
      const options = { tracer: 'callTracer', tracerConfig };
      const { error } = await call('debug_traceCall', { to: ROOT }, 'latest', options);
      expect(error?.code).toBe(-32602);
    }
  });
});

/** Makes two blocks, and gives the second. */
async function secondBlock(engine: ExecutionEngine): Promise<BlockRecord> {
  let last = engine.genesis;
  for (const number of [1n, 2n]) {
    const outcome = await engine.build(last.hash, smallAttributes(number));
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    last = outcome.block;
    await engine.setForkchoice({ head: last.hash, safe: ZERO_HASH, finalized: ZERO_HASH });
  }
  return last;
}

describe('debug_traceTransaction', () => {
  const tracer = { tracer: 'callTracer' };

  test('default: the second transaction of a block, on what the first has left', async () => {
    const { engine, call } = await start();
    const block = await secondBlock(engine);
    const raw = block.transactions[1] as Uint8Array;
    const { result } = await call('debug_traceTransaction', keccak256Hex(raw), tracer);
    const [before, after] = block.receipts.map((receipt) => receipt.cumulativeGasUsed);
    expect(result).toEqual({
      from: decodeDepositTx(raw).from,
      gas: '0x186a0',
      gasUsed: `0x${((after as bigint) - (before as bigint)).toString(16)}`,
      to: address('c0'),
      input: '0x',
      value: '0x0',
      type: 'CALL',
    });
  });

  test('behavior: the time that the state takes is not that of the trace', async () => {
    let ms = 0;
    const turns = createCallTurns({ now: () => ms, afterOthers: (next) => next() });
    const own = await openEngine(smallGenesis(), memoryKeyValueStore());
    cleanups.push(own.close);
    const openState: ExecutionEngine['openState'] = async (hash) => {
      ms += 60_000;
      return own.openState(hash);
    };
    const { call } = await start({ turns, engine: { ...own, openState } });
    const raw = (await secondBlock(own)).transactions[1] as Uint8Array;
    const { result } = await call('debug_traceTransaction', keccak256Hex(raw), tracer);
    expect(result).toMatchObject({ to: address('c0') });
    expect(ms).toBe(60_000);
  });

  test('behavior: the time that transactions before it take is not that of the trace', async () => {
    let ms = 0;
    const clock = { now: () => (ms += 1000), afterOthers: (next: () => void) => next() };
    const { engine, call } = await start({ turns: createCallTurns(clock) });
    const { transactions } = await secondBlock(engine);
    const passed = async (index: number, timeout: string) => {
      const before = ms;
      const hash = keccak256Hex(transactions[index] as Uint8Array);
      const { error } = await call('debug_traceTransaction', hash, { ...tracer, timeout });
      return { error: error?.message, seconds: (ms - before) / 1000 };
    };
    const [first, second] = [await passed(0, '60s'), await passed(1, '60s')];
    const own = second.seconds - first.seconds;
    expect(first.seconds).toBeGreaterThan(0);
    expect((await passed(1, `${own + 1}s`)).error).toBeUndefined();
    expect((await passed(1, '1s')).error).toBe('execution timeout');
  });

  test('error: an unknown transaction, another tracer', async () => {
    const { call } = await start();
    const unknown = await call('debug_traceTransaction', ZERO_HASH, tracer);
    expect(unknown.error).toMatchObject({ code: -32000, message: 'transaction not found' });
    expect((await call('debug_traceTransaction', ZERO_HASH)).error?.code).toBe(-32602);
  });
});
