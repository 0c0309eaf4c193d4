import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../../src/base/bytes.ts';
import { type ExecutionEngine, openEngine } from '../../../src/execution/engine.ts';
import type { BlockTag } from '../../../src/execution/server/params.ts';
import {
  headBlock,
  readBlockState,
  requireBlock,
  selectBlock,
  stateOf,
} from '../../../src/execution/server/selectBlock.ts';
import { accountOf } from '../../../src/execution/state/worldState.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { smallAttributes, smallGenesis } from '../../support/smallChain.ts';

let engine: ExecutionEngine;
/** Blocks 0 to 3, and another block 2. */
let hashes: Hash[];
let branch: Hash;

async function build(parent: Hash, number: bigint, salt = 0): Promise<Hash> {
  const outcome = await engine.build(parent, smallAttributes(number, salt));
  if (outcome.type !== 'sealed') throw new Error(JSON.stringify(outcome));
  return outcome.block.hash;
}

const setHeads = (head: Hash, safe: Hash, finalized: Hash) =>
  engine.setForkchoice({ head, safe, finalized });

beforeEach(async () => {
  engine = await openEngine(smallGenesis(), memoryKeyValueStore());
  hashes = [engine.genesis.hash];
  for (let number = 1n; number <= 3n; number++) {
    hashes.push(await build(hashes.at(-1) as Hash, number));
  }
  branch = await build(hashes[1] as Hash, 2n, 1);
  await setHeads(hashes[3] as Hash, ZERO_HASH, ZERO_HASH);
});
afterEach(() => engine.close());

describe('selectBlock', () => {
  test.each<[string, () => BlockTag, number | undefined]>([
    ['a number', () => ({ number: 2n }), 2],
    ['a number above the head', () => ({ number: 4n }), undefined],
    ['a hash', () => ({ hash: hashes[1] as Hash }), 1],
    ['a canonical hash', () => ({ hash: hashes[1] as Hash, mustBeCanonical: true }), 1],
    ['an unknown hash', () => ({ hash: ZERO_HASH }), undefined],
    ['an unknown canonical hash', () => ({ hash: ZERO_HASH, mustBeCanonical: true }), undefined],
    ['earliest', () => ({ label: 'earliest' }), 0],
    ['latest', () => ({ label: 'latest' }), 3],
    ['pending', () => ({ label: 'pending' }), 3],
    ['safe, which was never set', () => ({ label: 'safe' }), undefined],
    ['finalized, which was never set', () => ({ label: 'finalized' }), undefined],
  ])('behavior: %s', (_, tag, number) => {
    const hash = number === undefined ? undefined : hashes[number];
    expect(selectBlock(engine, tag())?.hash).toBe(hash);
  });

  test('behavior: a block beside the chain, unless it must be canonical', () => {
    expect(selectBlock(engine, { hash: branch })?.hash).toBe(branch);
    expect(selectBlock(engine, { hash: branch, mustBeCanonical: false })?.hash).toBe(branch);
    const strict = { hash: branch, mustBeCanonical: true };
    expect(() => selectBlock(engine, strict)).toThrow('hash is not currently canonical');
  });

  test('behavior: safe and finalized once they are set', async () => {
    await setHeads(hashes[3] as Hash, hashes[2] as Hash, hashes[1] as Hash);
    expect(selectBlock(engine, { label: 'safe' })?.hash).toBe(hashes[2]);
    expect(selectBlock(engine, { label: 'finalized' })?.hash).toBe(hashes[1]);
  });
});

describe('requireBlock', () => {
  test('default: the block', () => {
    expect(requireBlock(engine, { number: 1n }).hash).toBe(hashes[1]);
  });

  test.each<[BlockTag, string]>([
    [{ number: 9n }, 'header not found'],
    [{ hash: ZERO_HASH }, 'header not found'],
    [{ label: 'safe' }, 'safe block not found'],
    [{ label: 'finalized' }, 'finalized block not found'],
  ])('error: %o', (tag, message) => {
    expect(() => requireBlock(engine, tag)).toThrow(message);
  });
});

describe('headBlock', () => {
  test('default: the head', () => {
    expect(headBlock(engine).hash).toBe(hashes[3]);
  });
});

describe('readBlockState', () => {
  /** The account that block 2 mints to. */
  const from = `0x${((1n << 100n) + (2n << 8n)).toString(16).padStart(40, '0')}` as const;

  test('default: the state after the latest block', async () => {
    const { block, state } = await readBlockState(engine, [], 0, {});
    expect(block.hash).toBe(hashes[3]);
    expect(accountOf(state, from)?.balance).toBe(1002n);
  });

  test('behavior: the block that the parameter at its place names', async () => {
    const { block, state } = await readBlockState(engine, ['0x3', '0x1'], 1, {});
    expect(block.hash).toBe(hashes[1]);
    expect(accountOf(state, from)).toBeUndefined();
  });

  test('error: no such block', async () => {
    await expect(readBlockState(engine, ['0x9'], 0, {})).rejects.toThrow('header not found');
  });
});

describe('stateOf', () => {
  test('error: a block that the engine does not have', async () => {
    const stranger = { ...engine.genesis, hash: ZERO_HASH };
    await expect(stateOf(engine, stranger, {})).rejects.toThrow('header not found');
  });

  test('behavior: each caller has its own', async () => {
    const [one, other] = [
      await stateOf(engine, engine.genesis, {}),
      await stateOf(engine, engine.genesis, {}),
    ];
    expect(one).not.toBe(other);
  });
});
