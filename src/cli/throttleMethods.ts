import { isObject, type JsonValue } from '../base/json.ts';
import type { PidConfig } from '../batcher/pidController.ts';
import { THROTTLE_CONTROLLERS, type ThrottleController } from '../batcher/throttle.ts';
import type { Throttler } from '../batcher/throttler.ts';
import { invalidParam, plain, type RpcMethods } from '../node/rpc/rpcMethods.ts';
import { parseDurationMs } from './goFlags.ts';

/** Admin methods about the throttler. @spec protocol/batcher.md 9 */
export function throttleMethods(throttler: Throttler): RpcMethods {
  return {
    admin_getThrottleController: plain(() => {
      const { config, backlogBytes, limits } = throttler.status();
      return {
        type: config.controller,
        lower_threshold: config.lowerThreshold,
        upper_threshold: config.upperThreshold,
        current_load: backlogBytes,
        intensity: limits.intensity,
        max_tx_size: limits.maxTxBytes,
        max_block_size: limits.maxBlockBytes,
      };
    }),
    admin_setThrottleController: {
      paramCount: 2,
      answer: ([type, pid]) => {
        const controller = readController(type as JsonValue);
        if (controller !== 'pid') throttler.use(controller);
        else throttler.use(controller, readPid(pid as JsonValue));
        return null;
      },
    },
    admin_resetThrottleController: plain(() => {
      throttler.use(throttler.status().config.controller);
      return null;
    }),
  };
}

function readController(value: JsonValue): ThrottleController {
  const found = THROTTLE_CONTROLLERS.find((name) => name === value);
  if (found !== undefined) return found;
  const accepted = THROTTLE_CONTROLLERS.join(', ');
  throw invalidParam(0, `expected one of ${accepted}, found ${JSON.stringify(value)}`);
}

/** Settings as op-batcher takes them: `sample_time` in nanoseconds, or like `2s`. */
function readPid(value: JsonValue): PidConfig {
  const refuse = (what: string) => invalidParam(1, what);
  if (!isObject(value)) {
    throw refuse('expected an object with kp, ki, kd, integral_max, output_max and sample_time');
  }
  const number = (name: string): number => {
    const found = value[name];
    if (typeof found === 'number' && Number.isFinite(found) && found >= 0) return found;
    throw refuse(`expected \`${name}\` to be a number from 0 on, found ${JSON.stringify(found)}`);
  };
  const pid = {
    kp: number('kp'),
    ki: number('ki'),
    kd: number('kd'),
    integralMax: number('integral_max'),
    outputMax: number('output_max'),
    sampleTimeMs:
      typeof value['sample_time'] === 'string'
        ? parseDurationMs(value['sample_time'], 'sample_time')
        : number('sample_time') / 1e6,
  };
  if (pid.integralMax === 0) throw refuse('expected `integral_max` above 0, found 0');
  if (pid.outputMax === 0 || pid.outputMax > 1) {
    throw refuse(`expected \`output_max\` above 0 and up to 1, found ${pid.outputMax}`);
  }
  return pid;
}
