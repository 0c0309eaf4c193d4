import { type Address, bytesToHex, EMPTY_BYTES } from '../../../base/bytes.ts';
import { keccak256Hex } from '../../../base/hash.ts';
import { EMPTY_ACCOUNT, EMPTY_CODE_HASH } from '../../state/account.ts';
import {
  accountOf,
  addBalance,
  checkpoint,
  codeByHash,
  hasStorage,
  revertTo,
  setAccount,
  setCode,
  touch,
} from '../../state/worldState.ts';
import { type AnalyzedCode, analyzeCode, analyzedByHash } from './code.ts';
import {
  addUndoable,
  BAD_CODE,
  type Checkpoint,
  type Frame,
  type Machine,
  OUT_OF_GAS,
} from './machine.ts';

/** What a new frame is made from. */
export type FrameRequest = Pick<
  Frame,
  | 'machine'
  | 'parent'
  | 'depth'
  | 'isStatic'
  | 'isCreation'
  | 'address'
  | 'target'
  | 'caller'
  | 'value'
  | 'data'
  | 'code'
  | 'gas'
  | 'outputOffset'
  | 'outputLength'
  | 'precompile'
>;

/**
 * A frame at its first instruction; a failure goes back to `start`. Field by field: spreading so
 * many costs 25 microseconds a frame, twenty times as much.
 */
export function newFrame(request: FrameRequest, start: Checkpoint): Frame {
  return {
    machine: request.machine,
    parent: request.parent,
    depth: request.depth,
    isStatic: request.isStatic,
    isCreation: request.isCreation,
    address: request.address,
    target: request.target,
    caller: request.caller,
    value: request.value,
    data: request.data,
    code: request.code,
    gas: request.gas,
    outputOffset: request.outputOffset,
    outputLength: request.outputLength,
    precompile: request.precompile,
    start,
    pc: 0,
    stack: [],
    memory: EMPTY_BYTES,
    view: NO_VIEW,
    memoryWords: 0,
    returnData: EMPTY_BYTES,
    output: EMPTY_BYTES,
    phase: 'running',
    child: undefined,
  };
}

/** The point that everything so far has reached. */
export function mark(machine: Machine): Checkpoint {
  return {
    state: checkpoint(machine.state),
    undo: machine.undo.length,
    logs: machine.logs.length,
    refund: machine.refund,
  };
}

/** Undoes all that happened since `point`. */
export function undoTo(machine: Machine, point: Checkpoint): void {
  revertTo(machine.state, point.state);
  while (machine.undo.length > point.undo) machine.undo.pop()?.();
  machine.logs.length = point.logs;
  machine.refund = point.refund;
}

/** Moves `value` wei; the sender has it. */
export function transfer(machine: Machine, from: Address, to: Address, value: bigint): void {
  const { state } = machine;
  if (value === 0n) {
    touch(state, to);
    return;
  }
  const sender = accountOf(state, from) ?? EMPTY_ACCOUNT;
  setAccount(state, from, { ...sender, balance: sender.balance - value });
  addBalance(state, to, value);
}

/** Code that runs at `address`, and the account it belongs to where that is another one. */
export function codeToRun(
  machine: Machine,
  address: Address,
): { readonly code: AnalyzedCode; readonly delegate: Address | undefined } {
  const delegate = machine.rules.followsDelegations ? delegateOf(machine, address) : undefined;
  const holder = delegate ?? address;
  // A delegation to a precompile runs nothing.
  return { code: analyzedCodeOf(machine, holder), delegate };
}

/** The account whose code `address` runs by EIP-7702. */
export function delegateOf(machine: Machine, address: Address): Address | undefined {
  const hash = accountOf(machine.state, address)?.codeHash;
  if (hash === undefined || hash === EMPTY_CODE_HASH) return undefined;
  const code = codeByHash(machine.state, hash);
  if (code.length !== 23 || code[0] !== 0xef || code[1] !== 1 || code[2] !== 0) return undefined;
  return bytesToHex(code.subarray(3));
}

function analyzedCodeOf(machine: Machine, address: Address): AnalyzedCode {
  const hash = accountOf(machine.state, address)?.codeHash;
  if (hash === undefined || hash === EMPTY_CODE_HASH) return NO_CODE;
  return analyzedByHash(machine.codes, hash, codeByHash(machine.state, hash));
}

/** True when a contract cannot be made at `address` (EIP-684, EIP-7610). */
export function isTaken(machine: Machine, address: Address): boolean {
  const account = accountOf(machine.state, address);
  if (account === undefined) return false;
  return (
    account.nonce > 0n || account.codeHash !== EMPTY_CODE_HASH || hasStorage(machine.state, address)
  );
}

/** Makes the account of a new contract and gives it `value` wei of the creator. */
export function openContract(
  machine: Machine,
  creator: Address,
  address: Address,
  value: bigint,
): void {
  const { state } = machine;
  addUndoable(machine, machine.created, address);
  const before = accountOf(state, address) ?? EMPTY_ACCOUNT;
  setAccount(state, address, { ...before, nonce: 1n });
  transfer(machine, creator, address, value);
}

/**
 * Puts the code that a creation returned into its account.
 *
 * @throws Halt when it is too long, begins with 0xef, or costs more gas than is left.
 */
export function depositCode(frame: Frame): void {
  const { output, machine, address } = frame;
  if (output.length > MAX_CODE_BYTES || output[0] === 0xef) throw BAD_CODE;
  const gas = 200 * output.length;
  if (frame.gas < gas) throw OUT_OF_GAS;
  frame.gas -= gas;
  setCode(machine.state, address, output);
}

/** Analyzed init code, which is kept only when it is long enough to matter. */
export function initCode(machine: Machine, bytes: Uint8Array): AnalyzedCode {
  if (bytes.length < 1024) return analyzeCode(bytes);
  return analyzedByHash(machine.codes, keccak256Hex(bytes), bytes);
}

/** EIP-170. */
const MAX_CODE_BYTES = 24_576;
const NO_CODE: AnalyzedCode = analyzeCode(EMPTY_BYTES);
const NO_VIEW = new DataView(new ArrayBuffer(0));
