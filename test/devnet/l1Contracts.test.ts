import { createPublicClient, createWalletClient, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, test } from 'vitest';
import {
  OUTPUT_ORACLE_ABI,
  PORTAL_ABI,
  SYSTEM_CONFIG_ABI,
} from '../../src/devnet/contracts/abi.ts';
import { deployL1Contracts, l1ContractAddresses } from '../../src/devnet/l1Contracts.ts';
import { lacksAnvil, rpc, withAnvil } from '../support/anvil.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';
import { l1ContractOptions } from '../support/l1Contracts.ts';

const BATCHER = devAccount(1).address;

describe('l1ContractAddresses', () => {
  test('default: follow from deployer and nonce', () => {
    const first = l1ContractAddresses(devAccount(0).address);
    const later = l1ContractAddresses(devAccount(0).address, 1n);
    expect(first.superchainConfig).toBe('0x5fbdb2315678afecb367f032d93f642f64180aa3');
    expect(first.systemConfig).toBe(later.superchainConfig);
  });
});

describe.skipIf(lacksAnvil())('deployL1Contracts', () => {
  test('default: initialised contracts that take a deposit and a config change', async () => {
    await withAnvil({ mining: { type: 'manual' }, timestamp: 1_700_000_000 }, async ({ url }) => {
      await rpc(url, 'anvil_setBlockTimestampInterval', [2]);
      const { contracts, start } = await deployL1Contracts(l1ContractOptions(url));
      expect(contracts).toEqual(l1ContractAddresses(devAccount(0).address));
      const client = createPublicClient({ transport: http(url), pollingInterval: 20 });
      const system = { address: contracts.systemConfig, abi: SYSTEM_CONFIG_ABI };
      expect(await client.readContract({ ...system, functionName: 'batcherHash' })).toBe(
        `0x${BATCHER.slice(2).padStart(64, '0')}`,
      );
      expect(await client.readContract({ ...system, functionName: 'gasLimit' })).toBe(60_000_000n);
      const oracle = { address: contracts.l2OutputOracle, abi: OUTPUT_ORACLE_ABI };
      expect(await client.readContract({ ...oracle, functionName: 'nextBlockNumber' })).toBe(5n);
      expect(start.timestamp).toBe(1_700_000_004n);

      const wallet = createWalletClient({
        account: privateKeyToAccount(devAccount(4).key),
        transport: http(url),
      });
      const hash = await wallet.writeContract({
        address: contracts.optimismPortal,
        abi: PORTAL_ABI,
        functionName: 'depositTransaction',
        args: [devAccount(4).address, 1n, 100_000n, false, '0x'],
        value: 1n,
        chain: null,
        gas: 500_000n,
      });
      await rpc(url, 'evm_mine', []);
      const receipt = await client.waitForTransactionReceipt({ hash });
      expect(receipt.status).toBe('success');
      expect(receipt.logs[0]?.topics[0]).toBe(
        '0xb3813568d9991fc951961fcb4c784893574240a28925604d09fc577c55bb7c32',
      );
    });
  });
});
