import { beforeEach, describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { applyAttributes, type DerivedAttributes } from '../../src/engine/controller.ts';
import { EngineError, type EngineErrorCode } from '../../src/engine/errors.ts';
import { insertUnsafe, restoreBackupUnsafe, sendForkchoice } from '../../src/engine/forkchoice.ts';
import {
  dropPendingSafe,
  type EngineHeads,
  forkchoiceOf,
  promoteFinalized,
  startHeads,
} from '../../src/engine/heads.ts';
import type { EnginePort, PayloadStatus } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import { makeAttributes, makeDeposit } from '../support/engineAttributes.ts';
import { L1_TEST_CONFIG as CONFIG } from '../support/l1TestConfig.ts';
import { createMemoryEngine, type MemoryEngine, POISON } from '../support/memoryEngine.ts';

const EPOCH = { number: 1n, hash: `0x${'e0'.repeat(32)}` as Hash };
const UNKNOWN: Hash = `0x${'ab'.repeat(32)}`;

let engine: MemoryEngine;
let genesis: L2BlockRef;
beforeEach(() => {
  engine = createMemoryEngine(CONFIG);
  genesis = refOf(engine.genesis);
});

function refOf(block: PayloadEnvelope): L2BlockRef {
  const { blockNumber, blockHash, parentHash, timestamp } = block.executionPayload;
  return {
    number: blockNumber,
    hash: blockHash,
    parentHash,
    timestamp,
    l1Origin: EPOCH,
    sequenceNumber: 0n,
  };
}

function headsAt(block: L2BlockRef): EngineHeads {
  return startHeads({ unsafeHead: block, safeHead: block, finalizedHead: block });
}

function derivedOn(
  parent: PayloadEnvelope,
  change: Partial<DerivedAttributes> = {},
): DerivedAttributes {
  return {
    attributes: makeAttributes(parent),
    parent: refOf(parent),
    epoch: EPOCH,
    sequenceNumber: 0n,
    concluding: true,
    ...change,
  };
}

/** A chain of unsafe blocks on genesis in the engine; each is made from `derivedOn` its parent. */
async function unsafeChain(count: number, salt = 0): Promise<readonly PayloadEnvelope[]> {
  const blocks = [engine.genesis];
  for (let i = 0; i < count; i++) {
    const parent = blocks.at(-1) as PayloadEnvelope;
    const state = {
      ...forkchoiceOf(headsAt(genesis)),
      headBlockHash: parent.executionPayload.blockHash,
    };
    const { build } = await engine.forkchoiceUpdated(state, makeAttributes(parent, salt));
    const block = await engine.getPayload(build as NonNullable<typeof build>);
    await engine.newPayload(block);
    blocks.push(block);
  }
  const headBlockHash = (blocks.at(-1) as PayloadEnvelope).executionPayload.blockHash;
  await engine.forkchoiceUpdated({ ...forkchoiceOf(headsAt(genesis)), headBlockHash }, undefined);
  engine.calls.length = 0;
  return blocks;
}

/** The engine with one method replaced. */
function withMethod<K extends keyof EnginePort>(name: K, method: EnginePort[K]): EnginePort {
  return { ...engine, [name]: method };
}

const failing = (code: EngineErrorCode) => async (): Promise<never> => {
  throw new EngineError(code, 'scripted');
};
const answering = (status: PayloadStatus) => async () => status;
const INVALID: PayloadStatus = {
  type: 'invalid',
  validationError: 'scripted',
  latestValidHash: undefined,
};
const SYNCING: PayloadStatus = { type: 'syncing' };

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

  test('behavior: the head goes with the next build; an equal forkchoice is not sent again', async () => {
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
    const [, one, two] = await unsafeChain(2);
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
    const [, , two] = await unsafeChain(2, 5);
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
    const [, , two] = await unsafeChain(2, 5);
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
      ['invalidAttributes', { type: 'invalid', depositsOnly: true }],
      ['refused', { type: 'reset', reason: 'forkchoiceRefused' }],
      ['rpc', { type: 'retry' }],
      ['timeout', { type: 'retry' }],
      ['connection', { type: 'retry' }],
      ['badAnswer', { type: 'retry' }],
      ['unauthorized', { type: 'retry' }],
    ])('error %s', async (code, expected) => {
      const scripted = withMethod('forkchoiceUpdated', failing(code));
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
      const scripted = withMethod('forkchoiceUpdated', async () => ({ status, build: undefined }));
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
    const [, one] = await unsafeChain(1);
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
      const scripted = withMethod('getPayload', failing(code));
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
    const scripted = withMethod('getPayload', async (build) => {
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
    ['INVALID', INVALID, { type: 'invalid', depositsOnly: true }],
    ['SYNCING', SYNCING, { type: 'retry' }],
    ['an error', 'rpc', { type: 'retry' }],
  ])('behavior: %s to newPayload', async (_, answer, expected) => {
    const method = typeof answer === 'string' ? failing(answer) : answering(answer);
    const scripted = withMethod('newPayload', method);
    const [heads, outcome] = await applyAttributes(
      scripted,
      CONFIG,
      headsAt(genesis),
      derivedOn(engine.genesis),
    );
    expect(outcome).toMatchObject(expected);
    expect(heads).toMatchObject({ unsafeHead: genesis, pendingSafeHead: genesis });
  });

  test('behavior: a refused transaction is no fault of the deposits', async () => {
    const derived = derivedOn(engine.genesis);
    const attributes = { ...derived.attributes, transactions: [makeDeposit(0), POISON] };
    const [, outcome] = await applyAttributes(engine, CONFIG, headsAt(genesis), {
      ...derived,
      attributes,
    });
    expect(outcome).toMatchObject({ type: 'invalid', depositsOnly: false });
  });

  test('error: an abort is thrown, not answered', async () => {
    const stop = new AbortController();
    const scripted = withMethod('getPayload', async () => {
      stop.abort(new Error('enough'));
      throw stop.signal.reason;
    });
    const options = { signal: stop.signal };
    await expect(
      applyAttributes(scripted, CONFIG, headsAt(genesis), derivedOn(engine.genesis), options),
    ).rejects.toThrow('enough');
  });
});

describe('sendForkchoice', () => {
  test.each<[string, EngineErrorCode, object]>([
    ['-38002', 'invalidForkchoiceState', { type: 'reset', reason: 'forkchoiceRefused' }],
    ['another error', 'rpc', { type: 'retry' }],
    ['no answer', 'timeout', { type: 'retry' }],
  ])('behavior: %s', async (_, code, expected) => {
    const scripted = withMethod('forkchoiceUpdated', failing(code));
    const [heads, outcome] = await sendForkchoice(scripted, headsAt(genesis));
    expect(outcome).toMatchObject(expected);
    expect(heads.sentForkchoice).toBeUndefined();
  });

  test.each([INVALID, SYNCING])('behavior: $type resets', async (status) => {
    const scripted = withMethod('forkchoiceUpdated', async () => ({ status, build: undefined }));
    const [, outcome] = await sendForkchoice(scripted, headsAt(genesis));
    expect(outcome).toMatchObject({ type: 'reset', reason: 'engineRewound' });
  });

  test('behavior: after a failed build the heads are told again', async () => {
    const [told] = await sendForkchoice(engine, headsAt(genesis));
    const scripted = withMethod('getPayload', failing('timeout'));
    const [heads] = await applyAttributes(scripted, CONFIG, told, derivedOn(engine.genesis));
    engine.calls.length = 0;
    await sendForkchoice(engine, heads);
    expect(engine.calls).toEqual(['forkchoiceUpdated']);
  });
});

describe('insertUnsafe', () => {
  test('default: a child of the tip', async () => {
    const [, one] = await unsafeChain(1);
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
    const [, , two] = await unsafeChain(2);
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
    const [, one] = await unsafeChain(1);
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
