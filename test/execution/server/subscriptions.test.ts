import { afterEach, describe, expect, test } from 'vitest';
import { RpcError } from '../../../src/execution/server/jsonRpc.ts';
import { createSubscriptions } from '../../../src/execution/server/subscriptions.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start() {
  served = await serveEngine(smallGenesis());
  const { engine, server } = served;
  return { engine, subscriptions: createSubscriptions(engine, server.pool) };
}

const codeOf = (run: () => unknown): number | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof RpcError ? error.code : 0;
  }
};

describe('createSubscriptions', () => {
  test('error: names and ids that are no text', async () => {
    const { subscriptions } = await start();
    const { methods } = subscriptions.open(() => {});
    for (const name of ['eth_subscribe', 'eth_unsubscribe']) {
      const method = methods[name] as (params: readonly never[]) => unknown;
      // Read from JSON, objects have no prototype and so no text.
      expect(codeOf(() => method([Object.create(null) as never]))).toBe(-32_602);
    }
  });
});
