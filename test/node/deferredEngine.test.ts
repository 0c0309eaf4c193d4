import { describe, expect, test } from 'vitest';
import type { EnginePort } from '../../src/engine/port.ts';
import { deferredEngine } from '../../src/node/deferredEngine.ts';

/** An engine that has two methods only. */
function engineTelling(told: unknown[]): EnginePort {
  const engine: Pick<EnginePort, 'chainId' | 'expectTransactions'> = {
    chainId: async () => 901n,
    expectTransactions: (transactions) => void told.push(transactions),
  };
  return engine as EnginePort;
}

describe('deferredEngine', () => {
  test('default: a call waits until the engine is open', async () => {
    let open: (engine: EnginePort) => void = () => undefined;
    const engine = deferredEngine(new Promise((resolve) => void (open = resolve)));
    const asked = engine.chainId();
    open(engineTelling([]));
    expect(await asked).toBe(901n);
  });

  test('behavior: transactions to come are told of once it is open, and lost before', async () => {
    const told: unknown[] = [];
    const engine = deferredEngine(Promise.resolve(engineTelling(told)));
    engine.expectTransactions?.([Uint8Array.of(1)]);
    await engine.chainId();
    engine.expectTransactions?.([Uint8Array.of(2)]);
    expect(told).toEqual([[Uint8Array.of(2)]]);
  });

  test('error: what the opening fails with, every call fails with', async () => {
    const engine = deferredEngine(Promise.reject(new RangeError('no such folder')));
    await expect(engine.chainId()).rejects.toThrow('no such folder');
    await expect(engine.block({ label: 'latest' })).rejects.toThrow('no such folder');
    await engine.close();
  });
});
