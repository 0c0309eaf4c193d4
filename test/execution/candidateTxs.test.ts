import { describe, expect, test } from 'vitest';
import { type Address, ZERO_HASH } from '../../src/base/bytes.ts';
import type { BlockContext, InvalidTx } from '../../src/execution/blockContext.ts';
import { takeCandidates } from '../../src/execution/candidateTxs.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import { EMPTY_ACCOUNT } from '../../src/execution/state/account.ts';
import { accountOf, openState, setAccount } from '../../src/execution/state/worldState.ts';
import type { SignedTx } from '../../src/execution/transaction.ts';
import { configAt } from '../support/executionConfig.ts';

const SENDER: Address = `0x${'11'.repeat(20)}`;
const SIZE = { zeros: 0n, nonzeros: 100n, estimatedSize: 100_000_000n };
const evm = createInterpreter(901n);

function context(gasPool: bigint): BlockContext {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  setAccount(state, SENDER, { ...EMPTY_ACCOUNT, balance: 10n ** 18n });
  const block = {
    fork: 'karst',
    chainId: 901n,
    number: 1n,
    timestamp: 1n,
    coinbase: `0x${'42'.repeat(20)}`,
    prevRandao: ZERO_HASH,
    gasLimit: gasPool,
    baseFeePerGas: 1n,
    blockHash: () => undefined,
  } as const;
  return { config: configAt('karst'), evm, state, block, gasPool, daUsed: 0n, fees: undefined };
}

function transfer(nonce: bigint, gasLimit = 21_000n): SignedTx {
  return {
    type: 2,
    hash: ZERO_HASH,
    from: SENDER,
    chainId: 901n,
    nonce,
    maxFeePerGas: 5n,
    maxPriorityFeePerGas: 1n,
    gasLimit,
    to: `0x${'22'.repeat(20)}`,
    value: 1n,
    data: new Uint8Array(0),
    accessList: [],
    authorizations: [],
  };
}

/** What a block with `gasPool` takes of `txs`, what was told of each, and how many were left. */
async function take(gasPool: bigint, ...txs: readonly SignedTx[]) {
  const block = context(gasPool);
  const left = [...txs];
  const told: (InvalidTx | undefined)[] = [];
  const taken = await takeCandidates(block, {
    next: () => {
      const tx = left.shift();
      return tx === undefined
        ? undefined
        : { raw: Uint8Array.of(Number(tx.nonce)), tx, size: SIZE };
    },
    tell: (fault) => void told.push(fault),
  });
  const raw = taken.transactions.map((bytes) => bytes[0]);
  const { results } = taken;
  return { raw, results, told, left: left.length, nonce: accountOf(block.state, SENDER)?.nonce };
}

describe('takeCandidates', () => {
  test('default: takes what is valid in order, and tells what is not', async () => {
    const ended = await take(1_000_000n, transfer(0n), transfer(5n), transfer(1n));
    expect(ended).toMatchObject({ raw: [0, 1], left: 0, nonce: 2n });
    expect(ended.told).toEqual([undefined, 'nonceTooHigh', undefined]);
    expect(ended.results.map(({ gasUsed }) => gasUsed)).toEqual([21_000n, 21_000n]);
  });

  test('behavior: one that does not fit leaves room for a smaller one', async () => {
    const ended = await take(50_000n, transfer(0n, 60_000n), transfer(0n));
    expect(ended).toMatchObject({ raw: [0], told: ['blockGasExceeded', undefined] });
  });

  test('behavior: asks for no more when the cheapest would not fit', async () => {
    expect(await take(41_999n, transfer(0n), transfer(1n))).toMatchObject({ raw: [0], left: 1 });
    expect(await take(42_000n, transfer(0n), transfer(1n))).toMatchObject({ raw: [0, 1], left: 0 });
  });
});
