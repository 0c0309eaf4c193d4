import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addBlock, confirmTx, emptyState, nextTxData } from '../../src/batcher/batcherState.ts';
import {
  backlogBytes,
  curveIntensity,
  type ThrottleConfig,
  throttleLimits,
} from '../../src/batcher/throttle.ts';
import { createThrottler } from '../../src/batcher/throttler.ts';
import { createHttpClient } from '../../src/transport/http.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';
import { batchBlocks, batcherEnv } from '../support/batcher.ts';

const CONFIG: ThrottleConfig = {
  lowerThreshold: 1000,
  upperThreshold: 3000,
  txSizeLower: 150,
  txSizeUpper: 20_000,
  blockSizeLower: 2000,
  blockSizeUpper: 130_000,
  controller: 'quadratic',
  pid: { kp: 0.5, ki: 0.25, kd: 1, integralMax: 10, outputMax: 1, sampleTimeMs: 2_000 },
};

describe('throttleLimits', () => {
  test('default: no limit of a transaction without throttling', () => {
    expect(throttleLimits(CONFIG, 0)).toEqual({
      intensity: 0,
      maxTxBytes: 0,
      maxBlockBytes: 130_000,
    });
  });

  test.each([
    [0.25, 15_038, 98_000],
    [0.5, 10_075, 66_000],
    [1, 150, 2000],
  ])('behavior: at intensity %d', (intensity, maxTxBytes, maxBlockBytes) => {
    expect(throttleLimits(CONFIG, intensity)).toEqual({ intensity, maxTxBytes, maxBlockBytes });
  });
});

describe('curveIntensity', () => {
  test.each([
    ['quadratic', 0.25],
    ['linear', 0.5],
    ['step', 1],
  ] as const)('default: %s half way is %d', (controller, intensity) => {
    expect(curveIntensity(CONFIG, controller, 2000)).toBe(intensity);
    expect(curveIntensity(CONFIG, controller, 1000)).toBe(0);
  });

  test('behavior: full strength from the upper threshold on', () => {
    expect(curveIntensity(CONFIG, 'quadratic', 3000)).toBe(1);
    expect(curveIntensity(CONFIG, 'quadratic', 9_000_000)).toBe(1);
  });

  test('behavior: a threshold of 0 never throttles', () => {
    expect(curveIntensity({ ...CONFIG, lowerThreshold: 0 }, 'step', 9_000_000)).toBe(0);
  });
});

describe('backlogBytes', () => {
  test('default: open blocks as estimated, closed channels as they are', () => {
    const state = emptyState(100n);
    for (const block of batchBlocks(1, 6)) addBlock(state, block);
    expect(backlogBytes(state, () => 100)).toBe(6 * 170);
    const data = nextTxData(state, batcherEnv(101n));
    const [channel] = state.channels;
    const sent = channel?.frames[0]?.data.length ?? 0;
    const open = 6 - Number(channel?.lastBlock);
    expect(backlogBytes(state, () => 100)).toBe(sent + open * 170);
    confirmTx(state, data as never, 101n);
    expect(backlogBytes(state, () => 100)).toBe(open * 170);
  });
});

describe('createThrottler', () => {
  test('default: sends limits every time, and leaves an incapable client alone', async () => {
    const asked: string[] = [];
    let error: object | undefined;
    const server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => asked.push(chunk.toString()));
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...(error ?? { result: true }) }));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const throttler = createThrottler(CONFIG, [createHttpClient({ url })], SILENT_LOG);
    await throttler.update(0);
    await throttler.update(3000);
    expect(asked.map((text) => JSON.parse(text).params)).toEqual([
      ['0x0', '0x1fbd0'],
      ['0x96', '0x7d0'],
    ]);
    error = { error: { code: -32_601, message: 'no such method' } };
    await throttler.update(3000);
    await throttler.update(3000);
    expect(asked.length).toBe(3);
    server.closeAllConnections();
    server.close();
  });

  test('behavior: changes its controller, and forgets what that one remembered', async () => {
    let nowMs = 0;
    const throttler = createThrottler(CONFIG, [], SILENT_LOG, () => nowMs);
    expect((await throttler.update(2000)).intensity).toBe(0.25);
    throttler.use('pid');
    // Error 1: 0.5 + 0.25 · 1 · 2 s.
    expect((await throttler.update(2000)).intensity).toBe(1);
    nowMs = 2_000;
    // Error 0.5, sum 2 + 1, slope -0.25: 0.25 + 0.75 - 0.25.
    expect((await throttler.update(1500)).intensity).toBe(0.75);
    throttler.use('pid');
    expect((await throttler.update(1500)).intensity).toBe(0.5);
    const { config, backlogBytes: bytes, limits } = throttler.status();
    expect([config.controller, bytes, limits.intensity]).toEqual(['pid', 1500, 0.5]);
  });
});
