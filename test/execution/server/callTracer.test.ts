import { describe, expect, test } from 'vitest';
import { type Address, bytesToHex, EMPTY_BYTES, hexToBytes } from '../../../src/base/bytes.ts';
import type {
  CallType,
  EvmLog,
  ObservedCall,
  ObservedEnd,
} from '../../../src/execution/evm/port.ts';
import {
  type CallTracer,
  type CallTracerOptions,
  createCallTracer,
} from '../../../src/execution/server/callTracer.ts';

const address = (byte: string): Address => `0x${byte.repeat(20)}`;
const [A, B, C] = [address('aa'), address('bb'), address('cc')];

const ALL: CallTracerOptions = { onlyTopCall: false, withLog: true };

function callTo(to: Address, fields: Partial<ObservedCall> = {}): ObservedCall {
  return { type: 'CALL', from: A, to, input: EMPTY_BYTES, gas: 1000, value: 1n, ...fields };
}

const SUCCESS: ObservedEnd = { status: 'success', reason: '', gasLeft: 400, output: EMPTY_BYTES };
const REVERT: ObservedEnd = { ...SUCCESS, status: 'revert', reason: 'reverted' };
const halt = (reason: string): ObservedEnd => ({ ...SUCCESS, status: 'halt', reason, gasLeft: 0 });

/** Log whose data is one byte. */
const logOf = (byte: number): EvmLog => ({ address: B, topics: [], data: Uint8Array.of(byte) });

type Json = { readonly [key: string]: unknown; readonly calls?: readonly Json[] };

function resultOf({ result }: CallTracer): Json {
  return result(50_000n, 30_000n) as Json;
}

/** The trace of one call. */
function traced(call: ObservedCall, end: ObservedEnd): Json {
  const tracer = createCallTracer(ALL);
  tracer.observer.enter(call);
  tracer.observer.exit(end);
  return resultOf(tracer);
}

describe('createCallTracer', () => {
  test('default: one call; its gas is that of the transaction', () => {
    const input = Uint8Array.of(1, 2);
    expect(traced(callTo(B, { input }), { ...SUCCESS, output: Uint8Array.of(9) })).toEqual({
      from: A,
      gas: '0xc350',
      gasUsed: '0x7530',
      to: B,
      input: '0x0102',
      output: '0x09',
      value: '0x1',
      type: 'CALL',
    });
  });

  test('behavior: nothing was called', () => {
    expect(createCallTracer(ALL).result(1n, 1n)).toBeUndefined();
  });

  test('behavior: calls stand in the call they were made in, with their own gas', () => {
    const { observer, result } = createCallTracer(ALL);
    observer.enter(callTo(A));
    observer.enter(callTo(B, { gas: 600 }));
    observer.enter(callTo(C, { gas: 500, type: 'STATICCALL', value: undefined }));
    observer.exit(SUCCESS);
    observer.exit({ ...SUCCESS, gasLeft: 0 });
    observer.enter(callTo(C));
    observer.exit(SUCCESS);
    observer.exit(SUCCESS);
    const top = result(1n, 1n) as Json;
    expect(top.calls?.map(({ to }) => to)).toEqual([B, C]);
    const [first] = top.calls ?? [];
    expect(first).toMatchObject({ gas: '0x258', gasUsed: '0x258' });
    expect(first?.calls).toEqual([
      { from: A, gas: '0x1f4', gasUsed: '0x64', to: C, input: '0x', type: 'STATICCALL' },
    ]);
  });

  test('behavior: the outermost call alone', () => {
    const { observer, result } = createCallTracer({ ...ALL, onlyTopCall: true });
    observer.enter(callTo(A));
    observer.log(logOf(1));
    observer.enter(callTo(B));
    observer.log(logOf(2));
    observer.exit(REVERT);
    observer.log(logOf(3));
    observer.exit({ ...SUCCESS, output: Uint8Array.of(7) });
    const top = result(1n, 1n) as Json;
    expect(top).not.toHaveProperty('calls');
    // The log of the inner call, which failed, has no index.
    expect(top['logs']).toMatchObject([
      { data: '0x01', index: '0x0' },
      { data: '0x03', index: '0x1' },
    ]);
    expect(top['output']).toBe('0x07');
  });

  test('behavior: logs have their index in the block, and the calls before them', () => {
    const tracer = createCallTracer(ALL, 16);
    const { observer } = tracer;
    observer.enter(callTo(A));
    observer.log(logOf(1));
    observer.enter(callTo(B));
    observer.log(logOf(2));
    observer.exit(SUCCESS);
    observer.log(logOf(3));
    observer.exit(SUCCESS);
    const top = resultOf(tracer);
    expect(top['logs']).toEqual([
      { address: B, topics: [], data: '0x01', index: '0x10', position: '0x0' },
      { address: B, topics: [], data: '0x03', index: '0x12', position: '0x1' },
    ]);
    expect(top.calls?.[0]?.['logs']).toMatchObject([{ data: '0x02', index: '0x11' }]);
  });

  test('behavior: logs of a call that failed, and of those below it, are gone', () => {
    const tracer = createCallTracer(ALL);
    const { observer } = tracer;
    observer.enter(callTo(A));
    observer.enter(callTo(B));
    observer.log(logOf(1));
    observer.enter(callTo(C));
    observer.log(logOf(2));
    observer.exit(SUCCESS);
    observer.exit(REVERT);
    observer.log(logOf(3));
    observer.exit(SUCCESS);
    const top = resultOf(tracer);
    expect(top.calls?.[0]).not.toHaveProperty('logs');
    expect(top.calls?.[0]?.calls?.[0]).not.toHaveProperty('logs');
    expect(top['logs']).toMatchObject([{ data: '0x03', index: '0x0', position: '0x1' }]);
  });

  test('behavior: no logs unless they are wanted', () => {
    const tracer = createCallTracer({ ...ALL, withLog: false });
    tracer.observer.enter(callTo(A));
    tracer.observer.log(logOf(1));
    tracer.observer.exit(SUCCESS);
    expect(resultOf(tracer)).not.toHaveProperty('logs');
  });

  test.each([
    ['out of gas', 'out of gas'],
    ['write in a static call', 'write protection'],
    ['contract address is taken', 'contract address collision'],
    ['code too long, or it begins with 0xef', 'max code size exceeded'],
  ])('error: a halt by `%s` is called `%s`, without output', (reason, error) => {
    const json = traced(callTo(B), { ...halt(reason), output: Uint8Array.of(1) });
    expect(json['error']).toBe(error);
    expect(json).not.toHaveProperty('revertReason');
  });

  test('error: a revert has its output, and its reason where it can be read', () => {
    const text = '6e6f'.padEnd(64, '0');
    const words = ['20', '2'].map((word) => word.padStart(64, '0')).join('');
    const output = hexToBytes(`0x08c379a0${words}${text}`);
    expect(traced(callTo(B), { ...REVERT, output })).toMatchObject({
      error: 'execution reverted',
      revertReason: 'no',
      output: bytesToHex(output),
    });
    const plain = traced(callTo(B), { ...REVERT, output: Uint8Array.of(1) });
    expect(plain).toMatchObject({ error: 'execution reverted', output: '0x01' });
    expect(plain).not.toHaveProperty('revertReason');
  });

  test.each<[CallType, boolean]>([
    ['CALL', true],
    ['CREATE', false],
    ['CREATE2', false],
  ])('error: the address of a failed %s is told: %s', (type, isTold) => {
    expect('to' in traced(callTo(B, { type }), halt('out of gas'))).toBe(isTold);
    expect('to' in traced(callTo(B, { type }), SUCCESS)).toBe(true);
  });

  test('error: more than a trace may hold, counting what each call and log takes', () => {
    const large = new Uint8Array(1 << 20);
    const limit = 'trace too large: more than 8388608 bytes';
    const { observer } = createCallTracer(ALL);
    for (let calls = 0; calls < 7; calls++) observer.enter(callTo(B, { input: large }));
    expect(() => observer.log({ ...logOf(0), data: large })).toThrow(limit);
    const small = createCallTracer(ALL).observer;
    const entries = Math.floor((8 << 20) / 300);
    for (let calls = 0; calls < entries; calls++) small.enter(callTo(B));
    expect(() => small.enter(callTo(B))).toThrow(limit);
  });
});
