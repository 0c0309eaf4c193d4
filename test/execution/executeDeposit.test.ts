import { describe, expect, test } from 'vitest';
import { type Address, hexToBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import type { BlockContext } from '../../src/execution/blockContext.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { EvmFork } from '../../src/execution/evm/port.ts';
import { executeDeposit } from '../../src/execution/executeDeposit.ts';
import { EMPTY_ACCOUNT } from '../../src/execution/state/account.ts';
import { creationAddress } from '../../src/execution/creationAddress.ts';
import {
  accountOf,
  endTransaction,
  openState,
  setAccount,
  setCode,
  storageOf,
} from '../../src/execution/state/worldState.ts';
import { type DepositTx, encodeDepositTx } from '../../src/protocol/deposit.ts';
import { configAt } from '../support/executionConfig.ts';

const SENDER: Address = `0x${'11'.repeat(20)}`;
const OTHER: Address = `0x${'33'.repeat(20)}`;
const POOL = 60_000_000n;
const evm = createInterpreter(901n);

function contextAt(fork: EvmFork): BlockContext {
  const config = configAt(fork);
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const block = {
    fork,
    chainId: 901n,
    number: 1n,
    timestamp: 1n,
    coinbase: '0x4200000000000000000000000000000000000011',
    prevRandao: ZERO_HASH,
    gasLimit: POOL,
    baseFeePerGas: 1n,
    blockHash: () => undefined,
  } as const;
  return { config, evm, state, block, gasPool: POOL, daUsed: 0n, fees: undefined };
}

const NO_BYTES = new Uint8Array(0);
const TX: DepositTx = {
  sourceHash: ZERO_HASH,
  from: SENDER,
  to: OTHER,
  mint: 0n,
  value: 0n,
  gas: 100_000n,
  isSystemTx: false,
  data: NO_BYTES,
};

async function run(fork: EvmFork, fields: Partial<DepositTx>) {
  const context = contextAt(fork);
  const tx: DepositTx = { ...TX, ...fields };
  const outcome = await executeDeposit(context, tx, encodeDepositTx(tx));
  if (outcome.type === 'invalid') return outcome;
  endTransaction(context.state);
  const { status, gasUsed } = outcome.result;
  const { balance, nonce } = accountOf(context.state, SENDER) ?? { balance: 0n, nonce: 0n };
  return { ok: status === 'success', gasUsed, pool: context.gasPool, balance, nonce };
}

const create = { to: undefined, mint: 5n };
const longData = { data: new Uint8Array(1000).fill(1), mint: 5n };

// execution.md 8.2
describe('executeDeposit', () => {
  test.each<[string, EvmFork, Partial<DepositTx>, boolean, bigint, bigint, bigint]>([
    [
      'a creation that reverts',
      'regolith',
      { ...create, data: hexToBytes('0x60006000fd') },
      false,
      53_062n,
      59_946_938n,
      5n,
    ],
    [
      'a creation that halts',
      'regolith',
      { ...create, data: hexToBytes('0xfe') },
      false,
      100_000n,
      59_900_000n,
      5n,
    ],
    [
      'a value above the balance',
      'regolith',
      { mint: 5n, value: 6n },
      false,
      100_000n,
      59_900_000n,
      5n,
    ],
    [
      'gas below the intrinsic cost',
      'regolith',
      { mint: 5n, gas: 20_999n },
      false,
      20_999n,
      59_979_001n,
      5n,
    ],
    [
      'all its gas before Regolith',
      'bedrock',
      { mint: 5n, value: 5n },
      true,
      100_000n,
      59_900_000n,
      0n,
    ],
    ['a system deposit before Regolith', 'bedrock', { isSystemTx: true }, true, 0n, POOL, 0n],
    [
      'a failure before Regolith',
      'bedrock',
      { mint: 5n, value: 6n },
      false,
      100_000n,
      59_900_000n,
      5n,
    ],
    [
      'a system deposit from Regolith on',
      'regolith',
      { isSystemTx: true, mint: 5n },
      false,
      100_000n,
      59_900_000n,
      5n,
    ],
    [
      'gas below the floor',
      'isthmus',
      { ...longData, gas: 30_000n },
      false,
      30_000n,
      59_970_000n,
      5n,
    ],
    [
      'a floor that binds',
      'isthmus',
      { ...longData, gas: 80_000n },
      true,
      61_000n,
      59_939_000n,
      5n,
    ],
    [
      'init code that is too long',
      'jovian',
      { ...create, data: new Uint8Array(49_153), gas: 10_000_000n },
      false,
      10_000_000n,
      50_000_000n,
      5n,
    ],
    [
      'init code that is too long for op-geth, but not for op-reth',
      'karst',
      { ...create, data: new Uint8Array(49_153), gas: 10_000_000n },
      true,
      512_530n,
      59_487_470n,
      5n,
    ],
    [
      'more gas than a user transaction may have',
      'karst',
      { mint: 5n, gas: 20_000_000n },
      true,
      21_000n,
      59_979_000n,
      5n,
    ],
  ])('behavior: %s', async (_, fork, fields, ok, gasUsed, pool, balance) => {
    expect(await run(fork, fields)).toEqual({ ok, gasUsed, pool, balance, nonce: 1n });
  });

  test('error: more gas than the block has makes the block invalid', async () => {
    const outcome = await run('regolith', { gas: POOL + 1n });
    expect(outcome).toMatchObject({ type: 'invalid', code: 'blockGasExceeded' });
  });

  test('behavior: what destroys itself is gone, from Ecotone on if it is new', async () => {
    for (const [fork, isGone] of [
      ['canyon', true],
      ['ecotone', false],
    ] as const) {
      const context = contextAt(fork);
      setCode(context.state, OTHER, Uint8Array.of(0x33, 0xff));
      await executeDeposit(context, TX, NO_BYTES);
      expect(accountOf(context.state, OTHER) === undefined, fork).toBe(isGone);
      await executeDeposit(context, { ...TX, ...create, data: hexToBytes('0x33ff') }, NO_BYTES);
      expect(accountOf(context.state, creationAddress(SENDER, 1n)), fork).toBeUndefined();
    }
  });

  test('behavior: code sees no gas price, and the sender as origin and caller', async () => {
    const context = contextAt('ecotone');
    // Slots 0, 1, 2: GASPRICE, ORIGIN, CALLER.
    setCode(context.state, OTHER, hexToBytes('0x3a6001015f55326001553360025500'));
    const outcome = await executeDeposit(context, TX, NO_BYTES);
    const free = { effectiveGasPrice: 0n, l1Fee: 0n, l1GasUsed: 0n, operatorFee: 0n };
    expect(outcome).toMatchObject({ result: { status: 'success', ...free, daFootprint: 0n } });
    expect(storageOf(context.state, OTHER, 0n)).toBe(1n);
    expect(storageOf(context.state, OTHER, 1n)).toBe(BigInt(SENDER));
    expect(storageOf(context.state, OTHER, 2n)).toBe(BigInt(SENDER));
  });

  test('behavior: at Karst code has all the gas of a deposit, above the cap as well', async () => {
    const context = contextAt('karst');
    // Slot 0: GAS.
    setCode(context.state, OTHER, hexToBytes('0x5a5f55'));
    await executeDeposit(context, { ...TX, gas: 20_000_000n }, NO_BYTES);
    expect(storageOf(context.state, OTHER, 0n)).toBe(20_000_000n - 21_000n - 2n);
  });

  test('behavior: two deposits of one sender bump its nonce twice, failed ones too', async () => {
    const context = contextAt('canyon');
    for (const gas of [20_000n, 20_000n, 60_000n]) {
      await executeDeposit(context, { ...TX, gas, mint: 5n }, NO_BYTES);
    }
    expect(accountOf(context.state, SENDER)).toMatchObject({ nonce: 3n, balance: 15n });
  });

  test('behavior: a reverted call gives the value back and keeps the mint', async () => {
    const context = contextAt('canyon');
    setCode(context.state, OTHER, hexToBytes('0x60006000fd'));
    const outcome = await executeDeposit(context, { ...TX, mint: 5n, value: 5n }, NO_BYTES);
    expect(outcome).toMatchObject({ result: { status: 'failure', gasUsed: 21_006n } });
    expect(accountOf(context.state, SENDER)).toMatchObject({ nonce: 1n, balance: 5n });
  });

  test.each<[EvmFork, boolean, bigint | undefined]>([
    ['bedrock', false, undefined],
    ['regolith', false, 7n],
    ['canyon', true, 7n],
  ])('behavior: at %s the coinbase is warm: %s', async (fork, isWarm, depositNonce) => {
    const context = contextAt(fork);
    setAccount(context.state, SENDER, { ...EMPTY_ACCOUNT, nonce: 7n });
    // COINBASE BALANCE POP
    setCode(context.state, OTHER, hexToBytes('0x41315000'));
    const outcome = await executeDeposit(context, TX, NO_BYTES);
    const gasUsed = fork === 'bedrock' ? TX.gas : 21_000n + 4n + (isWarm ? 100n : 2600n);
    expect(outcome).toMatchObject({ result: { gasUsed, depositNonce } });
  });
});
