import { type Command, Option } from '@commander-js/extra-typings';
import { FJORD_MAX_RLP_BYTES_PER_CHANNEL } from '../../derive/parameters.ts';
import { installNative } from '../../native/install.ts';
import { rollupConfigByNetwork } from '../../protocol/registry/networks.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import { parseRollupConfig } from '../../protocol/rollupConfigJson.ts';
import { KINDS, readPieces } from '../decode/input.ts';
import { buildReport, type Report } from '../decode/report.ts';
import { reportLines } from '../decode/text.ts';
import { CliExit, EXIT_FAILED, UsageError } from '../exit.ts';
import { parseJsonFile } from '../files.ts';
import { type CliIo, pathArgument } from '../io.ts';

/** Adds `headwater decode`: shows what batcher data or a channel holds. */
export function registerDecode(program: Command, io: CliIo): void {
  program
    .command('decode')
    .description(
      'Shows the frames, channels, batches and transactions of batcher data, of blobs, or of a ' +
        'channel, as binary or as hex of one piece per line. Broken input is shown up to where ' +
        'it breaks. Exits with 0 when all is whole, 1 when something is broken, 2 when the ' +
        'input cannot be read.',
    )
    .argument('[file]', 'file to read; - or nothing reads stdin', '-')
    .addOption(new Option('--as <kind>', 'what the bytes are; else told by them').choices(KINDS))
    .option('--network <name>', 'chain of the registry: gives times and transactions of spans')
    .addOption(
      new Option(
        '--rollup.config <file>',
        'rollup.json of the chain, instead of --network',
      ).conflicts('network'),
    )
    .option('--senders', 'recover who signed each transaction; needs the chain')
    .option('--raw', 'print whole transactions')
    .option('--json', 'print one JSON object')
    .action(async (file, options) => {
      await installNative();
      const config = chainConfig(options.network, options['rollup.config'], io);
      if (options.senders === true && config === undefined) {
        throw new UsageError('--senders needs --network or --rollup.config');
      }
      const pieces = await readPieces(file, options.as, io);
      const report = buildReport(pieces, {
        maxRlpBytes: FJORD_MAX_RLP_BYTES_PER_CHANNEL,
        chain: config && {
          l2Time: config.genesis.l2Time,
          blockTime: config.blockTime,
          l2ChainId: config.l2ChainId,
        },
        senders: options.senders === true,
        raw: options.raw === true,
      });
      print(report, options.json === true, config !== undefined, io);
      if (!report.ok) throw new CliExit(EXIT_FAILED);
    });
}

function chainConfig(
  network: string | undefined,
  file: string | undefined,
  io: CliIo,
): RollupConfig | undefined {
  if (file !== undefined) {
    const warn = (message: string) => io.stderr.write(`headwater: ${message}\n`);
    return parseJsonFile(pathArgument(file, io), (json) => parseRollupConfig(json, warn));
  }
  return network === undefined ? undefined : rollupConfigByNetwork(network);
}

function print(report: Report, isJson: boolean, isChainKnown: boolean, io: CliIo): void {
  if (isJson) {
    io.stdout.write(`${JSON.stringify(report, toJson)}\n`);
    return;
  }
  for (const line of reportLines(report)) io.stdout.write(`${line}\n`);
  const hasSpan = report.channels.some(({ batches }) =>
    batches.some(({ type }) => type === 'span'),
  );
  if (hasSpan && !isChainKnown) {
    io.stdout.write('name the chain (--network, --rollup.config) to see times and transactions\n');
  }
}

/** 64-bit values become numbers where JSON readers keep them exact, else decimal strings. */
function toJson(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
