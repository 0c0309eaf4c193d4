import {
  type Address,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  EMPTY_BYTES,
  hexToBytes,
} from '../../../base/bytes.ts';
import { keccak256 } from '../../../base/hash.ts';
import { creationAddress } from '../../creationAddress.ts';
import { balanceOf, accountOf, bumpNonce } from '../../state/worldState.ts';
import {
  codeToRun,
  delegateOf,
  initCode,
  isTaken,
  mark,
  newFrame,
  openContract,
  transfer,
} from './frames.ts';
import type { ObservedCall } from '../port.ts';
import {
  accessGas,
  type Frame,
  MAX_DEPTH,
  MAX_NONCE,
  OUT_OF_GAS,
  STATIC_WRITE,
  useGas,
  warmAddress,
} from './machine.ts';
import { expandMemory, readMemory, toLength, viewMemory, wordCount } from './memory.ts';
import { callTypeOf, refusalOf, TAKEN, tellRefused } from './observe.ts';
import type { Op, OpEntry } from './opTable.ts';
import { isDead } from './storageOps.ts';
import { addressOf } from './words.ts';

/** EIP-3860, from Canyon on. */
const MAX_INIT_CODE_BYTES = 49_152;

type CallKind = 'call' | 'callCode' | 'delegateCall' | 'staticCall';

function call(kind: CallKind): Op {
  const hasValue = kind === 'call' || kind === 'callCode';
  return (frame) => {
    const { machine, stack } = frame;
    const requested = stack.pop() as bigint;
    const target = addressOf(stack.pop() as bigint);
    const value = hasValue ? (stack.pop() as bigint) : 0n;
    const dataOffset = stack.pop() as bigint;
    const dataLength = stack.pop() as bigint;
    const outputOffset = stack.pop() as bigint;
    const outputLength = stack.pop() as bigint;
    if (kind === 'call' && value > 0n && frame.isStatic) throw STATIC_WRITE;
    // The larger range last: memory then grows once, and the price is that of the larger.
    const dataAt = expandMemory(frame, dataOffset, dataLength);
    const outputAt = expandMemory(frame, outputOffset, outputLength);
    chargeCall(frame, kind, target, value);
    let gas = childGas(frame.gas, requested);
    frame.gas -= gas;
    if (value > 0n) gas += 2300;
    frame.returnData = EMPTY_BYTES;
    if (frame.depth >= MAX_DEPTH || (hasValue && balanceOf(machine.state, frame.address) < value)) {
      frame.gas += gas;
      if (machine.observer !== undefined) {
        const input = readMemory(frame, dataAt, toLength(dataLength));
        const from = frame.address;
        const sent = kind === 'delegateCall' ? frame.value : value;
        const call = { type: callTypeOf(frame), from, to: target, input, gas, value: sent };
        tellRefused(machine, call, refusalOf(frame, gas, value));
      }
      stack.push(0n);
      return;
    }
    const start = mark(machine);
    const isOwn = kind === 'callCode' || kind === 'delegateCall';
    const address = isOwn ? frame.address : target;
    if (kind === 'call') transfer(machine, frame.address, target, value);
    else if (kind === 'staticCall') transfer(machine, frame.address, target, 0n);
    frame.child = newFrame(
      {
        machine,
        parent: frame,
        depth: frame.depth + 1,
        isStatic: frame.isStatic || kind === 'staticCall',
        isCreation: false,
        address,
        target,
        caller: kind === 'delegateCall' ? frame.caller : frame.address,
        value: kind === 'delegateCall' ? frame.value : value,
        data: callData(frame, dataAt, toLength(dataLength)),
        code: codeToRun(machine, target).code,
        gas,
        outputOffset: outputAt,
        outputLength: toLength(outputLength),
        precompile: machine.rules.precompiles.get(target),
      },
      start,
    );
    frame.phase = 'waiting';
  };
}

/**
 * Call data. Nothing is charged for its length, so it is not copied: the memory stays as it is
 * while the child runs. An observer may keep it for longer.
 */
function callData(frame: Frame, offset: number, length: number): Uint8Array {
  const isKept = frame.machine.observer !== undefined;
  return isKept ? readMemory(frame, offset, length) : viewMemory(frame, offset, length);
}

/**
 * Charges for a call apart from memory and the gas passed on. An account is read only when its
 * access has been paid for: a witness holds no more than that.
 */
function chargeCall(frame: Frame, kind: CallKind, target: Address, value: bigint): void {
  const { machine } = frame;
  useGas(frame, accessGas(machine, target) + (value > 0n ? 9000 : 0));
  if (kind === 'call' && value > 0n && isDead(machine.state, target)) useGas(frame, 25_000);
  const delegate = machine.rules.followsDelegations ? delegateOf(machine, target) : undefined;
  if (delegate !== undefined) useGas(frame, accessGas(machine, delegate));
}

/** Gas for a child: what is asked for, but one part in 64 stays (EIP-150). */
function childGas(gas: number, requested: bigint): number {
  const most = gas - Math.floor(gas / 64);
  return requested > BigInt(most) ? most : Number(requested);
}

function create(isCreate2: boolean): Op {
  return (frame) => {
    const { machine, stack } = frame;
    const { state, rules } = machine;
    if (frame.isStatic) throw STATIC_WRITE;
    const value = stack.pop() as bigint;
    const offset = stack.pop() as bigint;
    const length = stack.pop() as bigint;
    const salt = isCreate2 ? (stack.pop() as bigint) : 0n;
    const size = toLength(length);
    if (rules.metersInitCode && size > MAX_INIT_CODE_BYTES) throw OUT_OF_GAS;
    useGas(frame, wordCount(size) * ((rules.metersInitCode ? 2 : 0) + (isCreate2 ? 6 : 0)));
    const code = readMemory(frame, expandMemory(frame, offset, length), size);
    frame.returnData = EMPTY_BYTES;
    const nonce = accountOf(state, frame.address)?.nonce ?? 0n;
    const cannot = frame.depth >= MAX_DEPTH || balanceOf(state, frame.address) < value;
    const gas = frame.gas - Math.floor(frame.gas / 64);
    const begun = (to: Address): ObservedCall => {
      return { type: callTypeOf(frame), from: frame.address, to, input: code, gas, value };
    };
    if (cannot || nonce >= MAX_NONCE) {
      tellRefused(machine, begun(frame.address), refusalOf(frame, gas, value));
      stack.push(0n);
      return;
    }
    frame.gas -= gas;
    bumpNonce(state, frame.address);
    const address = isCreate2
      ? create2Address(frame.address, salt, code)
      : creationAddress(frame.address, nonce);
    warmAddress(machine, address);
    if (isTaken(machine, address)) {
      tellRefused(machine, begun(address), TAKEN);
      stack.push(0n);
      return;
    }
    const start = mark(machine);
    openContract(machine, frame.address, address, value);
    frame.child = newFrame(
      {
        machine,
        parent: frame,
        depth: frame.depth + 1,
        isStatic: false,
        isCreation: true,
        address,
        target: address,
        caller: frame.address,
        value,
        data: EMPTY_BYTES,
        code: initCode(machine, code),
        gas,
        outputOffset: 0,
        outputLength: 0,
        precompile: undefined,
      },
      start,
    );
    frame.phase = 'waiting';
  };
}

function create2Address(creator: Address, salt: bigint, code: Uint8Array): Address {
  const preimage = concatBytes(
    Uint8Array.of(0xff),
    hexToBytes(creator),
    bigintToBytes(salt, 32),
    keccak256(code),
  );
  return bytesToHex(keccak256(preimage).subarray(12));
}

/** Calls and creations, of every fork. */
export const CALL_OPS: readonly OpEntry[] = [
  [0xf0, 32_000, 3, 1, create(false)],
  [0xf1, 0, 7, 1, call('call')],
  [0xf2, 0, 7, 1, call('callCode')],
  [0xf4, 0, 6, 1, call('delegateCall')],
  [0xf5, 32_000, 4, 1, create(true)],
  [0xfa, 0, 6, 1, call('staticCall')],
];
