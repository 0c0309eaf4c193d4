import { beforeEach, describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { applyAttributes } from '../../src/engine/controller.ts';
import type { EngineErrorCode } from '../../src/engine/errors.ts';
import { insertUnsafe, restoreBackupUnsafe, sendForkchoice } from '../../src/engine/forkchoice.ts';
import { promoteFinalized, startHeads } from '../../src/engine/heads.ts';
import type { EnginePort } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import {
  answering,
  derivedOn,
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
import { createMemoryEngine, type MemoryEngine } from '../support/memoryEngine.ts';

let engine: MemoryEngine;
let genesis: L2BlockRef;
beforeEach(() => {
  engine = createMemoryEngine(CONFIG);
  genesis = refOf(engine.genesis);
});

describe('sendForkchoice', () => {
  test.each<[string, EngineErrorCode, object]>([
    ['-38002', 'invalidForkchoiceState', { type: 'reset', reason: 'forkchoiceRefused' }],
    ['another error', 'rpc', { type: 'retry' }],
    ['no answer', 'timeout', { type: 'retry' }],
  ])('behavior: %s', async (_, code, expected) => {
    const scripted = withMethod(engine, 'forkchoiceUpdated', failing(code));
    const [heads, outcome] = await sendForkchoice(scripted, headsAt(genesis));
    expect(outcome).toMatchObject(expected);
    expect(heads.sentForkchoice).toBeUndefined();
  });

  test.each([INVALID, SYNCING])('behavior: $type resets', async (status) => {
    const scripted = withMethod(engine, 'forkchoiceUpdated', async () => ({
      status,
      build: undefined,
    }));
    const [, outcome] = await sendForkchoice(scripted, headsAt(genesis));
    expect(outcome).toMatchObject({ type: 'reset', reason: 'engineRewound' });
  });

  test('behavior: after a failed build the heads are told again', async () => {
    const [told] = await sendForkchoice(engine, headsAt(genesis));
    const scripted = withMethod(engine, 'getPayload', failing('timeout'));
    const [heads] = await applyAttributes(scripted, CONFIG, told, derivedOn(engine.genesis));
    engine.calls.length = 0;
    await sendForkchoice(engine, heads);
    expect(engine.calls).toEqual(['forkchoiceUpdated']);
  });
});

describe('insertUnsafe', () => {
  test('default: a child of the tip', async () => {
    const [, one] = await unsafeChain(engine, 1);
    const block = refOf(one as PayloadEnvelope);
    const [heads, outcome] = await insertUnsafe(
      engine,
      headsAt(genesis),
      one as PayloadEnvelope,
      block,
    );
    expect(outcome).toEqual({ type: 'inserted', block });
    expect(heads).toMatchObject({
      unsafeHead: block,
      safeHead: genesis,
      backupUnsafeHead: undefined,
    });
    expect(engine.calls).toEqual(['newPayload', 'forkchoiceUpdated']);
    await sendForkchoice(engine, heads);
    expect(engine.calls.length).toBe(2);
  });

  test('behavior: SYNCING moves the sync target, not the head', async () => {
    const [, , two] = await unsafeChain(engine, 2);
    engine.rewind(0n);
    const block = refOf(two as PayloadEnvelope);
    const [heads, outcome] = await insertUnsafe(
      engine,
      headsAt(genesis),
      two as PayloadEnvelope,
      block,
    );
    expect(outcome).toEqual({ type: 'syncing', target: block });
    expect(heads).toMatchObject({ unsafeHead: genesis, syncTarget: block });
  });

  test.each<[string, Partial<EnginePort>, object]>([
    ['INVALID to newPayload', { newPayload: answering(INVALID) }, { type: 'invalid' }],
    ['no answer to newPayload', { newPayload: failing('timeout') }, { type: 'retry' }],
    [
      'INVALID to forkchoiceUpdated',
      { forkchoiceUpdated: async () => ({ status: INVALID, build: undefined }) },
      { type: 'invalid' },
    ],
    ['-38002', { forkchoiceUpdated: failing('invalidForkchoiceState') }, { type: 'reset' }],
    [
      'no answer to forkchoiceUpdated',
      { forkchoiceUpdated: failing('connection') },
      { type: 'retry' },
    ],
  ])('behavior: %s', async (_, methods, expected) => {
    const [, one] = await unsafeChain(engine, 1);
    const scripted = { ...engine, ...methods };
    const block = refOf(one as PayloadEnvelope);
    const [heads, outcome] = await insertUnsafe(
      scripted,
      headsAt(genesis),
      one as PayloadEnvelope,
      block,
    );
    expect(outcome).toMatchObject(expected);
    expect(heads.unsafeHead).toEqual(genesis);
  });
});

describe('restoreBackupUnsafe', () => {
  test.each<[string, Partial<EnginePort>, object, boolean]>([
    [
      'SYNCING',
      { forkchoiceUpdated: async () => ({ status: SYNCING, build: undefined }) },
      { type: 'sent' },
      false,
    ],
    ['no answer', { forkchoiceUpdated: failing('timeout') }, { type: 'retry' }, true],
    ['-38002', { forkchoiceUpdated: failing('invalidForkchoiceState') }, { type: 'reset' }, false],
  ])('behavior: %s', async (_, methods, expected, isKept) => {
    const backup = { ...genesis, number: 4n, hash: UNKNOWN };
    const start = { ...headsAt(genesis), backupUnsafeHead: backup };
    const [heads, outcome] = await restoreBackupUnsafe({ ...engine, ...methods }, start);
    expect(outcome).toMatchObject(expected);
    expect(heads).toMatchObject({ unsafeHead: genesis });
    expect(heads.backupUnsafeHead).toEqual(isKept ? backup : undefined);
  });

  test('behavior: nothing to restore, nothing sent', async () => {
    await restoreBackupUnsafe(engine, headsAt(genesis));
    expect(engine.calls).toEqual([]);
  });
});

describe('promoteFinalized', () => {
  test('behavior: never goes back, never passes the safe head', () => {
    const one = { ...genesis, number: 1n, hash: ZERO_HASH };
    const heads = startHeads({ unsafeHead: one, safeHead: one, finalizedHead: one });
    expect(promoteFinalized(heads, genesis)).toBe(heads);
    expect(() => promoteFinalized(headsAt(genesis), one)).toThrow(
      'finalized head above the safe head',
    );
  });
});

describe('startHeads', () => {
  test('error: heads in a wrong order', () => {
    const one = { ...genesis, number: 1n };
    expect(() =>
      startHeads({ unsafeHead: genesis, safeHead: one, finalizedHead: genesis }),
    ).toThrow();
    expect(() => startHeads({ unsafeHead: one, safeHead: genesis, finalizedHead: one })).toThrow();
  });
});
