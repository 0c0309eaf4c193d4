import { type Address, EMPTY_BYTES } from '../../../base/bytes.ts';
import { balanceOf } from '../../state/worldState.ts';
import type { CallType, ObservedCall, ObservedEnd } from '../port.ts';
import { COLLISION, type Frame, type Machine, MAX_DEPTH } from './machine.ts';

// What an observer is told. Each `tell` does nothing where there is no observer.

const CALL_TYPES: ReadonlyMap<number, CallType> = new Map([
  [0xf0, 'CREATE'],
  [0xf1, 'CALL'],
  [0xf2, 'CALLCODE'],
  [0xf4, 'DELEGATECALL'],
  [0xf5, 'CREATE2'],
  [0xfa, 'STATICCALL'],
]);

/** Type of the call that `frame` has just begun, by the opcode behind which it stands. */
export function callTypeOf(frame: Frame): CallType {
  return CALL_TYPES.get(frame.code.bytes[frame.pc - 1] as number) ?? 'CALL';
}

/** Tells that `frame` begins. */
export function tellEntered(frame: Frame): void {
  const { observer } = frame.machine;
  if (observer === undefined) return;
  const { parent, isCreation, target, code, data, gas, value } = frame;
  const outermost = isCreation ? 'CREATE' : 'CALL';
  const type = parent === undefined ? outermost : callTypeOf(parent);
  observer.enter({
    type,
    from: parent?.address ?? frame.caller,
    to: target,
    input: isCreation ? code.bytes : data,
    gas,
    value: type === 'STATICCALL' ? undefined : value,
  });
}

/** Tells of a call that ended before any code ran. */
export function tellRefused({ observer }: Machine, call: ObservedCall, end: ObservedEnd): void {
  if (observer === undefined) return;
  observer.enter({ ...call, value: call.type === 'STATICCALL' ? undefined : call.value });
  observer.exit(end);
}

/** Why `frame`, too deep or too poor or with the last nonce, cannot go on; it keeps the gas. */
export function refusalOf(frame: Frame, gasLeft: number, value: bigint): ObservedEnd {
  const isPoor = balanceOf(frame.machine.state, frame.address) < value;
  const other = isPoor ? 'insufficient balance for transfer' : 'nonce uint64 overflow';
  const reason = frame.depth >= MAX_DEPTH ? 'max call depth exceeded' : other;
  return { status: 'halt', reason, gasLeft, output: EMPTY_BYTES };
}

/** The end of a creation at an address where something is: all gas is gone. */
export const TAKEN: ObservedEnd = {
  status: 'halt',
  reason: COLLISION.message,
  gasLeft: 0,
  output: EMPTY_BYTES,
};

/** Tells of a self-destruction. */
export function tellSelfDestruct(
  { observer }: Machine,
  from: Address,
  to: Address,
  value: bigint,
): void {
  if (observer === undefined) return;
  observer.enter({ type: 'SELFDESTRUCT', from, to, input: EMPTY_BYTES, gas: 0, value });
  observer.exit({ status: 'success', reason: '', gasLeft: 0, output: EMPTY_BYTES });
}
