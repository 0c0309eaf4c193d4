import { plural } from '../base/plural.ts';
import { channelTimeout } from './parameters.ts';
import { spanInProgress } from './spanInProgress.ts';
import type { DeriveState } from './state.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';

/**
 * A state in one line: the L1 block being read and how many are fed ahead of it, the channel that
 * matters most and its age in L1 blocks of those it may live, what is left of a span, and the safe
 * head.
 *
 * `L1 19000123 +3 ahead | channel 7f3a 4 frames 120 kB open 31/50 | span 12 left | safe 1204331
 * (origin 19000118)`
 */
export function describe(state: DeriveState, safeHead: L2BlockRef): string {
  const { origin } = state.traversal;
  const parts = [
    describeL1(state),
    describeChannel(state, origin?.ref),
    describeBatches(state),
    `safe ${safeHead.number} (origin ${safeHead.l1Origin.number})`,
  ];
  if (state.ended !== undefined) parts.push(`ended: ${state.ended.type}`);
  return parts.filter((part) => part !== undefined).join(' | ');
}

function describeL1({ traversal: { origin, pending } }: DeriveState): string {
  const ahead = pending.length > 0 ? ` +${pending.length} ahead` : '';
  return `L1 ${origin?.ref.number ?? 'not begun'}${ahead}`;
}

/** The channel being read, else the one that was opened first. */
function describeChannel(state: DeriveState, origin: L1BlockRef | undefined): string | undefined {
  const { channel, channels, config } = state;
  if (channel !== undefined) {
    const size = sizeText(channel.bytes.length);
    return `channel ${shortId(channel.id)} read ${size} batch ${channel.batchIndex}`;
  }
  const open =
    channels.type === 'bank' ? channels.channels.values().next().value : channels.stagingChannel;
  if (open === undefined || origin === undefined) return undefined;
  const frames = 'length' in open.frames ? open.frames.length : open.frames.size;
  const others = channels.type === 'bank' ? channels.channels.size - 1 : 0;
  const age = origin.number - open.opened.number;
  const limit = channelTimeout(config.rollup, origin.timestamp);
  const size = sizeText(open.sizeBytes);
  const more = others > 0 ? ` and ${others} more` : '';
  const filled = `${plural(frames, 'frame')} ${size}`;
  return `channel ${shortId(open.id)} ${filled} open ${age}/${limit}${more}`;
}

function describeBatches(state: DeriveState): string | undefined {
  const { batches } = state;
  const parts: string[] = [];
  const span = spanInProgress(state);
  if (span !== undefined) parts.push(`span ${span.batches.length - span.next} left`);
  if (batches.type === 'queue' && batches.waiting.length > 0) {
    const count = batches.waiting.length;
    parts.push(count === 1 ? '1 batch waits' : `${count} batches wait`);
  }
  return parts.length === 0 ? undefined : parts.join(', ');
}

function shortId(channelId: string): string {
  return channelId.slice(2, 6);
}

function sizeText(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${Math.round(bytes / 1000)} kB`;
}
