import { describe, expect, test } from 'vitest';
import { type LiveNode, serveRecording, startLive } from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';
import { until } from '../support/until.ts';

const NAME = 'every-fork-a';

describe.skipIf(lacksShared(`data/chains/${NAME}`))('derive', () => {
  test('behavior: an engine that never waits is driven no further after a stop', async () => {
    const served = await serveRecording(NAME);
    let node: LiveNode | undefined;
    let stopped: Promise<void> | undefined;
    const afterStop: bigint[] = [];
    const derived = ({ block }: { readonly block: { readonly number: bigint } }): void => {
      if (stopped !== undefined) afterStop.push(block.number);
      else stopped = node?.stop();
    };
    try {
      node = await startLive(NAME, served, {}, [{ derived }]);
      await until(() => stopped !== undefined, node.ended);
      await stopped;
      expect(afterStop).toEqual([]);
    } finally {
      await node?.stop();
      await served.close();
    }
  }, 60_000);
});
