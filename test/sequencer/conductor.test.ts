import { describe, expect, test } from 'vitest';
import { createConductor } from '../../src/sequencer/conductor.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { createMemoryEngine } from '../support/memoryEngine.ts';
import { rollupConfig } from '../support/rollupConfig.ts';
import { type Call, CallError, startRpcServer } from '../support/rpcServer.ts';

async function withConductor(
  answer: (call: Call) => unknown,
  body: (conductor: ReturnType<typeof createConductor>, calls: readonly Call[]) => Promise<void>,
): Promise<void> {
  const server = await startRpcServer({ answer });
  const http = createHttpClient({ url: server.url, timeoutMs: 5_000 });
  try {
    await body(createConductor(http), server.calls);
  } finally {
    http.close();
    await server.close();
  }
}

describe('createConductor', () => {
  test('default: asks who leads', async () => {
    await withConductor(
      () => true,
      async (conductor, calls) => {
        expect(await conductor.isLeader()).toBe(true);
        expect(calls).toEqual([{ method: 'conductor_leader', params: [] }]);
      },
    );
  });

  test('default: commits a payload with its beacon root', async () => {
    const { genesis } = createMemoryEngine(rollupConfig('ecotone'));
    await withConductor(
      () => null,
      async (conductor, calls) => {
        await conductor.commit(genesis);
        expect(calls).toMatchObject([
          {
            method: 'conductor_commitUnsafePayload',
            params: [
              {
                parentBeaconBlockRoot: genesis.parentBeaconBlockRoot,
                executionPayload: { blockHash: genesis.executionPayload.blockHash },
              },
            ],
          },
        ]);
      },
    );
  });

  test('behavior: one failure is tried again', async () => {
    let calls = 0;
    await withConductor(
      () => {
        if (++calls === 1) throw new CallError(-32_000, 'not now');
        return false;
      },
      async (conductor) => expect(await conductor.isLeader()).toBe(false),
    );
    expect(calls).toBe(2);
  });

  test('error: two failures', async () => {
    await withConductor(
      () => {
        throw new CallError(-32_000, 'not the leader');
      },
      async (conductor) => expect(conductor.isLeader()).rejects.toThrow('not the leader'),
    );
  });
});
