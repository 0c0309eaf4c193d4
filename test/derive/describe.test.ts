import { describe as suite, expect, test } from 'vitest';
import { addL1Block, addL2Block, describe, next, start } from '../../src/derive/index.ts';
import type { OpenChannel } from '../../src/derive/state.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import { encodeFrames } from '../../src/protocol/frame.ts';
import { channelId, dataOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks, post } from './support/l1.ts';
import { genesisOf, headAt, honestChain, steadyPlans } from './support/l2.ts';
import { frame } from './support/stage.ts';

suite('describe', () => {
  const config = chainAt('holocene');
  const head = headAt(config, genesisOf(config));
  const begin = (l1: readonly L1Block[]) => {
    const { systemConfig } = head;
    const state = start(config, { l1: l1[0] as L1Block, systemConfig });
    for (const block of l1.slice(1)) addL1Block(state, block);
    return state;
  };

  test('default: not begun, then blocks ahead', () => {
    const state = begin(l1Blocks(config, 4));
    expect(describe(state, head.ref)).toBe('L1 not begun +4 ahead | safe 0 (origin 100)');
    next(state, head);
    expect(describe(state, head.ref)).toBe('L1 100 +3 ahead | safe 0 (origin 100)');
    next(state, head);
    next(state, head);
    expect(describe(state, head.ref)).toBe('L1 102 +1 ahead | safe 0 (origin 100)');
    next(state, head);
    expect(describe(state, head.ref)).toBe('L1 103 | safe 0 (origin 100)');
  });

  test('behavior: a channel being filled, from Holocene on and before', () => {
    const data = { ...frame(0x7f, 0), data: new Uint8Array(119_800) };
    const until = (on: ReturnType<typeof chainAt>, number: bigint) => {
      const l1 = post(on, l1Blocks(on, 4), 101, encodeFrames([data]), encodeFrames([frame(3, 0)]));
      const state = start(on, { l1: l1[0] as L1Block, systemConfig: head.systemConfig });
      for (const block of l1.slice(1)) addL1Block(state, block);
      while (state.traversal.origin?.ref.number !== number || !state.traversal.drained) {
        next(state, head);
        if (state.traversal.pending.length === 0) break;
      }
      return describe(state, head.ref);
    };
    expect(until(config, 103n)).toBe(
      'L1 103 | channel 0303 1 frame 201 B open 2/50 | safe 0 (origin 100)',
    );
    expect(until(chainAt('fjord'), 103n)).toBe(
      'L1 103 | channel 7f7f 1 frame 120 kB open 2/4 and 1 more | safe 0 (origin 100)',
    );
  });

  test.each([
    [799, '999 B'],
    [800, '1 kB'],
    [1299, '1 kB'],
    [1300, '2 kB'],
  ])('behavior: %i bytes and 200 for their frame are %s', (length, size) => {
    const data = { ...frame(0x7f, 0), data: new Uint8Array(length) };
    const state = begin(post(config, l1Blocks(config, 2), 101, encodeFrames([data])));
    for (let turn = 0; turn < 3; turn++) next(state, head);
    expect(describe(state, head.ref)).toContain(`1 frame ${size} open`);
  });

  test('behavior: a channel being read, and the rest of its span', () => {
    const l1 = l1Blocks(config, 6);
    const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
    const data = dataOf(config, [spanOf(config, chain.slice(1))], channelId(0xab));
    const state = begin(post(config, l1, 103, data));
    let step = next(state, head);
    while (step.type === 'advanced') step = next(state, head);
    expect(step.type).toBe('attributes');
    const size = (state.channel as OpenChannel).bytes.length;
    expect(describe(state, head.ref)).toBe(
      `L1 103 +2 ahead | channel abab read ${size} B batch 1 | span 5 left | safe 0 (origin 100)`,
    );
  });

  test('behavior: batches that wait, before Holocene', () => {
    const old = chainAt('fjord', { seqWindowSize: 50n });
    const l1 = l1Blocks(old, 6);
    const chain = honestChain(old, l1, steadyPlans(old, l1, 6));
    const data = dataOf(old, [spanOf(old, chain.slice(3))]);
    const posted = post(old, l1, 103, data);
    const state = start(old, { l1: posted[0] as L1Block, systemConfig: head.systemConfig });
    for (const block of posted.slice(1)) addL1Block(state, block);
    for (const block of chain) addL2Block(state, block);
    while (next(state, head).type === 'advanced');
    expect(describe(state, head.ref)).toBe('L1 105 | 1 batch waits | safe 0 (origin 100)');
  });

  test('behavior: the end of derivation', () => {
    const l1 = l1Blocks(config, 1);
    const fork = l1Blocks(config, 2, { salt: 1 });
    const state = begin([l1[0] as L1Block, fork[1] as L1Block]);
    next(state, head);
    const other = { ...(fork[1] as L1Block).ref, parentHash: channelId(1) };
    state.traversal.pending[0] = { ...(fork[1] as L1Block), ref: other };
    expect(next(state, head).type).toBe('reset');
    expect(describe(state, head.ref)).toContain('| ended: reset');
  });
});
