import type { Command } from '@commander-js/extra-typings';
import { excerpt } from '../../base/excerpt.ts';
import { installNative } from '../../native/install.ts';
import { CliExit, EXIT_FAILED } from '../exit.ts';
import { type CliIo, pathArgument } from '../io.ts';
import { startProgress, toRate, toThousands } from '../progress.ts';
import { openRecording } from '../recording/recording.ts';
import { type ReplaySummary, replayRecording } from '../replay/replayRecording.ts';

/** Adds `headwater replay`: derives and executes a recorded chain from genesis. */
export function registerReplay(program: Command, io: CliIo): void {
  program
    .command('replay')
    .description(
      'Reads a recorded chain, proves every L1 block, derives the L2 chain, executes it from ' +
        'genesis, and compares every block with the recorded one: hash, output root, all fields, ' +
        'and where it was derived from. ' +
        'Exits with 0 when all are equal, 1 when something is different or failed, 2 when an ' +
        'input cannot be read.',
    )
    .argument('<dir>', 'folder with rollup.json, l1-config.json, genesis.json.gz, l1.ndjson.gz')
    .option('--json', 'print the summary as one JSON object on the last line')
    .action(async (dir, { json }) => {
      const report = await installNative();
      if (report.recovery === 'js') {
        io.stderr.write('warning: no native secp256k1 on this machine; signatures take longer\n');
      }
      const warn = (message: string) => io.stderr.write(`warning: ${message}\n`);
      const recording = openRecording(pathArgument(dir, io), warn);
      const progress = startProgress({
        label: 'replaying',
        unit: 'L1 blocks',
        stream: io.stderr,
      });
      let summary: ReplaySummary;
      try {
        summary = await replayRecording(recording, {
          onProgress: (l1Blocks, number) =>
            progress.update(l1Blocks, `L2 block ${toThousands(number)}`),
          onSlowKzg: () => warn('no native KZG on this machine; blobs take ten times longer'),
        });
      } finally {
        progress.stop();
      }
      io.stdout.write(json === true ? `${JSON.stringify(toJson(summary))}\n` : toText(summary));
      if (!summary.ok) throw new CliExit(EXIT_FAILED);
    });
}

function toJson(summary: ReplaySummary): object {
  const { ok, l1Blocks, l2Blocks, channels, batches, transactions } = summary;
  return {
    ok,
    l1Blocks,
    l2Blocks,
    transactions,
    gas: Number(summary.gas),
    seconds: Number(summary.seconds.toFixed(3)),
    compared: summary.compared,
    notCompared: summary.notCompared,
    safeHead: { number: Number(summary.safeHead.number), hash: summary.safeHead.hash },
    outputRoot: summary.outputRoot,
    firstDifference: summary.firstDifference ?? null,
    channels,
    batches,
  };
}

function toText(summary: ReplaySummary): string {
  const { seconds, safeHead, firstDifference } = summary;
  const perSecond = (count: number) => `${toRate(count / seconds)}/s`;
  const count = (value: number | bigint) => toThousands(value);
  const megagas = Number(summary.gas) / 1e6;
  const lines = [
    `L1 blocks      ${count(summary.l1Blocks)} (${perSecond(summary.l1Blocks)}), each proven`,
    `channels       ${count(summary.channels)}, batches ${count(summary.batches)}`,
    `L2 blocks      ${count(summary.l2Blocks)} (${perSecond(summary.l2Blocks)})`,
    `transactions   ${count(summary.transactions)} (${perSecond(summary.transactions)})`,
    `gas            ${count(summary.gas)} (${toRate(megagas / seconds)} Mgas/s)`,
    `seconds        ${seconds.toFixed(1)}`,
    `safe head      ${safeHead.number} \`${safeHead.hash}\``,
    `output root    \`${summary.outputRoot}\``,
  ];
  if (firstDifference !== undefined) {
    const { block, field, expected, found } = firstDifference;
    lines.push(
      `different      L2 block ${block}, ${field}`,
      `               expected ${clip(expected)}`,
      `               found    ${clip(found)}`,
      `equal          ${count(summary.compared)} blocks before, ${count(summary.notCompared)} not compared`,
    );
  } else if (summary.compared > 0) {
    lines.push(`equal          ${count(summary.compared)} block hashes and output roots`);
  } else {
    lines.push('not compared   no `l2.ndjson.gz` beside the recorded L1');
  }
  return `${lines.join('\n')}\n`;
}

/** A transaction can be longer than a person wants to read; --json has all of it. */
function clip(text: string): string {
  const cut = excerpt(text, 300);
  return text.length > 300 ? `${cut} (${toThousands(text.length)} characters)` : cut;
}
