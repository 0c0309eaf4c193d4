import { describe, expect, test } from 'vitest';
import {
  FAULT_KINDS,
  headsReached,
  lastRecordedBlock,
  type LiveNode,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';
import { until } from '../support/until.ts';

const NAME = 'devnet-fjord';

describe.skipIf(lacksShared(`data/chains/${NAME}`))('L1 and beacon that fail', () => {
  // A function, because what stands here runs even where the tests are skipped.
  const last = () => lastRecordedBlock(NAME);
  const cells = ['l1', 'beacon'].flatMap((side) => FAULT_KINDS.map((kind) => ({ side, kind })));
  test.each(cells)(
    'behavior: $kind of $side is survived',
    async ({ side, kind }) => {
      // Every second call, so that a second try is needed again and again.
      const fault = [`side=${side},method=*,every=2,kind=${kind},times=6`];
      const served = await serveRecording(NAME, { finalityDepth: 4, fault });
      const resets: string[] = [];
      const node = await startLive(NAME, served, { l1: { requestTimeoutMs: 400 } }, [
        { reset: (reason, message) => void resets.push(`${reason}: ${message}`) },
      ]);
      try {
        await headsReached(node, ({ safeHead }) => safeHead.hash === last().block.hash);
        expect(resets).toEqual([]);
      } finally {
        await node.stop();
        await served.close();
      }
    },
    60_000,
  );

  test('behavior: `why` names what is waited for while it lasts', async () => {
    const fault = ['side=l1,method=eth_getBlockByNumber,every=1,kind=error'];
    const served = await serveRecording(NAME, { fault });
    const node = await startLive(NAME, served);
    try {
      await until(() => node.waits.list().some(({ lastError }) => lastError !== undefined));
      const failing = node.waits.list().filter(({ lastError }) => lastError !== undefined);
      expect(failing.some(({ name }) => name.includes('L1'))).toBe(true);
      expect(failing.every(({ nextActionAtMs }) => nextActionAtMs !== undefined)).toBe(true);
      await served.control({ fault: null });
      await headsReached(node, ({ safeHead }) => safeHead.hash === last().block.hash);
      await until(() => node.waits.list().every(({ lastError }) => lastError === undefined));
    } finally {
      await node.stop();
      await served.close();
    }
  }, 60_000);
});

const REORGS = 'devnet-fjord-reorg';

describe.skipIf(lacksShared(`data/chains/${REORGS}`))('L1 reorgs', () => {
  test.each(['shallow', 'deep'])(
    'behavior: after a %s one the heads are those of a fresh node',
    async (fork) => {
      const served = await serveRecording(`${REORGS}/main`, { head: 26, finalityDepth: 20 });
      const node = await startLive(NAME, served);
      try {
        await atL1(node, 26n);
        await served.control({ reorg: sharedPath(`data/chains/${REORGS}/${fork}`), head: 29 });
        await atL1(node, 29n);
        const fresh = await startLive(NAME, served);
        try {
          await atL1(fresh, 29n);
          expect(node.heads()?.safeHead).toEqual(fresh.heads()?.safeHead);
        } finally {
          await fresh.stop();
        }
      } finally {
        await node.stop();
        await served.close();
      }
    },
    60_000,
  );
});

/** Resolves when everything up to an L1 block is read. */
function atL1(node: LiveNode, number: bigint): Promise<void> {
  return until(() => {
    const { phase, currentL1 } = node.driver.status();
    return phase.type === 'atL1Head' && currentL1?.number === number;
  }, node.ended);
}
