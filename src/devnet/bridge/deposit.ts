import { encodeFunctionData } from 'viem/utils';
import { type Address, bytesToHex, type Hash, hexToBytes } from '../../base/bytes.ts';
import { keccak256Hex } from '../../base/hash.ts';
import { encodeDepositTx } from '../../protocol/deposit.ts';
import { depositFromLog, DEPOSIT_TOPIC } from '../../protocol/depositLog.ts';
import type { PublicClient } from 'viem';
import { PORTAL_ABI } from '../contracts/abi.ts';
import {
  type BridgeOptions,
  notFoundYet,
  pollFor,
  sendCall,
  type UserClient,
  type UserReceipt,
} from './clients.ts';

/** What arrives on L2 by order of L1. */
export type Deposit = {
  readonly to: Address;
  /** Wei, taken on L1 and given on L2. */
  readonly value: bigint;
  /** Bought on L1 for the L2 transaction. */
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
};

/** A deposit on L1, and the transaction it becomes on L2. */
export type DepositOutcome = {
  readonly l1Hash: Hash;
  readonly l1Block: bigint;
  readonly l2Hash: Hash;
  /** L2 block of it; undefined where nobody waited. */
  readonly l2Block: bigint | undefined;
};

/**
 * Deposits through the portal, and waits for the transaction on L2 where an L2 is given.
 *
 * @throws Error when it reverts, on L1 or on L2; the client's error; the signal's reason.
 */
export async function deposit(
  user: UserClient,
  portal: Address,
  wanted: Deposit,
  l2: Pick<PublicClient, 'getTransactionReceipt'> | undefined,
  options: BridgeOptions = {},
): Promise<DepositOutcome> {
  const { onStage = () => {} } = options;
  const { to, value, gasLimit } = wanted;
  const data = encodeFunctionData({
    abi: PORTAL_ABI,
    functionName: 'depositTransaction',
    args: [to, value, gasLimit, false, bytesToHex(wanted.data)],
  });
  const receipt = await sendCall(user, { to: portal, data, value }, options);
  const l1Hash = receipt.transactionHash;
  const l1Block = receipt.blockNumber;
  const l2Hash = depositHash(receipt, portal);
  onStage('deposited on L1', { l1Hash, l1Block, l2Hash });
  if (l2 === undefined) return { l1Hash, l1Block, l2Hash, l2Block: undefined };
  const arrived = await pollFor(options, () =>
    l2.getTransactionReceipt({ hash: l2Hash }).catch(notFoundYet),
  );
  if (arrived.status !== 'success') throw new Error(`deposit ${l2Hash} failed on L2`);
  onStage('arrived on L2', { l2Hash, l2Block: arrived.blockNumber });
  return { l1Hash, l1Block, l2Hash, l2Block: arrived.blockNumber };
}

/** Hash on L2 of the first deposit in a receipt. It follows from the log alone. */
function depositHash(receipt: UserReceipt, portal: Address): Hash {
  const found = receipt.logs.find(
    ({ address, topics }) => address.toLowerCase() === portal && topics[0] === DEPOSIT_TOPIC,
  );
  if (found === undefined) throw new Error('expected a deposit event of the portal, found none');
  const log = {
    address: portal,
    topics: found.topics,
    data: hexToBytes(found.data),
    logIndex: found.logIndex,
    txIndex: found.transactionIndex,
  };
  return keccak256Hex(encodeDepositTx(depositFromLog(log, receipt.blockHash)));
}
