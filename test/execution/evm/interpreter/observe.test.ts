import { describe, expect, test } from 'vitest';
import { type Address, EMPTY_BYTES } from '../../../../src/base/bytes.ts';
import { type Frame, MAX_DEPTH } from '../../../../src/execution/evm/interpreter/machine.ts';
import {
  callTypeOf,
  refusalOf,
  tellEntered,
  tellRefused,
  tellSelfDestruct,
} from '../../../../src/execution/evm/interpreter/observe.ts';
import type { CallObserver, ObservedCall } from '../../../../src/execution/evm/port.ts';
import { EMPTY_ACCOUNT } from '../../../../src/execution/state/account.ts';
import { openState, setAccount } from '../../../../src/execution/state/worldState.ts';

const [CALLER, HERE, LIBRARY] = ['ca', 'c0', '11'].map(
  (byte): Address => `0x${byte.repeat(20)}`,
) as [Address, Address, Address];
const INPUT = Uint8Array.of(1, 2);

type Told = readonly [what: 'enter' | 'exit', value: object];

function listener(): { readonly told: Told[]; readonly observer: CallObserver } {
  const told: Told[] = [];
  const observer: CallObserver = {
    enter: (call) => void told.push(['enter', call]),
    exit: (end) => void told.push(['exit', end]),
    log: () => {},
  };
  return { told, observer };
}

/** What is looked at of a frame in HERE, which has 100 wei and stands behind `opcode`. */
function frameWith(fields: Partial<Frame> & { opcode?: number; observer?: CallObserver }): Frame {
  const { opcode = 0xf1, observer, ...rest } = fields;
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  setAccount(state, HERE, { ...EMPTY_ACCOUNT, balance: 100n });
  return {
    machine: { observer, state },
    parent: undefined,
    depth: 0,
    isCreation: false,
    address: HERE,
    target: HERE,
    caller: CALLER,
    value: 7n,
    data: INPUT,
    code: { bytes: Uint8Array.of(0x5b, opcode) },
    pc: 2,
    gas: 5000,
    ...rest,
  } as Frame;
}

const OPCODES = [
  [0xf0, 'CREATE'],
  [0xf1, 'CALL'],
  [0xf2, 'CALLCODE'],
  [0xf4, 'DELEGATECALL'],
  [0xf5, 'CREATE2'],
  [0xfa, 'STATICCALL'],
] as const;

describe('callTypeOf', () => {
  test.each(OPCODES)('default: opcode %i is %s', (opcode, type) => {
    expect(callTypeOf(frameWith({ opcode }))).toBe(type);
  });
});

describe('tellEntered', () => {
  function entered(fields: Parameters<typeof frameWith>[0]): ObservedCall {
    const { told, observer } = listener();
    tellEntered(frameWith({ ...fields, observer }));
    expect(told.map(([what]) => what)).toEqual(['enter']);
    return told[0]?.[1] as ObservedCall;
  }

  test('default: the outermost call is from its caller', () => {
    expect(entered({})).toEqual({
      type: 'CALL',
      from: CALLER,
      to: HERE,
      input: INPUT,
      gas: 5000,
      value: 7n,
    });
  });

  test('behavior: the outermost creation has its code for input', () => {
    const call = entered({ isCreation: true });
    expect(call).toMatchObject({ type: 'CREATE', from: CALLER, input: Uint8Array.of(0x5b, 0xf1) });
  });

  test.each(OPCODES)('behavior: a call by opcode %i is a %s of its parent', (opcode, type) => {
    const call = entered({ parent: frameWith({ opcode }), caller: CALLER, target: LIBRARY });
    expect(call).toMatchObject({ type, from: HERE, to: LIBRARY });
    expect(call.value).toBe(type === 'STATICCALL' ? undefined : 7n);
  });

  test('behavior: without an observer nothing happens', () => {
    expect(() => tellEntered(frameWith({}))).not.toThrow();
  });
});

describe('tellRefused', () => {
  test.each(['CALL', 'STATICCALL'] as const)('default: %s begins and ends at once', (type) => {
    const { told, observer } = listener();
    const call = { type, from: HERE, to: LIBRARY, input: INPUT, gas: 9, value: 3n };
    const end = { status: 'halt', reason: 'no', gasLeft: 9, output: EMPTY_BYTES } as const;
    tellRefused(frameWith({ observer }).machine, call, end);
    const value = type === 'STATICCALL' ? undefined : 3n;
    expect(told).toEqual([
      ['enter', { ...call, value }],
      ['exit', end],
    ]);
  });
});

describe('refusalOf', () => {
  test.each([
    ['the last nonce', MAX_DEPTH - 1, 100n, 'nonce uint64 overflow'],
    ['too poor', MAX_DEPTH - 1, 101n, 'insufficient balance for transfer'],
    ['too deep, whatever else', MAX_DEPTH, 101n, 'max call depth exceeded'],
  ])('default: %s', (_, depth, value, reason) => {
    expect(refusalOf(frameWith({ depth }), 77, value)).toEqual({
      status: 'halt',
      reason,
      gasLeft: 77,
      output: EMPTY_BYTES,
    });
  });
});

describe('tellSelfDestruct', () => {
  test('default: a call without gas that succeeds', () => {
    const { told, observer } = listener();
    tellSelfDestruct(frameWith({ observer }).machine, HERE, LIBRARY, 12n);
    expect(told).toEqual([
      [
        'enter',
        { type: 'SELFDESTRUCT', from: HERE, to: LIBRARY, input: EMPTY_BYTES, gas: 0, value: 12n },
      ],
      ['exit', { status: 'success', reason: '', gasLeft: 0, output: EMPTY_BYTES }],
    ]);
  });
});
