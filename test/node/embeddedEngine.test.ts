import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { openEngine } from '../../src/execution/engine.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { embeddedEngine } from '../../src/node/embeddedEngine.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import { describeEnginePort } from '../engine/port.compliance.ts';
import { smallAttributes, smallGenesis } from '../support/smallChain.ts';

describeEnginePort('embedded', async () => {
  const engine = embeddedEngine(await openEngine(smallGenesis(), memoryKeyValueStore()));
  const attributesOn = ({ executionPayload }: PayloadEnvelope, salt: number) =>
    smallAttributes(executionPayload.blockNumber + 1n, salt);
  return {
    engine,
    chainId: smallGenesis().config.chainId,
    attributesOn,
    invalidAttributesOn: (parent) => {
      const attributes = attributesOn(parent, 0);
      const noTransaction = Uint8Array.of(0x02, 0xc0);
      return { ...attributes, transactions: [...attributes.transactions, noTransaction] };
    },
    close: engine.close,
  };
});

describe('embeddedEngine', () => {
  test.each([
    [false, 1],
    [true, 0],
  ])('behavior: with noTxPool %s the pool is asked %i times', async (noTxPool, times) => {
    const baseFees: bigint[] = [];
    const pool = {
      candidates: (baseFee: bigint) => {
        baseFees.push(baseFee);
        return { next: () => undefined, tell: () => {} };
      },
    };
    const inner = await openEngine(smallGenesis(), memoryKeyValueStore());
    const engine = embeddedEngine(inner, pool);
    const state = {
      headBlockHash: inner.genesis.hash,
      safeBlockHash: ZERO_HASH,
      finalizedBlockHash: ZERO_HASH,
    };
    const { build } = await engine.forkchoiceUpdated(state, { ...smallAttributes(1n), noTxPool });
    // Not before the payload is fetched: what comes meanwhile shall be in it.
    expect(baseFees).toEqual([]);
    const { executionPayload } = await engine.getPayload(build as NonNullable<typeof build>);
    expect(baseFees).toEqual(Array.from({ length: times }, () => executionPayload.baseFeePerGas));
    await engine.close();
  });
});
