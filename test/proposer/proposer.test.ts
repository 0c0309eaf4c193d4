import { encodeFunctionData, parseAbi } from 'viem/utils';
import { describe, expect, test } from 'vitest';
import { type Address, type Hash, hexToBytes } from '../../src/base/bytes.ts';
import { creationCode } from '../../src/devnet/contracts/bytecode.ts';
import { PROXY_ABI } from '../../src/devnet/contracts/abi.ts';
import { deployL1Contracts } from '../../src/devnet/l1Contracts.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import { gameFactoryTarget } from '../../src/proposer/gameFactory.ts';
import { outputOracleTarget } from '../../src/proposer/outputOracle.ts';
import { createProposer, type Proposer, type ProposerTarget } from '../../src/proposer/proposer.ts';
import type { OutputAtBlock, RollupStatus } from '../../src/sources/rollupClient.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { createL1Client } from '../../src/l1Tx/l1Client.ts';
import { lacksAnvil, mineUntil, rpc, withAnvil } from '../support/anvil.ts';
import { l1ContractOptions } from '../support/l1Contracts.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';
import { txSenderOn } from '../support/l1.ts';

const PROPOSER = devAccount(2);

/** A rollup node whose heads a test sets. */
type FakeNode = { safe: number; finalized: number; currentL1: { number: bigint; hash: Hash } };

function l2Ref(number: number): L2BlockRef {
  const hash: Hash = `0x${number.toString(16).padStart(64, '0')}`;
  const l1Origin = { number: 0n, hash };
  return {
    number: BigInt(number),
    hash,
    parentHash: hash,
    timestamp: 0n,
    l1Origin,
    sequenceNumber: 0n,
  };
}

function rootOf(number: bigint): Hash {
  return `0xaa${number.toString(16).padStart(62, '0')}`;
}

function proposerOn(url: string, node: FakeNode, target: ProposerTarget): Proposer {
  const status = (): RollupStatus => {
    const l1 = { ...node.currentL1, parentHash: node.currentL1.hash, timestamp: 0n };
    const safeL2 = l2Ref(node.safe);
    return {
      currentL1: l1,
      headL1: l1,
      unsafeL2: safeL2,
      safeL2,
      localSafeL2: safeL2,
      finalizedL2: l2Ref(node.finalized),
    };
  };
  const outputAtBlock = (number: bigint): Promise<OutputAtBlock> =>
    Promise.resolve({
      outputRoot: rootOf(number),
      block: { number, hash: rootOf(number) },
      stateRoot: rootOf(number),
      withdrawalStorageRoot: rootOf(number),
      status: status(),
    });
  return createProposer({
    node: { syncStatus: () => Promise.resolve(status()), outputAtBlock },
    target,
    txSender: txSenderOn(url, PROPOSER.key).sender,
    pollIntervalMs: 10,
    allowNonFinalized: false,
    log: SILENT_LOG,
  });
}

async function l1Head(url: string): Promise<{ number: bigint; hash: Hash }> {
  const block = await rpc<{ number: string; hash: Hash }>(url, 'eth_getBlockByNumber', [
    'latest',
    false,
  ]);
  return { number: BigInt(block.number), hash: block.hash };
}

describe.skipIf(lacksAnvil())('createProposer', () => {
  test('default: an output oracle gets each checkpoint once, restarts included', async () => {
    await withAnvil({ mining: { type: 'manual' } }, async ({ url }) => {
      await rpc(url, 'anvil_setBlockTimestampInterval', [12]);
      const { contracts } = await deployL1Contracts(l1ContractOptions(url));
      const l1 = createL1Client(createHttpClient({ url: new URL(url) }));
      const target = outputOracleTarget(l1, contracts.l2OutputOracle);
      const node: FakeNode = { safe: 9, finalized: 4, currentL1: await l1Head(url) };
      const proposer = proposerOn(url, node, target);
      expect(await proposer.step()).toMatchObject({ type: 'wait' });
      node.finalized = 5;
      expect(await proposer.step()).toMatchObject({ reason: expect.stringContaining('L1 block') });
      await rpc(url, 'evm_mine', []);
      expect(await mineUntil(url, proposer.step())).toMatchObject({
        type: 'proposed',
        output: { outputRoot: rootOf(5n) },
      });
      const restarted = proposerOn(url, node, target);
      expect(await restarted.step()).toMatchObject({ type: 'wait' });
      Object.assign(node, { finalized: 12, currentL1: await l1Head(url) });
      await rpc(url, 'evm_mine', []);
      expect(await mineUntil(url, restarted.step())).toMatchObject({
        output: { block: { number: 10n } },
      });
    });
  });

  test('error: an L1 block hash that is gone is refused before it costs anything', async () => {
    await withAnvil({ mining: { type: 'manual' } }, async ({ url }) => {
      await rpc(url, 'anvil_setBlockTimestampInterval', [12]);
      const { contracts } = await deployL1Contracts(l1ContractOptions(url));
      const l1 = createL1Client(createHttpClient({ url: new URL(url) }));
      const target = outputOracleTarget(l1, contracts.l2OutputOracle);
      const currentL1 = { ...(await l1Head(url)), hash: rootOf(1n) };
      await rpc(url, 'evm_mine', []);
      const proposer = proposerOn(url, { safe: 9, finalized: 9, currentL1 }, target);
      await expect(proposer.step()).rejects.toThrow('block hash does not match');
    });
  });

  test('behavior: a game factory gets one game per interval, restarts included', async () => {
    await withAnvil({ mining: { type: 'instant' }, timestamp: 1_700_000_000 }, async ({ url }) => {
      await rpc(url, 'anvil_setBlockTimestampInterval', [12]);
      const factory = await deployFactory(url);
      const l1 = createL1Client(createHttpClient({ url: new URL(url) }));
      const target = gameFactoryTarget(l1, {
        factory,
        gameType: 254,
        proposalInterval: 60n,
        proposer: PROPOSER.address,
      });
      const currentL1 = await l1Head(url);
      const node: FakeNode = { safe: 0, finalized: 0, currentL1 };
      expect(await proposerOn(url, node, target).step()).toMatchObject({ type: 'wait' });
      node.finalized = 7;
      expect(await proposerOn(url, node, target).step()).toMatchObject({ type: 'proposed' });
      node.finalized = 9;
      expect(await proposerOn(url, node, target).step()).toMatchObject({ type: 'wait' });
      await rpc(url, 'anvil_mine', ['0x6']);
      expect(await proposerOn(url, node, target).step()).toMatchObject({
        output: { block: { number: 9n } },
      });
      await rpc(url, 'anvil_mine', ['0x6']);
      expect(await proposerOn(url, node, target).step()).toMatchObject({
        reason: expect.stringContaining('already'),
      });
    });
  });
});

/** Keeps who made the game at its initialisation, and answers any other call with it. */
const GAME_STUB = '0x601b8060095f395ff35f3560e01c638129fc1c146016575f545f5260205ff35b325f5500';

const FACTORY_ADMIN_ABI = parseAbi([
  'function initialize(address owner)',
  'function setImplementation(uint32 gameType, address implementation)',
  'function setInitBond(uint32 gameType, uint256 bond)',
]);

async function deployFactory(url: string): Promise<Address> {
  const { address: from } = devAccount(0);
  const send = async (to: Address | undefined, data: string): Promise<Address> => {
    const hash = await rpc<Hash>(url, 'eth_sendTransaction', [
      { from, data, gas: '0x5b8d80', ...(to === undefined ? {} : { to }) },
    ]);
    for (;;) {
      const receipt = await rpc<{ contractAddress: Address; status: string } | null>(
        url,
        'eth_getTransactionReceipt',
        [hash],
      );
      if (receipt === null) continue;
      expect(receipt.status).toBe('0x1');
      return receipt.contractAddress;
    }
  };
  const implementation = await send(undefined, creationCode('DisputeGameFactory'));
  const owner = from.slice(2).padStart(64, '0');
  const proxy = await send(undefined, `${creationCode('Proxy')}${owner}`);
  const game = await send(undefined, GAME_STUB);
  const call = (functionName: 'initialize' | 'setImplementation' | 'setInitBond', args: unknown) =>
    encodeFunctionData({ abi: FACTORY_ADMIN_ABI, functionName, args } as never);
  await send(
    proxy,
    encodeFunctionData({
      abi: PROXY_ABI,
      functionName: 'upgradeToAndCall',
      args: [implementation, call('initialize', [from])],
    }),
  );
  await send(proxy, call('setImplementation', [254, game]));
  await send(proxy, call('setInitBond', [254, 8n]));
  expect(hexToBytes(proxy).length).toBe(20);
  return proxy;
}
