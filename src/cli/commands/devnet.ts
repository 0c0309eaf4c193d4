import { type Command, Option } from '@commander-js/extra-typings';
import { ConfigError } from '../../base/errors.ts';
import { findAnvil } from '../../devnet/anvil.ts';
import { runDevnet } from '../../devnet/runDevnet.ts';
import { DEFAULT_DEVNET, type DevnetOptions } from '../../devnet/devnetOptions.ts';
import { SCHEDULE_FORKS } from '../../devnet/genesis/forkSchedule.ts';
import { installNative } from '../../native/install.ts';
import { LOG_LEVELS, type LogLevel } from '../../transport/log.ts';
import { CliExit, EXIT_FAILED } from '../exit.ts';
import { interruptSignal } from '../interrupt.ts';
import { type CliIo, pathArgument } from '../io.ts';
import { createLog } from '../log.ts';
import { readNumber } from '../values.ts';

/** Adds `headwater devnet`: a whole chain on this machine. */
export function registerDevnet(program: Command, io: CliIo): void {
  program
    .command('devnet')
    .description(
      'Brings up an L1 with the contracts of a new rollup, a sequencer, a batcher, a proposer, ' +
        'users who send something, and verifiers that derive everything from L1 alone. Compares ' +
        'them with the sequencer, block by block, until Ctrl-C. Exits with 0 when all blocks ' +
        'were equal, 1 when chains differ or a part failed, 2 on wrong usage.',
    )
    .option('--verifiers <count>', 'nodes that follow L1 alone', readNumber, 1n)
    .option('--l1.block-time <seconds>', 'time between L1 blocks', readNumber, 3n)
    .option('--l2.block-time <seconds>', 'time between L2 blocks', readNumber, 1n)
    .addOption(new Option('--fork <name>', 'newest fork at genesis').choices(SCHEDULE_FORKS))
    .option('--upgrade-every <seconds>', 'all later forks, one after the other', readNumber)
    .addOption(new Option('--batch-type <type>').choices(BATCH_TYPES).default('span' as const))
    .addOption(new Option('--compression <name>').choices(COMPRESSIONS).default('brotli' as const))
    .addOption(
      new Option('--da <place>', 'where batches go').choices(DA_TYPES).default('blobs' as const),
    )
    .option('--txs-per-block <count>', 'transactions of made-up users', readNumber, 3n)
    .option('--chaos', 'L1 reorgs, lost answers, killed parts')
    .option('--seed <number>', 'of the chaos', readNumber)
    .option('--duration <seconds>', 'stop after that time', readNumber)
    .option('--record <dir>', 'save L1 and L2 for `headwater replay`')
    .option('--or-demo', 'run `headwater demo` where no L1 binary is to be had')
    .option('--json', 'print one line of URLs once all is up, and a summary at the end')
    .addOption(new Option('--log.level <level>').choices(LOG_LEVELS).default('error' as const))
    .action(async (flags) => {
      if (flags.orDemo === true && findAnvil(io.env) === undefined) {
        io.stdout.write(`${NO_ANVIL}\n`);
        await (await import('./demo.ts')).runDemo(io);
        return;
      }
      await installNative();
      const signal = interruptSignal();
      const { duration, json } = flags;
      const isEqual = await runDevnet({
        options: devnetOptions(flags, io),
        isJson: json === true,
        durationMs: duration === undefined ? undefined : Number(duration) * 1000,
        log: createLog({
          level: flags['log.level'] as LogLevel,
          format: 'text',
          hasColor: false,
          hasPid: false,
          stream: io.stderr,
        }),
        say: (line) => void io.stdout.write(`${line}\n`),
        signal,
      });
      if (!isEqual) throw new CliExit(EXIT_FAILED);
    });
}

const NO_ANVIL =
  'There is no L1 binary on this machine (`npm install @foundry-rs/anvil-linux-amd64` on Linux, ' +
  'or `anvil` from https://getfoundry.sh on the PATH),\nso this is the demo in memory instead ' +
  'of `headwater devnet`.\n';
const BATCH_TYPES = ['singular', 'span'] as const;
const COMPRESSIONS = ['zlib', 'brotli'] as const;
const DA_TYPES = ['calldata', 'blobs', 'auto'] as const;
const MAX_VERIFIERS = 20n;

type DevnetFlags = {
  readonly verifiers: bigint;
  readonly 'l1.blockTime': bigint;
  readonly 'l2.blockTime': bigint;
  readonly fork?: DevnetOptions['schedule']['atGenesis'] | undefined;
  readonly upgradeEvery?: bigint | undefined;
  readonly batchType: DevnetOptions['batchType'];
  readonly compression: DevnetOptions['compression'];
  readonly da: DevnetOptions['daType'];
  readonly txsPerBlock: bigint;
  readonly chaos?: true | undefined;
  readonly seed?: bigint | undefined;
  readonly record?: string | undefined;
};

/** @throws ConfigError naming the flag. */
function devnetOptions(flags: DevnetFlags, io: CliIo): DevnetOptions {
  const l1BlockTime = inRange('l1.block-time', flags['l1.blockTime'], 1n, 60n);
  const l2BlockTime = inRange('l2.block-time', flags['l2.blockTime'], 1n, 60n);
  const { upgradeEvery } = flags;
  const isStaged = upgradeEvery !== undefined;
  return {
    ...DEFAULT_DEVNET,
    l1BlockTime: Number(l1BlockTime),
    l2BlockTime,
    verifiers: Number(inRange('verifiers', flags.verifiers, 1n, MAX_VERIFIERS)),
    schedule: {
      atGenesis: flags.fork ?? (isStaged ? 'bedrock' : 'karst'),
      until: isStaged ? 'karst' : (flags.fork ?? 'karst'),
      upgradeEvery: upgradeEvery ?? 0n,
    },
    batchType: flags.batchType,
    compression: flags.compression,
    daType: flags.da,
    txsPerBlock: Number(inRange('txs-per-block', flags.txsPerBlock, 0n, 500n)),
    chaos:
      flags.chaos === true ? { seed: Number(flags.seed ?? BigInt(Date.now() % 1e6)) } : undefined,
    recordTo: flags.record === undefined ? undefined : pathArgument(flags.record, io),
  };
}

function inRange(flag: string, value: bigint, least: bigint, most: bigint): bigint {
  if (value >= least && value <= most) return value;
  throw new ConfigError(flag, `\`${value}\``, `a number from ${least} to ${most}`);
}
