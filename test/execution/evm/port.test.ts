import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Address,
  concatBytes,
  type Hash,
  hexToBytes,
  ZERO_HASH,
} from '../../../src/base/bytes.ts';
import { InvariantError } from '../../../src/base/errors.ts';
import { createEthereumjsEvm } from '../../../src/execution/evm/ethereumjs/createEvm.ts';
import { createInterpreter } from '../../../src/execution/evm/interpreter/createEvm.ts';
import type { Evm, EvmFork, EvmMessage } from '../../../src/execution/evm/port.ts';
import { commitState } from '../../../src/execution/state/commitState.ts';
import {
  bumpNonce,
  deleteAccount,
  endTransaction,
  openState,
  setAccount,
  setCode,
  setStorage,
} from '../../../src/execution/state/worldState.ts';
import { EMPTY_ACCOUNT } from '../../../src/execution/state/account.ts';
import { runs } from '../../support/runs.ts';

const CALLER: Address = `0x${'ca'.repeat(20)}`;
const CODE_AT: Address = `0x${'cd'.repeat(20)}`;
const OTHER: Address = `0x${'ef'.repeat(20)}`;
const DELEGATED: Address = `0x${'de'.repeat(20)}`;
const COINBASE: Address = `0x${'42'.repeat(20)}`;
const FORKS = [
  'bedrock',
  'canyon',
  'ecotone',
  'fjord',
  'granite',
  'isthmus',
  'jovian',
  'karst',
] as const;

let reference: Evm;
const own = createInterpreter(901n);

beforeAll(async () => {
  reference = await createEthereumjsEvm(901n);
});

type Run = {
  readonly fork: EvmFork;
  readonly code: Uint8Array;
  readonly other?: Uint8Array;
  readonly gasLimit?: bigint;
  readonly isCreation?: boolean;
  readonly value?: bigint;
  readonly data?: Uint8Array;
};

/** Result of a message and the state root after it. */
async function run(evm: Evm, { fork, code, other, gasLimit, isCreation, value, data }: Run) {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  setAccount(state, CALLER, { ...EMPTY_ACCOUNT, nonce: 7n, balance: 1_000_000n });
  setAccount(state, CODE_AT, { ...EMPTY_ACCOUNT, nonce: 1n, balance: 500n });
  setCode(state, CODE_AT, code);
  setStorage(state, CODE_AT, 1n, 11n);
  setStorage(state, CODE_AT, 2n, 22n);
  setAccount(state, OTHER, { ...EMPTY_ACCOUNT, nonce: 1n, balance: 3n });
  if (other !== undefined) setCode(state, OTHER, other);
  setCode(state, DELEGATED, concatBytes(Uint8Array.of(0xef, 1, 0), hexToBytes(OTHER)));
  endTransaction(state);
  commitState(state);
  bumpNonce(state, CALLER);
  const block = {
    fork,
    chainId: 901n,
    number: 300n,
    timestamp: 1_700_000_000n,
    coinbase: COINBASE,
    prevRandao: `0x${'77'.repeat(32)}`,
    gasLimit: 30_000_000n,
    baseFeePerGas: 9n,
    blockHash: (number: bigint): Hash => `0x${number.toString(16).padStart(64, '0')}`,
  } as const;
  const message: EvmMessage = {
    caller: CALLER,
    to: isCreation === true ? undefined : CODE_AT,
    value: value ?? 0n,
    data: isCreation === true ? code : (data ?? new Uint8Array(0)),
    gasLimit: gasLimit ?? 200_000n,
    gasPrice: 10n,
    warmAddresses: [CALLER, CODE_AT, COINBASE],
    warmSlots: [[CODE_AT, 2n]],
  };
  const result = await evm.run(state, block, message);
  for (const address of result.selfDestructs) deleteAccount(state, address);
  endTransaction(state);
  const { status, gasUsed, gasRefund, output, logs, selfDestructs } = result;
  const root = commitState(state);
  return { status, gasUsed, gasRefund, output: [...output], logs, selfDestructs, root };
}

async function expectSame(what: Run): Promise<void> {
  const ended = await run(own, what);
  // The reference takes what a creation reverts with for code, which must not begin so.
  const isMisread = what.isCreation && ended.status === 'revert' && ended.output[0] === 0xef;
  if (!isMisread) expect(ended).toEqual(await run(reference, what));
}

const BYTE = fc.nat(255);
const ADDRESSES = [
  CODE_AT,
  OTHER,
  DELEGATED,
  CALLER,
  `0x${'99'.repeat(20)}`,
  ZERO_HASH.slice(0, 42),
];

/** An operand: small numbers, addresses, edges, anything. */
const OPERAND = fc.oneof(
  { weight: 6, arbitrary: fc.nat(70).map((n) => [0x60, n]) },
  { weight: 2, arbitrary: fc.constantFrom(...ADDRESSES).map((a) => [0x73, ...hexToBytes(a)]) },
  { weight: 1, arbitrary: fc.nat(0x11).map((n) => [0x60, n]) },
  { weight: 1, arbitrary: fc.constant([0x7f, ...Array.from({ length: 32 }, () => 255)]) },
  { weight: 1, arbitrary: fc.constant([0x7f, 128, ...Array.from({ length: 31 }, () => 0)]) },
  { weight: 1, arbitrary: fc.tuple(BYTE, BYTE).map(([a, b]) => [0x61, a, b]) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((w) => [0x7f, ...w]),
  },
);

/** Opcodes with the number of operands to push for them. */
const OPERATIONS: readonly (readonly [number, number])[] = [
  ...[1, 2, 3, 4, 5, 6, 7, 10, 11, 16, 17, 18, 19, 20, 22, 23, 24, 26, 27, 28, 29].map(
    (op) => [op, 2] as const,
  ),
  [8, 3],
  [9, 3],
  [21, 1],
  [25, 1],
  [30, 1],
  [0x20, 2],
  [0x30, 0],
  [0x31, 1],
  [0x32, 0],
  [0x33, 0],
  [0x34, 0],
  [0x35, 1],
  [0x36, 0],
  [0x37, 3],
  [0x38, 0],
  [0x39, 3],
  [0x3a, 0],
  [0x3b, 1],
  [0x3c, 4],
  [0x3d, 0],
  [0x3e, 3],
  [0x3f, 1],
  [0x40, 1],
  [0x41, 0],
  [0x42, 0],
  [0x43, 0],
  [0x44, 0],
  [0x45, 0],
  [0x46, 0],
  [0x47, 0],
  [0x48, 0],
  [0x49, 1],
  [0x4a, 0],
  [0x50, 1],
  [0x51, 1],
  [0x52, 2],
  [0x53, 2],
  [0x54, 1],
  [0x55, 2],
  [0x55, 2],
  [0x55, 2],
  [0x58, 0],
  [0x59, 0],
  [0x5a, 0],
  [0x5b, 0],
  [0x5c, 1],
  [0x5d, 2],
  [0x5e, 3],
  [0x5f, 0],
  [0x80, 1],
  [0x81, 2],
  [0x90, 2],
  [0x91, 3],
  [0xa0, 2],
  [0xa1, 3],
  [0xa2, 4],
  [0xf0, 3],
  [0xf5, 4],
  [0xf1, 7],
  [0xf1, 7],
  [0xf2, 7],
  [0xf4, 6],
  [0xfa, 6],
  [0xfa, 6],
];

const STEP = fc
  .constantFrom(...OPERATIONS)
  .chain(([op, count]) =>
    fc.tuple(fc.array(OPERAND, { minLength: count, maxLength: count }), fc.constant(op)),
  )
  .map(([operands, op]) => [...operands.flat(), op]);

const ENDS = fc.constantFrom(
  [0x00],
  [0x60, 40, 0x60, 3, 0xf3],
  [0x60, 8, 0x5f, 0xfd],
  [0xfe],
  [0x60, 1, 0xff],
  [0x33, 0xff],
);

/**
 * A program: writes some memory, does things, stores what is left on the stack, ends. Memory does
 * not begin with 0xef: @ethereumjs/evm takes all gas of a creation that reverts with such an
 * output, where only returned code is to be refused (EIP-3541).
 */
const PROGRAM = fc
  .tuple(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.array(STEP, { maxLength: 25 }), ENDS)
  .map(([word, steps, end]) =>
    Uint8Array.from([
      0x7f,
      (word[0] as number) & 0x7f,
      ...word.slice(1),
      0x60,
      0,
      0x52,
      ...steps.flat(),
      0x60,
      3,
      0x55,
      ...end,
    ]),
  );

describe('createInterpreter', () => {
  test('behavior: random programs end as in @ethereumjs/evm', async () => {
    const attempts = fc.record({
      fork: fc.constantFrom(...FORKS),
      code: PROGRAM,
      other: PROGRAM,
      gasLimit: fc.constantFrom(200_000n, 1_000_000n, 30_000n, 3_000n),
      isCreation: fc.boolean(),
      value: fc.constantFrom(0n, 5n),
      data: fc.uint8Array({ maxLength: 70 }),
    });
    await fc.assert(fc.asyncProperty(attempts, expectSame), { numRuns: runs(300) });
  });

  test('behavior: what a creation reverts with may begin with 0xef', async () => {
    // PUSH1 ef PUSH0 MSTORE8 PUSH1 1 PUSH0, then REVERT or RETURN.
    const ends = (opcode: number) =>
      run(own, {
        fork: 'jovian',
        isCreation: true,
        code: Uint8Array.of(0x60, 0xef, 0x5f, 0x53, 0x60, 1, 0x5f, opcode),
      });
    const gasUsed = 3n + 2n + 6n + 3n + 2n;
    expect(await ends(0xfd)).toMatchObject({ status: 'revert', gasUsed, output: [0xef] });
    expect(await ends(0xf3)).toMatchObject({ status: 'halt', gasUsed: 200_000n, output: [] });
  });

  test('behavior: calls nest until the gas is gone', async () => {
    // Calls itself with all gas, then counts in slot 0.
    const code = hexToBytes('0x5f5f5f5f5f305af1505f5460010160005500');
    await expectSame({ fork: 'karst', code, gasLimit: 20_000_000n });
  });

  test('error: more gas than can be counted exactly', async () => {
    const what = { fork: 'karst', code: Uint8Array.of(0x5a), gasLimit: 2n ** 53n + 1n } as const;
    await expect(run(own, what)).rejects.toThrow(InvariantError);
  });
});
