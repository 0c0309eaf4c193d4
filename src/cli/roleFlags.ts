import { ConfigError } from '../base/errors.ts';
import { l1ChainConfigById } from '../protocol/registry/l1Chains.ts';
import type { Log } from '../transport/log.ts';
import type { TxSenderConfig } from '../l1Tx/txSenderParts.ts';
import type { GoFlag, GoFlagValues } from './goFlags.ts';

/** Flags of the transaction sender, the same for batcher and proposer. */
export const TX_SENDER_FLAGS: readonly GoFlag[] = [
  { name: 'private-key', kind: 'string', about: 'key that signs L1 transactions' },
  { name: 'mnemonic', kind: 'string', about: 'words that the key is derived from' },
  { name: 'hd-path', kind: 'string', about: 'path of the key below the mnemonic' },
  { name: 'sequencer-hd-path', kind: 'string', about: 'older name of --hd-path' },
  flag('num-confirmations', 'integer', '10', 'L1 blocks until a transaction counts as confirmed'),
  flag(
    'safe-abort-nonce-too-low-count',
    'integer',
    '3',
    'refusals of a used nonce until giving up',
  ),
  {
    ...flag('fee-limit-multiplier', 'integer', '5', 'most a raised fee may exceed the suggestion'),
    env: 'TXMGR_FEE_LIMIT_MULTIPLIER',
  },
  flag('resubmission-timeout', 'duration', '48s', 'time until fees of an unmined one are raised'),
  flag('network-timeout', 'duration', '10s', 'time limit of each request'),
  flag('txmgr.fee-limit-threshold', 'number', '100', 'gwei below which fees are raised freely'),
  flag('txmgr.min-basefee', 'number', '1', 'least base fee assumed, gwei'),
  flag('txmgr.max-basefee', 'number', '0', 'highest base fee paid, gwei; 0 for no limit'),
  flag('txmgr.min-tip-cap', 'number', '1', 'least tip offered, gwei'),
  flag('txmgr.max-tip-cap', 'number', '0', 'highest tip offered, gwei; 0 for no limit'),
  {
    ...flag(
      'txmgr.not-in-mempool-timeout',
      'duration',
      '2m0s',
      'time until an unseen one is given up',
    ),
    env: 'TXMGR_TX_NOT_IN_MEMPOOL_TIMEOUT',
  },
  {
    ...flag('txmgr.send-timeout', 'duration', '0s', 'time until any is given up; 0 for never'),
    env: 'TXMGR_TX_SEND_TIMEOUT',
  },
  flag('txmgr.receipt-query-interval', 'duration', '12s', 'time between looks for receipts'),
  flag('txmgr.rebroadcast-interval', 'duration', '12s', 'time until an unmined one is sent again'),
  flag('txmgr.retry-interval', 'duration', '1s', 'time until a failed request is tried again'),
  flag('txmgr.max-retries', 'integer', '10', 'tries of a failing request'),
  {
    name: 'txmgr.cell-proof-time',
    kind: 'integer',
    about: 'L1 time from which blobs travel with cell proofs; of a known L1 by itself',
  },
  flag('txmgr.blob-tip-cap-dynamic', 'boolean', undefined, 'not supported'),
  flag('txmgr.blob-tip-cap-percentile', 'integer', '60', 'not supported'),
  flag('txmgr.blob-tip-cap-range', 'integer', '20', 'not supported'),
  flag(
    'txmgr.already-published-custom-errs',
    'list',
    undefined,
    'words that mean "has it already"',
  ),
  flag('signer.endpoint', 'string', undefined, 'remote signer; not supported'),
  flag('signer.address', 'string', undefined, 'remote signer; not supported'),
  flag('signer.header', 'list', undefined, 'remote signer; not supported'),
  flag('signer.tls.enabled', 'boolean', 'true', 'remote signer; not supported'),
  flag('signer.tls.ca', 'string', 'tls/ca.crt', 'remote signer; not supported'),
  flag('signer.tls.cert', 'string', 'tls/tls.crt', 'remote signer; not supported'),
  flag('signer.tls.key', 'string', 'tls/tls.key', 'remote signer; not supported'),
];

/** Flags of the log, the same for everything that runs on. */
export const LOG_FLAGS: readonly GoFlag[] = [
  flag('log.level', 'string', 'INFO', 'lowest level that is written'),
  flag('log.format', 'string', 'text', 'form of the log lines'),
  flag('log.color', 'boolean', undefined, 'colours in a terminal'),
  flag('log.pid', 'boolean', undefined, 'process id in each line'),
];

/** Flags of the metrics. */
export const METRICS_FLAGS: readonly GoFlag[] = [
  flag('metrics.enabled', 'boolean', undefined, 'serve metrics on a port of their own too'),
  flag('metrics.addr', 'string', '127.0.0.1', 'address the metrics listen on'),
  flag('metrics.port', 'integer', '7300', 'port the metrics listen on'),
];

/** Flags that every service of the stack has. */
export const SERVICE_FLAGS: readonly GoFlag[] = [
  flag('rpc.addr', 'string', '127.0.0.1', 'address the RPC listens on'),
  flag('rpc.port', 'integer', '8545', 'port the RPC listens on'),
  flag('rpc.enable-admin', 'boolean', undefined, 'serve the admin methods'),
  ...LOG_FLAGS,
  ...METRICS_FLAGS,
  flag('pprof.enabled', 'boolean', undefined, 'profiling of Go; without effect here'),
  flag('pprof.addr', 'string', '0.0.0.0', 'profiling of Go; without effect here'),
  flag('pprof.port', 'integer', '6060', 'profiling of Go; without effect here'),
  flag('pprof.path', 'string', undefined, 'profiling of Go; without effect here'),
  flag('pprof.type', 'string', undefined, 'profiling of Go; without effect here'),
];

/** A flag in one line. */
export function flag(
  name: string,
  kind: GoFlag['kind'],
  standard: string | undefined,
  about: string,
): GoFlag {
  return standard === undefined ? { name, kind, about } : { name, kind, standard, about };
}

/** What the op services have and this one has not: refused where it would change what happens. */
export function refuseUnsupported(values: GoFlagValues, log: Log): void {
  if (values.text('signer.endpoint') !== undefined) {
    throw new ConfigError(
      'signer.endpoint',
      'an address',
      'none: remote signers are not supported',
    );
  }
  if (values.isSet('txmgr.blob-tip-cap-dynamic')) {
    log.warn('flag has no effect', { flag: 'txmgr.blob-tip-cap-dynamic' });
  }
  if (values.isSet('pprof.enabled')) log.warn('flag has no effect', { flag: 'pprof.enabled' });
}

/** Settings of the transaction sender. */
export function txSenderConfig(values: GoFlagValues, l1ChainId: bigint): TxSenderConfig {
  const cellProofTime = values.text('txmgr.cell-proof-time');
  return {
    numConfirmations: values.integer('num-confirmations'),
    resubmissionTimeoutMs: values.durationMs('resubmission-timeout'),
    rebroadcastIntervalMs: values.durationMs('txmgr.rebroadcast-interval'),
    receiptQueryIntervalMs: values.durationMs('txmgr.receipt-query-interval'),
    notInMempoolTimeoutMs: values.durationMs('txmgr.not-in-mempool-timeout'),
    retryIntervalMs: values.durationMs('txmgr.retry-interval'),
    maxRetries: Number(values.integer('txmgr.max-retries')),
    sendTimeoutMs: values.durationMs('txmgr.send-timeout'),
    safeAbortNonceTooLowCount: Number(values.integer('safe-abort-nonce-too-low-count')),
    feeLimits: {
      minTip: gwei(values.number('txmgr.min-tip-cap')),
      maxTip: orUnlimited(gwei(values.number('txmgr.max-tip-cap'))),
      minBaseFee: gwei(values.number('txmgr.min-basefee')),
      maxBaseFee: orUnlimited(gwei(values.number('txmgr.max-basefee'))),
      limitMultiplier: values.integer('fee-limit-multiplier'),
      limitThreshold: gwei(values.number('txmgr.fee-limit-threshold')),
    },
    cellProofTime:
      cellProofTime === undefined ? osakaTime(l1ChainId) : values.integer('txmgr.cell-proof-time'),
    knownWords: values.list('txmgr.already-published-custom-errs'),
  };
}

/** Time of Osaka on a known L1; undefined for any other. */
function osakaTime(l1ChainId: bigint): bigint | undefined {
  return l1ChainConfigById(l1ChainId)?.blobSchedule.find(({ fork }) => fork === 'osaka')?.time;
}

function gwei(value: number): bigint {
  return BigInt(Math.round(value * 1e9));
}

function orUnlimited(value: bigint): bigint | undefined {
  return value === 0n ? undefined : value;
}
