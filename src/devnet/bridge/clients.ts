import {
  type Account,
  type Chain,
  createPublicClient,
  createWalletClient,
  http,
  type PublicClient,
  type Transport,
  type WalletClient,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Address, Hash, Hex } from '../../base/bytes.ts';
import { sleep } from '../../transport/abort.ts';

/** One user on one chain. */
export type UserClient = {
  readonly reader: PublicClient;
  readonly wallet: WalletClient<Transport, Chain | undefined, Account>;
  readonly address: Address;
};

/** Told at each stage of what a user waits for. `stage` is fixed text. */
export type OnStage = (stage: string, fields: { readonly [name: string]: unknown }) => void;

/** Options of everything here that waits. */
export type BridgeOptions = {
  readonly signal?: AbortSignal;
  readonly onStage?: OnStage;
  /** Milliseconds between two looks at a chain; 500. */
  readonly pollMs?: number;
};

/** A call that changes something. */
export type UserCall = { readonly to: Address; readonly data: Hex; readonly value: bigint };

/** A receipt's log, as far as the bridge reads it. */
export type UserReceipt = {
  readonly blockNumber: bigint;
  readonly blockHash: Hash;
  readonly logs: readonly {
    readonly address: string;
    readonly topics: readonly Hex[];
    readonly data: Hex;
    readonly logIndex: number;
    readonly transactionIndex: number;
  }[];
};

const POLL_MS = 500;

/** A user with a key of their own at an endpoint. */
export function createUserClient(url: string, privateKey: Hex): UserClient {
  const account = privateKeyToAccount(privateKey);
  const transport = http(url);
  return {
    reader: createPublicClient({ transport }),
    wallet: createWalletClient({ account, transport }),
    address: account.address.toLowerCase() as Address,
  };
}

/**
 * Sends a call and waits for its receipt.
 *
 * @throws Error when it reverts, the client's error when it is refused, or the signal's reason.
 */
export async function sendCall(
  user: UserClient,
  call: UserCall,
  options: BridgeOptions,
): Promise<UserReceipt & { readonly transactionHash: Hash }> {
  const hash = await user.wallet.sendTransaction({ ...call, chain: null });
  const receipt = await pollFor(options, () =>
    user.reader.getTransactionReceipt({ hash }).catch(notFoundYet),
  );
  if (receipt.status !== 'success') throw new Error(`transaction ${hash} reverted`);
  return receipt;
}

/** Asks until there is an answer. */
export async function pollFor<T>(
  { signal, pollMs = POLL_MS }: BridgeOptions,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    const found = await ask();
    if (found !== undefined) return found;
    await sleep(pollMs, signal === undefined ? {} : { signal });
  }
}

/** The client throws for a transaction that is not mined; that is no failure here. */
export function notFoundYet(error: unknown): undefined {
  const isNotFound =
    error instanceof Error &&
    ['TransactionReceiptNotFoundError', 'BlockNotFoundError'].includes(error.name);
  if (isNotFound) return undefined;
  throw error;
}
