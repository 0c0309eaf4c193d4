import type { Address } from '../../../base/bytes.ts';
import { keccak256 } from '../../../base/hash.ts';
import { isEmptyAccount } from '../../state/account.ts';
import { accountOf, balanceOf, codeOf } from '../../state/worldState.ts';
import { accessGas, BAD_RETURN_DATA, type Frame, useGas } from './machine.ts';
import { copyToMemory, expandMemory, toLength, wordCount } from './memory.ts';
import type { Op, OpEntry } from './opTable.ts';
import { addressOf, wordOf } from './words.ts';

/** Pushes something that is known without looking at the stack. */
function pushed(read: (frame: Frame) => bigint): Op {
  return (frame) => void frame.stack.push(read(frame));
}

/** Copies bytes to memory: target, source offset and length are on the stack. */
function copied(source: (frame: Frame) => Uint8Array): Op {
  return (frame) => {
    const target = frame.stack.pop() as bigint;
    const from = frame.stack.pop() as bigint;
    const length = frame.stack.pop() as bigint;
    const size = toLength(length);
    useGas(frame, 3 * wordCount(size));
    copyToMemory(frame, expandMemory(frame, target, length), size, source(frame), from);
  };
}

/** Looks at another account, warm or cold. */
function ofAccount(read: (frame: Frame, address: Address) => bigint): Op {
  return (frame) => {
    const address = addressOf(frame.stack.pop() as bigint);
    useGas(frame, accessGas(frame.machine, address));
    frame.stack.push(read(frame, address));
  };
}

function keccak(frame: Frame): void {
  const offset = frame.stack.pop() as bigint;
  const length = frame.stack.pop() as bigint;
  const size = toLength(length);
  useGas(frame, 6 * wordCount(size));
  const at = expandMemory(frame, offset, length);
  frame.stack.push(wordOf(keccak256(frame.memory.subarray(at, at + size))));
}

function callDataLoad(frame: Frame): void {
  const offset = frame.stack.pop() as bigint;
  const { data } = frame;
  if (offset >= BigInt(data.length)) {
    frame.stack.push(0n);
    return;
  }
  const found = data.subarray(Number(offset), Number(offset) + 32);
  frame.stack.push(wordOf(found) << BigInt(8 * (32 - found.length)));
}

function returnDataCopy(frame: Frame): void {
  const { stack, returnData } = frame;
  const from = stack[stack.length - 2] as bigint;
  const length = stack[stack.length - 3] as bigint;
  if (from + length > BigInt(returnData.length)) throw BAD_RETURN_DATA;
  copyReturnData(frame);
}

const copyReturnData = copied((frame) => frame.returnData);

function extCodeCopy(frame: Frame): void {
  const address = addressOf(frame.stack.pop() as bigint);
  useGas(frame, accessGas(frame.machine, address));
  copied(() => codeOf(frame.machine.state, address))(frame);
}

function codeHashOf(frame: Frame, address: Address): bigint {
  const account = accountOf(frame.machine.state, address);
  if (account === undefined || isEmptyAccount(account)) return 0n;
  return BigInt(account.codeHash);
}

function blockHash(frame: Frame): void {
  const number = frame.stack.pop() as bigint;
  const { block } = frame.machine;
  const isRecent = number < block.number && number + 256n >= block.number;
  frame.stack.push(isRecent ? BigInt(block.blockHash(number) ?? 0n) : 0n);
}

/** Opcodes that read the call, the block and other accounts, of every fork. */
export const CONTEXT_OPS: readonly OpEntry[] = [
  [0x20, 30, 2, 1, keccak],
  [0x30, 2, 0, 1, pushed((frame) => BigInt(frame.address))],
  [0x31, 0, 1, 1, ofAccount((frame, address) => balanceOf(frame.machine.state, address))],
  [0x32, 2, 0, 1, pushed((frame) => frame.machine.origin)],
  [0x33, 2, 0, 1, pushed((frame) => BigInt(frame.caller))],
  [0x34, 2, 0, 1, pushed((frame) => frame.value)],
  [0x35, 3, 1, 1, callDataLoad],
  [0x36, 2, 0, 1, pushed((frame) => BigInt(frame.data.length))],
  [0x37, 3, 3, 0, copied((frame) => frame.data)],
  [0x38, 2, 0, 1, pushed((frame) => BigInt(frame.code.bytes.length))],
  [0x39, 3, 3, 0, copied((frame) => frame.code.bytes)],
  [0x3a, 2, 0, 1, pushed((frame) => frame.machine.gasPrice)],
  [0x3b, 0, 1, 1, ofAccount((frame, at) => BigInt(codeOf(frame.machine.state, at).length))],
  [0x3c, 0, 4, 0, extCodeCopy],
  [0x3d, 2, 0, 1, pushed((frame) => BigInt(frame.returnData.length))],
  [0x3e, 3, 3, 0, returnDataCopy],
  [0x3f, 0, 1, 1, ofAccount(codeHashOf)],
  [0x40, 20, 1, 1, blockHash],
  [0x41, 2, 0, 1, pushed((frame) => BigInt(frame.machine.block.coinbase))],
  [0x42, 2, 0, 1, pushed((frame) => frame.machine.block.timestamp)],
  [0x43, 2, 0, 1, pushed((frame) => frame.machine.block.number)],
  [0x44, 2, 0, 1, pushed((frame) => BigInt(frame.machine.block.prevRandao))],
  [0x45, 2, 0, 1, pushed((frame) => frame.machine.block.gasLimit)],
  [0x46, 2, 0, 1, pushed((frame) => frame.machine.block.chainId)],
  [0x47, 5, 0, 1, pushed((frame) => balanceOf(frame.machine.state, frame.address))],
  [0x48, 2, 0, 1, pushed((frame) => frame.machine.block.baseFeePerGas)],
];

/** From Ecotone on: no L2 transaction has blobs, and the blob base fee is 1. */
export const BLOB_OPS: readonly OpEntry[] = [
  [
    0x49,
    3,
    1,
    1,
    ({ stack }) => {
      stack[stack.length - 1] = 0n;
    },
  ],
  [0x4a, 2, 0, 1, pushed(() => 1n)],
];
