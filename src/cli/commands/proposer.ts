import type { Command } from '@commander-js/extra-typings';
import type { Address } from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { installNative } from '../../native/install.ts';
import { plain } from '../../node/rpc/rpcMethods.ts';
import { gameFactoryTarget } from '../../proposer/gameFactory.ts';
import { outputOracleTarget } from '../../proposer/outputOracle.ts';
import { createProposer, type ProposerTarget } from '../../proposer/proposer.ts';
import { PROPOSER_METRICS, proposedGauges } from '../../proposer/proposerMetrics.ts';
import { createRollupClient } from '../../sources/rollupClient.ts';
import { sleep } from '../../transport/abort.ts';
import type { TxSender } from '../../l1Tx/txSender.ts';
import type { L1Client } from '../../l1Tx/l1Client.ts';
import {
  addGoFlags,
  atLeastMs,
  type GoFlag,
  type GoFlagValues,
  LEAST_POLL_MS,
  readGoFlags,
} from '../goFlags.ts';
import { interruptSignal, untilAborted, untilStopped } from '../interrupt.ts';
import type { CliIo } from '../io.ts';
import { flag, refuseUnsupported, SERVICE_FLAGS, TX_SENDER_FLAGS } from '../roleFlags.ts';
import { addressOf, endpointOf, roleLog, roleServer, roleSetup } from '../roleSetup.ts';
import { createRoleMetrics } from '../roleMetrics.ts';
import { servedRollup } from '../servedRollup.ts';
import { VERSION } from '../version.ts';

const NO_SUPER = 'super roots; not supported';

/** op-proposer's flags with its defaults, and those of its versions with an output oracle. */
export const PROPOSER_FLAGS: readonly GoFlag[] = [
  flag('l1-eth-rpc', 'string', undefined, 'URL of an L1 execution client'),
  flag('rollup-rpc', 'string', undefined, 'URL of a rollup node'),
  flag('superroot-rpcs', 'list', undefined, NO_SUPER),
  flag('supernode-rpcs', 'list', undefined, NO_SUPER),
  flag('active-sequencer-check-duration', 'duration', '2m', 'without effect for one rollup node'),
  flag('poll-interval', 'duration', '12s', 'time between looks at what is due'),
  flag('allow-non-finalized', 'boolean', undefined, 'propose safe blocks before they are final'),
  flag('game-factory-address', 'string', undefined, 'DisputeGameFactory that games are made at'),
  flag('proposal-interval', 'duration', '0s', 'time between two games'),
  flag('game-type', 'integer', '0', 'type of the games'),
  flag('l2oo-address', 'string', undefined, 'L2OutputOracle that outputs are proposed to'),
  flag('wait-node-sync', 'boolean', undefined, 'wait for the rollup node before starting'),
  ...TX_SENDER_FLAGS,
  ...SERVICE_FLAGS,
];

/** Adds `headwater proposer`: proposes output roots on L1, with the flags of op-proposer. */
export function registerProposer(program: Command, io: CliIo): void {
  const command = program
    .command('proposer')
    .description(
      'Asks a rollup node for output roots of finalized blocks and proposes them to an ' +
        'L2OutputOracle or a DisputeGameFactory. Takes the flags and environment variables of ' +
        'op-proposer.',
    );
  addGoFlags(command, 'OP_PROPOSER', PROPOSER_FLAGS);
  command.action(async (options) => {
    await installNative();
    const signal = interruptSignal();
    await untilStopped(signal, () => runProposer(readGoFlags(options), io, signal));
  });
}

async function runProposer(values: GoFlagValues, io: CliIo, signal: AbortSignal): Promise<void> {
  const log = roleLog(values, io);
  refuseUnsupported(values, log);
  const pollIntervalMs = atLeastMs(values, 'poll-interval', LEAST_POLL_MS);
  assertTarget(values);
  const node = createRollupClient(
    endpointOf(values, 'rollup-rpc', values.requiredText('rollup-rpc')),
  );
  const metrics = createRoleMetrics(PROPOSER_METRICS, VERSION);
  const setup = await roleSetup(values, log, metrics, signal);
  const { l1, txSender } = setup;
  await servedRollup({ node, l1, pauseMs: pollIntervalMs, log }, { signal });
  const proposer = createProposer({
    node,
    target: targetOf(values, l1, txSender),
    txSender,
    pollIntervalMs,
    allowNonFinalized: values.isSet('allow-non-finalized'),
    log,
    onProposed: proposedGauges(metrics.registry),
  });
  let running: { readonly stop: () => Promise<void> } | undefined;
  const start = (): void => {
    if (running !== undefined) throw new Error('proposer is already running');
    const controller = new AbortController();
    const ended = proposer.run({ signal: controller.signal });
    const stop = async (): Promise<void> => {
      controller.abort(new Error('proposer stopped'));
      await ended;
    };
    running = { stop };
  };
  const stop = async (): Promise<void> => {
    if (running === undefined) throw new Error('proposer is not running');
    const { stop: end } = running;
    running = undefined;
    await end();
  };
  const server = await roleServer(values, log, metrics, {
    admin_startProposer: plain(() => {
      start();
      return null;
    }),
    admin_stopProposer: plain(async () => {
      await stop();
      return null;
    }),
  });
  try {
    if (values.isSet('wait-node-sync')) {
      const { number: target } = await l1.head({ signal });
      while ((await node.syncStatus({ signal })).currentL1.number < target) {
        await sleep(pollIntervalMs, { signal });
      }
    }
    start();
    await untilAborted(signal);
    if (running !== undefined) await stop();
  } finally {
    await server.stop();
    await setup.close();
  }
}

function assertTarget(values: GoFlagValues): void {
  for (const name of ['superroot-rpcs', 'supernode-rpcs']) {
    if (values.list(name).length > 0) {
      throw new ConfigError(name, 'URLs', 'none: super roots are not supported; use `rollup-rpc`');
    }
  }
  const targets = ['game-factory-address', 'l2oo-address'].filter(
    (name) => values.text(name) !== undefined,
  );
  if (targets.length !== 1) {
    const found = targets.length === 0 ? 'neither' : 'both';
    const accepted = 'exactly one of `game-factory-address` and `l2oo-address`';
    throw new ConfigError('game-factory-address', found, accepted);
  }
  gameTypeOf(values);
  if (targets[0] === 'game-factory-address' && values.durationMs('proposal-interval') === 0) {
    throw new ConfigError('proposal-interval', '0s', 'a time above 0, with a game factory');
  }
}

/** The factory counts them in 32 bits. */
function gameTypeOf(values: GoFlagValues): number {
  const gameType = values.integer('game-type');
  if (gameType >> 32n === 0n) return Number(gameType);
  throw new ConfigError('game-type', `\`${gameType}\``, 'a number below 2^32');
}

function targetOf(values: GoFlagValues, l1: L1Client, txSender: TxSender): ProposerTarget {
  const factory = addressOf(values, 'game-factory-address');
  if (factory === undefined) {
    return outputOracleTarget(l1, addressOf(values, 'l2oo-address') as Address);
  }
  return gameFactoryTarget(l1, {
    factory,
    gameType: gameTypeOf(values),
    proposalInterval: BigInt(Math.floor(values.durationMs('proposal-interval') / 1000)),
    proposer: txSender.address,
  });
}
