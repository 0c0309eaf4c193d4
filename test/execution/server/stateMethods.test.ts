import { afterEach, describe, expect, test } from 'vitest';
import { openEngine } from '../../../src/execution/engine.ts';
import { openState } from '../../../src/execution/state/worldState.ts';
import { unreadNode } from '../../../src/execution/state/trieNode.ts';
import { PrunedStateError } from '../../../src/execution/stateKeeper.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

const ADDRESS = `0x${'c0'.repeat(20)}`;

describe('stateMethods', () => {
  test.each([
    ['eth_getBalance', [ADDRESS, 'latest']],
    ['eth_getTransactionCount', [ADDRESS, 'latest']],
    ['eth_getCode', [ADDRESS, 'latest']],
    ['eth_getStorageAt', [ADDRESS, '0x0', 'latest']],
    ['eth_getProof', [ADDRESS, ['0x0'], 'latest']],
    ['eth_call', [{ to: ADDRESS }, 'latest']],
    ['eth_estimateGas', [{ to: ADDRESS }, 'latest']],
    ['debug_traceCall', [{ to: ADDRESS }, 'latest', { tracer: 'callTracer' }]],
  ])('error: %s of a state that is pruned meanwhile', async (method, params) => {
    const engine = await openEngine(smallGenesis(), memoryKeyValueStore());
    const source = {
      readNode: () => {
        throw new PrunedStateError(7n);
      },
      readCode: () => undefined,
    };
    const pruned = { ...engine, openState: async () => openState(unreadNode(ROOT), source) };
    served = await serveEngine(smallGenesis(), { engine: pruned });
    const message = 'the state after block 7 has been pruned; an archive keeps all states';
    const reply = await served.call(method, ...params);
    expect(reply.error).toEqual({ code: -32_000, message });
    await engine.close();
  });
});

const ROOT = new Uint8Array(32).fill(1);
