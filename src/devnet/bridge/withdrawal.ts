import { decodeEventLog, encodeAbiParameters, encodeFunctionData, parseAbi } from 'viem/utils';
import type { PublicClient } from 'viem';
import {
  type Address,
  bytesToHex,
  concatBytes,
  type Hash,
  type Hex,
  hexToBytes,
} from '../../base/bytes.ts';
import { keccak256Hex } from '../../base/hash.ts';
import { OUTPUT_ROOT_VERSION_0, outputRoot } from '../../protocol/outputRoot.ts';
import { MESSAGE_PASSER } from '../../protocol/predeploys.ts';
import { OUTPUT_ORACLE_ABI, PORTAL_ABI } from '../contracts/abi.ts';
import { outputWait, type ProposedBlock } from './outputWait.ts';
import { type BridgeOptions, pollFor, sendCall, type UserClient } from './clients.ts';

/** A message from L2 to L1, as the message passer keeps it. */
export type Withdrawal = {
  readonly nonce: bigint;
  readonly sender: Address;
  readonly target: Address;
  /** Wei. */
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Hex;
};

/** A withdrawal that was started, and the L2 block that has it. */
export type StartedWithdrawal = {
  readonly withdrawal: Withdrawal;
  readonly l2Hash: Hash;
  readonly l2Block: bigint;
};

const PASSER_ABI = parseAbi([
  'function initiateWithdrawal(address target, uint256 gasLimit, bytes data) payable',
  'event MessagePassed(uint256 indexed nonce, address indexed sender, address indexed target, uint256 value, uint256 gasLimit, bytes data, bytes32 withdrawalHash)',
]);

/** Hash that names a withdrawal on both chains. @spec protocol/proposer.md 5 rule 2 */
export function withdrawalHash(withdrawal: Withdrawal): Hash {
  const { nonce, sender, target, value, gasLimit, data } = withdrawal;
  const types = ['uint256', 'address', 'address', 'uint256', 'uint256', 'bytes'] as const;
  const encoded = encodeAbiParameters(
    types.map((type) => ({ type })),
    [nonce, sender, target, value, gasLimit, data],
  );
  return keccak256Hex(hexToBytes(encoded));
}

/** Storage slot of the message passer that is 1 for this withdrawal. */
export function withdrawalSlot(hash: Hash): Hash {
  return keccak256Hex(concatBytes(hexToBytes(hash), new Uint8Array(32)));
}

/** Starts a withdrawal of `value` wei to `target` on L1. */
export async function initiateWithdrawal(
  user: UserClient,
  wanted: Pick<Withdrawal, 'target' | 'value' | 'gasLimit'> & { readonly data: Uint8Array },
  options: BridgeOptions = {},
): Promise<StartedWithdrawal> {
  const data = encodeFunctionData({
    abi: PASSER_ABI,
    functionName: 'initiateWithdrawal',
    args: [wanted.target, wanted.gasLimit, bytesToHex(wanted.data)],
  });
  const call = { to: MESSAGE_PASSER, data, value: wanted.value };
  const receipt = await sendCall(user, call, options);
  const l2Hash = receipt.transactionHash;
  const started = { withdrawal: messageOf(receipt.logs), l2Hash, l2Block: receipt.blockNumber };
  options.onStage?.('withdrawal started on L2', { l2Hash, l2Block: receipt.blockNumber });
  return started;
}

/** The withdrawal that an L2 transaction started, to go on with it later. */
export async function readWithdrawal(
  l2: Pick<PublicClient, 'getTransactionReceipt'>,
  l2Hash: Hash,
): Promise<StartedWithdrawal> {
  const receipt = await l2.getTransactionReceipt({ hash: l2Hash });
  return { withdrawal: messageOf(receipt.logs), l2Hash, l2Block: receipt.blockNumber };
}

/**
 * Waits for an output that covers the withdrawal and proves the withdrawal against it on L1.
 *
 * @throws Error when the L2 client's state does not give the proposed root: it, or the proposal,
 *         is wrong.
 */
export async function proveWithdrawal(
  user: UserClient,
  l2: Pick<PublicClient, 'getBlock' | 'getProof'>,
  portal: Address,
  started: StartedWithdrawal,
  options: BridgeOptions = {},
): Promise<Hash> {
  const { onStage = () => {} } = options;
  const oracle = await oracleOf(user, portal);
  const ask = () => coveringOutput(user, oracle, started.l2Block);
  let output = await ask();
  if (output === undefined) {
    onStage('waiting for an output on L1', await waitFields(user, l2, oracle, started.l2Block));
    output = await pollFor(options, ask);
  }
  const { index, root, l2Block } = output;
  onStage('output proposed on L1', { index, l2Block });
  const block = await l2.getBlock({ blockNumber: l2Block });
  const slot = withdrawalSlot(withdrawalHash(started.withdrawal));
  const proof = await l2.getProof({
    address: MESSAGE_PASSER,
    storageKeys: [slot],
    blockNumber: l2Block,
  });
  const parts = {
    stateRoot: block.stateRoot,
    messagePasserStorageRoot: proof.storageHash,
    blockHash: block.hash,
  };
  const found = outputRoot(parts);
  if (found !== root) {
    throw new Error(`output of L2 block ${l2Block}: expected \`${root}\`, L2 gives \`${found}\``);
  }
  const data = encodeFunctionData({
    abi: PORTAL_ABI,
    functionName: 'proveWithdrawalTransaction',
    args: [
      started.withdrawal,
      index,
      {
        version: OUTPUT_ROOT_VERSION_0,
        stateRoot: parts.stateRoot,
        messagePasserStorageRoot: parts.messagePasserStorageRoot,
        latestBlockhash: parts.blockHash,
      },
      proof.storageProof[0]?.proof ?? [],
    ],
  });
  const receipt = await sendCall(user, { to: portal, data, value: 0n }, options);
  onStage('withdrawal proven on L1', { l1Hash: receipt.transactionHash });
  return receipt.transactionHash;
}

/** Waits until the finalization period of a proven withdrawal is over, and finishes it on L1. */
export async function finalizeWithdrawal(
  user: UserClient,
  portal: Address,
  { withdrawal }: StartedWithdrawal,
  options: BridgeOptions = {},
): Promise<Hash> {
  const { onStage = () => {} } = options;
  const hash = withdrawalHash(withdrawal);
  const [, provenAt] = await user.reader.readContract({
    address: portal,
    abi: PORTAL_ABI,
    functionName: 'provenWithdrawals',
    args: [hash],
  });
  if (provenAt === 0n) throw new Error(`withdrawal ${hash} is not proven yet`);
  const period = await user.reader.readContract({
    address: await oracleOf(user, portal),
    abi: OUTPUT_ORACLE_ABI,
    functionName: 'FINALIZATION_PERIOD_SECONDS',
  });
  const due = provenAt + period;
  const now = (await user.reader.getBlock()).timestamp;
  const aboutSeconds = due > now ? due - now : 0n;
  onStage('waiting for the finalization period', { dueAtL1Time: due, aboutSeconds });
  await pollFor(options, async () => {
    const { timestamp } = await user.reader.getBlock();
    return timestamp > due ? true : undefined;
  });
  const data = encodeFunctionData({
    abi: PORTAL_ABI,
    functionName: 'finalizeWithdrawalTransaction',
    args: [withdrawal],
  });
  const receipt = await sendCall(user, { to: portal, data, value: 0n }, options);
  onStage('withdrawal finalized on L1', { l1Hash: receipt.transactionHash });
  return receipt.transactionHash;
}

async function oracleOf(user: UserClient, portal: Address): Promise<Address> {
  try {
    return await user.reader.readContract({
      address: portal,
      abi: PORTAL_ABI,
      functionName: 'l2Oracle',
    });
  } catch (error) {
    const message = `portal ${portal}: expected one with an L2OutputOracle`;
    throw new Error(`${message}; dispute games are not supported`, { cause: error });
  }
}

async function coveringOutput(
  { reader }: UserClient,
  address: Address,
  l2Block: bigint,
): Promise<{ index: bigint; root: Hash; l2Block: bigint } | undefined> {
  const contract = { address, abi: OUTPUT_ORACLE_ABI } as const;
  const count = await reader.readContract({ ...contract, functionName: 'nextOutputIndex' });
  const latest = await reader.readContract({ ...contract, functionName: 'latestBlockNumber' });
  if (count === 0n || latest < l2Block) return undefined;
  const index = await reader.readContract({
    ...contract,
    functionName: 'getL2OutputIndexAfter',
    args: [l2Block],
  });
  const output = await reader.readContract({
    ...contract,
    functionName: 'getL2Output',
    args: [index],
  });
  return { index, root: output.outputRoot, l2Block: output.l2BlockNumber };
}

/** Which output is waited for, and for about how long. */
async function waitFields(
  { reader }: UserClient,
  l2: Pick<PublicClient, 'getBlock'>,
  address: Address,
  l2Block: bigint,
): Promise<{ readonly forL2Block: bigint; readonly aboutSeconds: bigint | 'unknown' }> {
  const contract = { address, abi: OUTPUT_ORACLE_ABI } as const;
  const latest = await reader.readContract({ ...contract, functionName: 'latestBlockNumber' });
  const next = await reader.readContract({ ...contract, functionName: 'nextBlockNumber' });
  const count = await reader.readContract({ ...contract, functionName: 'nextOutputIndex' });
  let last: ProposedBlock | undefined;
  if (count > 0n) {
    const args = [count - 1n] as const;
    const output = await reader.readContract({ ...contract, functionName: 'getL2Output', args });
    const block = await l2.getBlock({ blockNumber: output.l2BlockNumber });
    last = { number: block.number, timestamp: block.timestamp, proposedAt: output.timestamp };
  }
  const wait = outputWait(l2Block, { latest, next }, await l2.getBlock(), last);
  return { forL2Block: wait.l2Block, aboutSeconds: wait.seconds ?? 'unknown' };
}

type PassedLog = {
  readonly address: string;
  readonly topics: readonly Hex[];
  readonly data: Hex;
};

function messageOf(logs: readonly PassedLog[]): Withdrawal {
  const log = logs.find(({ address }) => address.toLowerCase() === MESSAGE_PASSER);
  if (log === undefined) throw new Error('expected a withdrawal in the transaction, found none');
  const topics = log.topics as [Hex, ...Hex[]];
  const { args } = decodeEventLog({ abi: PASSER_ABI, topics, data: log.data });
  const { nonce, value, gasLimit, data } = args;
  const [sender, target] = [args.sender, args.target].map((a) => a.toLowerCase()) as [
    Address,
    Address,
  ];
  return { nonce, sender, target, value, gasLimit, data };
}
