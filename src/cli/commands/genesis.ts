import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import type { Address, Hex } from '../../base/bytes.ts';
import { encodeJsonExact, type JsonValue } from '../../base/json.ts';
import { DEV_ROLES, devAccount } from '../../devnet/devAccounts.ts';
import { devFunds } from '../../devnet/devL1.ts';
import {
  buildGenesis,
  DEFAULT_CHAIN_OP_CONFIG,
  type GenesisOptions,
} from '../../devnet/genesis/buildGenesis.ts';
import { SCHEDULE_FORKS } from '../../devnet/genesis/forkSchedule.ts';
import { toGenesisJson } from '../../devnet/genesis/genesisJson.ts';
import { devL1ConfigJson } from '../../devnet/l1Chain.ts';
import { deployL1Contracts, type L1ContractOptions } from '../../devnet/l1Contracts.ts';
import { makeFolder } from '../../storage/folder.ts';
import { installNative } from '../../native/install.ts';
import type { Fork } from '../../protocol/forks.ts';
import { toRollupConfigJson } from '../../protocol/rollupConfigJson.ts';
import { createHttpClient } from '../../transport/http.ts';
import { createL1Client } from '../../l1Tx/l1Client.ts';
import { type CliIo, pathArgument } from '../io.ts';
import { readAddress, readHttpUrl, readKey, readNumber, readPositive } from '../values.ts';

/** What every new chain has, until someone needs another value. */
const CHAIN = {
  gasLimit: 60_000_000n,
  baseFeeScalar: 1368,
  blobBaseFeeScalar: 810_949,
  channelTimeout: 300n,
  maxSequencerDrift: 600n,
} as const;

type GenesisFlags = {
  readonly l1: string;
  readonly out: string;
  readonly deployerKey: Hex;
  readonly l2ChainId: bigint;
  readonly blockTime: bigint;
  readonly seqWindowSize: bigint;
  readonly fork: Fork | 'bedrock';
  readonly until: Fork | 'bedrock';
  readonly upgradeEvery: bigint;
  readonly batcher: Address;
  readonly proposer: Address;
  readonly sequencer: Address;
  readonly submissionInterval: bigint;
  readonly finalizationPeriod: bigint;
};

/** Adds `headwater genesis`: deploys a new chain's L1 contracts and writes its files. */
export function registerGenesis(program: Command, io: CliIo): void {
  const role = (name: keyof typeof DEV_ROLES): Address => devAccount(DEV_ROLES[name]).address;
  program
    .command('genesis')
    .description(
      'Deploys the L1 contracts of a new chain and writes rollup.json, genesis.json, ' +
        'l1-config.json and l1-contracts.json. Keys and addresses that are not given are those ' +
        'of the mnemonic every development chain knows.',
    )
    .requiredOption('--l1 <url>', 'RPC of a development L1', readHttpUrl)
    .option('--out <dir>', 'folder for the files', '.')
    .option('--deployer-key <key>', 'owner of the contracts', readKey, devAccount(0).key)
    .option('--l2-chain-id <id>', 'chain id of the L2', readPositive, 901n)
    .option('--block-time <seconds>', 'time between L2 blocks', readPositive, 2n)
    .option('--seq-window-size <blocks>', 'sequencing window, L1 blocks', readPositive, 3600n)
    .addOption(forkOption('--fork <name>', 'newest fork active at genesis', 'karst'))
    .addOption(forkOption('--until <name>', 'last fork that activates', 'karst'))
    .option('--upgrade-every <seconds>', 'time between later forks', readNumber, 0n)
    .option('--batcher <address>', 'who may write batches', readAddress, role('batcher'))
    .option('--proposer <address>', 'who may propose outputs', readAddress, role('proposer'))
    .option('--sequencer <address>', 'who signs unsafe blocks', readAddress, role('sequencer'))
    .option('--submission-interval <blocks>', 'L2 blocks between outputs', readPositive, 10n)
    .option('--finalization-period <seconds>', 'wait of a withdrawal', readNumber, 12n)
    .action(async (options) => {
      await installNative();
      await runGenesis(options as GenesisFlags, io);
    });
}

function forkOption(flags: string, about: string, standard: Fork) {
  return new Option(flags, about).choices(SCHEDULE_FORKS).default(standard);
}

async function runGenesis(flags: GenesisFlags, io: CliIo): Promise<void> {
  const folder = pathArgument(flags.out, io);
  makeFolder(folder, 'out');
  const http = createHttpClient({ url: new URL(flags.l1) });
  const l1ChainId = await createL1Client(http).chainId();
  http.close();
  const batchInbox = inboxOf(flags.l2ChainId);
  io.stderr.write('deploying L1 contracts…\n');
  const { contracts, start } = await deployL1Contracts(contractOptions(flags, batchInbox));
  io.stderr.write('building the genesis…\n');
  const options: GenesisOptions = {
    ...CHAIN,
    l1Start: start,
    l1ChainId,
    l1Contracts: contracts,
    l2ChainId: flags.l2ChainId,
    batchInbox,
    batcher: flags.batcher,
    owner: devAccount(DEV_ROLES.deployer).address,
    funded: devFunds(),
    blockTime: flags.blockTime,
    seqWindowSize: flags.seqWindowSize,
    schedule: { atGenesis: flags.fork, until: flags.until, upgradeEvery: flags.upgradeEvery },
    chainOpConfig: DEFAULT_CHAIN_OP_CONFIG,
  };
  const { genesis, rollup } = await buildGenesis(options);
  const files: { readonly [name: string]: JsonValue } = {
    'rollup.json': toRollupConfigJson(rollup),
    'genesis.json': toGenesisJson(genesis),
    'l1-config.json': devL1ConfigJson(l1ChainId),
    'l1-contracts.json': contracts,
  };
  for (const [name, json] of Object.entries(files)) {
    writeFileSync(join(folder, name), `${encodeJsonExact(json)}\n`);
  }
  const { l1, l2 } = rollup.genesis;
  io.stdout.write(`L1 block ${l1.number} ${l1.hash}\nL2 genesis ${l2.hash}\n`);
}

function contractOptions(flags: GenesisFlags, batchInbox: Address): L1ContractOptions {
  return {
    ...CHAIN,
    l1Url: flags.l1,
    deployerKey: flags.deployerKey,
    batcher: flags.batcher,
    proposer: flags.proposer,
    challenger: devAccount(DEV_ROLES.deployer).address,
    unsafeBlockSigner: flags.sequencer,
    batchInbox,
    l2BlockTime: flags.blockTime,
    submissionIntervalL2Blocks: flags.submissionInterval,
    finalizationPeriod: flags.finalizationPeriod,
  };
}

/** An address that nobody has the key of: `0xff`, zeros, the L2 chain id in decimal digits. */
function inboxOf(l2ChainId: bigint): Address {
  return `0xff${l2ChainId.toString().padStart(38, '0')}`;
}
