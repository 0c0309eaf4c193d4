import { describe, expect, test } from 'vitest';
import { encodeFunctionData, parseAbi } from 'viem/utils';
import { type Hash, hexToBytes, ZERO_HASH } from '../../../src/base/bytes.ts';
import { assert } from '../../../src/base/errors.ts';
import { buildAttributes } from '../../../src/derive/attributesBuilder.ts';
import { buildGenesis } from '../../../src/devnet/genesis/buildGenesis.ts';
import type { ForkSchedule } from '../../../src/devnet/genesis/forkSchedule.ts';
import { predeployAddress } from '../../../src/devnet/genesis/predeploys.ts';
import { devL1ChainConfig } from '../../../src/devnet/l1Chain.ts';
import { buildBlock } from '../../../src/execution/buildBlock.ts';
import { createEthereumjsEvm } from '../../../src/execution/evm/ethereumjs/createEvm.ts';
import { applyGenesis } from '../../../src/execution/genesis.ts';
import { openState, storageOf } from '../../../src/execution/state/worldState.ts';
import { localSigner } from '../../../src/l1Tx/signer.ts';
import { signL1Tx } from '../../../src/l1Tx/l1Transaction.ts';
import { FORKS, isActivationBlock } from '../../../src/protocol/forks.ts';
import type { L1Block } from '../../../src/protocol/l1Block.ts';
import { l2BlockRef } from '../../../src/protocol/l2BlockRef.ts';
import { systemConfigOfL2Block } from '../../../src/protocol/systemConfigOfL2Block.ts';
import { devAccount } from '../../../src/devnet/devAccounts.ts';
import { genesisOptions } from '../../support/genesis.ts';

const ALICE = devAccount(5);
const MESSENGER_ABI = parseAbi([
  'function sendMessage(address target, bytes message, uint32 minGasLimit) payable',
]);

const PASSER_ABI = parseAbi([
  'function initiateWithdrawal(address target, uint256 gasLimit, bytes data) payable',
]);

/** Runs a chain of L2 blocks of one epoch on the genesis, each with a withdrawal. */
async function runChain(schedule: ForkSchedule, blocks: number, call = MESSENGER_CALL) {
  const { genesis, rollup } = await buildGenesis(genesisOptions(schedule));
  const l1Chain = devL1ChainConfig(rollup.l1ChainId);
  const builder = { config: genesis.config, evm: await createEthereumjsEvm(rollup.l2ChainId) };
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const first = applyGenesis(genesis, state);
  const origin: L1Block = {
    ref: { ...rollup.genesis.l1, parentHash: ZERO_HASH, timestamp: rollup.genesis.l2Time },
    baseFee: 1_000_000_000n,
    mixHash: ZERO_HASH,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH,
    inboxTxs: [],
    logs: [],
  };
  const hashes: Hash[] = [first.hash];
  let parent: Parameters<typeof buildBlock>[1] = first;
  let nonce = 0n;
  let transactions: readonly Uint8Array[] = [];
  for (let i = 0; i < blocks; i++) {
    const { number, parentHash, timestamp, gasLimit, extraData } = parent.header;
    const block = {
      number,
      hash: parent.hash,
      parentHash,
      timestamp,
      gasLimit,
      extraData,
      transactions,
    };
    const safe = {
      ref: l2BlockRef(rollup, block),
      systemConfig: systemConfigOfL2Block(rollup, block),
    };
    const time = timestamp + rollup.blockTime;
    const isUpgrade = FORKS.some((fork) =>
      isActivationBlock(rollup.forkTimes, fork, time, rollup.blockTime),
    );
    const user = isUpgrade ? [] : [await withdrawal(nonce++, call)];
    const built = buildAttributes({ rollup, l1Chain }, safe, origin, user);
    assert(built.type === 'built', 'attributes can be built');
    const blockHash = (wanted: bigint): Hash => hashes[Number(wanted)] ?? ZERO_HASH;
    const outcome = await buildBlock(builder, parent, built.attributes, state, blockHash);
    assert(outcome.type === 'sealed', `block ${i + 1}: ${JSON.stringify(outcome, show)}`);
    const failed = outcome.block.receipts.findIndex(({ succeeded }) => !succeeded);
    expect(failed, `a failed transaction in block ${i + 1}`).toBe(-1);
    parent = outcome.block;
    hashes.push(parent.hash);
    transactions = outcome.block.transactions;
  }
  return { state, rollup, parent };
}

function show(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

/** A withdrawal by the messenger, which needs L1Block to tell its gas token. */
const MESSENGER_CALL = {
  to: predeployAddress(0x07),
  data: encodeFunctionData({
    abi: MESSENGER_ABI,
    functionName: 'sendMessage',
    args: [ALICE.address, '0x', 100_000],
  }),
};

/** A withdrawal by the message passer itself. */
const PASSER_CALL = {
  to: predeployAddress(0x16),
  data: encodeFunctionData({
    abi: PASSER_ABI,
    functionName: 'initiateWithdrawal',
    args: [ALICE.address, 100_000n, '0x'],
  }),
};

async function withdrawal(nonce: bigint, call: typeof MESSENGER_CALL): Promise<Uint8Array> {
  const tx = {
    chainId: 901n,
    nonce,
    fees: { tip: 0n, feeCap: 10n ** 10n, blobFeeCap: undefined },
    gas: 500_000n,
    to: call.to,
    value: 1n,
    data: hexToBytes(call.data),
    sidecar: undefined,
  };
  return hexToBytes((await signL1Tx(tx, localSigner(ALICE.key))).raw);
}

describe('buildGenesis', () => {
  test('behavior: every fork from Bedrock to Karst, one after the other', async () => {
    const schedule = { atGenesis: 'bedrock', until: 'karst', upgradeEvery: 4n } as const;
    const { parent, rollup } = await runChain(schedule, 22, PASSER_CALL);
    expect(parent.header.timestamp).toBeGreaterThan(rollup.forkTimes.karst as bigint);
  });

  test('behavior: every fork from Ecotone on, the messenger all the way', async () => {
    const schedule = { atGenesis: 'ecotone', until: 'karst', upgradeEvery: 4n } as const;
    const { parent, rollup } = await runChain(schedule, 14);
    expect(parent.header.timestamp).toBeGreaterThan(rollup.forkTimes.karst as bigint);
  });

  test.each(['ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'] as const)(
    'behavior: %s at genesis has contracts that work with it',
    async (fork) => {
      const schedule = { atGenesis: fork, until: fork, upgradeEvery: 0n } as const;
      const { state } = await runChain(schedule, 2);
      // The L1 block's number, written by the L1 attributes transaction.
      const number = storageOf(state, predeployAddress(0x15), 0n) & ((1n << 64n) - 1n);
      expect(number).toBe(4n);
    },
  );
});
