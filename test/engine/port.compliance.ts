import { afterEach, describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { EnginePort, ForkchoiceState } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';

/** An engine that holds nothing but genesis, and what the suite must know of its chain. */
export type EngineUnderTest = {
  readonly engine: EnginePort;
  readonly chainId: bigint;
  /** Valid attributes for a child of a block; another `salt` gives another child. */
  readonly attributesOn: (parent: PayloadEnvelope, salt: number) => PayloadAttributes;
  /** Attributes that the engine must refuse for a transaction in them. */
  readonly invalidAttributesOn: (parent: PayloadEnvelope) => PayloadAttributes;
  readonly close: () => Promise<void>;
};

const UNKNOWN: Hash = `0x${'ab'.repeat(32)}`;

/** What every implementation of EnginePort does. Call it once for each. */
export function describeEnginePort(name: string, open: () => Promise<EngineUnderTest>): void {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  const start = async (): Promise<EngineUnderTest & { readonly genesis: PayloadEnvelope }> => {
    const under = await open();
    cleanups.push(under.close);
    const genesis = await under.engine.block({ number: 0n });
    if (genesis === undefined) throw new Error('the engine has no genesis');
    return { ...under, genesis };
  };

  const headAt = (block: PayloadEnvelope, safe: Hash = ZERO_HASH): ForkchoiceState => ({
    headBlockHash: block.executionPayload.blockHash,
    safeBlockHash: safe,
    finalizedBlockHash: ZERO_HASH,
  });

  const build = async (
    { engine, attributesOn }: EngineUnderTest,
    parent: PayloadEnvelope,
    salt = 0,
  ): Promise<PayloadEnvelope> => {
    const started = await engine.forkchoiceUpdated(headAt(parent), attributesOn(parent, salt));
    expect(started.status).toEqual({ type: 'valid' });
    if (started.build === undefined) throw new Error('expected a payload id');
    return engine.getPayload(started.build);
  };

  /** Builds a block, has it checked, and makes it the head. */
  const extend = async (
    under: EngineUnderTest,
    parent: PayloadEnvelope,
    salt = 0,
  ): Promise<PayloadEnvelope> => {
    const block = await build(under, parent, salt);
    expect(await under.engine.newPayload(block)).toEqual({ type: 'valid' });
    const { status } = await under.engine.forkchoiceUpdated(headAt(block), undefined);
    expect(status).toEqual({ type: 'valid' });
    return block;
  };

  describe(`EnginePort: ${name}`, () => {
    test('chainId', async () => {
      const { engine, chainId } = await start();
      expect(await engine.chainId()).toBe(chainId);
    });

    test('a new chain: latest is genesis', async () => {
      const { engine, genesis } = await start();
      expect((await engine.block({ label: 'latest' }))?.executionPayload.blockNumber).toBe(0n);
      const { blockHash } = genesis.executionPayload;
      expect(await engine.block({ hash: blockHash })).toEqual(genesis);
    });

    test('a built block is what the attributes say', async () => {
      const under = await start();
      const block = await build(under, under.genesis);
      const attributes = under.attributesOn(under.genesis, 0);
      expect(block.parentBeaconBlockRoot).toBe(attributes.parentBeaconBlockRoot);
      expect(block.executionPayload).toMatchObject({
        parentHash: under.genesis.executionPayload.blockHash,
        blockNumber: 1n,
        timestamp: attributes.timestamp,
        prevRandao: attributes.prevRandao,
        feeRecipient: attributes.suggestedFeeRecipient,
        gasLimit: attributes.gasLimit,
        transactions: attributes.transactions,
      });
    });

    test('a block becomes the head by forkchoice, and can be read back', async () => {
      const under = await start();
      const one = await extend(under, under.genesis);
      const two = await extend(under, one);
      const { engine } = under;
      expect(await engine.block({ label: 'latest' })).toEqual(two);
      expect(await engine.block({ number: 1n })).toEqual(one);
      expect(await engine.block({ hash: one.executionPayload.blockHash })).toEqual(one);
    });

    test('undefined where there is no block', async () => {
      const { engine } = await start();
      expect(await engine.block({ number: 1n })).toBeUndefined();
      expect(await engine.block({ hash: UNKNOWN })).toBeUndefined();
    });

    test('safe and finalized follow the forkchoice', async () => {
      const under = await start();
      const one = await extend(under, under.genesis);
      const two = await extend(under, one);
      const { status } = await under.engine.forkchoiceUpdated(
        {
          headBlockHash: two.executionPayload.blockHash,
          safeBlockHash: one.executionPayload.blockHash,
          finalizedBlockHash: under.genesis.executionPayload.blockHash,
        },
        undefined,
      );
      expect(status).toEqual({ type: 'valid' });
      expect(await under.engine.block({ label: 'safe' })).toEqual(one);
      expect(await under.engine.block({ label: 'finalized' })).toEqual(under.genesis);
    });

    test('another child of the same block replaces the first', async () => {
      const under = await start();
      const one = await extend(under, under.genesis, 0);
      const other = await extend(under, under.genesis, 1);
      expect(other.executionPayload.blockHash).not.toBe(one.executionPayload.blockHash);
      expect(await under.engine.block({ number: 1n })).toEqual(other);
      expect(await under.engine.block({ hash: one.executionPayload.blockHash })).toEqual(one);
    });

    test('the same payload twice is valid', async () => {
      const under = await start();
      const one = await extend(under, under.genesis);
      expect(await under.engine.newPayload(one)).toEqual({ type: 'valid' });
    });

    test('a wrong state root, or a hash that is not its own, is invalid', async () => {
      const builder = await start();
      const { executionPayload, ...rest } = await build(builder, builder.genesis);
      const under = await start();
      for (const change of [{ stateRoot: UNKNOWN }, { blockHash: UNKNOWN }]) {
        const wrong = { ...rest, executionPayload: { ...executionPayload, ...change } };
        expect((await under.engine.newPayload(wrong)).type, Object.keys(change)[0]).toBe('invalid');
      }
      expect(await under.engine.newPayload({ executionPayload, ...rest })).toEqual({
        type: 'valid',
      });
    });

    const refused = async (
      under: EngineUnderTest & { genesis: PayloadEnvelope },
      attributes: PayloadAttributes,
    ) => {
      const answer = await under.engine
        .forkchoiceUpdated(headAt(under.genesis), attributes)
        .catch((error: unknown) => error);
      if (answer instanceof EngineError) expect(answer.code).toBe('invalidAttributes');
      else expect(answer).toMatchObject({ status: { type: 'invalid' }, build: undefined });
    };

    test('a refused transaction: invalid by status or by error', async () => {
      const under = await start();
      await refused(under, under.invalidAttributesOn(under.genesis));
    });

    test('attributes that do not move time on: invalid by status or by error', async () => {
      const under = await start();
      const { timestamp } = under.genesis.executionPayload;
      await refused(under, { ...under.attributesOn(under.genesis, 0), timestamp });
    });

    test('syncing for an unknown head or parent', async () => {
      const under = await start();
      const { engine, genesis } = under;
      const state = { ...headAt(genesis), headBlockHash: UNKNOWN };
      expect((await engine.forkchoiceUpdated(state, undefined)).status.type).toBe('syncing');
    });

    test('a safe block that is not on the chain of the head is refused', async () => {
      const under = await start();
      const one = await extend(under, under.genesis, 0);
      const other = await extend(under, under.genesis, 1);
      await expect(
        under.engine.forkchoiceUpdated(headAt(other, one.executionPayload.blockHash), undefined),
      ).rejects.toMatchObject({ name: 'EngineError', code: 'invalidForkchoiceState' });
    });

    test('an unknown payload id', async () => {
      const { engine, genesis } = await start();
      const { timestamp } = genesis.executionPayload;
      await expect(
        engine.getPayload({ id: '0x0123456789abcdef', timestamp }),
      ).rejects.toMatchObject({ name: 'EngineError', code: 'unknownPayload' });
    });
  });
}
