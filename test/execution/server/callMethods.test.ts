import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Address, bigintToMinimalBytes, hexToBytes } from '../../../src/base/bytes.ts';
import { createCallTurns } from '../../../src/execution/server/callTurns.ts';
import type { EngineServerOptions } from '../../../src/execution/server/engineServer.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { signFields, TEST_ADDRESS } from '../../support/signing.ts';
import { smallGenesis } from '../../support/smallChain.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** An engine whose time goes on by `msPerLook` each time it is looked at. */
async function start(
  msPerLook: number,
  options: Partial<EngineServerOptions> = {},
  genesis = smallGenesis(),
) {
  let ms = 0;
  let ticks = 0;
  const clock = {
    now: () => (ms += msPerLook),
    afterOthers: (callback: () => void) => {
      ticks++;
      setImmediate(callback);
    },
  };
  const turns = createCallTurns(clock);
  const served = await serveEngine(genesis, { turns, ...options });
  cleanups.push(served.close);
  return { served, ticks: () => ticks };
}

const HERE: Address = `0x${'aa'.repeat(20)}`;
const GAS = '0x2faf080';
/** JUMPDEST, then a jump back to it. */
const ENDLESS = '5b5f56';
/** Calls an account without code again and again. */
const ENDLESS_CALLS = '5b5f5f5f5f5f60bb5af1505f56';

/** Counts its input down to 0, and returns the hash of memory. */
const LOOP = '5f355b600190038060025760205f205f5260205ff3';

const code = (hex: string) => ({ [HERE]: { code: `0x${hex}` } });
const ask = ({ call }: ServedEngine, method: string, hex: string, input = '0x') =>
  call(method, { to: HERE, gas: GAS, input }, 'latest', code(hex));

/** Asks, and waits for no answer. @returns leaves. */
function askByHttp({ httpUrl }: ServedEngine, body: string): () => void {
  const left = new AbortController();
  const headers = { 'content-type': 'application/json' };
  fetch(httpUrl, { method: 'POST', headers, body, signal: left.signal }).catch(() => undefined);
  return () => left.abort();
}

function askByWebSocket({ server }: ServedEngine, message: string): () => void {
  const socket = new WebSocket(`ws://127.0.0.1:${server.ws?.port}`);
  socket.on('open', () => socket.send(message));
  return () => socket.terminate();
}

describe('eth_call', () => {
  test.each([
    ['a loop', ENDLESS],
    ['a loop of calls', ENDLESS_CALLS],
  ])('error: %s is aborted when its time is over', async (_, hex) => {
    const { served, ticks } = await start(7);
    const { error } = await ask(served, 'eth_call', hex);
    expect(error).toEqual({ code: -32_000, message: 'execution aborted (timeout = 5s)' });
    // Half of the looks at the clock end a slice of 10 ms.
    expect(ticks()).toBeGreaterThan(100);
  });

  test('behavior: the limit is the one that was set', async () => {
    const { served } = await start(1, { callTimeoutMs: 100 });
    const { error } = await ask(served, 'eth_call', ENDLESS);
    expect(error?.message).toBe('execution aborted (timeout = 100ms)');
  });

  test('behavior: a stopped server runs it no longer', async () => {
    const { served, ticks } = await start(7, { callTimeoutMs: 0 });
    const asked = ask(served, 'eth_call', ENDLESS);
    while (ticks() < 10) await nextTick();
    await Promise.all([served.server.stop(), expect(asked).rejects.toThrow()]);
    const before = ticks();
    for (let i = 0; i < 10; i++) await nextTick();
    expect(ticks()).toBe(before);
  });

  test.each(['HTTP', 'WebSocket'])('behavior: ends when its caller leaves, by %s', async (way) => {
    const { served, ticks } = await start(7, { callTimeoutMs: 0 });
    const params = [{ to: HERE, gas: GAS }, 'latest', code(ENDLESS)];
    const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params });
    const leave = way === 'HTTP' ? askByHttp(served, call) : askByWebSocket(served, call);
    while (ticks() < 10) await nextTick();
    leave();
    // It runs for as long as the news takes; without it until 50,000,000 gas are gone.
    let still = 0;
    for (let before = ticks(); still < 50; before = ticks()) {
      await nextTick();
      still = ticks() === before ? still + 1 : 0;
    }
    expect(ticks()).toBeLessThan(700);
  });

  test('behavior: with no limit a loop ends when its gas does', async () => {
    const { served } = await start(1e9, { callTimeoutMs: 0, gasCap: 1_000_000n });
    expect((await ask(served, 'eth_call', ENDLESS)).error?.message).toBe('out of gas');
  });

  test('behavior: a call in many slices gives what it gives in one', async () => {
    const word = `0x${(200_000).toString(16).padStart(64, '0')}`;
    const inOne = await start(0);
    const inMany = await start(4);
    const expected = await ask(inOne.served, 'eth_call', LOOP, word);
    expect(expected.result).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await ask(inMany.served, 'eth_call', LOOP, word)).toEqual(expected);
    expect(inMany.ticks()).toBeGreaterThan(10);
  });

  test('behavior: others go on while it runs, and calls take turns', async () => {
    const { served } = await start(7);
    let others = 0;
    const seen = { isOver: false };
    const endless = ask(served, 'eth_call', ENDLESS).then((reply) => {
      seen.isOver = true;
      return reply;
    });
    const short = ask(served, 'eth_call', '60015f5260205ff3');
    expect((await short).result).toBe(`0x${'1'.padStart(64, '0')}`);
    expect(seen.isOver).toBe(false);
    while (!seen.isOver) {
      others++;
      await nextTick();
    }
    expect((await endless).error?.code).toBe(-32_000);
    expect(others).toBeGreaterThan(20);
  });

  test.each([
    ['0', 0n],
    ['more than can be counted', 2n ** 64n - 1n],
  ])('behavior: a cap of %s is none', async (_, gasCap) => {
    const { served } = await start(0, { gasCap });
    const { result } = await ask(served, 'eth_call', '5a5f5260205ff3');
    expect(BigInt(result as string)).toBeGreaterThan(49_000_000n);
    const withoutLimit = { to: HERE, input: '0x' };
    const all = await served.call('eth_call', withoutLimit, 'latest', code('5a5f5260205ff3'));
    expect(BigInt(all.result as string)).toBeGreaterThan(2n ** 53n - 100_000n);
  });
});

const quantity = (value: bigint) => `0x${value.toString(16)}`;
const wordOf = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}`;

/** Of the forks that the chain does not have. */
const laterForks = (time: bigint) => ({
  granite: time,
  holocene: time,
  isthmus: time,
  jovian: time,
  karst: time,
});

describe('block overrides', () => {
  const WORD = `0x${'12'.repeat(32)}`;
  /** Returns what an opcode gives. */
  const returned = (opcode: string) => code(`${opcode}5f5260205ff3`);
  const see = async (opcode: string, overrides: object, fees: object = {}) => {
    const { served } = await start(0);
    const request = { to: HERE, gas: GAS, ...fees };
    return served.call('eth_call', request, 'latest', returned(opcode), overrides);
  };

  test.each([
    ['number', '43', '0x1234'],
    ['time', '42', '0x1234'],
    ['timestamp', '42', '0x1234'],
    ['gasLimit', '45', '0x1234'],
    ['feeRecipient', '41', HERE],
    ['coinbase', '41', HERE],
    ['prevRandao', '44', WORD],
    ['random', '44', WORD],
  ])('default: `%s` is what the opcode 0x%s gives', async (name, opcode, value) => {
    expect((await see(opcode, { [name]: value })).result).toBe(wordOf(BigInt(value)));
    expect((await see(opcode, { [name]: null })).result).toBe((await see(opcode, {})).result);
  });

  test.each(['baseFeePerGas', 'baseFee'])(
    'behavior: `%s` is what fees are held to',
    async (name) => {
      const overrides = { [name]: '0x2' };
      const fees = { maxFeePerGas: '0x3', maxPriorityFeePerGas: '0x0' };
      // Nobody has ether here, so that the call itself is refused.
      const { error } = await see('48', overrides, { ...fees, maxFeePerGas: '0x1' });
      expect(error?.message).toMatch(/maxFeePerGas: 1, baseFee: 2$/);
      expect((await see('48', overrides, fees)).error?.message).toMatch(/^insufficient funds/);
      expect((await see('48', overrides)).result).toBe(wordOf(0n));
    },
  );

  test('behavior: the rules are those of the time', async () => {
    const { config, ...genesis } = smallGenesis();
    const forkTimes = { ...config.forkTimes, ...laterForks(5000n) };
    const { served } = await start(0, {}, { ...genesis, config: { ...config, forkTimes } });
    const see = (opcode: string, time: string) =>
      served.call('eth_call', { to: HERE, gas: GAS }, 'latest', returned(opcode), { time });
    // Counts leading zeros, from Karst on.
    expect((await see('60011e', quantity(4999n))).error?.message).toMatch(/^invalid opcode/);
    expect((await see('60011e', quantity(5000n))).result).toBe(wordOf(255n));
  });

  test('behavior: a block that is not there yet has no hash', async () => {
    expect((await see('5f40', { number: '0x5' })).result).toBe(wordOf(0n));
  });

  test.each(['withdrawals', 'beaconRoot', 'blobBaseFee', 'difficulty', 'nmuber'])(
    'error: `%s` is refused',
    async (name) => {
      const message = `block override \`${name}\` is not supported`;
      const atCall = { code: -32_602, message: `invalid argument 3: ${message}` };
      expect((await see('43', { [name]: '0x1' })).error).toEqual(atCall);
      const { served } = await start(0);
      const options = { tracer: 'callTracer', blockOverrides: { [name]: '0x1' } };
      const { error } = await served.call('debug_traceCall', { to: HERE }, 'latest', options);
      expect(error).toEqual({ code: -32_602, message: `invalid argument 2: ${message}` });
    },
  );
});

describe('authorizationList', () => {
  const AUTHORIZATION = authorize(HERE, 0n);
  const ONE = { [HERE]: { code: '0x60015f5260205ff3' } };
  /** Isthmus begins at 5000. */
  const AT = { before: { time: quantity(4999n) }, from: { time: quantity(5000n) } };
  const CALL = { to: TEST_ADDRESS, gas: GAS, authorizationList: [AUTHORIZATION] };

  async function onIsthmus() {
    const { config, ...genesis } = smallGenesis();
    const forkTimes = { ...config.forkTimes, ...laterForks(5000n), jovian: undefined };
    const changed = { ...config, forkTimes: { ...forkTimes, karst: undefined } };
    return (await start(0, {}, { ...genesis, config: changed })).served;
  }

  test('default: the code of another account runs at whoever signed', async () => {
    const { call } = await onIsthmus();
    const without = { to: TEST_ADDRESS, gas: GAS };
    expect((await call('eth_call', without, 'latest', ONE, AT.from)).result).toBe('0x');
    expect((await call('eth_call', CALL, 'latest', ONE, AT.from)).result).toBe(wordOf(1n));
    const late = { ...CALL, authorizationList: [authorize(HERE, 1n)] };
    expect((await call('eth_call', late, 'latest', ONE, AT.from)).result).toBe('0x');
  });

  test.each([
    ['a new account', {}, 46_000n],
    // 12,500 come back, but no more than a fifth.
    ['an account that is there', { [TEST_ADDRESS]: { balance: '0x1' } }, 36_800n],
  ])('behavior: gas for %s', async (_, account, gasUsed) => {
    const { call } = await onIsthmus();
    const stateOverrides = { [HERE]: { code: '0x00' }, ...account };
    const options = { tracer: 'callTracer', stateOverrides, blockOverrides: AT.from };
    const { result } = await call('debug_traceCall', CALL, 'latest', options);
    expect(result).toMatchObject({ gasUsed: quantity(gasUsed) });
    const estimate = await call('eth_estimateGas', CALL, 'latest', stateOverrides, AT.from);
    const [least, found] = [46_000, Number(estimate.result)];
    expect(found).toBeGreaterThanOrEqual(least);
    expect(found).toBeLessThan(least * 1.02);
  });

  test.each<readonly [string, object, number, RegExp]>([
    ['an empty list', { authorizationList: [] }, -32_000, /with empty auth list/],
    ['a creation', { to: null, input: '0x00' }, -32_000, /cannot be used to create contract/],
    ['no list', { authorizationList: {} }, -32_602, /expected a list/],
    ['no object', { authorizationList: [1] }, -32_602, /expected an authorization/],
    [
      'a missing field',
      { authorizationList: [{ ...AUTHORIZATION, nonce: null }] },
      -32_602,
      /missing required field 'nonce'/,
    ],
    [
      'a long list',
      { authorizationList: Array.from({ length: 257 }, () => AUTHORIZATION) },
      -32_602,
      /at most 256/,
    ],
  ])('error: %s', async (_, changed, code, message) => {
    const { call } = await onIsthmus();
    const { error } = await call('eth_call', { ...CALL, ...changed }, 'latest', ONE, AT.from);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
  });

  test('error: before Isthmus', async () => {
    const { call } = await onIsthmus();
    const { error } = await call('eth_call', CALL, 'latest', ONE, AT.before);
    expect(error?.message).toBe('set-code transactions are allowed from Isthmus on');
  });
});

/** An authorization for chain 901, as a caller writes it. */
function authorize(address: Address, nonce: bigint): object {
  const fields = [bigintToMinimalBytes(901n), hexToBytes(address), bigintToMinimalBytes(nonce)];
  const { yParity, r, s } = signFields(5, fields);
  const words = { yParity, r, s, nonce, chainId: 901n };
  const written = Object.entries(words).map(([name, value]) => [name, quantity(value)]);
  return { address, ...Object.fromEntries(written) };
}

describe('eth_estimateGas', () => {
  test('behavior: less gas than any transaction needs is no limit', async () => {
    const { served } = await start(0);
    expect((await served.call('eth_estimateGas', { to: HERE, gas: '0x5207' })).result).toBe(
      '0x5208',
    );
  });

  test('error: nobody may have more than a block', async () => {
    const { served } = await start(0);
    const params = [{ to: HERE }, 'latest', code(ENDLESS)];
    const { error } = await served.call('eth_estimateGas', ...params);
    expect(error?.message).toBe('gas required exceeds allowance (30000000)');
  });

  test('error: all its rounds have one limit', async () => {
    const { served } = await start(7);
    const { error } = await ask(served, 'eth_estimateGas', ENDLESS);
    expect(error).toEqual({ code: -32_000, message: 'execution aborted (timeout = 5s)' });
  });

  test('behavior: slices change nothing', async () => {
    const word = `0x${(50_000).toString(16).padStart(64, '0')}`;
    const [inOne, inMany] = [await start(0), await start(4)];
    const expected = await ask(inOne.served, 'eth_estimateGas', LOOP, word);
    expect(expected.result).toMatch(/^0x/);
    expect(await ask(inMany.served, 'eth_estimateGas', LOOP, word)).toEqual(expected);
  });
});
