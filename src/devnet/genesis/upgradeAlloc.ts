import type { Address, Hash } from '../../base/bytes.ts';
import { ZERO_HASH } from '../../base/bytes.ts';
import { assert } from '../../base/errors.ts';
import { valuesOf } from '../../base/wordMap.ts';
import { type BlockBuilder, buildBlock } from '../../execution/buildBlock.ts';
import { createEthereumjsEvm } from '../../execution/evm/ethereumjs/createEvm.ts';
import { applyGenesis, type Genesis, type GenesisAccount } from '../../execution/genesis.ts';
import { codeByHash, openState, type WorldState } from '../../execution/state/worldState.ts';
import { BEACON_ROOTS, BLOCK_HASH_HISTORY } from '../../execution/systemAccounts.ts';
import { ZERO_EIP1559_PARAMS } from '../../protocol/extraData.ts';
import { FORKS, type Fork, type ForkTimes, isActive } from '../../protocol/forks.ts';
import type { PayloadAttributes } from '../../protocol/payloadAttributes.ts';
import { SEQUENCER_FEE_VAULT } from '../../protocol/predeploys.ts';
import { upgradeGas, upgradeTxs } from '../../protocol/upgradeTxs/upgradeTxs.ts';
import { account, type Alloc } from './alloc.ts';

/** Seconds between the blocks of the short-lived chain: one fork each. */
const BLOCK_TIME = 1n;

/** Enough for any fork's upgrade transactions. */
const GAS_LIMIT = 100_000_000n;

/**
 * Contracts whose storage is a log of blocks: it belongs to the chain that ran, not to the next.
 */
const BLOCK_LOGS: ReadonlySet<Address> = new Set([BEACON_ROOTS, BLOCK_HASH_HISTORY]);

/**
 * The alloc of a chain on which `fork` is active at genesis, from one on which Ecotone is: runs the
 * protocol's own upgrade transactions in the embedded engine, one fork per block, and takes the
 * state they leave.
 *
 * @param ecotone Genesis with Ecotone and nothing later active at its time.
 * @throws InvariantError when an upgrade transaction fails.
 */
export async function upgradeAlloc(ecotone: Genesis, fork: Fork): Promise<Alloc> {
  const start = ecotone.header.timestamp;
  const schedule = { forkTimes: stagedTimes(start, fork), blockTime: BLOCK_TIME };
  const config = { ...ecotone.config, forkTimes: schedule.forkTimes };
  const builder: BlockBuilder = { config, evm: await createEthereumjsEvm(config.chainId) };
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const block0 = applyGenesis({ ...ecotone, config }, state);
  const hashes: Hash[] = [block0.hash];
  let parent: { readonly hash: Hash; readonly header: typeof block0.header } = block0;
  const last = schedule.forkTimes[fork] as bigint;
  for (let timestamp = start + BLOCK_TIME; timestamp <= last; timestamp += BLOCK_TIME) {
    const transactions = upgradeTxs(schedule, timestamp);
    const gasLimit = GAS_LIMIT + upgradeGas(schedule, timestamp);
    const attributes = attributesAt(schedule.forkTimes, timestamp, transactions, gasLimit);
    const blockHash = (number: bigint): Hash => hashes[Number(number)] ?? ZERO_HASH;
    const outcome = await buildBlock(builder, parent, attributes, state, blockHash);
    assert(outcome.type === 'sealed', `upgrade block at ${timestamp} was refused`);
    for (const [i, receipt] of outcome.block.receipts.entries()) {
      assert(receipt.succeeded, `upgrade transaction ${i} at ${timestamp} failed`);
    }
    hashes.push(outcome.block.hash);
    parent = outcome.block;
  }
  return allocOf(state);
}

/** Fork times of the short-lived chain: to Ecotone at genesis, then one fork per second. */
function stagedTimes(start: bigint, until: Fork): ForkTimes {
  const ecotone = FORKS.indexOf('ecotone');
  const times = FORKS.map((fork, i): [Fork, bigint | undefined] => {
    if (i <= ecotone) return [fork, 0n];
    return [fork, i <= FORKS.indexOf(until) ? start + BigInt(i - ecotone) : undefined];
  });
  return Object.fromEntries(times) as ForkTimes;
}

function attributesAt(
  forkTimes: ForkTimes,
  timestamp: bigint,
  transactions: readonly Uint8Array[],
  gasLimit: bigint,
): PayloadAttributes {
  return {
    timestamp,
    prevRandao: ZERO_HASH,
    suggestedFeeRecipient: SEQUENCER_FEE_VAULT,
    withdrawals: [],
    parentBeaconBlockRoot: ZERO_HASH,
    transactions,
    noTxPool: true,
    gasLimit,
    eip1559Params: isActive(forkTimes, 'holocene', timestamp) ? ZERO_EIP1559_PARAMS : undefined,
    minBaseFee: isActive(forkTimes, 'jovian', timestamp) ? 0n : undefined,
  };
}

/** Everything in memory, which is everything: the state began empty and nothing was evicted. */
function allocOf(state: WorldState): Alloc {
  const alloc: Alloc = new Map();
  for (const [address, { current: held, slots }] of state.accounts) {
    if (held === undefined) continue;
    const storage = new Map<bigint, bigint>();
    for (const { key, current } of valuesOf(slots)) {
      if (current !== 0n && !BLOCK_LOGS.has(address)) storage.set(key, current);
    }
    const { nonce, balance, codeHash } = held;
    const value: GenesisAccount = account({
      nonce,
      balance,
      code: codeByHash(state, codeHash).slice(),
      storage,
    });
    alloc.set(address, value);
  }
  return alloc;
}
