import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../../src/base/bytes.ts';
import type { BlockContext } from '../../../src/execution/blockContext.ts';
import { createEthereumjsEvm } from '../../../src/execution/evm/ethereumjs/createEvm.ts';
import { createInterpreter } from '../../../src/execution/evm/interpreter/createEvm.ts';
import type { Evm, EvmFork, EvmResult } from '../../../src/execution/evm/port.ts';
import { executeDeposit } from '../../../src/execution/executeDeposit.ts';
import { executeSignedTx } from '../../../src/execution/executeSignedTx.ts';
import { EMPTY_ACCOUNT } from '../../../src/execution/state/account.ts';
import { commitState } from '../../../src/execution/state/commitState.ts';
import {
  accountOf,
  endTransaction,
  openState,
  setAccount,
  setCode,
  setStorage,
} from '../../../src/execution/state/worldState.ts';
import type { SignedTx } from '../../../src/execution/transaction.ts';
import { configAt } from '../../support/executionConfig.ts';
import {
  CONTRACTS,
  type EvmWorld,
  evmWorlds,
  LIBRARIES,
  OWNERS,
  type WorldTx,
} from '../../support/evmWorlds.ts';
import { runs } from '../../support/runs.ts';

const FORKS = ['regolith', 'canyon', 'ecotone', 'granite', 'isthmus', 'jovian', 'karst'] as const;
const SIZE = { zeros: 0n, nonzeros: 100n, estimatedSize: 100_000_000n };

let judge: Evm;
const own = createInterpreter(901n);

beforeAll(async () => {
  judge = await createEthereumjsEvm(901n);
});

function contextOf(evm: Evm, fork: EvmFork, { contracts, libraries }: EvmWorld): BlockContext {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  for (const owner of OWNERS) setAccount(state, owner, { ...EMPTY_ACCOUNT, balance: 10n ** 18n });
  for (const [i, address] of CONTRACTS.entries()) {
    setAccount(state, address, { ...EMPTY_ACCOUNT, nonce: 1n, balance: BigInt(10 * i) });
    setCode(state, address, contracts[i] as Uint8Array);
    setStorage(state, address, 1n, 1n);
    setStorage(state, address, 2n, 2n);
  }
  for (const [i, address] of LIBRARIES.entries()) {
    setAccount(state, address, { ...EMPTY_ACCOUNT, nonce: 1n });
    setCode(state, address, libraries[i] as Uint8Array);
  }
  endTransaction(state);
  commitState(state);
  const block = {
    fork,
    chainId: 901n,
    number: 300n,
    timestamp: 1n,
    coinbase: '0x4200000000000000000000000000000000000011',
    prevRandao: ZERO_HASH,
    gasLimit: 60_000_000n,
    baseFeePerGas: 7n,
    blockHash: (number: bigint): Hash => `0x${number.toString(16).padStart(64, '0')}`,
  } as const;
  const config = configAt(fork);
  return { config, evm, state, block, gasPool: 60_000_000n, daUsed: 0n, fees: undefined };
}

function signed(context: BlockContext, tx: WorldTx): SignedTx {
  const { state, block } = context;
  const mayDelegate = block.fork === 'isthmus' || block.fork === 'jovian' || block.fork === 'karst';
  const delegates = mayDelegate && tx.to !== undefined && tx.delegations.length > 0;
  const nonceOf = (address: `0x${string}`): bigint => accountOf(state, address)?.nonce ?? 0n;
  return {
    type: delegates ? 4 : 2,
    hash: ZERO_HASH,
    from: tx.from,
    chainId: 901n,
    nonce: nonceOf(tx.from),
    maxFeePerGas: 9n,
    maxPriorityFeePerGas: 1n,
    gasLimit: tx.gasLimit,
    to: tx.to,
    value: tx.value,
    data: tx.data,
    accessList: tx.accessList,
    authorizations: delegates
      ? tx.delegations.map(({ authority, address }) => ({
          chainId: 901n,
          address,
          // The sender's nonce goes up before its own authorization counts.
          nonce: nonceOf(authority) + (authority === tx.from ? 1n : 0n),
          authority,
        }))
      : [],
  };
}

/** Everything that running the world's transactions gave. */
async function live(evm: Evm, fork: EvmFork, world: EvmWorld): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  const watched: Evm = {
    ...evm,
    run: async (state, block, message) => {
      const result: EvmResult = await evm.run(state, block, message);
      // Words for people may differ, and the order of what goes.
      const { reason: _, selfDestructs, output, ...rest } = result;
      seen.push({ ...rest, output: [...output], selfDestructs: selfDestructs.toSorted() });
      return result;
    },
  };
  const context = contextOf(watched, fork, world);
  for (const tx of world.txs) {
    const { from, to, value, gasLimit: gas, data } = tx;
    const deposit = { sourceHash: ZERO_HASH, from, to, mint: 1n, value, gas, data };
    const outcome =
      tx.type === 'deposit'
        ? await executeDeposit(context, { ...deposit, isSystemTx: false }, new Uint8Array(0))
        : await executeSignedTx(context, signed(context, tx), SIZE);
    endTransaction(context.state);
    if (outcome.type === 'invalid') seen.push(outcome.code);
    else seen.push([outcome.result.status, outcome.result.gasUsed]);
  }
  seen.push(context.gasPool, commitState(context.state));
  return seen;
}

describe('createInterpreter', () => {
  test('behavior: random worlds end as in @ethereumjs/evm', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...FORKS),
      evmWorlds(),
      async (fork, world) => {
        expect(await live(own, fork, world)).toEqual(await live(judge, fork, world));
      },
    );
    await fc.assert(property, { numRuns: runs(300) });
  });
});
