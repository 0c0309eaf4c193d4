import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { killAndResume } from '../support/killAndResume.ts';
import { serveRecording } from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';

describe.skipIf(lacksShared('data/chains/every-fork-a'))('a node that is killed', () => {
  test('behavior: goes on where it was, to the same head', async () => {
    const served = await serveRecording('every-fork-a', { finalityDepth: 3 });
    const datadir = mkdtempSync(join(tmpdir(), 'headwater-killed-'));
    try {
      const report = await killAndResume('every-fork-a', served.urls, datadir, {
        kills: 2,
        seed: 7,
      });
      expect(report.wrong).toEqual([]);
      expect(report.kills).toBe(2);
      // Each start but the first begins with what the one before had recorded.
      for (const start of report.starts.slice(1)) {
        expect(start.safe, JSON.stringify(report.starts)).toBeGreaterThanOrEqual(start.recorded);
      }
    } finally {
      await served.close();
      rmSync(datadir, { recursive: true, force: true });
    }
  }, 180_000);
});
