import { beforeEach, describe, expect, test } from 'vitest';
import { applyAttributes } from '../../src/engine/controller.ts';
import type { EngineErrorCode } from '../../src/engine/errors.ts';
import { restoreBackupUnsafe, sendForkchoice } from '../../src/engine/forkchoice.ts';
import { dropPendingSafe, forkchoiceOf } from '../../src/engine/heads.ts';
import type { PayloadStatus } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import { makeDeposit } from '../support/engineAttributes.ts';
import {
  answering,
  derivedOn,
  EPOCH,
  failing,
  headsAt,
  INVALID,
  refOf,
  SYNCING,
  UNKNOWN,
  unsafeChain,
  withMethod,
} from '../support/engineScenes.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';
import { createMemoryEngine, type MemoryEngine, POISON } from '../support/memoryEngine.ts';

let engine: MemoryEngine;
let genesis: L2BlockRef;
beforeEach(() => {
  engine = createMemoryEngine(CONFIG);
  genesis = refOf(engine.genesis);
});

describe('applyAttributes', () => {
  test('default: builds on the tip', async () => {
    const [heads, outcome] = await applyAttributes(
      engine,
      CONFIG,
      headsAt(genesis),
      derivedOn(engine.genesis),
    );
    expect(outcome).toMatchObject({
      type: 'built',
      replaced: undefined,
      block: { number: 1n, l1Origin: EPOCH },
    });
    const block = outcome.type === 'built' ? outcome.block : genesis;
    expect(heads).toMatchObject({ unsafeHead: block, pendingSafeHead: block, safeHead: block });
    expect(heads.finalizedHead).toEqual(genesis);
    expect(engine.calls).toEqual(['forkchoiceUpdated+', 'getPayload', 'newPayload']);
    const [told, sent] = await sendForkchoice(engine, heads);
    expect(sent).toEqual({ type: 'sent' });
    expect(engine.heads()).toEqual(forkchoiceOf(told));
  });

  test('behavior: the head goes with the next build, an equal state not again', async () => {
    let heads = headsAt(genesis);
    let parent = engine.genesis;
    for (let i = 0; i < 3; i++) {
      const [next, outcome] = await applyAttributes(engine, CONFIG, heads, derivedOn(parent));
      if (outcome.type !== 'built') throw new Error(outcome.type);
      [heads, parent] = [next, outcome.envelope];
    }
    [heads] = await sendForkchoice(engine, heads);
    [heads] = await sendForkchoice(engine, heads);
    expect(engine.calls.filter((call) => call === 'forkchoiceUpdated').length).toBe(1);
    expect(engine.calls.length).toBe(10);
  });

  test('behavior: not concluding: the safe head waits', async () => {
    const derived = derivedOn(engine.genesis, { concluding: false });
    const [heads] = await applyAttributes(engine, CONFIG, headsAt(genesis), derived);
    expect(heads).toMatchObject({ pendingSafeHead: { number: 1n }, safeHead: genesis });
  });

  test('behavior: consolidates an equal unsafe block', async () => {
    const [, one, two] = await unsafeChain(engine, 2);
    const start = { ...headsAt(genesis), unsafeHead: refOf(two as PayloadEnvelope) };
    const [heads, outcome] = await applyAttributes(
      engine,
      CONFIG,
      start,
      derivedOn(engine.genesis),
    );
    expect(outcome).toEqual({
      type: 'consolidated',
      block: refOf(one as PayloadEnvelope),
      envelope: one,
    });
    expect(heads).toMatchObject({ safeHead: { number: 1n }, unsafeHead: { number: 2n } });
    expect(engine.calls).toEqual(['block']);
  });

  test('behavior: replaces an unsafe block that differs, and remembers the tip', async () => {
    const [, , two] = await unsafeChain(engine, 2, 5);
    const tip = refOf(two as PayloadEnvelope);
    const derived = derivedOn(engine.genesis, { concluding: false });
    const start = { ...headsAt(genesis), unsafeHead: tip };
    const [heads, outcome] = await applyAttributes(engine, CONFIG, start, derived);
    expect(outcome).toMatchObject({ type: 'built', replaced: { field: 'transactions[0]' } });
    expect(heads).toMatchObject({ unsafeHead: { number: 1n }, backupUnsafeHead: tip });
    const dropped = dropPendingSafe(heads);
    expect(dropped.pendingSafeHead).toEqual(genesis);
    const [restored] = await restoreBackupUnsafe(engine, dropped);
    expect(restored).toMatchObject({ unsafeHead: tip, backupUnsafeHead: undefined });
    expect(engine.heads().headBlockHash).toBe(tip.hash);
  });

  test('behavior: a concluded batch forgets the tip it displaced', async () => {
    const [, , two] = await unsafeChain(engine, 2, 5);
    const start = { ...headsAt(genesis), unsafeHead: refOf(two as PayloadEnvelope) };
    const [heads] = await applyAttributes(engine, CONFIG, start, derivedOn(engine.genesis));
    expect(heads.backupUnsafeHead).toBeUndefined();
  });

  test('behavior: attributes on another height are stale', async () => {
    const parent = { ...genesis, number: 7n };
    const [heads, outcome] = await applyAttributes(
      engine,
      CONFIG,
      headsAt(genesis),
      derivedOn(engine.genesis, { parent }),
    );
    expect(outcome).toEqual({ type: 'stale' });
    expect(heads).toEqual(headsAt(genesis));
    expect(engine.calls).toEqual([]);
  });

  test('behavior: attributes on another block of that height reset', async () => {
    const parent = { ...genesis, hash: UNKNOWN };
    const [, outcome] = await applyAttributes(
      engine,
      CONFIG,
      headsAt(genesis),
      derivedOn(engine.genesis, { parent }),
    );
    expect(outcome).toMatchObject({ type: 'reset', reason: 'parentMismatch' });
  });

  test('behavior: a pending safe head above the unsafe head resets', async () => {
    const heads = { ...headsAt(genesis), pendingSafeHead: { ...genesis, number: 1n } };
    const derived = derivedOn(engine.genesis, { parent: { ...genesis, number: 1n } });
    const [, outcome] = await applyAttributes(engine, CONFIG, heads, derived);
    expect(outcome).toMatchObject({ type: 'reset', reason: 'headsOutOfOrder' });
  });

  test('behavior: no block where the unsafe chain has one resets', async () => {
    const start = { ...headsAt(genesis), unsafeHead: { ...genesis, number: 3n } };
    const [, outcome] = await applyAttributes(engine, CONFIG, start, derivedOn(engine.genesis));
    expect(outcome).toMatchObject({ type: 'reset', reason: 'missingBlock' });
  });

  describe('answers to forkchoiceUpdated with attributes', () => {
    test.each<[EngineErrorCode, object]>([
      ['invalidForkchoiceState', { type: 'reset', reason: 'forkchoiceRefused' }],
      ['invalidAttributes', { type: 'invalid' }],
      ['refused', { type: 'reset', reason: 'forkchoiceRefused' }],
      ['rpc', { type: 'retry' }],
      ['timeout', { type: 'retry' }],
      ['connection', { type: 'retry' }],
      ['badAnswer', { type: 'retry' }],
      ['unauthorized', { type: 'retry' }],
    ])('error %s', async (code, expected) => {
      const scripted = withMethod(engine, 'forkchoiceUpdated', failing(code));
      const [, outcome] = await applyAttributes(
        scripted,
        CONFIG,
        headsAt(genesis),
        derivedOn(engine.genesis),
      );
      expect(outcome).toMatchObject(expected);
    });

    test.each<[PayloadStatus, object]>([
      [INVALID, { type: 'invalid', message: 'scripted' }],
      [SYNCING, { type: 'retry' }],
      [{ type: 'valid' }, { type: 'retry', message: expect.stringContaining('no payload id') }],
    ])('status %o without a payload id', async (status, expected) => {
      const scripted = withMethod(engine, 'forkchoiceUpdated', async () => ({
        status,
        build: undefined,
      }));
      const [, outcome] = await applyAttributes(
        scripted,
        CONFIG,
        headsAt(genesis),
        derivedOn(engine.genesis),
      );
      expect(outcome).toMatchObject(expected);
    });
  });

  test('behavior: SYNCING of an engine that lost the parent resets', async () => {
    const [, one] = await unsafeChain(engine, 1);
    const head = refOf(one as PayloadEnvelope);
    engine.rewind(0n);
    const [, outcome] = await applyAttributes(
      engine,
      CONFIG,
      headsAt(head),
      derivedOn(one as PayloadEnvelope),
    );
    expect(outcome).toMatchObject({ type: 'reset', reason: 'engineRewound' });
  });

  test.each<EngineErrorCode>(['unknownPayload', 'rpc', 'timeout'])(
    'behavior: getPayload failing with %s: the same again',
    async (code) => {
      const scripted = withMethod(engine, 'getPayload', failing(code));
      const start = headsAt(genesis);
      const [heads, outcome] = await applyAttributes(
        scripted,
        CONFIG,
        start,
        derivedOn(engine.genesis),
      );
      expect(outcome).toMatchObject({ type: 'retry', cause: { code } });
      expect(heads).toEqual(start);
      expect(await applyAttributes(engine, CONFIG, heads, derivedOn(engine.genesis))).toMatchObject(
        [{}, { type: 'built' }],
      );
    },
  );

  test('behavior: a sealed payload that is not what was asked for is not inserted', async () => {
    const scripted = withMethod(engine, 'getPayload', async (build) => {
      const { executionPayload, ...rest } = await engine.getPayload(build);
      return { ...rest, executionPayload: { ...executionPayload, transactions: [] } };
    });
    const [heads, outcome] = await applyAttributes(
      scripted,
      CONFIG,
      headsAt(genesis),
      derivedOn(engine.genesis),
    );
    expect(outcome).toMatchObject({
      type: 'retry',
      message: expect.stringContaining('transactions'),
    });
    expect(heads.unsafeHead).toEqual(genesis);
    expect(engine.calls).not.toContain('newPayload');
  });

  test.each<[string, PayloadStatus | EngineErrorCode, object]>([
    ['INVALID', INVALID, { type: 'invalid' }],
    ['SYNCING', SYNCING, { type: 'retry' }],
    ['an error', 'rpc', { type: 'retry' }],
  ])('behavior: %s to newPayload', async (_, answer, expected) => {
    const method = typeof answer === 'string' ? failing(answer) : answering(answer);
    const scripted = withMethod(engine, 'newPayload', method);
    const [heads, outcome] = await applyAttributes(
      scripted,
      CONFIG,
      headsAt(genesis),
      derivedOn(engine.genesis),
    );
    expect(outcome).toMatchObject(expected);
    expect(heads).toMatchObject({ unsafeHead: genesis, pendingSafeHead: genesis });
  });

  test('behavior: a transaction that the engine refuses', async () => {
    const derived = derivedOn(engine.genesis);
    const attributes = { ...derived.attributes, transactions: [makeDeposit(0), POISON] };
    const [, outcome] = await applyAttributes(engine, CONFIG, headsAt(genesis), {
      ...derived,
      attributes,
    });
    expect(outcome).toMatchObject({ type: 'invalid' });
  });

  test('error: an abort is thrown, not answered', async () => {
    const stop = new AbortController();
    const scripted = withMethod(engine, 'getPayload', async () => {
      stop.abort(new Error('enough'));
      throw stop.signal.reason;
    });
    const options = { signal: stop.signal };
    await expect(
      applyAttributes(scripted, CONFIG, headsAt(genesis), derivedOn(engine.genesis), options),
    ).rejects.toThrow('enough');
  });
});
