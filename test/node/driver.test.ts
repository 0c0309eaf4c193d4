import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { memorySafeHeads } from '../../src/node/safeHeads.ts';
import { type LogFields, SILENT_LOG } from '../../src/transport/log.ts';
import {
  headsReached,
  lastRecordedBlock,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';
import { until } from '../support/until.ts';

const NAME = 'devnet-fjord';

describe.skipIf(lacksShared(`data/chains/${NAME}`))('createDriver', () => {
  test('behavior: an engine below what was recorded as safe is told once', async () => {
    const last = lastRecordedBlock(NAME);
    const served = await serveRecording(NAME);
    const safeHeads = memorySafeHeads();
    await safeHeads.record({
      l1: { number: 9_999n, hash: ZERO_HASH },
      l2: { number: 7n, hash: ZERO_HASH },
    });
    const warnings: (readonly [string, LogFields | undefined])[] = [];
    let starts = 0;
    const log = {
      ...SILENT_LOG,
      info: (message: string) => void (starts += message === 'heads found' ? 1 : 0),
      warn: (message: string, fields?: LogFields) => void warnings.push([message, fields]),
    };
    const node = await startLive(NAME, served, { log, safeHeads });
    try {
      await headsReached(node, ({ safeHead }) => safeHead.hash === last.block.hash);
      node.driver.reset('a test');
      await until(() => starts === 2, node.ended);
      expect(warnings).toEqual([
        [
          expect.stringContaining('lost blocks'),
          expect.objectContaining({ engineHead: 0n, recordedSafe: 7n, blocks: 7n }),
        ],
      ]);
    } finally {
      await node.stop();
      await served.close();
    }
  }, 60_000);
});
