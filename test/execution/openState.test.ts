import { describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { openEngine } from '../../src/execution/engine.ts';
import { payloadOf } from '../../src/execution/payloadBlock.ts';
import { PrunedStateError } from '../../src/execution/stateKeeper.ts';
import { addBalance, balanceOf } from '../../src/execution/state/worldState.ts';
import { memoryKeyValueStore } from '../../src/execution/store/keyValueStore.ts';
import { smallAttributes, smallGenesis } from '../support/smallChain.ts';

const COUNTER = `0x${'c0'.repeat(20)}` as const;
const SOMEBODY = `0x${'5b'.repeat(20)}` as const;

describe('openState', () => {
  test('behavior: old states are had by executing, and nobody disturbs another', async () => {
    const options = { keepStateBlocks: 2, flushIntervalBlocks: 4 } as const;
    const engine = await openEngine(smallGenesis(), memoryKeyValueStore(), options);
    const hashes: Hash[] = [engine.genesis.hash];
    const extend = async (): Promise<void> => {
      const attributes = smallAttributes(BigInt(hashes.length));
      const outcome = await engine.build(hashes.at(-1) as Hash, attributes);
      if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
      const { hash } = outcome.block;
      await engine.setForkchoice({ head: hash, safe: ZERO_HASH, finalized: ZERO_HASH });
      hashes.push(hash);
    };
    for (let i = 0; i < 7; i++) await extend();
    const minted = async (at: number, by: number): Promise<bigint> => {
      const [deposit] = smallAttributes(BigInt(by)).transactions;
      const state = await engine.openState(hashes[at] as Hash);
      if (state === undefined || deposit === undefined) throw new Error('expected a state');
      // Each block mints to an account whose number is in its address.
      const address = `0x${((BigInt(by) << 8n) + (1n << 100n)).toString(16).padStart(40, '0')}`;
      const balance = balanceOf(state, address as `0x${string}`);
      addBalance(state, address as `0x${string}`, 1n);
      addBalance(state, SOMEBODY, 1n);
      return balance;
    };
    for (let round = 0; round < 2; round++) {
      const [five, six] = await Promise.all([minted(5, 5), minted(6, 6), minted(4, 4)]);
      expect([five, six]).toEqual([1005n, 1006n]);
      expect(await minted(5, 6)).toBe(0n);
      await extend();
    }
    const state = await engine.openState(hashes.at(-1) as Hash);
    expect(state && balanceOf(state, SOMEBODY)).toBe(0n);
    expect(await engine.openState(`0x${'ee'.repeat(32)}`)).toBeUndefined();
    await engine.close();
  });

  test('behavior: executing for a reader pauses, building does not', async () => {
    let pauses = 0;
    const pause = (): Promise<void> => {
      pauses++;
      return new Promise((resolve) => void setImmediate(resolve));
    };
    const options = { keepStateBlocks: 1, flushIntervalBlocks: 100, pause };
    const engine = await openEngine(smallGenesis(), memoryKeyValueStore(), options);
    const hashes: Hash[] = [engine.genesis.hash];
    for (let number = 1n; number < 4n; number++) {
      const outcome = await engine.build(hashes.at(-1) as Hash, smallAttributes(number));
      if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
      hashes.push(outcome.block.hash);
      const head = outcome.block.hash;
      await engine.setForkchoice({ head, safe: ZERO_HASH, finalized: ZERO_HASH });
    }
    expect(pauses).toBe(0);
    const old = engine.openState(hashes[2] as Hash);
    // Meanwhile a block is built and becomes the head.
    const built = await engine.build(hashes[3] as Hash, smallAttributes(4n));
    expect(built.type).toBe('sealed');
    const state = await old;
    expect(pauses).toBeGreaterThan(1);
    const at = `0x${((2n << 8n) + (1n << 100n)).toString(16).padStart(40, '0')}` as const;
    expect(state && balanceOf(state, at)).toBe(1002n);
    await engine.close();
  });

  test('error: a state that is pruned while somebody reads it', async () => {
    const store = memoryKeyValueStore();
    const lasting = { ...store, close: async () => undefined };
    const options = { keepStateBlocks: 2, flushIntervalBlocks: 2 } as const;
    let engine = await openEngine(smallGenesis(), lasting, options);
    const extend = async (number: bigint): Promise<void> => {
      const outcome = await engine.build(engine.heads().head, smallAttributes(number));
      if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
      const head = outcome.block.hash;
      await engine.setForkchoice({ head, safe: ZERO_HASH, finalized: ZERO_HASH });
    };
    for (let number = 1n; number <= 4n; number++) await extend(number);
    await engine.close();
    // Opened again, nothing of the states is in memory.
    engine = await openEngine(smallGenesis(), lasting, options);
    const openAt = async (number: bigint) => {
      const state = await engine.openState(engine.blockByNumber(number)?.hash as Hash);
      if (state === undefined) throw new Error('expected a state');
      return state;
    };
    const state = await openAt(4n);
    for (let number = 5n; number <= 12n; number++) await extend(number);
    expect(() => balanceOf(state, COUNTER)).toThrow(PrunedStateError);
    expect(() => balanceOf(state, COUNTER)).toThrow('the state after block 4 has been pruned');
    // Asked again, it is executed from genesis, which is what is final.
    expect(balanceOf(await openAt(4n), COUNTER)).toBe(0n);
    await engine.close();
  });

  test('behavior: whoever leaves ends what is executed for it, and nobody else', async () => {
    const left = new AbortController();
    let pauses = 0;
    const pause = (): undefined => {
      pauses++;
      left.abort();
    };
    const options = { keepStateBlocks: 1, flushIntervalBlocks: 100, pause };
    const engine = await openEngine(smallGenesis(), memoryKeyValueStore(), options);
    for (let number = 1n; number < 5n; number++) {
      const outcome = await engine.build(engine.heads().head, smallAttributes(number));
      if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
      const head = outcome.block.hash;
      await engine.setForkchoice({ head, safe: ZERO_HASH, finalized: ZERO_HASH });
    }
    const hash = engine.blockByNumber(3n)?.hash as Hash;
    await expect(engine.openState(hash, left)).rejects.toMatchObject({ name: 'AbortError' });
    const before = pauses;
    expect(await engine.openState(hash)).toBeDefined();
    expect(pauses - before).toBeGreaterThan(before);
    await engine.close();
  });

  test('behavior: readers of many states do not fill the memory', async () => {
    const store = memoryKeyValueStore();
    let writes = 0;
    const counting = {
      ...store,
      close: async () => undefined,
      write: (changes: Parameters<typeof store.write>[0]) => {
        writes += 1;
        return store.write(changes);
      },
    };
    let engine = await openEngine(smallGenesis(), counting);
    const reference = await openEngine(smallGenesis(), memoryKeyValueStore());
    let head = engine.genesis.hash;
    const extend = async (number: bigint): Promise<void> => {
      for (const one of [reference, engine]) {
        const outcome = await one.build(head, smallAttributes(number));
        if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
        const heads = { head: outcome.block.hash, safe: ZERO_HASH, finalized: ZERO_HASH };
        expect((await one.setForkchoice(heads)).type).toBe('updated');
      }
      ({ head } = engine.heads());
      expect(head).toBe(reference.heads().head);
    };
    for (let number = 1n; number <= 6n; number++) await extend(number);
    // Opened again, what readers need is no longer in memory.
    await engine.close();
    engine = await openEngine(smallGenesis(), counting, { maxResidentNodes: 1 });
    const before = writes;
    const hashes = [1n, 3n, 6n].map((number) => engine.blockByNumber(number)?.hash as Hash);
    for (let round = 0; round < 40; round++) {
      const state = await engine.openState(hashes[round % 3] as Hash);
      if (state === undefined) throw new Error('expected a state');
      for (let i = 0n; i < 6n; i++) {
        const address = `0x${((i << 8n) + (1n << 100n)).toString(16).padStart(40, '0')}` as const;
        const height = BigInt([1, 3, 6][round % 3] as number);
        const expected = i > 0n && i <= height ? 1000n + i : 0n;
        expect(balanceOf(state, address), `${i} at ${height}`).toBe(expected);
      }
    }
    // The state after the head is stored, once, so that what was in memory could go.
    expect(writes).toBe(before + 1);
    await extend(7n);
    await engine.close();
    await reference.close();
  });
});

describe('insert', () => {
  test('behavior: a block that was built here is kept from then on', async () => {
    const store = memoryKeyValueStore();
    const lasting = { ...store, close: async () => undefined };
    const engine = await openEngine(smallGenesis(), lasting);
    const outcome = await engine.build(engine.genesis.hash, smallAttributes(1n));
    if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
    const { block } = outcome;
    await engine.insert(payloadOf(engine.config, block));
    await engine.close();
    const again = await openEngine(smallGenesis(), lasting);
    expect(again.block(block.hash)?.hash).toBe(block.hash);
    expect(again.heads().head).toBe(engine.genesis.hash);
    const heads = { head: block.hash, safe: ZERO_HASH, finalized: ZERO_HASH };
    expect((await again.setForkchoice(heads)).type).toBe('updated');
    expect(again.outputRoot(block.hash)).toBe(engine.outputRoot(block.hash));
    await again.close();
  });
});
