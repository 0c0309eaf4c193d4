import { describe, expect, test } from 'vitest';
import { start } from '../../../src/derive/index.ts';
import type { DeriveState } from '../../../src/derive/state.ts';
import { pipelineView } from '../../../src/node/page/pipelineView.ts';
import { chainAt } from '../../derive/support/config.ts';
import { l1Blocks } from '../../derive/support/l1.ts';
import type { L1Block } from '../../../src/protocol/l1Block.ts';
import { SYSTEM_CONFIG } from '../../support/rollupConfig.ts';
import { derivingPage } from '../../support/derivingPage.ts';

const EMPTY = {
  dataItemsLeft: 0,
  framesQueued: 0,
  channels: { count: 0, sizeBytes: 0, timeoutL1Blocks: 50n, open: [] },
  reading: null,
  batches: { waiting: 0, span: null },
  read: { channels: 0, batches: 0 },
};

describe('pipelineView', () => {
  test('default: nothing read, then a channel in flight with its age', () => {
    const page = derivingPage();
    const view = () => pipelineView(page.parts().derivation as DeriveState);
    expect(view()).toEqual({ ...EMPTY, l1: { number: 100n, fedAhead: 0 } });
    while (view().l1.number !== 106n) page.readL1Block();
    const { channels, read } = view();
    expect(channels).toEqual({
      count: 1,
      sizeBytes: channels.sizeBytes,
      timeoutL1Blocks: 50n,
      open: [
        {
          id: `0x${'cc'.repeat(16)}`,
          frames: 1,
          sizeBytes: channels.sizeBytes,
          openedL1: 105n,
          ageL1Blocks: 1n,
          hasEnd: false,
        },
      ],
    });
    // Each frame counts its overhead.
    expect(channels.sizeBytes).toBeGreaterThan(200);
    expect(read).toEqual({ channels: 2, batches: 2 });
  });

  test('behavior: nothing is opened yet', () => {
    const state = freshState('holocene');
    expect(pipelineView(state)).toEqual({
      ...EMPTY,
      channels: { ...EMPTY.channels, timeoutL1Blocks: null },
      l1: { number: null, fedAhead: 1 },
    });
  });

  test('behavior: the bank before Holocene, its oldest channels first and not all of them', () => {
    const state = freshState('granite');
    const opened = (state.traversal.pending[0] as L1Block).ref;
    state.traversal.origin = { ...(state.traversal.pending[0] as L1Block) };
    if (state.channels.type !== 'bank') throw new Error('expected a bank');
    for (let i = 0; i < 25; i++) {
      const id = `0x${i.toString(16).padStart(32, '0')}` as const;
      const frames = new Map([[0, new Uint8Array(3)]]);
      const endFrameNumber = i === 0 ? 2 : undefined;
      const highestFrameNumber = 0;
      const channel = { id, opened, frames, sizeBytes: 203, endFrameNumber, highestFrameNumber };
      state.channels.channels.set(id, channel);
    }
    const { channels } = pipelineView(state);
    expect(channels.count).toBe(25);
    expect(channels.sizeBytes).toBe(25 * 203);
    expect(channels.open).toHaveLength(20);
    expect(channels.open.map(({ hasEnd }) => hasEnd).slice(0, 2)).toEqual([true, false]);
  });

  test('behavior: a channel being read and the rest of a span', () => {
    const state = freshState('holocene');
    const inclusion = (state.traversal.pending[0] as L1Block).ref;
    const id = `0x${'ab'.repeat(16)}` as const;
    const batch = {
      type: 'singular',
      epochNumber: 1n,
      epochHash: inclusion.hash,
      timestamp: 1n,
      transactions: [],
    } as const;
    state.channel = {
      id,
      inclusion,
      compression: 'brotli',
      bytes: new Uint8Array(900),
      ending: 'truncated',
      offset: 450,
      batchIndex: 1,
      candidate: undefined,
      span: {
        batches: [batch, batch, batch],
        next: 1,
        told: 0,
        position: { inclusion, channelId: id, batchIndex: 0 },
      },
    };
    const { reading, batches } = pipelineView(state);
    expect(reading).toEqual({
      id,
      inclusionL1: 100n,
      compression: 'brotli',
      sizeBytes: 900,
      readBytes: 450,
      batchIndex: 1,
      ending: 'truncated',
    });
    expect(batches).toEqual({ waiting: 0, span: { left: 2, of: 3, channelId: id } });
  });
});

function freshState(newest: 'granite' | 'holocene'): DeriveState {
  const config = chainAt(newest);
  const l1 = l1Blocks(config, 1)[0] as L1Block;
  return start(config, { l1, systemConfig: SYSTEM_CONFIG });
}
