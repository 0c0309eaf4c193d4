import { describe, expect, test } from 'vitest';
import { untilStopped } from '../../src/cli/interrupt.ts';

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
