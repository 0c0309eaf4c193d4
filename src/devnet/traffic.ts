import { encodeFunctionData, parseAbi } from 'viem/utils';
import { type Address, EMPTY_BYTES, type Hash, hexToBytes } from '../base/bytes.ts';
import type { ExecutionEngine } from '../execution/engine.ts';
import type { TxPool } from '../execution/pool/txPool.ts';
import { accountOf } from '../execution/state/worldState.ts';
import { signL1Tx } from '../l1Tx/l1Transaction.ts';
import { localSigner, type Signer } from '../l1Tx/signer.ts';
import { MESSAGE_PASSER } from '../protocol/predeploys.ts';
import { sleep } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import { createUserClient } from './bridge/clients.ts';
import { deposit } from './bridge/deposit.ts';
import { devAccount } from './devAccounts.ts';
import type { DevL1 } from './devL1.ts';

/** Accounts, by index, of users that nobody plays; the lower ones have roles. */
const USERS = [5, 6, 7, 8];
const DEPOSITOR = 9;
const MAX_WAIT_MS = 600_000;
const GWEI = 1_000_000_000n;
const WITHDRAW = encodeFunctionData({
  abi: parseAbi(['function initiateWithdrawal(address target, uint256 gasLimit, bytes data)']),
  args: [`0x${'77'.repeat(20)}`, 100_000n, '0x'],
});

/** Transactions that may wait before the users send no more. */
const MAX_WAITING = 200;

/**
 * Made-up users of an L2, who send each other a little at each new block, and now and then
 * withdraw. Returns what ends that.
 */
export function startTraffic(
  engine: ExecutionEngine,
  pool: TxPool,
  txsPerBlock: number,
  log: Log,
): () => void {
  const { chainId } = engine.config;
  const users = USERS.map((index) => localSigner(devAccount(index).key));
  let isSending = false;
  const send = async (head: Hash): Promise<void> => {
    const state = await engine.openState(head);
    if (state === undefined) return;
    for (let i = 0; i < txsPerBlock && pool.size() < MAX_WAITING; i++) {
      const from = users[i % users.length] as Signer;
      const used = accountOf(state, from.address)?.nonce ?? 0n;
      const nonce = pool.nextNonce(from.address, used);
      const to = (users[(i + 1) % users.length] as Signer).address;
      const outcome = await pool.add(await transfer(chainId, from, nonce, to));
      if (outcome.type === 'refused') log.debug('transaction refused', { reason: outcome.reason });
    }
  };
  return engine.onHead(({ head }) => {
    if (isSending) return;
    isSending = true;
    // A head that is replaced meanwhile is no failure: the next one brings the users back.
    send(head.hash)
      .catch((error: unknown) => log.debug('transactions not sent', { error }))
      .finally(() => {
        isSending = false;
      });
  });
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
      const portal = l1.contracts.optimismPortal;
      // The client tries for long when L1 is gone; nobody waits for that.
      await Promise.race([
        deposit(user, portal, wanted, undefined, { signal: limit }),
        sleep(MAX_WAIT_MS, { signal: limit }),
      ]);
    } catch (error) {
      // A reorg may have taken it: the next one comes anyway.
      if (!signal.aborted) log.debug('deposit failed', { error });
    }
    await sleep(2_000 * l1BlockTime, { signal }).catch(() => {});
  }
}
