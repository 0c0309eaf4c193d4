import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { ConfigError } from '../../src/base/errors.ts';
import {
  type EngineOptions,
  type ExecutionEngine,
  openEngine,
} from '../../src/execution/engine.ts';
import { balanceOf, storageOf } from '../../src/execution/state/worldState.ts';
import { PrunedStateError } from '../../src/execution/stateKeeper.ts';
import {
  type KeyValueStore,
  memoryKeyValueStore,
} from '../../src/execution/store/keyValueStore.ts';
import { openLevelStore } from '../../src/execution/store/levelStore.ts';
import { DamagedRecordError } from '../../src/execution/errors.ts';
import { hashKey } from '../../src/execution/store/records.ts';
import { decodeDepositTx } from '../../src/protocol/deposit.ts';
import { type PayloadEnvelope, payloadFields } from '../../src/protocol/executionPayload.ts';
import { hexToBytes } from '../../src/base/bytes.ts';
import { smallAttributes, smallGenesis } from '../support/smallChain.ts';

const COUNTER = `0x${'c0'.repeat(20)}` as const;

/** A store that survives `close`, as a directory does. */
function durable(): KeyValueStore {
  return { ...memoryKeyValueStore(), close: async () => undefined };
}

function open(store: KeyValueStore, options: EngineOptions = {}): Promise<ExecutionEngine> {
  return openEngine(smallGenesis(), store, { flushIntervalBlocks: 4, ...options });
}

async function buildOn(engine: ExecutionEngine, parent: Hash, branch = 0): Promise<Hash> {
  const number = (engine.block(parent)?.header.number ?? 0n) + 1n;
  const outcome = await engine.build(parent, smallAttributes(number, branch));
  if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
  return outcome.block.hash;
}

/** Builds blocks up to `until`; each becomes the head, and its parent safe and finalized. */
async function extend(engine: ExecutionEngine, until: bigint): Promise<Hash> {
  let { head } = engine.heads();
  while ((engine.block(head)?.header.number ?? 0n) < until) {
    const parent = head;
    head = await buildOn(engine, head);
    await engine.setForkchoice({ head, safe: parent, finalized: parent });
  }
  return head;
}

function envelopeOf(engine: ExecutionEngine, hash: Hash): PayloadEnvelope {
  const block = engine.block(hash);
  if (block === undefined) throw new Error('no such block');
  const { header, transactions } = block;
  return {
    executionPayload: {
      ...payloadFields(hash, header, transactions),
      withdrawals: [],
      withdrawalsRoot: undefined,
    },
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
  };
}

const reference = await open(durable());
const TIP = await extend(reference, 30n);

describe('openEngine', () => {
  test('behavior: continues where it was closed', async () => {
    const store = durable();
    const first = await open(store);
    await extend(first, 13n);
    await first.close();
    const second = await open(store);
    expect(second.block(second.heads().head)?.header.number).toBe(13n);
    expect(await extend(second, 30n)).toBe(TIP);
  });

  test('behavior: a crash before any write loses nothing that was acknowledged', async () => {
    for (let lastWrite = 1; lastWrite <= 48; lastWrite++) {
      const store = durable();
      let writes = 0;
      const crashing: KeyValueStore = {
        ...store,
        write: async (changes) => {
          if (++writes > lastWrite) throw new Error('crash');
          await store.write(changes);
        },
      };
      let acknowledged: Hash | undefined;
      try {
        const engine = await open(crashing, { keepStateBlocks: 6 });
        for (let number = 1n; number <= 30n; number++) {
          const head = await extend(engine, number);
          acknowledged = head;
        }
      } catch (error) {
        expect(error, `write ${lastWrite}`).toHaveProperty('message', 'crash');
      }
      const engine = await open(store, { keepStateBlocks: 6 });
      if (acknowledged !== undefined) {
        const known = engine.block(acknowledged)?.header.number ?? -1n;
        const head = engine.block(engine.heads().head)?.header.number ?? -2n;
        expect(head, `write ${lastWrite}`).toBeGreaterThanOrEqual(known);
      }
      expect(await extend(engine, 30n), `write ${lastWrite}`).toBe(TIP);
    }
  });

  test('behavior: LevelDB holds the same', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'headwater-engine-'));
    try {
      const first = await open(await openLevelStore(directory, 'datadir'));
      await extend(first, 13n);
      await first.close();
      const second = await open(await openLevelStore(directory, 'datadir'));
      expect(await extend(second, 30n)).toBe(TIP);
      await second.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('error: data of another chain', async () => {
    const store = durable();
    await open(store);
    await expect(openEngine(smallGenesis(902n), store)).rejects.toThrow(ConfigError);
    const inFolder = { ...store, directory: '/data/engine' };
    await expect(openEngine(smallGenesis(902n), inFolder)).rejects.toThrow(
      /`datadir`: expected the data of chain 902 .* in `\/data\/engine`\. Give another --datadir/,
    );
  });

  test('error: a damaged record is named', async () => {
    const store = durable();
    const engine = await open(store);
    const head = await extend(engine, 3n);
    const key = hashKey('b', hexToBytes(head));
    const value = store.read(key)?.slice() as Uint8Array;
    value[40] = (value[40] as number) ^ 1;
    await store.write([{ key, value }]);
    await expect(open(store)).rejects.toThrow(DamagedRecordError);
    await expect(open(store)).rejects.toThrow(head);
  });
});

describe('setForkchoice', () => {
  test('behavior: goes to another branch and back', async () => {
    const engine = await open(durable());
    const fork = await extend(engine, 6n);
    const left = await extend(engine, 9n);
    let right = fork;
    for (let i = 0; i < 5; i++) right = await buildOn(engine, right, 1);
    await engine.setForkchoice({ head: right, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect(engine.blockByNumber(11n)?.hash).toBe(right);
    await engine.setForkchoice({ head: left, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect(engine.blockByNumber(9n)?.hash).toBe(left);
    expect(engine.blockByNumber(10n)).toBeUndefined();
    expect(await extend(engine, 30n)).toBe(TIP);
  });

  test('behavior: an ancestor becomes the head', async () => {
    const engine = await open(durable());
    await extend(engine, 9n);
    const head = engine.blockByNumber(4n)?.hash as Hash;
    await engine.setForkchoice({ head, safe: head, finalized: ZERO_HASH });
    expect(engine.blockByNumber(5n)).toBeUndefined();
    expect(await extend(engine, 30n)).toBe(TIP);
  });

  test('behavior: the head counts even when the safe block is on another branch', async () => {
    const engine = await open(durable());
    const fork = await extend(engine, 2n);
    const safe = await extend(engine, 3n);
    const head = await buildOn(engine, fork, 1);
    const verdict = await engine.setForkchoice({ head, safe, finalized: ZERO_HASH });
    expect(verdict.type).toBe('inconsistent');
    expect(engine.heads()).toEqual({ head, safe: fork, finalized: fork });
  });

  test('error: an unknown head changes nothing', async () => {
    const engine = await open(durable());
    const before = engine.heads();
    const verdict = await engine.setForkchoice({ ...before, head: `0x${'ab'.repeat(32)}` });
    expect(verdict).toEqual({ type: 'unknownHead' });
    expect(engine.heads()).toEqual(before);
  });
});

describe('insert', () => {
  test('default: a block of another engine', async () => {
    const engine = await open(durable());
    for (let number = 1n; number <= 5n; number++) {
      const hash = reference.blockByNumber(number)?.hash as Hash;
      expect(await engine.insert(envelopeOf(reference, hash))).toMatchObject({ type: 'valid' });
    }
    expect(engine.heads().head).toBe(engine.genesis.hash);
  });

  test('error: a parent that is not known', async () => {
    const engine = await open(durable());
    const hash = reference.blockByNumber(2n)?.hash as Hash;
    expect(await engine.insert(envelopeOf(reference, hash))).toEqual({ type: 'unknownParent' });
  });

  test('error: a hash that is not that of the fields', async () => {
    const engine = await open(durable());
    const envelope = envelopeOf(reference, reference.blockByNumber(1n)?.hash as Hash);
    const executionPayload = { ...envelope.executionPayload, gasUsed: 1n };
    const outcome = await engine.insert({ ...envelope, executionPayload });
    expect(outcome).toMatchObject({ type: 'invalid', latestValidHash: undefined });
  });
});

describe('stateAfter', () => {
  test('behavior: an archive has every state, whole or by executing again', async () => {
    const engine = await open(durable(), { keepStateBlocks: 'archive' });
    await extend(engine, 30n);
    for (const number of [0n, 1n, 7n, 8n, 30n]) {
      const state = await engine.stateAfter(engine.blockByNumber(number)?.hash as Hash);
      if (state === undefined) throw new Error(`no state ${number}`);
      expect(storageOf(state, COUNTER, 0n), `${number}`).toBe(number);
      const { from } = decodeDepositTx(smallAttributes(number).transactions[0] as Uint8Array);
      if (number > 0n) expect(balanceOf(state, from), `${number}`).toBe(1000n + number);
    }
  });

  test('behavior: old states go, and what newer ones share with them stays', async () => {
    const store = durable();
    const engine = await open(store, { keepStateBlocks: 6 });
    await extend(engine, 30n);
    await engine.close();
    const reopened = await open(store, { keepStateBlocks: 6 });
    const old = reopened.blockByNumber(3n)?.hash as Hash;
    await expect(reopened.stateAfter(old)).rejects.toThrow(PrunedStateError);
    const recent = await reopened.stateAfter(reopened.blockByNumber(25n)?.hash as Hash);
    if (recent === undefined) throw new Error('no state');
    for (let count = 1n; count <= 25n; count++)
      expect(storageOf(recent, COUNTER, count)).toBe(count);
    expect(await extend(reopened, 30n)).toBe(TIP);
  });
});
