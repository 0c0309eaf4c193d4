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
        jitterMs: 0,
      });
      // Among them: began below what was recorded, derived again what was.
      expect(report.wrong).toEqual([]);
      expect(report.runs.map(({ derived }) => derived.length > 0)).toEqual([true, true, true]);
    } finally {
      await served.close();
      rmSync(datadir, { recursive: true, force: true });
    }
  }, 180_000);
});
