import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeFunctionData } from 'viem/utils';
import { encodeJsonExact } from '../../../src/base/json.ts';
import { keccak256Hex } from '../../../src/base/hash.ts';
import { createUserClient, sendCall } from '../../../src/devnet/bridge/clients.ts';
import { deposit } from '../../../src/devnet/bridge/deposit.ts';
import {
  finalizeWithdrawal,
  initiateWithdrawal,
  proveWithdrawal,
  readWithdrawal,
} from '../../../src/devnet/bridge/withdrawal.ts';
import { OUTPUT_ORACLE_ABI } from '../../../src/devnet/contracts/abi.ts';
import { buildGenesis } from '../../../src/devnet/genesis/buildGenesis.ts';
import { toGenesisJson } from '../../../src/devnet/genesis/genesisJson.ts';
import { deployL1Contracts } from '../../../src/devnet/l1Contracts.ts';
import { outputRoot } from '../../../src/protocol/outputRoot.ts';
import { lacksAnvil, rpc, withAnvil } from '../../support/anvil.ts';
import { devAccount } from '../../../src/devnet/devAccounts.ts';
import { genesisOptions } from '../../support/genesis.ts';
import { l1ContractOptions } from '../../support/l1Contracts.ts';

const ALICE = devAccount(5);
const PASSER = '0x4200000000000000000000000000000000000016';
const QUICK = { pollMs: 5 };

describe.skipIf(lacksAnvil())('proveWithdrawal', () => {
  /** A plain EVM chain with our genesis stands in for the L2: only its state is looked at. */
  test('default: from deposit to finalized withdrawal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-'));
    const schedule = { atGenesis: 'ecotone', until: 'ecotone', upgradeEvery: 0n } as const;
    const { genesis } = await buildGenesis(genesisOptions(schedule));
    const initFile = join(folder, 'genesis.json');
    writeFileSync(initFile, encodeJsonExact(toGenesisJson(genesis)));
    const l1Options = { mining: { type: 'instant' } } as const;
    const l2Options = { mining: { type: 'instant' }, chainId: 901, initFile } as const;
    await withAnvil(l1Options, ({ url }) => withAnvil(l2Options, (l2) => journey(url, l2.url)));
    rmSync(folder, { recursive: true });
  });
});

async function journey(l1Url: string, l2Url: string): Promise<void> {
  await rpc(l1Url, 'anvil_setBlockTimestampInterval', [2]);
  const { contracts } = await deployL1Contracts(l1ContractOptions(l1Url));
  const portal = contracts.optimismPortal;
  const alice = createUserClient(l1Url, ALICE.key);
  const aliceOnL2 = createUserClient(l2Url, ALICE.key);
  const wanted = { to: ALICE.address, value: 5n, gasLimit: 100_000n, data: new Uint8Array(0) };
  const stages: string[] = [];
  const options = { ...QUICK, onStage: (stage: string) => stages.push(stage) };

  const deposited = await deposit(alice, portal, wanted, undefined, options);
  expect(deposited.l2Hash).toMatch(/^0x[\da-f]{64}$/);
  expect(deposited.l2Block).toBe(undefined);

  const target = `0x${'77'.repeat(20)}` as const;
  const message = { target, value: 3n, gasLimit: 100_000n, data: new Uint8Array(0) };
  const started = await initiateWithdrawal(aliceOnL2, message, options);
  expect(await readWithdrawal(aliceOnL2.reader, started.l2Hash)).toEqual(started);
  await rpc(l2Url, 'anvil_mine', ['0x8']);
  await propose(l1Url, l2Url, contracts.l2OutputOracle, 5n);

  await proveWithdrawal(alice, aliceOnL2.reader, portal, started, options);
  await rpc(l1Url, 'anvil_mine', ['0x8']);
  await finalizeWithdrawal(alice, portal, started, options);
  expect(BigInt(await rpc(l1Url, 'eth_getBalance', [target, 'latest']))).toBe(3n);
  expect(stages).toEqual([
    'deposited on L1',
    'withdrawal started on L2',
    'output proposed on L1',
    'withdrawal proven on L1',
    'waiting for the finalization period',
    'withdrawal finalized on L1',
  ]);
  await expect(finalizeWithdrawal(alice, portal, started, options)).rejects.toThrow();
}

/** Proposes the root of an L2 block, computed from what the L2 says. */
async function propose(
  l1Url: string,
  l2Url: string,
  oracle: `0x${string}`,
  number: bigint,
): Promise<void> {
  const { reader } = createUserClient(l2Url, ALICE.key);
  const block = await reader.getBlock({ blockNumber: number });
  const slot = keccak256Hex(new Uint8Array(0));
  const proof = await reader.getProof({
    address: PASSER,
    storageKeys: [slot],
    blockNumber: number,
  });
  const root = outputRoot({
    stateRoot: block.stateRoot,
    messagePasserStorageRoot: proof.storageHash,
    blockHash: block.hash,
  });
  const data = encodeFunctionData({
    abi: OUTPUT_ORACLE_ABI,
    functionName: 'proposeL2Output',
    args: [root, number, `0x${'00'.repeat(32)}`, 0n],
  });
  await rpc(l1Url, 'anvil_mine', ['0x8']);
  await sendCall(
    createUserClient(l1Url, devAccount(2).key),
    { to: oracle, data, value: 0n },
    QUICK,
  );
}
