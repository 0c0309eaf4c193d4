import { describe, expect, test } from 'vitest';
import { startHeads } from '../../src/engine/heads.ts';
import { createChainHeads } from '../../src/node/chainHeads.ts';
import { createWake } from '../../src/node/wake.ts';

const GENESIS = {
  number: 0n,
  hash: `0x${'00'.repeat(32)}`,
  parentHash: `0x${'00'.repeat(32)}`,
  timestamp: 0n,
  l1Origin: { number: 0n, hash: `0x${'00'.repeat(32)}` },
  sequenceNumber: 0n,
} as const;
const HEADS = startHeads({ unsafeHead: GENESIS, safeHead: GENESIS, finalizedHead: GENESIS });

describe('createChainHeads', () => {
  test('behavior: nothing is changed while the heads are not known', async () => {
    const chain = createChainHeads();
    expect(await chain.change(async (heads) => [heads, 'done'])).toBeUndefined();
    await chain.found(HEADS);
    expect(await chain.change(async (heads) => [heads, 'done'])).toBe('done');
    await chain.forget();
    expect(chain.areKnown()).toBe(false);
    expect(chain.current()).toBe(HEADS);
    expect(await chain.change(async (heads) => [heads, 'done'])).toBeUndefined();
  });

  test('behavior: changes do not overlap, and see each other', async () => {
    const chain = createChainHeads();
    await chain.found(HEADS);
    const numbers: bigint[] = [];
    const raise = () =>
      chain.change(async (heads) => {
        const { number } = heads.unsafeHead;
        await Promise.resolve();
        return [{ ...heads, unsafeHead: { ...heads.unsafeHead, number: number + 1n } }, number];
      });
    chain.onChange(({ unsafeHead }) => void numbers.push(unsafeHead.number));
    expect(await Promise.all([raise(), raise(), raise()])).toEqual([0n, 1n, 2n]);
    expect(numbers).toEqual([1n, 2n, 3n]);
  });

  test('behavior: a change that fails is without effect on the next', async () => {
    const chain = createChainHeads();
    await chain.found(HEADS);
    const failing = chain.change(async () => {
      throw new Error('engine gone');
    });
    const next = chain.change(async (heads) => [heads, heads]);
    await expect(failing).rejects.toThrow('engine gone');
    expect(await next).toBe(HEADS);
  });
});

describe('createWake', () => {
  test('behavior: a ring that nobody waited for is not lost, and counts once', async () => {
    const wake = createWake();
    wake.ring();
    wake.ring();
    await wake.next();
    const stop = new AbortController();
    const waiting = wake.next({ signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  test('behavior: wakes who waits', async () => {
    const wake = createWake();
    const waiting = wake.next();
    wake.ring();
    await waiting;
  });
});
