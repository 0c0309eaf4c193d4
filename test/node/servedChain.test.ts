import { beforeAll, describe, expect, test } from 'vitest';
import { installNative } from '../../src/native/install.ts';
import type { RollupNode } from '../../src/node/node.ts';
import {
  headsReached,
  lastRecordedBlock,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';

beforeAll(async () => void (await installNative()));

for (const name of ['devnet-fjord', 'every-fork-a']) {
  describe.skipIf(lacksShared(`data/chains/${name}`))(`${name} served live`, () => {
    test('behavior: derives to the last block, and finalized follows', async () => {
      const last = lastRecordedBlock(name);
      const number = BigInt(last.block.number);
      const served = await serveRecording(name, { finalityDepth: 3 });
      const node = await startLive(name, served);
      try {
        await headsReached(node, ({ safeHead }) => safeHead.number === number);
        const { safeHead, unsafeHead } = node.heads() as NonNullable<ReturnType<typeof node.heads>>;
        expect(safeHead.hash).toBe(last.block.hash);
        expect(unsafeHead.hash).toBe(last.block.hash);
        expect(node.execution.outputRoot(safeHead.hash)).toBe(last.outputRoot);

        // The last block's record may be written after the head has moved: ask each time.
        for (;;) {
          const changed = nextChange(node.chain);
          const finalizedL1 = node.l1.heads.head('finalized')?.number as bigint;
          const record = await node.options.safeHeads.at(finalizedL1);
          if (node.heads()?.finalizedHead.hash === record?.l2.hash) break;
          await changed;
        }
        expect(node.heads()?.finalizedHead.number).toBeGreaterThan(0n);
      } finally {
        await node.stop();
        await served.close();
      }
    }, 120_000);
  });
}

/** Resolves when the heads have moved. */
function nextChange(chain: Pick<RollupNode['chain'], 'onChange'>): Promise<void> {
  return new Promise((resolve) => {
    const stop = chain.onChange(() => {
      stop();
      resolve();
    });
  });
}
