import { isJumpDest, pushedWord } from './code.ts';
import { BAD_JUMP, type Frame, INVALID_OPCODE, useGas } from './machine.ts';
import { expandMemory, readMemory, toLength, wordCount } from './memory.ts';
import type { Op, OpEntry } from './opTable.ts';
import { readWord, writeWord } from './words.ts';

// `pc` stands behind the running opcode.

function jumpTo(frame: Frame, target: bigint): void {
  const pc = Number(target);
  if (!isJumpDest(frame.code, pc)) throw BAD_JUMP;
  frame.pc = pc;
}

function jumpIf(frame: Frame): void {
  const target = frame.stack.pop() as bigint;
  if (frame.stack.pop() !== 0n) jumpTo(frame, target);
}

function push(length: number): Op {
  return (frame) => {
    frame.stack.push(pushedWord(frame.code, frame.pc - 1, length));
    frame.pc += length;
  };
}

function dup(depth: number): Op {
  return ({ stack }) => {
    stack.push(stack[stack.length - depth] as bigint);
  };
}

function swap(depth: number): Op {
  return ({ stack }) => {
    const top = stack.length - 1;
    const value = stack[top] as bigint;
    stack[top] = stack[top - depth] as bigint;
    stack[top - depth] = value;
  };
}

function mload(frame: Frame): void {
  const at = expandMemory(frame, frame.stack.pop() as bigint, 32n);
  frame.stack.push(readWord(frame.view, at));
}

function mstore(frame: Frame): void {
  const at = expandMemory(frame, frame.stack.pop() as bigint, 32n);
  writeWord(frame.view, at, frame.stack.pop() as bigint);
}

function mstore8(frame: Frame): void {
  const at = expandMemory(frame, frame.stack.pop() as bigint, 1n);
  frame.memory[at] = Number((frame.stack.pop() as bigint) & 255n);
}

function mcopy(frame: Frame): void {
  const target = frame.stack.pop() as bigint;
  const source = frame.stack.pop() as bigint;
  const length = frame.stack.pop() as bigint;
  const size = toLength(length);
  useGas(frame, 3 * wordCount(size));
  expandMemory(frame, target > source ? target : source, length);
  if (size > 0) frame.memory.copyWithin(Number(target), Number(source), Number(source) + size);
}

function end(phase: 'stopped' | 'reverted'): Op {
  return (frame) => {
    const offset = frame.stack.pop() as bigint;
    const length = frame.stack.pop() as bigint;
    const at = expandMemory(frame, offset, length);
    frame.output = readMemory(frame, at, Number(length));
    frame.phase = phase;
  };
}

function designatedInvalid(): void {
  throw INVALID_OPCODE;
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Stack, memory and flow opcodes of every fork. */
export const FLOW_OPS: readonly OpEntry[] = [
  [
    0x00,
    0,
    0,
    0,
    (frame) => {
      frame.phase = 'stopped';
    },
  ],
  [0x50, 2, 1, 0, ({ stack }) => void stack.pop()],
  [0x51, 3, 1, 1, mload],
  [0x52, 3, 2, 0, mstore],
  [0x53, 3, 2, 0, mstore8],
  [0x56, 8, 1, 0, (frame) => jumpTo(frame, frame.stack.pop() as bigint)],
  [0x57, 10, 2, 0, jumpIf],
  [0x58, 2, 0, 1, ({ stack, pc }) => void stack.push(BigInt(pc - 1))],
  [0x59, 2, 0, 1, ({ stack, memoryWords }) => void stack.push(BigInt(32 * memoryWords))],
  [0x5a, 2, 0, 1, ({ stack, gas }) => void stack.push(BigInt(gas))],
  [0x5b, 1, 0, 0, () => undefined],
  ...range(32).map((i): OpEntry => [0x60 + i, 3, 0, 1, push(i + 1)]),
  ...range(16).map((i): OpEntry => [0x80 + i, 3, i + 1, i + 2, dup(i + 1)]),
  ...range(16).map((i): OpEntry => [0x90 + i, 3, i + 2, i + 2, swap(i + 1)]),
  [0xf3, 0, 2, 0, end('stopped')],
  [0xfd, 0, 2, 0, end('reverted')],
  [0xfe, 0, 0, 0, designatedInvalid],
];

/** From Canyon on. */
export const PUSH0_OP: OpEntry = [0x5f, 2, 0, 1, ({ stack }) => void stack.push(0n)];

/** From Ecotone on. */
export const MCOPY_OP: OpEntry = [0x5e, 3, 3, 0, mcopy];
