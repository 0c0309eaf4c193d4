import { describe, expect, test } from 'vitest';
import { type Address, ZERO_HASH } from '../../src/base/bytes.ts';
import type { BlockContext, InvalidTx } from '../../src/execution/blockContext.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import { executeSignedTx, MAX_TX_GAS } from '../../src/execution/executeSignedTx.ts';
import type { TxSize } from '../../src/execution/fees.ts';
import { EMPTY_ACCOUNT } from '../../src/execution/state/account.ts';
import { commitState } from '../../src/execution/state/commitState.ts';
import {
  accountOf,
  balanceOf,
  endTransaction,
  openState,
  setAccount,
  setCode,
  setStorage,
} from '../../src/execution/state/worldState.ts';
import type { SignedTx } from '../../src/execution/transaction.ts';
import { BASE_FEE_VAULT, L1_BLOCK, OPERATOR_FEE_VAULT } from '../../src/protocol/predeploys.ts';
import { configAt } from '../support/executionConfig.ts';

const SENDER: Address = `0x${'11'.repeat(20)}`;
const COINBASE: Address = '0x4200000000000000000000000000000000000011';
const SIZE: TxSize = { zeros: 0n, nonzeros: 100n, estimatedSize: 100_000_000n };
const evm = createInterpreter(901n);

function contextAt(fork: EvmFork, gasLimit = 30_000_000n): BlockContext {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  setAccount(state, SENDER, { ...EMPTY_ACCOUNT, nonce: 5n, balance: 10n ** 18n });
  const block = {
    fork,
    chainId: 901n,
    number: 1n,
    timestamp: 1n,
    coinbase: COINBASE,
    prevRandao: ZERO_HASH,
    gasLimit,
    baseFeePerGas: 100n,
    blockHash: () => undefined,
  } as const;
  const config = configAt(fork);
  return { config, evm, state, block, gasPool: gasLimit, daUsed: 0n, fees: undefined };
}

const TX: SignedTx = {
  type: 2,
  hash: ZERO_HASH,
  from: SENDER,
  chainId: 901n,
  nonce: 5n,
  maxFeePerGas: 150n,
  maxPriorityFeePerGas: 20n,
  gasLimit: 100_000n,
  to: `0x${'22'.repeat(20)}`,
  value: 7n,
  data: new Uint8Array(0),
  accessList: [],
  authorizations: [],
};

const AUTHORIZATION = { chainId: 0n, address: SENDER, nonce: 0n, authority: undefined };

// execution.md 2.2, in its order. Each case breaks one rule of a transaction that is fine else.
describe('executeSignedTx', () => {
  test.each<[InvalidTx, EvmFork, Partial<SignedTx>]>([
    ['typeNotAllowed', 'holocene', { type: 4, authorizations: [AUTHORIZATION] }],
    ['wrongChainId', 'karst', { chainId: 902n }],
    ['gasAboveCap', 'karst', { gasLimit: MAX_TX_GAS + 1n }],
    ['nonceTooLow', 'karst', { nonce: 4n }],
    ['nonceTooHigh', 'karst', { nonce: 6n }],
    ['tipAboveFeeCap', 'karst', { maxPriorityFeePerGas: 151n }],
    ['feeCapBelowBaseFee', 'karst', { maxFeePerGas: 99n }],
    ['noAuthorizations', 'karst', { type: 4 }],
    ['setCodeCreation', 'karst', { type: 4, authorizations: [AUTHORIZATION], to: undefined }],
    ['insufficientFunds', 'karst', { value: 10n ** 18n - 150n * 100_000n + 1n }],
    ['blockGasExceeded', 'jovian', { gasLimit: 30_000_001n }],
    ['gasBelowIntrinsic', 'bedrock', { gasLimit: 20_999n }],
    ['gasBelowIntrinsic', 'isthmus', { data: new Uint8Array(1000).fill(1), gasLimit: 60_999n }],
    [
      'initCodeTooLong',
      'canyon',
      { to: undefined, data: new Uint8Array(49_153), gasLimit: 9_000_000n },
    ],
  ])('error: %s', async (code, fork, fields) => {
    const outcome = await executeSignedTx(contextAt(fork), { ...TX, ...fields }, SIZE);
    expect(outcome).toMatchObject({ type: 'invalid', code });
  });

  test.each<[string, EvmFork, Partial<SignedTx>]>([
    ['as it is', 'karst', {}],
    ['exactly the gas cap of Karst', 'karst', { gasLimit: MAX_TX_GAS }],
    ['above that cap before Karst', 'jovian', { gasLimit: MAX_TX_GAS + 1n }],
    ['exactly what the block has', 'jovian', { gasLimit: 30_000_000n }],
    ['no tip', 'karst', { maxFeePerGas: 100n, maxPriorityFeePerGas: 0n }],
    ['all the sender has', 'karst', { value: 10n ** 18n - 150n * 100_000n }],
    ['exactly the floor', 'isthmus', { data: new Uint8Array(1000).fill(1), gasLimit: 61_000n }],
    ['no replay protection', 'karst', { type: 0, chainId: undefined }],
    [
      'long init code before Canyon',
      'bedrock',
      { to: undefined, data: new Uint8Array(49_153), gasLimit: 9_000_000n },
    ],
  ])('behavior: is included with %s', async (_, fork, fields) => {
    const outcome = await executeSignedTx(contextAt(fork), { ...TX, ...fields }, SIZE);
    expect(outcome).toMatchObject({ type: 'included' });
  });

  test('error: a sender with code; from Isthmus on a delegation is no code', async () => {
    const designator = Uint8Array.from([0xef, 1, 0, ...new Uint8Array(20).fill(9)]);
    for (const [fork, code, type] of [
      ['karst', Uint8Array.of(0), 'invalid'],
      ['karst', designator, 'included'],
      ['holocene', designator, 'invalid'],
    ] as const) {
      const context = contextAt(fork);
      setCode(context.state, SENDER, code);
      expect((await executeSignedTx(context, TX, SIZE)).type, fork).toBe(type);
    }
  });

  test('error: a footprint beyond the block’s gas limit', async () => {
    const context = contextAt('jovian', 80_000n);
    // Scalar 400: 100 bytes have a footprint of 40,000 gas.
    setStorage(context.state, L1_BLOCK, 8n, 400n << 96n);
    for (const nonce of [5n, 6n]) {
      const outcome = await executeSignedTx(context, { ...TX, nonce, gasLimit: 21_000n }, SIZE);
      expect(outcome.type).toBe('included');
    }
    context.gasPool = 80_000n;
    const outcome = await executeSignedTx(context, { ...TX, nonce: 7n, gasLimit: 21_000n }, SIZE);
    expect(outcome).toMatchObject({ type: 'invalid', code: 'daFootprintExceeded' });
  });

  test('behavior: everything the sender pays arrives somewhere', async () => {
    const context = contextAt('isthmus');
    const { state } = context;
    setStorage(state, L1_BLOCK, 8n, (2_000_000n << 64n) | 1000n);
    const outcome = await executeSignedTx(context, TX, SIZE);
    if (outcome.type === 'invalid') throw new Error(outcome.reason);
    expect(outcome.result.gasUsed).toBe(21_000n);
    expect(outcome.result.effectiveGasPrice).toBe(120n);
    // Gas times 2 plus the constant.
    expect(balanceOf(state, OPERATOR_FEE_VAULT)).toBe(43_000n);
    expect(balanceOf(state, BASE_FEE_VAULT)).toBe(2_100_000n);
    expect(balanceOf(state, COINBASE)).toBe(420_000n);
    expect(balanceOf(state, SENDER)).toBe(10n ** 18n - 7n - 43_000n - 2_520_000n);
    expect(context.gasPool).toBe(30_000_000n - 21_000n);
  });

  test('behavior: fees that go to a contract which destroyed itself are lost', async () => {
    const context = contextAt('canyon');
    const { state } = context;
    // SELFDESTRUCT to the caller.
    setCode(state, COINBASE, Uint8Array.of(0x33, 0xff));
    const outcome = await executeSignedTx(context, { ...TX, to: COINBASE }, SIZE);
    expect(outcome).toMatchObject({ result: { status: 'success', effectiveGasPrice: 120n } });
    expect(accountOf(state, COINBASE)).toBeUndefined();
  });

  test('behavior: a tip of nothing removes an empty fee recipient', async () => {
    const context = contextAt('canyon');
    const { state } = context;
    setAccount(state, COINBASE, EMPTY_ACCOUNT);
    commitState(state);
    await executeSignedTx(context, { ...TX, maxFeePerGas: 100n }, SIZE);
    expect(accountOf(state, COINBASE)).toEqual(EMPTY_ACCOUNT);
    endTransaction(state);
    expect(accountOf(state, COINBASE)).toBeUndefined();
  });
});
