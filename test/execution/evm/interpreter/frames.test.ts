import { describe, expect, test } from 'vitest';
import { type Address, concatBytes, hexToBytes } from '../../../../src/base/bytes.ts';
import { keccak256Hex } from '../../../../src/base/hash.ts';
import { newCodeCache } from '../../../../src/execution/evm/interpreter/code.ts';
import {
  codeToRun,
  delegateOf,
  depositCode,
  initCode,
  isTaken,
  mark,
  newFrame,
  openContract,
  transfer,
  undoTo,
} from '../../../../src/execution/evm/interpreter/frames.ts';
import {
  type Frame,
  type Machine,
  warmAddress,
} from '../../../../src/execution/evm/interpreter/machine.ts';
import { EMPTY_ACCOUNT } from '../../../../src/execution/state/account.ts';
import { commitState } from '../../../../src/execution/state/commitState.ts';
import {
  accountOf,
  balanceOf,
  codeOf,
  endTransaction,
  openState,
  setAccount,
  setCode,
  setStorage,
} from '../../../../src/execution/state/worldState.ts';

const RICH: Address = `0x${'a1'.repeat(20)}`;
const CONTRACT: Address = `0x${'c1'.repeat(20)}`;
const DELEGATING: Address = `0x${'d1'.repeat(20)}`;
const NOBODY: Address = `0x${'ee'.repeat(20)}`;
const CODE = Uint8Array.of(0x5b, 0x00);

/** A machine over a state with a rich account, a contract, and an account that delegates to it. */
function machineWith(rules: Partial<Machine['rules']> = {}): Machine {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  setAccount(state, RICH, { ...EMPTY_ACCOUNT, balance: 10n });
  setCode(state, CONTRACT, CODE);
  setCode(state, DELEGATING, concatBytes(Uint8Array.of(0xef, 1, 0), hexToBytes(CONTRACT)));
  commitState(state);
  const known = {
    state,
    rules: { followsDelegations: true, ...rules },
    codes: newCodeCache(),
    warmAddresses: new Set<Address>(),
    created: new Set<Address>(),
    logs: [],
    undo: [],
    refund: 0,
  };
  return known as unknown as Machine;
}

describe('newFrame', () => {
  test('default: stands at its first instruction, with nothing on stack or in memory', () => {
    const request = {
      machine: machineWith(),
      parent: undefined,
      depth: 3,
      isStatic: true,
      isCreation: true,
      address: RICH,
      target: CONTRACT,
      caller: NOBODY,
      value: 5n,
      data: Uint8Array.of(1),
      code: initCode(machineWith(), CODE),
      gas: 77,
      outputOffset: 8,
      outputLength: 9,
      precompile: () => ({ succeeded: false }) as never,
    };
    const start = { state: 1, undo: 2, logs: 3, refund: 4 };
    const frame = newFrame(request, start);
    expect(frame).toMatchObject({ ...request, start, pc: 0, memoryWords: 0, phase: 'running' });
    expect([frame.stack, frame.child]).toEqual([[], undefined]);
    for (const bytes of [frame.memory, frame.returnData, frame.output])
      expect(bytes).toHaveLength(0);
  });
});

describe('undoTo', () => {
  test('behavior: takes back state, warm addresses, logs and refund, the last first', () => {
    const machine = machineWith();
    warmAddress(machine, RICH);
    machine.refund = 1;
    machine.logs.push({} as never);
    const start = mark(machine);
    const undone: number[] = [];
    machine.undo.push(
      () => void undone.push(1),
      () => void undone.push(2),
    );
    warmAddress(machine, CONTRACT);
    transfer(machine, RICH, CONTRACT, 4n);
    machine.refund = 9;
    machine.logs.push({} as never, {} as never);
    undoTo(machine, start);
    expect(undone).toEqual([2, 1]);
    expect([...machine.warmAddresses]).toEqual([RICH]);
    expect([balanceOf(machine.state, RICH), balanceOf(machine.state, CONTRACT)]).toEqual([10n, 0n]);
    expect([machine.refund, machine.logs.length, machine.undo.length]).toEqual([1, 1, 1]);
  });
});

describe('transfer', () => {
  test('default: moves value', () => {
    const machine = machineWith();
    transfer(machine, RICH, NOBODY, 4n);
    expect([balanceOf(machine.state, RICH), balanceOf(machine.state, NOBODY)]).toEqual([6n, 4n]);
  });

  test('behavior: to oneself it changes nothing', () => {
    const machine = machineWith();
    transfer(machine, RICH, RICH, 4n);
    expect(balanceOf(machine.state, RICH)).toBe(10n);
  });

  test('behavior: of nothing it touches the receiver, so that an empty account goes', () => {
    const machine = machineWith();
    setAccount(machine.state, NOBODY, EMPTY_ACCOUNT);
    commitState(machine.state);
    transfer(machine, CONTRACT, RICH, 0n);
    endTransaction(machine.state);
    expect(accountOf(machine.state, NOBODY)).toEqual(EMPTY_ACCOUNT);
    transfer(machine, RICH, NOBODY, 0n);
    endTransaction(machine.state);
    expect(accountOf(machine.state, NOBODY)).toBeUndefined();
    expect(balanceOf(machine.state, RICH)).toBe(10n);
  });
});

describe('codeToRun', () => {
  test('behavior: an account its own code, one that delegates that of the other', () => {
    const machine = machineWith();
    const own = codeToRun(machine, CONTRACT);
    expect([own.code.bytes, own.delegate]).toEqual([CODE, undefined]);
    const lent = codeToRun(machine, DELEGATING);
    expect([lent.code.bytes, lent.delegate]).toEqual([CODE, CONTRACT]);
    expect(codeToRun(machine, RICH).code.bytes).toHaveLength(0);
    expect(codeToRun(machine, NOBODY).code.bytes).toHaveLength(0);
  });

  test('behavior: before EIP-7702 a delegation is code like any other', () => {
    const { code, delegate } = codeToRun(machineWith({ followsDelegations: false }), DELEGATING);
    expect([code.bytes.length, delegate]).toEqual([23, undefined]);
  });

  test('behavior: only one step is followed', () => {
    const machine = machineWith();
    setCode(machine.state, NOBODY, concatBytes(Uint8Array.of(0xef, 1, 0), hexToBytes(DELEGATING)));
    const { code, delegate } = codeToRun(machine, NOBODY);
    expect([code.bytes[0], delegate]).toEqual([0xef, DELEGATING]);
  });
});

describe('delegateOf', () => {
  test.each([
    ['a delegation', `ef0100${'c1'.repeat(20)}`, CONTRACT],
    ['one byte more', `ef0100${'c1'.repeat(20)}00`, undefined],
    ['one byte less', `ef0100${'c1'.repeat(19)}`, undefined],
    ['another first byte', `ee0100${'c1'.repeat(20)}`, undefined],
    ['another second byte', `ef0000${'c1'.repeat(20)}`, undefined],
    ['another version', `ef0101${'c1'.repeat(20)}`, undefined],
    ['no code', '', undefined],
  ])('behavior: %s', (_, code, delegate) => {
    const machine = machineWith();
    setCode(machine.state, NOBODY, hexToBytes(`0x${code}`));
    expect(delegateOf(machine, NOBODY)).toBe(delegate);
  });
});

describe('isTaken', () => {
  test('behavior: by a nonce, by code or by storage, not by wei', () => {
    const machine = machineWith();
    const { state } = machine;
    expect([NOBODY, RICH, CONTRACT].map((at) => isTaken(machine, at))).toEqual([
      false,
      false,
      true,
    ]);
    setAccount(state, RICH, { ...EMPTY_ACCOUNT, nonce: 1n });
    expect(isTaken(machine, RICH)).toBe(true);
    setAccount(state, NOBODY, { ...EMPTY_ACCOUNT, balance: 1n });
    setStorage(state, NOBODY, 3n, 1n);
    endTransaction(state);
    commitState(state);
    expect(isTaken(machine, NOBODY)).toBe(true);
  });
});

describe('openContract', () => {
  test('default: nonce 1, and the wei that were there with those of the creator', () => {
    const machine = machineWith();
    setAccount(machine.state, NOBODY, { ...EMPTY_ACCOUNT, balance: 2n });
    const start = mark(machine);
    openContract(machine, RICH, NOBODY, 3n);
    expect(accountOf(machine.state, NOBODY)).toEqual({ ...EMPTY_ACCOUNT, nonce: 1n, balance: 5n });
    expect(balanceOf(machine.state, RICH)).toBe(7n);
    expect([...machine.created]).toEqual([NOBODY]);
    undoTo(machine, start);
    expect(machine.created.size).toBe(0);
  });
});

describe('depositCode', () => {
  const deposit = (output: Uint8Array, gas = 10_000_000): Frame => {
    const frame = { output, machine: machineWith(), address: NOBODY, gas } as Frame;
    depositCode(frame);
    return frame;
  };

  test('default: 200 gas a byte', () => {
    const { machine, gas } = deposit(CODE, 400);
    expect([codeOf(machine.state, NOBODY), gas]).toEqual([CODE, 0]);
    expect(deposit(new Uint8Array(24_576)).gas).toBe(10_000_000 - 200 * 24_576);
    expect(deposit(new Uint8Array(0), 0).gas).toBe(0);
  });

  test.each([
    ['too long', new Uint8Array(24_577), 10_000_000, 'code too long'],
    ['of the reserved form', Uint8Array.of(0xef), 10_000_000, 'begins with 0xef'],
    ['too dear', CODE, 399, 'out of gas'],
  ])('error: %s', (_, output, gas, message) => {
    expect(() => deposit(output, gas)).toThrow(message);
  });
});

describe('initCode', () => {
  test('behavior: long code is analyzed once', () => {
    const machine = machineWith();
    const [short, long] = [new Uint8Array(1023), new Uint8Array(1024)];
    expect(initCode(machine, short)).not.toBe(initCode(machine, short));
    expect(initCode(machine, long)).toBe(initCode(machine, long.slice()));
    expect([...machine.codes.recent.keys()]).toEqual([keccak256Hex(long)]);
  });
});
