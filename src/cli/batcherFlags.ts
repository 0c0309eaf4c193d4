import { ConfigError } from '../base/errors.ts';
import type { BatcherConfig } from '../batcher/batcher.ts';
import { assertChannelConfig, type CompressionAlgorithm } from '../batcher/channelConfig.ts';
import { THROTTLE_CONTROLLERS, type ThrottleConfig } from '../batcher/throttle.ts';
import { atLeastMs, type GoFlag, type GoFlagValues, LEAST_POLL_MS } from './goFlags.ts';
import { flag, SERVICE_FLAGS, TX_SENDER_FLAGS } from './roleFlags.ts';

const NO_ALTDA = 'batches outside L1; not supported';
const PID = 'controller of type pid';

/** op-batcher's flags with its defaults. */
export const BATCHER_FLAGS: readonly GoFlag[] = [
  flag('l1-eth-rpc', 'string', undefined, 'URL of an L1 execution client'),
  flag('l2-eth-rpc', 'list', undefined, 'URLs of L2 execution clients, one for each rollup node'),
  flag(
    'rollup-rpc',
    'list',
    undefined,
    'URLs of rollup nodes; several follow the active sequencer',
  ),
  flag(
    'active-sequencer-check-duration',
    'duration',
    '5s',
    'how long an active sequencer is believed',
  ),
  flag('poll-interval', 'duration', '6s', 'time between looks for new L2 blocks'),
  flag('sub-safety-margin', 'integer', '10', 'L1 blocks taken off every deadline of a channel'),
  flag('max-pending-tx', 'integer', '1', 'L1 transactions at a time; 0 for no limit'),
  flag('max-channel-duration', 'integer', '0', 'L1 blocks a channel may stay open; 0 for no limit'),
  flag('max-l1-tx-size-bytes', 'integer', '120000', 'bytes of a calldata transaction'),
  flag('target-num-frames', 'integer', '1', 'frames of a channel, and blobs of a transaction'),
  flag('max-blocks-per-span-batch', 'integer', '0', 'L2 blocks of a span batch; 0 for no limit'),
  flag('batch-type', 'string', 'singular', '0 or singular, 1 or span'),
  flag('compressor', 'string', 'shadow', 'how fullness is told: shadow, ratio or none'),
  flag('approx-compr-ratio', 'number', '0.6', 'expected compression, for the ratio compressor'),
  flag('compression-algo', 'string', 'zlib', 'zlib, brotli, brotli-9, brotli-10 or brotli-11'),
  flag('data-availability-type', 'string', 'calldata', 'calldata, blobs or auto'),
  flag('check-recent-txs-depth', 'integer', '0', 'L1 blocks to look back for own transactions'),
  flag('wait-node-sync', 'boolean', undefined, 'wait for the rollup node before starting'),
  flag('stopped', 'boolean', undefined, 'start idle, until admin_startBatcher'),
  flag('altda.enabled', 'boolean', undefined, NO_ALTDA),
  flag('altda.da-server', 'string', undefined, NO_ALTDA),
  flag('altda.da-service', 'boolean', undefined, NO_ALTDA),
  flag('altda.verify-on-read', 'boolean', 'true', NO_ALTDA),
  flag('altda.put-timeout', 'duration', '0s', NO_ALTDA),
  flag('altda.get-timeout', 'duration', '0s', NO_ALTDA),
  flag('altda.max-concurrent-da-requests', 'integer', '1', NO_ALTDA),
  flag(
    'throttle.unsafe-da-bytes-lower-threshold',
    'integer',
    '3200000',
    'bytes that wait to be written, above which the block builder is slowed down; 0: never',
  ),
  flag(
    'throttle.unsafe-da-bytes-upper-threshold',
    'integer',
    '12800000',
    'bytes at which it is slowed down most',
  ),
  flag(
    'throttle.tx-size-lower-limit',
    'integer',
    '150',
    'largest transaction, in bytes on L1, when slowed down most',
  ),
  flag('throttle.tx-size-upper-limit', 'integer', '20000', 'the same when slowing begins'),
  flag(
    'throttle.block-size-lower-limit',
    'integer',
    '2000',
    'largest block, in bytes on L1, when slowed down most',
  ),
  flag('throttle.block-size-upper-limit', 'integer', '130000', 'the same when not slowed down'),
  flag(
    'throttle.controller-type',
    'string',
    'quadratic',
    'how slowing grows: step, linear, quadratic or pid',
  ),
  flag('throttle.pid-kp', 'number', '0.33', PID),
  flag('throttle.pid-ki', 'number', '0.01', PID),
  flag('throttle.pid-kd', 'number', '0.05', PID),
  flag('throttle.pid-integral-max', 'number', '1000', PID),
  flag('throttle.pid-output-max', 'number', '1', PID),
  flag('throttle.pid-sample-time', 'duration', '2s', PID),
  flag('throttle.additional-endpoints', 'list', undefined, 'more block builders to tell'),
  ...TX_SENDER_FLAGS,
  ...SERVICE_FLAGS,
];

/** Settings of the batcher. @throws ConfigError */
export function batcherConfig(values: GoFlagValues): BatcherConfig {
  if (values.isSet('altda.enabled')) {
    const accepted = 'the flag left out, because batches outside L1 are not supported';
    throw new ConfigError('altda.enabled', '`true`', accepted);
  }
  const channel = {
    batchType: BATCH_TYPES[values.oneOf('batch-type', ['0', '1', 'singular', 'span'])],
    algorithm: algorithmOf(values),
    compressor: values.oneOf('compressor', ['shadow', 'ratio', 'none']),
    approxComprRatio: values.number('approx-compr-ratio'),
    maxL1TxSizeBytes: Number(values.integer('max-l1-tx-size-bytes')),
    targetNumFrames: Number(values.integer('target-num-frames')),
    maxChannelDuration: values.integer('max-channel-duration'),
    subSafetyMargin: values.integer('sub-safety-margin'),
    maxBlocksPerSpanBatch: Number(values.integer('max-blocks-per-span-batch')),
  };
  assertChannelConfig({ ...channel, daType: 'calldata' });
  return {
    channel,
    daType: values.oneOf('data-availability-type', ['calldata', 'blobs', 'auto']),
    pollIntervalMs: atLeastMs(values, 'poll-interval', LEAST_POLL_MS),
    maxPendingTxs: Number(values.integer('max-pending-tx')),
  };
}

const BATCH_TYPES = { 0: 'singular', 1: 'span', singular: 'singular', span: 'span' } as const;

/** op-batcher's `brotli` is brotli at 10. */
function algorithmOf(values: GoFlagValues): CompressionAlgorithm {
  const words = ['zlib', 'brotli', 'brotli-9', 'brotli-10', 'brotli-11'] as const;
  const word = values.oneOf('compression-algo', words);
  return word === 'brotli' ? 'brotli-10' : word;
}

/** Settings of the throttler. @throws ConfigError */
export function throttleConfig(values: GoFlagValues): ThrottleConfig {
  const bytes = (name: string): number => Number(values.integer(`throttle.${name}`));
  return {
    lowerThreshold: bytes('unsafe-da-bytes-lower-threshold'),
    upperThreshold: bytes('unsafe-da-bytes-upper-threshold'),
    txSizeLower: bytes('tx-size-lower-limit'),
    txSizeUpper: bytes('tx-size-upper-limit'),
    blockSizeLower: bytes('block-size-lower-limit'),
    blockSizeUpper: bytes('block-size-upper-limit'),
    controller: values.oneOf('throttle.controller-type', THROTTLE_CONTROLLERS),
    pid: {
      kp: values.number('throttle.pid-kp'),
      ki: values.number('throttle.pid-ki'),
      kd: values.number('throttle.pid-kd'),
      integralMax: values.number('throttle.pid-integral-max'),
      outputMax: values.number('throttle.pid-output-max'),
      sampleTimeMs: values.durationMs('throttle.pid-sample-time'),
    },
  };
}
