import { type Frame, useGas } from './machine.ts';
import type { Op, OpEntry } from './opTable.ts';
import { MAX_WORD } from './words.ts';

type Unary = (a: bigint) => bigint;
type Binary = (a: bigint, b: bigint) => bigint;

/** Pops `a`, then `b`, and pushes what `calculate` gives, which must be a word. */
function binary(calculate: Binary): Op {
  return ({ stack }) => {
    const a = stack.pop() as bigint;
    const top = stack.length - 1;
    stack[top] = calculate(a, stack[top] as bigint);
  };
}

function unary(calculate: Unary): Op {
  return ({ stack }) => {
    const top = stack.length - 1;
    stack[top] = calculate(stack[top] as bigint);
  };
}

function ternary(calculate: (a: bigint, b: bigint, c: bigint) => bigint): Op {
  return ({ stack }) => {
    const a = stack.pop() as bigint;
    const b = stack.pop() as bigint;
    const top = stack.length - 1;
    stack[top] = calculate(a, b, stack[top] as bigint);
  };
}

const word: Unary = (value) => BigInt.asUintN(256, value);
const signed: Unary = (value) => BigInt.asIntN(256, value);
const bit = (value: boolean): bigint => (value ? 1n : 0n);

// Sums and shifts of ordinary size need no reduction.
const add: Binary = (a, b) => {
  const sum = a + b;
  return sum > MAX_WORD ? BigInt.asUintN(256, sum) : sum;
};
const sub: Binary = (a, b) => (a >= b ? a - b : word(a - b));

function signExtend(index: bigint, value: bigint): bigint {
  return index > 30n ? value : word(BigInt.asIntN(8 * (Number(index) + 1), value));
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = word(result * square);
    square = word(square * square);
  }
  return result;
}

function expOp(frame: Frame): void {
  const base = frame.stack.pop() as bigint;
  const exponent = frame.stack.pop() as bigint;
  const bytes = exponent === 0n ? 0 : Math.ceil(exponent.toString(16).length / 2);
  useGas(frame, 50 * bytes);
  frame.stack.push(base === 2n ? shl(exponent, 1n) : power(base, exponent));
}

const shl: Binary = (shift, value) => (shift > 255n ? 0n : word(value << shift));
const shr: Binary = (shift, value) => (shift > 255n ? 0n : value >> shift);
const sar: Binary = (shift, value) => word(signed(value) >> (shift > 255n ? 255n : shift));
const byteAt: Binary = (index, value) =>
  index > 31n ? 0n : (value >> (8n * (31n - index))) & 255n;

/** Leading zero bits (EIP-7939). */
const clz: Unary = (value) => (value === 0n ? 256n : BigInt(256 - value.toString(2).length));

/** Arithmetic, comparison and bit opcodes of every fork. */
export const ARITHMETIC_OPS: readonly OpEntry[] = [
  [0x01, 3, 2, 1, binary(add)],
  [0x02, 5, 2, 1, binary((a, b) => word(a * b))],
  [0x03, 3, 2, 1, binary(sub)],
  [0x04, 5, 2, 1, binary((a, b) => (b === 0n ? 0n : a / b))],
  [0x05, 5, 2, 1, binary((a, b) => (b === 0n ? 0n : word(signed(a) / signed(b))))],
  [0x06, 5, 2, 1, binary((a, b) => (b === 0n ? 0n : a % b))],
  [0x07, 5, 2, 1, binary((a, b) => (b === 0n ? 0n : word(signed(a) % signed(b))))],
  [0x08, 8, 3, 1, ternary((a, b, n) => (n === 0n ? 0n : (a + b) % n))],
  [0x09, 8, 3, 1, ternary((a, b, n) => (n === 0n ? 0n : (a * b) % n))],
  [0x0a, 10, 2, 1, expOp],
  [0x0b, 5, 2, 1, binary(signExtend)],
  [0x10, 3, 2, 1, binary((a, b) => bit(a < b))],
  [0x11, 3, 2, 1, binary((a, b) => bit(a > b))],
  [0x12, 3, 2, 1, binary((a, b) => bit(signed(a) < signed(b)))],
  [0x13, 3, 2, 1, binary((a, b) => bit(signed(a) > signed(b)))],
  [0x14, 3, 2, 1, binary((a, b) => bit(a === b))],
  [0x15, 3, 1, 1, unary((a) => bit(a === 0n))],
  [0x16, 3, 2, 1, binary((a, b) => a & b)],
  [0x17, 3, 2, 1, binary((a, b) => a | b)],
  [0x18, 3, 2, 1, binary((a, b) => a ^ b)],
  [0x19, 3, 1, 1, unary((a) => MAX_WORD - a)],
  [0x1a, 3, 2, 1, binary(byteAt)],
  [0x1b, 3, 2, 1, binary(shl)],
  [0x1c, 3, 2, 1, binary(shr)],
  [0x1d, 3, 2, 1, binary(sar)],
];

/** Count leading zeros, from Karst on. */
export const CLZ_OP: OpEntry = [0x1e, 5, 1, 1, unary(clz)];
