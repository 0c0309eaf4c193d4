import type { DropPosition, Dropped } from './dropped.ts';
import { type DeriveState, pipelineOrigin } from './state.ts';

/**
 * Puts the Holocene stages in place of the older ones, at the first L1 block of that time. What the
 * older stages held is lost: queued frames, open channels, waiting batches, the rest of a span. The
 * window of L1 blocks stays.
 *
 * Choice: the switch looks at Holocene alone. op-node announces only the first fork that activates
 * between two L1 blocks, and so misses Holocene when Granite comes with it.
 *
 * @spec protocol/derivation.md 4.3, 7.6
 */
export function discardAtHolocene(state: DeriveState): void {
  if (state.channels.type === 'assembler' || state.batches.type === 'stage') return;
  const l1 = pipelineOrigin(state).ref;
  const lost = (subject: Dropped['subject'], what: string, at: Omit<DropPosition, 'l1'>) =>
    state.notes.push({
      subject,
      reason: 'holoceneActivated',
      at: { l1, ...at },
      message: `${what} is lost, because Holocene activates`,
    });
  for (const { frame, item } of state.frames.frames.slice(state.frames.next)) {
    lost('frame', `Frame ${frame.frameNumber}`, {
      txIndex: item.tx.index,
      channelId: frame.channelId,
    });
  }
  for (const channelId of state.channels.channels.keys()) {
    lost('channel', 'An unread channel', { channelId });
  }
  for (const { position } of state.batches.waiting) {
    lost('batch', 'A waiting batch', position);
  }
  const { span } = state.batches;
  if (span !== undefined) lost('batch', 'The rest of a span batch', span.position);
  state.frames.frames = [];
  state.frames.next = 0;
  state.channels = { type: 'assembler', stagingChannel: undefined };
  state.batches = { type: 'stage' };
}
