import { describe, expect, test } from 'vitest';
import { untilAborted, untilStopped } from '../../src/cli/interrupt.ts';

describe('untilAborted', () => {
  test('default: resolves with the abort, and leaves nothing behind', async () => {
    const controller = new AbortController();
    let isOver = false;
    const over = untilAborted(controller.signal).then(() => (isOver = true));
    await Promise.resolve();
    expect(isOver).toBe(false);
    controller.abort();
    await over;
    expect(isOver).toBe(true);
  });

  test('behavior: an abort that is past', async () => {
    await untilAborted(AbortSignal.abort());
  });
});

describe('untilStopped', () => {
  const stopped = AbortSignal.abort(new Error('stopped by SIGTERM'));

  test('default: to be stopped is no failure', async () => {
    await untilStopped(stopped, async () => stopped.throwIfAborted());
  });

  test('error: any other failure is one, stopped or not', async () => {
    const fail = (): Promise<void> => Promise.reject(new Error('another'));
    await expect(untilStopped(stopped, fail)).rejects.toThrow('another');
    await expect(untilStopped(new AbortController().signal, fail)).rejects.toThrow('another');
  });
});
