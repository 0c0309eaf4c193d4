import { describe, expect, test } from 'vitest';
import { createMetrics } from '../../../src/node/metrics.ts';
import { serveNode } from '../../../src/node/serveNode.ts';
import {
  headsReached,
  lastRecordedBlock,
  serveRecording,
  startLive,
} from '../../support/servedChain.ts';
import { lacksShared } from '../../support/shared.ts';

const CHAIN = 'devnet-fjord';

describe.skipIf(lacksShared(`data/chains/${CHAIN}`))('createNodePage', () => {
  test('default: a live node tells how far it is', async () => {
    const last = lastRecordedBlock(CHAIN);
    const served = await serveRecording(CHAIN);
    const node = await startLive(CHAIN, served);
    const server = await serveNode(node, createMetrics('v1'), {
      host: '127.0.0.1',
      port: 0,
      version: 'v1',
      hasSafeHeadDb: false,
      hasAdmin: false,
      metricsAt: undefined,
      sequencer: undefined,
      setLogLevel: () => {},
    });
    const stop = new AbortController();
    try {
      await headsReached(node, ({ safeHead }) => safeHead.hash === last.block.hash);
      const response = await fetch(new URL('/events', server.url), { signal: stop.signal });
      const snapshot = await firstSnapshot(response.body as ReadableStream<Uint8Array>);
      const number = Number(last.block.number);
      expect(snapshot).toMatchObject({
        version: 'v1',
        role: 'verifier',
        chain: { l2ChainId: 1337, fork: 'fjord' },
        heads: { safe: { number, hash: last.block.hash, behind: 0 }, l1Head: { number: 20 } },
        drops: { count: 0, recent: [] },
      });
      expect(snapshot['blocks']).toContainEqual(
        expect.objectContaining({
          number,
          hash: last.block.hash,
          source: 'singular',
          how: 'built',
          gasUsed: expect.any(Number),
        }),
      );
      expect(snapshot['l1Calls']).toMatchObject({
        methods: expect.arrayContaining([
          { method: 'eth_getBlockByNumber', count: expect.any(Number) },
        ]),
      });
    } finally {
      stop.abort();
      await server.stop();
      await node.stop();
      await served.close();
    }
  });
});

async function firstSnapshot(
  body: ReadableStream<Uint8Array>,
): Promise<{ readonly [key: string]: unknown }> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const [, json] = /event: snapshot\ndata: (.*)\n\n/.exec(text) ?? [];
    if (json !== undefined) return JSON.parse(json) as { readonly [key: string]: unknown };
  }
  throw new Error('expected a snapshot, found the end of the events');
}
