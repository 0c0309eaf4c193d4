import { describe, expect, test } from 'vitest';
import { batchContext } from '../../src/derive/batchContext.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { chainAt } from './support/config.ts';
import { l1Blocks } from './support/l1.ts';
import { genesisOf, refOf } from './support/l2.ts';
import { openedAt } from './support/stage.ts';

describe('batchContext', () => {
  test('default: the window, the L2 blocks given, and what the caller judges against', () => {
    const config = chainAt('holocene');
    const l1 = l1Blocks(config, 4);
    const state = openedAt(config, l1[0] as L1Block);
    state.window.blocks = l1.slice(1, 3);
    const genesis: L2Block = genesisOf(config);
    state.l2Blocks.set(0n, genesis);
    const safeHead = refOf(config, genesis);
    const inclusion = (l1[3] as L1Block).ref;
    expect(batchContext(state, safeHead, inclusion)).toEqual({
      config: config.rollup,
      l1Blocks: l1.slice(1, 3),
      safeHead,
      inclusion,
      l2Blocks: new Map([[0n, genesis]]),
    });
  });
});
