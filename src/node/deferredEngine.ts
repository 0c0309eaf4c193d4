import type { EnginePort } from '../engine/port.ts';

/**
 * An engine that is still being opened: calls wait for it. So a node can answer what it waits for
 * while its engine executes again what a crash has left.
 *
 * What the opening fails with, every call fails with.
 */
export function deferredEngine(opening: Promise<EnginePort>): EnginePort {
  let opened: EnginePort | undefined;
  // Whoever calls first is told.
  opening.then((engine) => void (opened = engine)).catch(() => undefined);
  return {
    forkchoiceUpdated: async (...args) => (await opening).forkchoiceUpdated(...args),
    getPayload: async (...args) => (await opening).getPayload(...args),
    newPayload: async (...args) => (await opening).newPayload(...args),
    block: async (...args) => (await opening).block(...args),
    storageRoot: async (...args) => (await opening).storageRoot(...args),
    chainId: async (...args) => (await opening).chainId(...args),
    expectTransactions: (transactions) => opened?.expectTransactions?.(transactions),
    hasEngineApi: async (...args) => (await (await opening).hasEngineApi?.(...args)) ?? true,
    close: async () => {
      const engine = await opening.catch(() => undefined);
      await engine?.close();
    },
  };
}
