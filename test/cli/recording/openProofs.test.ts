import { describe, expect, test } from 'vitest';
import { openProofs } from '../../../src/cli/recording/openProofs.ts';

type Proof = {
  readonly promise: Promise<void>;
  readonly pass: () => void;
  readonly fail: (reason: string) => void;
};

function proof(): Proof {
  let pass = (): void => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((resolve, refuse) => {
    pass = resolve;
    reject = refuse;
  });
  return { promise, pass, fail: (reason) => reject(new Error(reason)) };
}

const nextTurn = () => new Promise((resolve) => void setImmediate(resolve));

/** Whether a promise is settled already. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  await nextTurn();
  return settled;
}

describe('openProofs', () => {
  test('default: waits for nobody up to the limit, then for the oldest', async () => {
    const proofs = openProofs(2);
    const [a, b, c] = [proof(), proof(), proof()];
    expect(await isSettled(proofs.add(a.promise))).toBe(true);
    expect(await isSettled(proofs.add(b.promise))).toBe(true);
    const third = proofs.add(c.promise);
    b.pass();
    expect(await isSettled(third)).toBe(false);
    a.pass();
    expect(await isSettled(third)).toBe(true);
    const all = proofs.all();
    expect(await isSettled(all)).toBe(false);
    c.pass();
    expect(await isSettled(all)).toBe(true);
  });

  test('behavior: with a limit of 0 each waits for itself and those before', async () => {
    const proofs = openProofs(0);
    const [a, b] = [proof(), proof()];
    const [first, second] = [proofs.add(a.promise), proofs.add(b.promise)];
    b.pass();
    expect(await isSettled(second)).toBe(false);
    a.pass();
    await first;
    await second;
  });

  test('behavior: none', async () => {
    await openProofs(1).all();
  });

  test('error: a failure is told by all, whoever was told before', async () => {
    const proofs = openProofs(1);
    const [a, b] = [proof(), proof()];
    const adding = [proofs.add(a.promise), proofs.add(b.promise)];
    a.fail('the first blob');
    b.pass();
    await expect(adding[1]).rejects.toThrow('the first blob');
    await expect(proofs.all()).rejects.toThrow('the first blob');
    await expect(proofs.all()).rejects.toThrow('the first blob');
  });
});
