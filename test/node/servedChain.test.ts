import { describe, expect, test } from 'vitest';
import type { EnginePort } from '../../src/engine/port.ts';
import { embeddedEngine } from '../../src/node/embeddedEngine.ts';
import type { DerivedBlock } from '../../src/node/driverPorts.ts';
import type { RollupNode } from '../../src/node/node.ts';
import {
  headsReached,
  lastRecordedBlock,
  recordedEngine,
  serveRecording,
  startLive,
} from '../support/servedChain.ts';
import { DEPOSIT_TX_TYPE } from '../../src/protocol/deposit.ts';
import { lacksShared } from '../support/shared.ts';

for (const [name, least, most] of [
  ['devnet-fjord', 0, 0],
  ['every-fork-a', 450, 523],
] as const) {
  describe.skipIf(lacksShared(`data/chains/${name}`))(`${name} served live`, () => {
    test('behavior: derives to the last block, tells of spans, finalized follows', async () => {
      const last = lastRecordedBlock(name);
      const number = BigInt(last.block.number);
      const served = await serveRecording(name, { finalityDepth: 3 });
      const execution = await recordedEngine(name);
      const told = new Set<Uint8Array>();
      const engine: EnginePort = {
        ...embeddedEngine(execution),
        expectTransactions: (transactions) => transactions.forEach((raw) => told.add(raw)),
      };
      const ofSpans = new Set<Uint8Array>();
      const derived = ({ step }: DerivedBlock): void => {
        if (step.source.type !== 'batch' || step.source.kind !== 'span') return;
        for (const raw of step.attributes.transactions) {
          if (raw[0] !== DEPOSIT_TX_TYPE) ofSpans.add(raw);
        }
      };
      const node = await startLive(name, served, { execution, engine }, [{ derived }]);
      try {
        await headsReached(node, ({ safeHead }) => safeHead.number === number);
        const { safeHead, unsafeHead } = node.heads() as NonNullable<ReturnType<typeof node.heads>>;
        expect(safeHead.hash).toBe(last.block.hash);
        expect(unsafeHead.hash).toBe(last.block.hash);
        expect(node.execution.outputRoot(safeHead.hash)).toBe(last.outputRoot);

        // A span of one block is used up before anybody can ask.
        const count = [...ofSpans].filter((raw) => told.has(raw)).length;
        expect(count).toBeGreaterThanOrEqual(least);
        expect(count).toBeLessThanOrEqual(most);

        // The last block's record may be written after the head has moved: ask each time.
        for (;;) {
          const changed = nextChange(node.chain);
          const finalizedL1 = node.l1.heads.head('finalized')?.number as bigint;
          const record = await node.options.safeHeads.at(finalizedL1);
          if (node.heads()?.finalizedHead.hash === record?.l2.hash) break;
          await changed;
        }
        expect(node.heads()?.finalizedHead.number).toBeGreaterThan(0n);
      } finally {
        await node.stop();
        await served.close();
      }
    }, 120_000);
  });
}

/** Resolves when the heads have moved. */
function nextChange(chain: Pick<RollupNode['chain'], 'onChange'>): Promise<void> {
  return new Promise((resolve) => {
    const stop = chain.onChange(() => {
      stop();
      resolve();
    });
  });
}
