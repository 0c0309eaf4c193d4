import { plural } from '../../base/plural.ts';
import type { Dropped } from '../../derive/index.ts';
import { toThousands } from '../progress.ts';
import type { L1Story, L2Story, ReadChannel } from './explainRecording.ts';
import type { InboxItem } from './inboxItems.ts';

/** A story in lines for people. A block of which there is nothing to tell is one line. */
export function storyText(story: L1Story): string {
  const { number, hash } = story.l1;
  const lines = [
    `L1 ${number} ${short(hash)}  ${plural(story.inbox.length, 'inbox item')}, ` +
      `${plural(story.channels.length, 'channel')} read, ` +
      `${plural(story.dropped.length, 'drop')}, ` +
      `L2 ${l2Range(story.l2)}`,
    ...story.inbox.filter(({ kept }) => kept).map((item) => `  kept     ${itemText(item)}`),
    ...story.channels.map((channel) => `  channel  ${channelText(channel)}`),
    ...story.dropped.map((dropped) => `  dropped  ${droppedText(dropped)}`),
    ...story.l2.map((block) => `  ${l2Text(block)}`),
  ];
  if (story.halted !== undefined) lines.push(`  halted   ${story.halted}`);
  return `${lines.join('\n')}\n`;
}

/** What several stories come to. */
export type StoryTally = {
  readonly l1Blocks: number;
  readonly inboxItems: number;
  readonly channels: number;
  /** Times each reason was met. */
  readonly drops: ReadonlyMap<string, number>;
  readonly l2Blocks: number;
};

/** A tally with one story more. */
export function tallyWith(tally: StoryTally | undefined, story: L1Story): StoryTally {
  const drops = new Map(tally?.drops);
  for (const { reason } of story.dropped) drops.set(reason, (drops.get(reason) ?? 0) + 1);
  const built = story.l2.filter(({ refusal }) => refusal === undefined);
  return {
    l1Blocks: (tally?.l1Blocks ?? 0) + 1,
    inboxItems: (tally?.inboxItems ?? 0) + story.inbox.length,
    channels: (tally?.channels ?? 0) + story.channels.length,
    drops,
    l2Blocks: (tally?.l2Blocks ?? 0) + built.length,
  };
}

/** A tally in one line for people. */
export function tallyText(tally: StoryTally | undefined): string {
  if (tally === undefined) return 'all: nothing was read\n';
  const { l1Blocks, inboxItems, channels, drops, l2Blocks } = tally;
  const reasons = [...drops].map(([reason, count]) => `${reason} ${count}`).join(', ');
  const count = [...drops.values()].reduce((a, b) => a + b, 0);
  return (
    `all: ${plural(l1Blocks, 'L1 block')}, ${plural(inboxItems, 'inbox item')}, ` +
    `${plural(channels, 'channel')} read, ${plural(count, 'drop')}` +
    `${count === 0 ? '' : ` (${reasons})`}, ${plural(l2Blocks, 'L2 block')} built\n`
  );
}

/** Where one L2 block came from, in lines for people. */
export function originText(block: L2Story, story: L1Story, frames: readonly FramePlace[]): string {
  const { number, hash, timestamp } = story.l1;
  const lines = [
    `L2 block ${block.number} ${block.hash ?? ''}`,
    `  L1 origin      ${block.l1Origin.number} ${block.l1Origin.hash}, ` +
      `sequence number ${block.sequenceNumber}`,
    `  derived from   L1 block ${number} ${hash} of time ${timestamp}`,
    `  transactions   ${block.transactions}`,
    `  source         ${sourceText(block)}`,
  ];
  for (const { l1Number, item, frameNumber } of frames) {
    const blob = item.blobIndex === undefined ? 'calldata' : `blob ${item.blobIndex}`;
    lines.push(
      `  frame ${String(frameNumber).padEnd(5)}    L1 block ${l1Number}, ` +
        `transaction ${item.txIndex} ${item.txHash}, ${blob}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Where a frame of the channel in question stood. */
export type FramePlace = {
  readonly l1Number: bigint;
  readonly item: InboxItem;
  readonly channelId: string;
  readonly frameNumber: number;
};

function itemText({ txIndex, blobIndex, bytes, frames }: InboxItem): string {
  const what = blobIndex === undefined ? 'calldata' : `blob ${blobIndex}`;
  const list = frames
    .slice(0, 8)
    .map(({ channelId, frameNumber, isLast }) => {
      return `${short(channelId)}#${frameNumber}${isLast ? ' last' : ''}`;
    })
    .join(', ');
  const more = frames.length > 8 ? `, and ${frames.length - 8} more` : '';
  return `tx ${txIndex} ${what}, ${toThousands(bytes)} bytes: frames ${list}${more}`;
}

function channelText({ channelId, compression, bytes, ending }: ReadChannel): string {
  const end = ending === 'clean' ? '' : `, stream ${ending}`;
  return `${short(channelId)} ${compression}, ${toThousands(bytes)} bytes decompressed${end}`;
}

function droppedText({ subject, reason, at, message }: Dropped): string {
  const place = [
    at.txIndex === undefined ? '' : `tx ${at.txIndex}`,
    at.blobIndex === undefined ? '' : `blob ${at.blobIndex}`,
    at.logIndex === undefined ? '' : `log ${at.logIndex}`,
    at.channelId === undefined ? '' : `channel ${short(at.channelId)}`,
  ].filter((part) => part !== '');
  return `${subject} (${reason}) ${[...place, message].join(': ')}`;
}

function l2Text(block: L2Story): string {
  const kind = block.refusal === undefined ? 'built  ' : 'refused';
  const sizes = `${plural(block.transactions, 'transaction')}, origin ${block.l1Origin.number}`;
  const why = block.refusal === undefined ? '' : `: ${block.refusal}`;
  return (
    `${kind}  L2 ${block.number} ${short(block.hash ?? '')} ${sizes}, ` +
    `${sourceText(block)}${why}`
  );
}

function sourceText({ source, isReplacement }: L2Story): string {
  const replaced = isReplacement ? 'deposits only, in place of ' : '';
  if (source.type === 'forced') return `${replaced}forced empty: the sequencing window is over`;
  const { channelId, batchIndex, inclusion } = source.position;
  return (
    `${replaced}${source.kind} batch ${batchIndex} of channel ${short(channelId)}, ` +
    `read in L1 block ${inclusion.number}`
  );
}

function l2Range(blocks: readonly L2Story[]): string {
  const built = blocks.filter(({ refusal }) => refusal === undefined);
  const [first] = built;
  const last = built.at(-1);
  if (first === undefined || last === undefined) return 'none';
  return first === last ? `${first.number}` : `${first.number} to ${last.number}`;
}

function short(hash: string): string {
  return hash.length > 14 ? `${hash.slice(0, 10)}…` : hash;
}
