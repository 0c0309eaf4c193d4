import { describe, expect, test } from 'vitest';
import { type Started, startTogether } from '../../src/transport/startTogether.ts';

describe('startTogether', () => {
  test('behavior: leaves what has started running, and ends it last first, once', async () => {
    const ended: string[] = [];
    const parts = await startTogether(async (started) => {
      started.add(() => void ended.push('first'));
      started.add(async () => void ended.push('second'));
      return started;
    });
    expect(ended).toEqual([]);
    await parts.stop();
    await parts.stop();
    expect(ended).toEqual(['second', 'first']);
  });

  test('error: ends what had started when a later part does not start', async () => {
    const ended: string[] = [];
    const starting = startTogether(async (started) => {
      started.add(() => void ended.push('first'));
      started.add(() => {
        throw new Error('it does not end either');
      });
      throw new Error('no port is free');
    });
    await expect(starting).rejects.toThrow('no port is free');
    expect(ended).toEqual(['first']);
  });

  test('error: tells the first failure of an end when all have been tried', async () => {
    const ended: string[] = [];
    const failing = (name: string) => async (): Promise<void> => {
      ended.push(name);
      throw new Error(`${name} does not end`);
    };
    const parts: Started = await startTogether(async (started) => {
      for (const name of ['first', 'second', 'third']) started.add(failing(name));
      return started;
    });
    await expect(parts.stop()).rejects.toThrow('third does not end');
    expect(ended).toEqual(['third', 'second', 'first']);
  });
});
