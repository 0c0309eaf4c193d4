import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../../src/node/metrics.ts';
import type { RpcServer } from '../../../src/node/rpc/rpcServer.ts';
import { serveNode } from '../../../src/node/serveNode.ts';
import { readSharedJson } from '../../support/recordings.ts';
import {
  headsReached,
  type LiveNode,
  type ServedChain,
  serveRecording,
  startLive,
} from '../../support/servedChain.ts';
import { lacksShared } from '../../support/shared.ts';
import { until } from '../../support/until.ts';

type Case = {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: { readonly [name: string]: string };
    readonly body?: string;
    readonly bodyNote?: string;
  };
  readonly response: { readonly status: number; readonly headers: object; readonly text?: string };
};

/** Where this node answers otherwise, and why. */
const DIFFERENT: { readonly [name: string]: string } = {
  sdmStatus: 'gone since v1.19.6',
  setSdmPostExecOptIn: 'gone since v1.19.6',
  'postUnsafePayload null': 'refused as a parameter; op-node crashes',
  'postUnsafePayload without params': 'refused as a parameter; op-node crashes',
  'postUnsafePayload empty object': 'refused as a parameter; op-node crashes',
  'safeHeadAtL1Block "0x0"': 'genesis is recorded at a start from genesis',
  'safeHeadAtL1Block "0x8"': 'genesis is recorded at a start from genesis',
  'safeHeadAtL1Block "0x9"': 'genesis is recorded at a start from genesis',
  'safeHeadAtL1Block "0xa"': 'genesis is recorded at a start from genesis',
  'safeHeadAtL1Block "0xe"': 'genesis is recorded at a start from genesis',
  'atTimestamp "0x66d0c87e"': 'the history is known from genesis on',
};

const VERSION = 'v0.0.0-dev';

describe.skipIf(lacksShared('golden/rpc') || lacksShared('data/chains/devnet-fjord'))(
  'answers of op-node',
  () => {
    let served: ServedChain;
    let node: LiveNode;
    let withAdmin: RpcServer;
    let withoutAdmin: RpcServer;
    let young: ServedChain;
    let fresh: LiveNode;
    let ofFresh: RpcServer;

    beforeAll(async () => {
      served = await serveRecording('devnet-fjord', { safeDepth: 2, finalityDepth: 4 });
      node = await startLive('devnet-fjord', served);
      const serve = (
        served: LiveNode,
        hasAdmin: boolean,
        hasSafeHeadDb = true,
      ): Promise<RpcServer> =>
        serveNode(served, createMetrics(VERSION), {
          host: '127.0.0.1',
          port: 0,
          version: VERSION,
          hasSafeHeadDb,
          hasAdmin,
          metricsAt: undefined,
          sequencer: undefined,
          setLogLevel: (word) => {
            if (word !== 'info') throw new Error('another level');
          },
        });
      [withAdmin, withoutAdmin] = [await serve(node, true), await serve(node, false)];
      await headsReached(node, ({ finalizedHead }) => finalizedHead.number === 15n);
      await headsReached(node, ({ safeHead }) => safeHead.number === 21n);
      await idle(node);
      // L1 has nothing but the rollup's first block, and has not told what is safe and final.
      young = await serveRecording('devnet-fjord', { head: 9, safeDepth: 2, finalityDepth: 4 });
      fresh = await startLive('devnet-fjord', young, { l1: { epochPollIntervalMs: 0 } });
      ofFresh = await serve(fresh, false, false);
      await headsReached(fresh, ({ sentForkchoice }) => sentForkchoice !== undefined);
      await idle(fresh);
    }, 60_000);

    afterAll(async () => {
      await withAdmin.stop();
      await withoutAdmin.stop();
      await ofFresh.stop();
      await fresh.stop();
      await young.close();
      await node.stop();
      await served.close();
    });

    const files = [
      'optimism',
      'superroot',
      'transport',
      'admin',
      'admin-disabled',
      'opp2p-disabled',
      'opstack-disabled',
      'optimism-fresh',
      'superroot-fresh',
    ];
    for (const file of files) {
      // This runs even where the tests are skipped.
      const path = `golden/rpc/${file}.json`;
      const { cases } = (lacksShared(path) ? { cases: [] } : readSharedJson(path)) as {
        cases: readonly Case[];
      };
      const isTold = ({ name, request: { bodyNote }, response }: Case): boolean =>
        bodyNote === undefined && response.text !== undefined && DIFFERENT[name] === undefined;
      // Other states of the node than this one.
      const isOfThisState = ({ name }: Case): boolean => !name.startsWith('syncStatus right after');
      test.each(cases.filter(isTold).filter(isOfThisState))(`${file}: $name`, async (golden) => {
        const ofState = file.endsWith('-disabled') ? withoutAdmin : withAdmin;
        const server = file.endsWith('-fresh') ? ofFresh : ofState;
        const answer = await send(server.url, golden.request);
        expect(answer.status).toBe(golden.response.status);
        expect(toComparable(answer.text)).toEqual(toComparable(golden.response.text as string));
        const { 'content-type': contentType } = golden.response.headers as Record<string, string>;
        expect(answer.contentType).toBe(contentType);
      });
    }
  },
);

/** Without what newer versions have taken out, and without the names of versions. */
function toComparable(text: string): string {
  return text
    .replace(/"cross_unsafe_l2":\{.*?\}.*?\},/g, '')
    .replaceAll('"v0.0.0"', '"v0.0.0-dev"')
    .replace(/,?"(opp2p)":"1.0"/, '')
    .replace('"headwater":"1.0",', '');
}

function idle({ driver, ended }: LiveNode): Promise<void> {
  return until(() => driver.status().phase.type === 'atL1Head', ended);
}

type Answer = { readonly status: number; readonly text: string; readonly contentType: unknown };

function send(url: URL, { method, path, headers, body }: Case['request']): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          text: Buffer.concat(chunks).toString('utf8'),
          contentType: incoming.headers['content-type'],
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
