import type { Command } from '@commander-js/extra-typings';
import { installNative } from '../../native/install.ts';
import { CliExit, EXIT_FAILED, UsageError } from '../exit.ts';
import { explainRecording, type L1Story, type L2Story } from '../explain/explainRecording.ts';
import {
  type FramePlace,
  originText,
  type StoryTally,
  storyText,
  tallyText,
  tallyWith,
} from '../explain/storyText.ts';
import { type CliIo, pathArgument } from '../io.ts';
import { openRecording, type Recording } from '../recording/recording.ts';

/** Adds `headwater explain`: tells what derivation read, kept and dropped, and why. */
export function registerExplain(program: Command, io: CliIo): void {
  program
    .command('explain')
    .description(
      'Derives and executes a recorded chain and tells, L1 block by L1 block, what was read, ' +
        'kept and dropped, and why. Exits with 0, with 1 when derivation halts or the L2 ' +
        'block asked for was not derived, with 2 when an input cannot be read.',
    )
    .argument('<dir>', 'folder with rollup.json, l1-config.json, genesis.json.gz, l1.ndjson.gz')
    .option('--json', 'print one JSON object a line: an L1 block, or the L2 block asked for')
    .option('--l2 <number>', 'tell only where this L2 block came from')
    .action(async (dir, { json, l2 }) => {
      await installNative();
      const warn = (message: string) => io.stderr.write(`warning: ${message}\n`);
      const recording = openRecording(pathArgument(dir, io), warn);
      const isJson = json === true;
      if (l2 !== undefined) await explainL2(recording, toNumber(l2), isJson, io);
      else await explainAll(recording, isJson, io);
    });
}

async function explainAll(recording: Recording, isJson: boolean, io: CliIo): Promise<void> {
  let isHalted = false;
  let tally: StoryTally | undefined;
  for await (const story of explainRecording(recording)) {
    io.stdout.write(isJson ? `${toJson(story)}\n` : storyText(story));
    tally = tallyWith(tally, story);
    isHalted = story.halted !== undefined;
  }
  if (!isJson) io.stdout.write(tallyText(tally));
  if (isHalted) throw new CliExit(EXIT_FAILED);
}

async function explainL2(
  recording: Recording,
  number: bigint,
  isJson: boolean,
  io: CliIo,
): Promise<void> {
  const frames: FramePlace[] = [];
  let found: { readonly block: L2Story; readonly story: L1Story } | undefined;
  let highest = recording.rollup.genesis.l2.number;
  if (number <= highest) {
    throw new UsageError(
      `expected a block behind the genesis ${highest} after --l2, found ${number}`,
    );
  }
  let end = '';
  for await (const story of explainRecording(recording)) {
    for (const block of story.l2) highest = block.refusal === undefined ? block.number : highest;
    if (story.halted !== undefined)
      end = ` and halts in L1 block ${story.l1.number}: ${story.halted}`;
    for (const item of story.inbox) {
      for (const { channelId, frameNumber } of item.frames) {
        frames.push({ l1Number: story.l1.number, item, channelId, frameNumber });
      }
    }
    // Before Holocene a block may be given up again with its span: the last one counts.
    const block = story.l2.findLast((l2) => l2.number === number && l2.refusal === undefined);
    if (block !== undefined) found = { block, story };
    else if (found !== undefined && story.l2.some((l2) => l2.number > number + 1n)) break;
  }
  if (found === undefined) {
    io.stderr.write(
      `headwater: L2 block ${number} was not derived from the recorded L1, ` +
        `which comes to L2 block ${highest}${end}\n`,
    );
    throw new CliExit(EXIT_FAILED);
  }
  const { block, story } = found;
  const { source } = block;
  const channelId = source.type === 'batch' ? source.position.channelId : undefined;
  const carriers = frames.filter(
    (frame) => frame.l1Number <= story.l1.number && frame.channelId === channelId,
  );
  io.stdout.write(
    isJson
      ? `${toJson({ ...block, derivedFrom: story.l1, frames: carriers.map(toPlace) })}\n`
      : originText(block, story, carriers),
  );
}

function toPlace({ l1Number, item, frameNumber }: FramePlace): object {
  const { txIndex, txHash, blobIndex } = item;
  return { l1Number, txIndex, txHash, blobIndex, frameNumber };
}

function toNumber(text: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw new UsageError(`expected an L2 block number after --l2, found \`${text}\``);
}

/** JSON with integers as numbers: all that stand here are far below 2^53. */
function toJson(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? Number(inner) : inner,
  );
}
