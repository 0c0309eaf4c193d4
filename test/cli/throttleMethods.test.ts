import { describe, expect, test } from 'vitest';
import { createThrottler } from '../../src/batcher/throttler.ts';
import { throttleMethods } from '../../src/cli/throttleMethods.ts';
import { answerRpc } from '../../src/node/rpc/answerRpc.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';

const PID = { kp: 1, ki: 0, kd: 0, integral_max: 1, output_max: 1, sample_time: 2e9 };

function world() {
  const throttler = createThrottler(
    {
      lowerThreshold: 100,
      upperThreshold: 300,
      txSizeLower: 10,
      txSizeUpper: 110,
      blockSizeLower: 1_000,
      blockSizeUpper: 2_000,
      controller: 'linear',
      pid: { kp: 0, ki: 0, kd: 0, integralMax: 1, outputMax: 1, sampleTimeMs: 1 },
    },
    [],
    SILENT_LOG,
  );
  const methods = throttleMethods(throttler);
  const call = async (method: string, ...params: unknown[]) => {
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method: `admin_${method}`, params });
    return JSON.parse(await answerRpc(methods, request, () => {})) as {
      result?: unknown;
      error?: { code: number; message: string };
    };
  };
  return { throttler, call };
}

describe('throttleMethods', () => {
  test('default: tells what the last backlog came to', async () => {
    const { throttler, call } = world();
    await throttler.update(200);
    expect((await call('getThrottleController')).result).toEqual({
      type: 'linear',
      lower_threshold: 100,
      upper_threshold: 300,
      current_load: 200,
      intensity: 0.5,
      max_tx_size: 60,
      max_block_size: 1_500,
    });
  });

  test('behavior: changes the controller', async () => {
    const { throttler, call } = world();
    expect(await call('setThrottleController', 'step', null)).toMatchObject({ result: null });
    expect((await throttler.update(200)).intensity).toBe(1);
    expect(await call('setThrottleController', 'pid', PID)).toMatchObject({ result: null });
    expect(throttler.status().config.pid.sampleTimeMs).toBe(2_000);
    await call('setThrottleController', 'pid', { ...PID, sample_time: '1.5s' });
    expect(throttler.status().config.pid.sampleTimeMs).toBe(1_500);
    expect(await call('resetThrottleController')).toMatchObject({ result: null });
    expect(throttler.status().config.controller).toBe('pid');
  });

  test.each([
    [['cubic', null], 'expected one of step, linear, quadratic, pid, found "cubic"'],
    [['pid', null], 'expected an object with kp'],
    [['pid', { ...PID, kp: -1 }], 'expected `kp` to be a number from 0 on, found -1'],
    [['pid', { ...PID, integral_max: 0 }], 'expected `integral_max` above 0'],
    [['pid', { ...PID, output_max: 2 }], 'expected `output_max` above 0 and up to 1, found 2'],
  ])('error: %j', async (params, message) => {
    const { call } = world();
    const { error } = await call('setThrottleController', ...params);
    expect(error?.code).toBe(-32_602);
    expect(error?.message).toContain(message);
  });
});
