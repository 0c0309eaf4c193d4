import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  headsReached,
  type LiveNode,
  type LiveOptions,
  type ServedChain,
  serveFolder,
  startLiveOn,
} from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';
import {
  type Branch,
  type BranchedChain,
  branchedEngine,
  recordBranches,
} from './branchedChain.ts';
import { startHeadSource } from './headSource.ts';

const DEPTHS = [1, 7, 64];

describe.skipIf(lacksShared('tools'))('an L1 that changes its mind', () => {
  let folder: string;
  let chain: BranchedChain;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-branches-'));
    chain = await recordBranches(folder, { l1Blocks: 70, depths: DEPTHS, longer: 4 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  type Live = {
    readonly served: ServedChain;
    readonly node: LiveNode;
    readonly resets: readonly string[];
  };

  async function withNode(
    served: ServedChain,
    changes: LiveOptions,
    run: (live: Live) => Promise<void>,
  ): Promise<void> {
    const resets: string[] = [];
    const reset = (reason: string): void => void resets.push(reason);
    const scene = { config: chain.config, execution: await branchedEngine(chain) };
    const node = await startLiveOn(scene, served, changes, [{ reset }]);
    try {
      await run({ served, node, resets });
    } finally {
      await node.stop();
      await served.close();
    }
  }

  const reached = ({ node }: Live, { safe }: Branch): Promise<void> =>
    headsReached(node, ({ sentForkchoice }) => sentForkchoice?.safeBlockHash === safe.hash);

  test.each(DEPTHS)('behavior: %i blocks replaced while live', async (depth) => {
    const branch = chain.branches.get(depth) as Branch;
    const served = await serveFolder(chain.main.folder, { finalityDepth: 70 });
    await withNode(served, {}, async (live) => {
      await reached(live, chain.main);
      await served.control({ reorg: branch.folder, head: branch.lastL1 });
      await reached(live, branch);
      expect(live.resets).toEqual(['l1Reorg']);
      for (const block of branch.l2) {
        expect(live.node.execution.blockByNumber(block.number)?.hash).toBe(block.hash);
      }
    });
  });

  test('behavior: the head grows, answers fail, and 7 blocks are replaced', async () => {
    const branch = chain.branches.get(7) as Branch;
    const served = await serveFolder(chain.main.folder, {
      grow: 15,
      from: 4,
      finalityDepth: 10,
      fault: [
        'side=l1,method=*,every=9,kind=wrong',
        'side=l1,method=*,every=31,kind=truncate',
        'side=beacon,method=*,every=4,kind=missing-tx',
      ],
      reorg: `at=${chain.main.lastL1},to=${branch.folder}`,
    });
    await withNode(served, { l1: { requestTimeoutMs: 400 } }, async (live) => {
      await reached(live, branch);
    });
  });

  test('behavior: heads by subscription only, and the connection breaks', async () => {
    const served = await serveFolder(chain.main.folder, { head: 5 });
    const source = await startHeadSource(served.urls.l1);
    const l1 = {
      endpoints: [{ url: new URL(served.urls.l1) }, { url: source.url }],
      pollIntervalMs: 3_600_000,
      epochPollIntervalMs: 0,
    };
    try {
      await withNode(served, { l1 }, async (live) => {
        for (const head of [9, 30, 50]) {
          await served.control({ head });
          await source.announce();
          await headsReached(live.node, ({ safeHead }) => safeHead.l1Origin.number > head - 9);
        }
        source.drop();
        await served.control({ head: chain.main.lastL1 });
        await reached(live, chain.main);
        expect(live.resets).toEqual([]);
      });
    } finally {
      source.close();
    }
  });
});
