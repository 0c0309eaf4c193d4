import { describe, expect, test } from 'vitest';
import type { Batcher } from '../../src/batcher/batcher.ts';
import { createBatcherService } from '../../src/batcher/service.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';

/** Batchers that only tell what is done with them. */
function recorder(told: string[]): () => Batcher {
  let made = 0;
  return () => {
    const name = `batcher ${++made}`;
    const tell = (what: string) => () => {
      told.push(`${name}: ${what}`);
      return Promise.resolve();
    };
    return {
      step: tell('step'),
      run: ({ signal }) =>
        new Promise((resolve) => {
          told.push(`${name}: run`);
          signal.addEventListener('abort', () => resolve());
        }),
      flush: tell('flush'),
      drain: tell('drain'),
      state: () => ({}) as never,
      pending: () => 0,
    };
  };
}

describe('createBatcherService', () => {
  test('default: each start is a new batcher, each stop drains', async () => {
    const told: string[] = [];
    const service = createBatcherService(recorder(told), SILENT_LOG);
    service.start();
    await service.flush();
    await service.stop();
    service.start();
    expect(service.isRunning()).toBe(true);
    expect(told).toEqual([
      'batcher 1: run',
      'batcher 1: flush',
      'batcher 1: drain',
      'batcher 2: run',
    ]);
  });

  test('error: started twice, stopped and flushed while stopped', async () => {
    const service = createBatcherService(recorder([]), SILENT_LOG);
    await expect(service.stop()).rejects.toThrow('not running');
    await expect(service.flush()).rejects.toThrow('not running');
    service.start();
    expect(() => service.start()).toThrow('already running');
  });
});
