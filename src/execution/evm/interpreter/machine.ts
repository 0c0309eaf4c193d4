import type { Address } from '../../../base/bytes.ts';
import {
  newWordMap,
  removeValueAt,
  setValueAt,
  valueAt,
  type WordMap,
} from '../../../base/wordMap.ts';
import type { WorldState } from '../../state/worldState.ts';
import type { CallObserver, EvmBlock, EvmLog, Pause } from '../port.ts';
import type { AnalyzedCode, CodeCache } from './code.ts';
import type { OpTable } from './opTable.ts';
import type { Precompile } from './precompiles.ts';

/** Frames may nest this deep. */
export const MAX_DEPTH = 1024;

/** A creator with this nonce can create no more (EIP-2681). */
export const MAX_NONCE: bigint = 2n ** 64n - 1n;

/** What a fork changes for running code. */
export type Rules = {
  readonly table: OpTable;
  readonly precompiles: ReadonlyMap<Address, Precompile>;
  /** EIP-3860: limit and price of init code. */
  readonly metersInitCode: boolean;
  /** EIP-6780: only new accounts self-destruct. */
  readonly onlyNewAccountsDie: boolean;
  /** EIP-7702: code may name another account's code. */
  readonly followsDelegations: boolean;
};

/** One transaction while it runs. All changes can be undone, the state's through its own log. */
export type Machine = {
  readonly state: WorldState;
  readonly block: EvmBlock;
  readonly rules: Rules;
  readonly codes: CodeCache;
  readonly origin: bigint;
  readonly gasPrice: bigint;
  readonly warmAddresses: Set<Address>;
  readonly warmSlots: Map<Address, WordMap<true>>;
  readonly transient: Map<Address, WordMap<bigint>>;
  readonly created: Set<Address>;
  readonly destroyed: Set<Address>;
  readonly logs: EvmLog[];
  /** How to undo changes to the sets and maps above. */
  readonly undo: (() => void)[];
  /** Asked for where calls begin and end and at logs, so that it costs nothing elsewhere. */
  readonly observer: CallObserver | undefined;
  readonly pause: Pause | undefined;
  refund: number;
};

/** One call or creation while it runs. Gas and sizes are numbers: both stay far below 2^53. */
export type Frame = {
  readonly machine: Machine;
  readonly parent: Frame | undefined;
  readonly depth: number;
  readonly isStatic: boolean;
  /** Set for a creation: the code it returns becomes that of `address`. */
  readonly isCreation: boolean;
  readonly address: Address;
  /** The account whose code runs: another than `address` in a delegate call. */
  readonly target: Address;
  readonly caller: Address;
  /** CALLVALUE in wei. */
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly code: AnalyzedCode;
  /** Runs in place of the code. */
  readonly precompile: Precompile | undefined;
  readonly start: Checkpoint;
  /** Where the parent wants the output. */
  readonly outputOffset: number;
  readonly outputLength: number;
  pc: number;
  gas: number;
  readonly stack: bigint[];
  memory: Uint8Array;
  view: DataView;
  memoryWords: number;
  /** Output of the last call. */
  returnData: Uint8Array;
  /** Output of this frame, when it has ended. */
  output: Uint8Array;
  phase: Phase;
  /** The frame to run before this one goes on. */
  child: Frame | undefined;
};

/** `running -> waiting -> running`, then `stopped` or `reverted`. */
export type Phase = 'running' | 'waiting' | 'stopped' | 'reverted';

/** A point that a failing frame goes back to. */
export type Checkpoint = {
  readonly state: number;
  readonly undo: number;
  readonly logs: number;
  readonly refund: number;
};

/** An exceptional end: all gas of the frame is gone. */
export class Halt extends Error {
  override readonly name = 'Halt';
}

// Halts are made once: they are ordinary, and capturing stacks is dear.

/** Less gas than the next step costs. */
export const OUT_OF_GAS: Halt = new Halt('out of gas');
/** An opcode found too few items on the stack. */
export const STACK_UNDERFLOW: Halt = new Halt('stack underflow');
/** The stack would hold more than 1024 items. */
export const STACK_OVERFLOW: Halt = new Halt('stack overflow');
/** A jump to where no JUMPDEST is. */
export const BAD_JUMP: Halt = new Halt('invalid jump destination');
/** No opcode of the fork. */
export const INVALID_OPCODE: Halt = new Halt('invalid opcode');
/** A change inside a static call. */
export const STATIC_WRITE: Halt = new Halt('write in a static call');
/** A copy of more return data than there is. */
export const BAD_RETURN_DATA: Halt = new Halt('return data out of bounds');
/** A creation where a contract is already (EIP-684, EIP-7610). */
export const COLLISION: Halt = new Halt('contract address is taken');
/** Returned code above 24,576 bytes, or beginning with 0xef (EIP-170, EIP-3541). */
export const BAD_CODE: Halt = new Halt('code too long, or it begins with 0xef');

/** Takes `amount` of gas. @throws Halt when there is less. */
export function useGas(frame: Frame, amount: number): void {
  frame.gas -= amount;
  if (frame.gas < 0) throw OUT_OF_GAS;
}

/** Makes an address warm and tells whether it was cold. */
export function warmAddress(machine: Machine, address: Address): boolean {
  const { warmAddresses } = machine;
  if (warmAddresses.has(address)) return false;
  warmAddresses.add(address);
  machine.undo.push(() => warmAddresses.delete(address));
  return true;
}

/** Makes a slot warm and tells whether it was cold. */
export function warmSlot(machine: Machine, address: Address, slot: bigint): boolean {
  let slots = machine.warmSlots.get(address);
  if (slots === undefined) {
    slots = newWordMap();
    machine.warmSlots.set(address, slots);
  }
  if (valueAt(slots, slot) === true) return false;
  const added = slots;
  setValueAt(added, slot, true);
  machine.undo.push(() => removeValueAt(added, slot));
  return true;
}

/** Gas for looking at an account: warm or cold. */
export function accessGas(machine: Machine, address: Address): number {
  return warmAddress(machine, address) ? 2600 : 100;
}

/** Adds to a set, until the frame is undone. */
export function addUndoable(machine: Machine, set: Set<Address>, address: Address): void {
  if (set.has(address)) return;
  set.add(address);
  machine.undo.push(() => set.delete(address));
}
