import type { Command } from '@commander-js/extra-typings';
import type { Address, Hash, Hex } from '../../base/bytes.ts';
import { hexToBytes } from '../../base/bytes.ts';
import { type BridgeEnds, checkChains } from '../../devnet/bridge/checkChains.ts';
import { createUserClient, type OnStage } from '../../devnet/bridge/clients.ts';
import { deposit } from '../../devnet/bridge/deposit.ts';
import {
  finalizeWithdrawal,
  initiateWithdrawal,
  proveWithdrawal,
  readWithdrawal,
} from '../../devnet/bridge/withdrawal.ts';
import { installNative } from '../../native/install.ts';
import { parseRollupConfig } from '../../protocol/rollupConfigJson.ts';
import { UsageError } from '../exit.ts';
import { interruptSignal } from '../interrupt.ts';
import { parseJsonFile } from '../files.ts';
import { type CliIo, pathArgument } from '../io.ts';
import {
  readAddress,
  readEther,
  readHash,
  readHexBytes,
  readHttpUrl,
  readKey,
  readUint64,
} from '../values.ts';

/** Adds `headwater deposit`: brings ether or a call from L1 to L2. */
export function registerDeposit(program: Command, io: CliIo): void {
  program
    .command('deposit')
    .description(
      'Deposits through the portal on L1 and, where an L2 is given, waits until the deposit has ' +
        'arrived there. Each stage is told on its own line.',
    )
    .requiredOption('--l1 <url>', 'RPC of L1', readHttpUrl)
    .option('--l2 <url>', 'RPC of L2, to wait for the deposit', readHttpUrl)
    .option('--portal <address>', 'the portal; else that of --rollup.config', readAddress)
    .option('--rollup.config <file>', 'rollup.json of the chain')
    .requiredOption('--private-key <key>', 'who deposits', readKey)
    .option('--to <address>', 'recipient on L2; the sender itself when left out', readAddress)
    .option('--value <ether>', 'how much', readEther, 0n)
    .option('--gas-limit <gas>', 'gas of the call on L2', readUint64, 100_000n)
    .option('--data <hex>', 'calldata of the call on L2', readHexBytes, '0x' as Hex)
    .action(async (options) => {
      await installNative();
      const bridge = bridgeOf(options, io);
      const user = createUserClient(options.l1, options.privateKey);
      const { to = user.address, value, gasLimit } = options;
      const l2 =
        options.l2 === undefined
          ? undefined
          : createUserClient(options.l2, options.privateKey).reader;
      const wanted = { to, value, gasLimit, data: hexToBytes(options.data) };
      await checkChains({ l1: user.reader, l2, ...bridge });
      await deposit(user, bridge.portal, wanted, l2, waiting(io));
    });
}

/** Adds `headwater withdraw`: brings ether or a call from L2 to L1. */
export function registerWithdraw(program: Command, io: CliIo): void {
  program
    .command('withdraw')
    .description(
      'Starts a withdrawal on L2, proves it on L1 once an output covers it, waits for the ' +
        'finalization period and finishes it. With --tx it goes on with one that was started ' +
        'before; --stop-after ends early.',
    )
    .requiredOption('--l1 <url>', 'RPC of L1', readHttpUrl)
    .requiredOption('--l2 <url>', 'RPC of L2', readHttpUrl)
    .option('--portal <address>', 'the portal; else that of --rollup.config', readAddress)
    .option('--rollup.config <file>', 'rollup.json of the chain')
    .requiredOption('--private-key <key>', 'who withdraws', readKey)
    .option('--tx <hash>', 'L2 transaction of a withdrawal that was started before', readHash)
    .option('--proven', 'with --tx: it has been proven already')
    .option('--to <address>', 'recipient on L1; the sender itself when left out', readAddress)
    .option('--value <ether>', 'how much', readEther, 0n)
    .option('--gas-limit <gas>', 'gas of the call on L1', readUint64, 100_000n)
    .option('--data <hex>', 'calldata of the call on L1', readHexBytes, '0x' as Hex)
    .option('--stop-after <stage>', 'initiate or prove')
    .action(async (options) => {
      await installNative();
      await withdraw(options, bridgeOf(options, io), io);
    });
}

type WithdrawFlags = {
  readonly l1: string;
  readonly l2: string;
  readonly privateKey: Hex;
  readonly tx?: Hash | undefined;
  readonly proven?: true | undefined;
  readonly to?: Address | undefined;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Hex;
  readonly stopAfter?: string | undefined;
};

async function withdraw(flags: WithdrawFlags, bridge: Bridge, io: CliIo): Promise<void> {
  const { stopAfter, gasLimit, value } = flags;
  assertStages(flags);
  const options = waiting(io);
  const onL1 = createUserClient(flags.l1, flags.privateKey);
  const onL2 = createUserClient(flags.l2, flags.privateKey);
  await checkChains({ l1: onL1.reader, l2: onL2.reader, ...bridge });
  const { portal } = bridge;
  const wanted = {
    target: flags.to ?? onL1.address,
    value,
    gasLimit,
    data: hexToBytes(flags.data),
  };
  const started =
    flags.tx === undefined
      ? await initiateWithdrawal(onL2, wanted, options)
      : await readWithdrawal(onL2.reader, flags.tx);
  if (stopAfter === 'initiate') return;
  let isProven = flags.proven === true;
  try {
    if (!isProven) await proveWithdrawal(onL1, onL2.reader, portal, started, options);
    isProven = true;
    if (stopAfter === 'prove') return;
    await finalizeWithdrawal(onL1, portal, started, options);
  } catch (error) {
    const done = `--tx ${started.l2Hash}${isProven ? ' --proven' : ''}`;
    io.stderr.write(`The withdrawal is not lost: the same command with ${done} goes on with it.\n`);
    throw error;
  }
}

function waiting(io: CliIo): { readonly signal: AbortSignal; readonly onStage: OnStage } {
  const onStage: OnStage = (stage, fields) => {
    const facts = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
    io.stdout.write(`${[stage, ...facts].join(' ')}\n`);
  };
  return { signal: interruptSignal(), onStage };
}

/** What was done before and where to end must leave something to do. @throws UsageError */
function assertStages({ stopAfter, tx, proven }: WithdrawFlags): void {
  if (stopAfter !== undefined && stopAfter !== 'initiate' && stopAfter !== 'prove') {
    throw new UsageError(`--stop-after: expected initiate or prove, found \`${stopAfter}\``);
  }
  if (proven === true && tx === undefined) {
    throw new UsageError('--proven: expected --tx with the withdrawal that was proven, found none');
  }
  if (
    (tx !== undefined && stopAfter === 'initiate') ||
    (proven === true && stopAfter === 'prove')
  ) {
    throw new UsageError(`--stop-after ${stopAfter}: nothing is left to do before that`);
  }
}

type Bridge = Pick<BridgeEnds, 'portal' | 'chainIds'>;

function bridgeOf(
  options: { readonly portal?: Address | undefined; readonly 'rollup.config'?: string | undefined },
  io: CliIo,
): Bridge {
  const file = options['rollup.config'];
  if (file === undefined) {
    if (options.portal === undefined) throw new UsageError('--portal or --rollup.config is needed');
    return { portal: options.portal, chainIds: undefined };
  }
  const config = parseJsonFile(pathArgument(file, io), (json) => parseRollupConfig(json, () => {}));
  const { l1ChainId, l2ChainId, depositContractAddress } = config;
  const portal = options.portal ?? depositContractAddress;
  return { portal, chainIds: { l1: l1ChainId, l2: l2ChainId } };
}
