import { EMPTY_ACCOUNT, isEmptyAccount } from '../../state/account.ts';
import {
  accountOf,
  addBalance,
  originalStorageOf,
  setAccount,
  setStorage,
  storageOf,
  touch,
  type WorldState,
} from '../../state/worldState.ts';
import type { Address } from '../../../base/bytes.ts';
import { newWordMap, setValueAt, valueAt } from '../../../base/wordMap.ts';
import {
  addUndoable,
  type Frame,
  OUT_OF_GAS,
  STATIC_WRITE,
  useGas,
  warmAddress,
  warmSlot,
} from './machine.ts';
import { expandMemory, readMemory, toLength } from './memory.ts';
import { tellSelfDestruct } from './observe.ts';
import type { Op, OpEntry } from './opTable.ts';
import { addressOf, hashOf } from './words.ts';

function sload(frame: Frame): void {
  const { machine, stack, address } = frame;
  const slot = stack.pop() as bigint;
  useGas(frame, warmSlot(machine, address, slot) ? 2100 : 100);
  stack.push(storageOf(machine.state, address, slot));
}

/** EIP-2200 with the prices of EIP-2929 and the refunds of EIP-3529. */
function sstore(frame: Frame): void {
  const { machine, stack, address } = frame;
  const { state } = machine;
  if (frame.isStatic) throw STATIC_WRITE;
  if (frame.gas <= 2300) throw OUT_OF_GAS;
  const slot = stack.pop() as bigint;
  const value = stack.pop() as bigint;
  const cold = warmSlot(machine, address, slot) ? 2100 : 0;
  const current = storageOf(state, address, slot);
  if (value === current) {
    useGas(frame, cold + 100);
    return;
  }
  const original = originalStorageOf(state, address, slot);
  if (original === current) {
    useGas(frame, cold + (original === 0n ? 20_000 : 2900));
    if (value === 0n) machine.refund += 4800;
  } else {
    useGas(frame, cold + 100);
    if (original !== 0n && current === 0n) machine.refund -= 4800;
    if (original !== 0n && value === 0n) machine.refund += 4800;
    if (original === value) machine.refund += original === 0n ? 19_900 : 2800;
  }
  setStorage(state, address, slot, value);
}

function tload({ machine, stack, address }: Frame): void {
  const slot = stack.pop() as bigint;
  const slots = machine.transient.get(address);
  stack.push(slots === undefined ? 0n : (valueAt(slots, slot) ?? 0n));
}

function tstore({ machine, stack, address, isStatic }: Frame): void {
  if (isStatic) throw STATIC_WRITE;
  const slot = stack.pop() as bigint;
  const value = stack.pop() as bigint;
  const slots = machine.transient.get(address) ?? newWordMap<bigint>();
  machine.transient.set(address, slots);
  const before = valueAt(slots, slot) ?? 0n;
  setValueAt(slots, slot, value);
  machine.undo.push(() => setValueAt(slots, slot, before));
}

function log(topicCount: number): Op {
  return (frame) => {
    const { machine, stack, address } = frame;
    if (frame.isStatic) throw STATIC_WRITE;
    const offset = stack.pop() as bigint;
    const length = stack.pop() as bigint;
    const topics = Array.from({ length: topicCount }, () => hashOf(stack.pop() as bigint));
    const size = toLength(length);
    useGas(frame, 8 * size);
    const at = expandMemory(frame, offset, length);
    const made = { address, topics, data: readMemory(frame, at, size) };
    machine.logs.push(made);
    machine.observer?.log(made);
  };
}

function selfDestruct(frame: Frame): void {
  const { machine, stack, address } = frame;
  const { state } = machine;
  if (frame.isStatic) throw STATIC_WRITE;
  const heir = addressOf(stack.pop() as bigint);
  const balance = accountOf(state, address)?.balance ?? 0n;
  let gas = warmAddress(machine, heir) ? 2600 : 0;
  if (balance > 0n && isDead(state, heir)) gas += 25_000;
  useGas(frame, gas);
  const dies = !machine.rules.onlyNewAccountsDie || machine.created.has(address);
  if (heir !== address || dies) {
    const own = accountOf(state, address) ?? EMPTY_ACCOUNT;
    setAccount(state, address, { ...own, balance: 0n });
  }
  if (heir !== address) {
    addBalance(state, heir, balance);
    if (balance === 0n) touch(state, heir);
  }
  if (dies) addUndoable(machine, machine.destroyed, address);
  tellSelfDestruct(machine, address, heir, balance);
  frame.phase = 'stopped';
}

/** True where nothing is, or an account that EIP-161 calls empty. */
export function isDead(state: WorldState, address: Address): boolean {
  const account = accountOf(state, address);
  return account === undefined || isEmptyAccount(account);
}

/** Storage, logs and self-destruction, of every fork. */
export const STORAGE_OPS: readonly OpEntry[] = [
  [0x54, 0, 1, 1, sload],
  [0x55, 0, 2, 0, sstore],
  ...[0, 1, 2, 3, 4].map((n): OpEntry => [0xa0 + n, 375 * (n + 1), n + 2, 0, log(n)]),
  [0xff, 5000, 1, 0, selfDestruct],
];

/** From Ecotone on. */
export const TRANSIENT_OPS: readonly OpEntry[] = [
  [0x5c, 100, 1, 1, tload],
  [0x5d, 100, 2, 0, tstore],
];
