import { verifyMerkleProof } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import {
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  hexToBytes,
  http,
  keccak256,
  parseAbi,
  parseEther,
  toHex,
  webSocket,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bigintToMinimalBytes } from '../../../src/base/bytes.ts';
import {
  readWithdrawal,
  withdrawalHash,
  withdrawalSlot,
} from '../../../src/devnet/bridge/withdrawal.ts';
import { devAccount } from '../../../src/devnet/devAccounts.ts';
import { outputRoot } from '../../../src/protocol/outputRoot.ts';
import { MESSAGE_PASSER } from '../../../src/protocol/predeploys.ts';
import { type SequencedChain, startSequencedChain } from '../../support/sequencedChain.ts';

const CHAIN = {
  id: 901,
  name: 'test',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [] } },
} as const;

const ACCOUNT = privateKeyToAccount(devAccount(5).key);
const OTHER = `0x${'0e'.repeat(20)}` as const;
const PASSER_ABI = parseAbi(['function initiateWithdrawal(address, uint256, bytes) payable']);

let chain: SequencedChain;
beforeAll(async () => {
  chain = await startSequencedChain();
});
afterAll(() => chain.close());

function clients() {
  const transport = http(chain.httpUrl.href);
  return {
    reader: createPublicClient({ chain: CHAIN, transport, pollingInterval: 20 }),
    wallet: createWalletClient({ chain: CHAIN, transport, account: ACCOUNT }),
  };
}

describe('viem as a client of the served engine', () => {
  test('balances, a transfer, its receipt with the fees of OP chains', async () => {
    const { reader, wallet } = clients();
    expect(await reader.getChainId()).toBe(901);
    expect(await reader.getBalance({ address: ACCOUNT.address })).toBe(parseEther('10000'));
    const hash = await wallet.sendTransaction({ to: OTHER, value: 12_345n });
    expect((await reader.getTransaction({ hash })).blockHash).toBeNull();
    expect(
      await reader.getTransactionCount({ address: ACCOUNT.address, blockTag: 'pending' }),
    ).toBe(1);
    const blockHash = await chain.sequence();
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt).toMatchObject({ status: 'success', blockHash, transactionIndex: 1 });
    expect(receipt).toMatchObject({ l1GasPrice: '0x3b9aca00', daFootprintGasScalar: '0x190' });
    expect(await reader.getBalance({ address: OTHER })).toBe(12_345n);
    const { transactions } = await reader.getBlock({ blockHash, includeTransactions: true });
    expect(transactions.map((tx) => tx.hash).at(-1)).toBe(hash);
    const l1Fee = BigInt((receipt as unknown as { l1Fee: string }).l1Fee);
    const cost = 12_345n + l1Fee + receipt.gasUsed * receipt.effectiveGasPrice;
    const left = await reader.getBalance({ address: ACCOUNT.address });
    expect(left).toBe(parseEther('10000') - cost);
  });

  test('a withdrawal: its log, and a proof that others can check', async () => {
    const { reader, wallet } = clients();
    const data = encodeFunctionData({
      abi: PASSER_ABI,
      functionName: 'initiateWithdrawal',
      args: [ACCOUNT.address, 100_000n, '0x1234'],
    });
    const hash = await wallet.sendTransaction({ to: MESSAGE_PASSER, data, value: 7n });
    const blockHash = await chain.sequence();
    const receipt = await reader.waitForTransactionReceipt({ hash });
    const { blockNumber } = receipt;
    const logs = await reader.getLogs({
      address: MESSAGE_PASSER,
      fromBlock: 0n,
      toBlock: blockNumber,
    });
    expect(logs).toEqual(receipt.logs);
    const { withdrawal } = await readWithdrawal(reader, hash);
    const slot = withdrawalSlot(withdrawalHash(withdrawal));
    const [block, proof] = await Promise.all([
      reader.getBlock({ blockHash }),
      reader.getProof({ address: MESSAGE_PASSER, storageKeys: [slot], blockNumber }),
    ]);
    const account = await verified(MESSAGE_PASSER, proof.accountProof, block.stateRoot);
    expect(account.map((item) => toHex(item))).toEqual([
      minimal(BigInt(proof.nonce)),
      minimal(proof.balance),
      proof.storageHash,
      proof.codeHash,
    ]);
    const [stored] = proof.storageProof;
    const value = await verified(slot, stored?.proof ?? [], proof.storageHash);
    expect(toHex(value as unknown as Uint8Array)).toBe('0x01');
    expect(stored?.value).toBe(1n);
    const root = outputRoot({
      stateRoot: block.stateRoot,
      messagePasserStorageRoot: proof.storageHash,
      blockHash,
    });
    expect(root).toBe(chain.engine.outputRoot(blockHash));
  });

  test('proofs of what is not there', async () => {
    const { reader } = clients();
    const block = await reader.getBlock();
    const nobody = `0x${'77'.repeat(20)}` as const;
    const slot = `0x${'99'.repeat(32)}` as const;
    const proof = await reader.getProof({ address: nobody, storageKeys: [slot] });
    const key = hexToBytes(keccak256(nobody));
    const nodes = proof.accountProof.map((node) => hexToBytes(node));
    const root = hexToBytes(block.stateRoot);
    expect(toHex(hashOf(nodes[0]))).toBe(toHex(root));
    expect(await verifyMerkleProof(key, nodes)).toBeNull();
    expect(proof).toMatchObject({ balance: 0n, nonce: 0 });
    expect(proof.storageProof).toEqual([{ key: slot, value: 0n, proof: [] }]);
  });

  test('contracts: estimate, deploy, call, revert, storage', async () => {
    const { reader, wallet } = clients();
    // Returns 42 when called without data; else reverts with it.
    const code = '0x36600c57602a5f5260205ff35b365f5f37365ffd';
    const length = (code.length - 2) / 2;
    const bytecode = `0x60${length.toString(16)}80600a5f395ff300${code.slice(2)}` as const;
    const hash = await wallet.sendTransaction({ data: bytecode });
    await chain.sequence();
    const { contractAddress, status, gasUsed } = await reader.waitForTransactionReceipt({ hash });
    expect(status).toBe('success');
    const to = contractAddress as `0x${string}`;
    expect(await reader.getCode({ address: to })).toBe(code);
    expect((await reader.call({ to })).data).toBe(toHex(42, { size: 32 }));
    await expect(reader.call({ to, data: '0x1234' })).rejects.toThrow(/revert/);
    const estimate = await reader.estimateGas({ account: ACCOUNT.address, data: bytecode });
    expect(estimate).toBeGreaterThanOrEqual(gasUsed);
    expect(Number(estimate)).toBeLessThan(Number(gasUsed) * 1.05);
    const overridden = await reader.call({
      to: OTHER,
      stateOverride: [{ address: OTHER, code }],
    });
    expect(overridden.data).toBe(toHex(42, { size: 32 }));
    expect(await reader.getStorageAt({ address: to, slot: '0x0' })).toBe(`0x${'00'.repeat(32)}`);
  });

  test('fees', async () => {
    const { reader } = clients();
    const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [50] });
    expect(history.baseFeePerGas).toHaveLength(3);
    expect(history.reward).toHaveLength(2);
    expect(await reader.estimateMaxPriorityFeePerGas()).toBe(1_000_000n);
    expect(await reader.getGasPrice()).toBeGreaterThan(1_000_000n);
  });

  test('subscriptions to heads and logs over WebSocket, filters over HTTP', async () => {
    const { wallet, reader } = clients();
    const url = `ws://127.0.0.1:${chain.server.ws?.port}`;
    const listener = createPublicClient({ chain: CHAIN, transport: webSocket(url) });
    const filter = await reader.createEventFilter({ address: MESSAGE_PASSER });
    const seen: string[] = [];
    const both = new Promise<void>((resolve) => {
      const note = (what: string): void => {
        seen.push(what);
        if (seen.length === 2) resolve();
      };
      listener.watchBlocks({ onBlock: (block) => note(`block ${block.hash}`) });
      listener.watchEvent({
        address: MESSAGE_PASSER,
        onLogs: (logs) => note(`log ${logs[0]?.transactionHash}`),
      });
    });
    // Both subscriptions stand when this call on the same connection has been answered.
    await listener.getChainId();
    const hash = await wallet.sendTransaction({ to: MESSAGE_PASSER, value: 1n });
    const blockHash = await chain.sequence();
    await both;
    expect(seen.toSorted()).toEqual([`block ${blockHash}`, `log ${hash}`]);
    expect(await reader.getFilterChanges({ filter })).toMatchObject([{ transactionHash: hash }]);
    expect(await reader.getFilterChanges({ filter })).toEqual([]);
    (await listener.transport.getRpcClient()).close();
  });
});

/** A quantity as RLP holds it. */
function minimal(value: bigint): string {
  return toHex(bigintToMinimalBytes(value));
}

/** Decoded value that a proof of RLP nodes proves under the hash of `key`. */
async function verified(
  key: `0x${string}`,
  proof: readonly `0x${string}`[],
  root: `0x${string}`,
): Promise<readonly Uint8Array[]> {
  const nodes = proof.map((node) => hexToBytes(node));
  expect(toHex(hashOf(nodes[0]))).toBe(root);
  const value = await verifyMerkleProof(hexToBytes(keccak256(key)), nodes);
  return RLP.decode(value ?? undefined) as unknown as readonly Uint8Array[];
}

function hashOf(node: Uint8Array | undefined): Uint8Array {
  return hexToBytes(keccak256(node ?? new Uint8Array(0)));
}
