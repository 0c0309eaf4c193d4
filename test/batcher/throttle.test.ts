import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addBlock, confirmTx, emptyState, nextTxData } from '../../src/batcher/batcherState.ts';
import { backlogBytes, type ThrottleConfig, throttleLimits } from '../../src/batcher/throttle.ts';
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
};

describe('throttleLimits', () => {
  test('default: none up to the lower threshold', () => {
    expect(throttleLimits(CONFIG, 1000)).toEqual({
      intensity: 0,
      maxTxBytes: 0,
      maxBlockBytes: 130_000,
    });
  });

  test.each([
    ['quadratic', 0.25, 15_038, 98_000],
    ['linear', 0.5, 10_075, 66_000],
    ['step', 1, 150, 2000],
  ] as const)('behavior: %s half way', (controller, intensity, maxTxBytes, maxBlockBytes) => {
    const limits = throttleLimits({ ...CONFIG, controller }, 2000);
    expect(limits).toEqual({ intensity, maxTxBytes, maxBlockBytes });
  });

  test('behavior: full strength from the upper threshold on', () => {
    expect(throttleLimits(CONFIG, 3000)).toEqual(throttleLimits(CONFIG, 9_000_000));
    expect(throttleLimits(CONFIG, 3000).maxBlockBytes).toBe(2000);
  });

  test('behavior: a threshold of 0 never throttles', () => {
    expect(throttleLimits({ ...CONFIG, lowerThreshold: 0 }, 9_000_000).intensity).toBe(0);
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
});
