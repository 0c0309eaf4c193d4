import { encodeFunctionData, parseAbi } from 'viem/utils';
import { type Address, EMPTY_BYTES, type Hash, hexToBytes } from '../base/bytes.ts';
import type { ExecutionEngine } from '../execution/engine.ts';
import type { TxSource } from '../execution/fillBlock.ts';
import { accountOf } from '../execution/state/worldState.ts';
import { signL1Tx } from '../l1Tx/l1Transaction.ts';
import { localSigner, type Signer } from '../l1Tx/signer.ts';
import { sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import { createUserClient } from './bridge/clients.ts';
import { deposit } from './bridge/deposit.ts';
import { devAccount } from './devAccounts.ts';
import type { DevL1 } from './devL1.ts';

/** Accounts, by index, of users that nobody plays; the lower ones have roles. */
const USERS = [5, 6, 7, 8];
const DEPOSITOR = 9;
const GWEI = 1_000_000_000n;
const MESSAGE_PASSER: Address = '0x4200000000000000000000000000000000000016';
const WITHDRAW = encodeFunctionData({
  abi: parseAbi(['function initiateWithdrawal(address target, uint256 gasLimit, bytes data)']),
  args: [`0x${'77'.repeat(20)}`, 100_000n, '0x'],
});

/**
 * Made-up users of an L2, who send each other a little, and now and then withdraw. What they send
 * is signed for the very block it goes into, so it is valid on any branch of the chain.
 */
export function trafficSource(
  engine: ExecutionEngine,
  chainId: bigint,
  txsPerBlock: number,
): TxSource {
  const users = USERS.map((index) => localSigner(devAccount(index).key));
  let last: Hash | undefined;
  let refusedOn: Hash | undefined;
  return {
    pick: async (parentHash) => {
      last = parentHash;
      const state = await engine.stateAfter(parentHash);
      if (state === undefined || refusedOn === parentHash) return [];
      const nonces = new Map(
        users.map(({ address }) => [address, accountOf(state, address)?.nonce ?? 0n]),
      );
      const signed: Uint8Array[] = [];
      for (let i = 0; i < txsPerBlock; i++) {
        const from = users[i % users.length] as Signer;
        const nonce = nonces.get(from.address) ?? 0n;
        nonces.set(from.address, nonce + 1n);
        const to = (users[(i + 1) % users.length] as Signer).address;
        signed.push(await transfer(chainId, from, nonce, to));
      }
      return signed;
    },
    // The same would be refused again: better an empty block.
    refused: () => {
      refusedOn = last;
    },
  };
}

async function transfer(
  chainId: bigint,
  from: Signer,
  nonce: bigint,
  to: Address,
): Promise<Uint8Array> {
  const withdraws = nonce % 20n === 7n;
  const { raw } = await signL1Tx(
    {
      chainId,
      nonce,
      fees: { tip: 1_000_000n, feeCap: 20n * GWEI, blobFeeCap: undefined },
      gas: 200_000n,
      to: withdraws ? MESSAGE_PASSER : to,
      value: withdraws ? 0n : 1_000n + nonce,
      data: withdraws ? hexToBytes(WITHDRAW) : EMPTY_BYTES,
      sidecar: undefined,
    },
    from,
  );
  return hexToBytes(raw);
}

/** Deposits a little every other L1 block until the signal is aborted. */
export async function keepDepositing(
  l1: DevL1,
  l1BlockTime: number,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const user = createUserClient(l1.rpcUrl, devAccount(DEPOSITOR).key);
  for (let count = 0; !signal.aborted; count++) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000 * l1BlockTime)]);
    const wanted = {
      to: user.address,
      value: 10n ** 15n + BigInt(count),
      gasLimit: 100_000n,
      data: EMPTY_BYTES,
    };
    try {
      await deposit(user, l1.contracts.optimismPortal, wanted, undefined, { signal: limit });
    } catch (error) {
      // A reorg may have taken it: the next one comes anyway.
      if (!signal.aborted) log.debug('deposit failed', { error });
    }
    await sleep(2_000 * l1BlockTime, { signal }).catch(() => {});
  }
}
