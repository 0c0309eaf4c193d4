import { randomBytes } from 'node:crypto';
import { bytesToHex } from '../base/bytes.ts';
import { createBatcher } from '../batcher/batcher.ts';
import type { BatcherTxData } from '../batcher/closedChannel.ts';
import { createThrottler } from '../batcher/throttler.ts';
import { createL1Client, type L1Client } from '../l1Tx/l1Client.ts';
import { localSigner } from '../l1Tx/signer.ts';
import { createTxSender, type TxSender } from '../l1Tx/txSender.ts';
import type { TxSenderConfig } from '../l1Tx/txSenderParts.ts';
import { compressChannel } from '../native/compress.ts';
import type { Kzg } from '../native/kzg.ts';
import { outputOracleTarget } from '../proposer/outputOracle.ts';
import { createProposer } from '../proposer/proposer.ts';
import { toL2Block } from '../protocol/executionPayload.ts';
import { createRollupClient, type RollupClient } from '../sources/rollupClient.ts';
import { createHttpClient } from '../transport/http.ts';
import type { Log } from '../transport/log.ts';
import { DEV_ROLES, devAccount } from './devAccounts.ts';
import type { DevL1 } from './devL1.ts';
import type { DevNode } from './devNode.ts';
import type { DevnetOptions } from './devnetOptions.ts';

/** A role that runs until it is stopped. */
export type DevRole = {
  /** Rejects when it failed. */
  readonly ended: Promise<void>;
  /** Ends it in the middle of whatever it does, as a kill would. */
  readonly stop: () => Promise<void>;
};

/** What the roles work with. */
export type DevRoleParts = {
  readonly l1: DevL1;
  /** L1 endpoint to write to. */
  readonly l1Url: string;
  /** The sequencer's node as it is now: it may be started again meanwhile. */
  readonly sequencer: () => DevNode;
  readonly kzg: Kzg;
  readonly options: DevnetOptions;
  readonly log: Log;
};

const GWEI = 1_000_000_000n;
const NO_THROTTLE = {
  lowerThreshold: 0,
  upperThreshold: 0,
  txSizeLower: 0,
  txSizeUpper: 0,
  blockSizeLower: 0,
  blockSizeUpper: 0,
  controller: 'step',
  pid: { kp: 0, ki: 0, kd: 0, integralMax: 1, outputMax: 1, sampleTimeMs: 2_000 },
} as const;

/** Patience fit for an L1 with blocks of a few seconds. */
function txConfig({ l1BlockTime }: DevnetOptions): TxSenderConfig {
  return {
    numConfirmations: 1n,
    resubmissionTimeoutMs: 6_000 * l1BlockTime,
    rebroadcastIntervalMs: 2_000 * l1BlockTime,
    receiptQueryIntervalMs: 200,
    notInMempoolTimeoutMs: 20_000,
    retryIntervalMs: 500,
    maxRetries: 20,
    sendTimeoutMs: 0,
    safeAbortNonceTooLowCount: 3,
    feeLimits: {
      minTip: GWEI,
      maxTip: undefined,
      minBaseFee: GWEI,
      maxBaseFee: undefined,
      limitMultiplier: 5n,
      limitThreshold: 100n * GWEI,
    },
    cellProofTime: 0n,
    knownWords: [],
  };
}

/** Writes the sequencer's blocks to L1. */
export function startDevBatcher(
  parts: DevRoleParts,
  onConfirmed: (data: BatcherTxData) => void,
): DevRole {
  const { options, log } = parts;
  const status = rollupClients(parts);
  return startRole(parts, 'batcher', (l1, txSender, signal) =>
    createBatcher({
      rollup: parts.l1.rollup,
      source: {
        syncStatus: (abort) => status().syncStatus(abort),
        block: async (number) => {
          const { engine } = parts.sequencer().node.options;
          const envelope = await engine.block({ number });
          return envelope === undefined ? undefined : toL2Block(envelope.executionPayload);
        },
      },
      l1,
      txSender,
      config: {
        channel: {
          batchType: options.batchType,
          algorithm: options.compression === 'brotli' ? 'brotli-10' : 'zlib',
          compressor: 'shadow',
          approxComprRatio: 0.6,
          maxL1TxSizeBytes: 120_000,
          targetNumFrames: 1,
          // Origins stay up to two blocks behind the head, so this closes one in each L1 block.
          maxChannelDuration: 3n,
          subSafetyMargin: 10n,
          maxBlocksPerSpanBatch: 0,
        },
        daType: options.daType,
        pollIntervalMs: 500,
        // One after the other: when a reorg takes one, nothing has been written behind it.
        maxPendingTxs: 1,
      },
      compress: compressChannel,
      newChannelId: () => bytesToHex(randomBytes(16)),
      log,
      throttler: createThrottler(NO_THROTTLE, [], log),
      txBytes: (tx) => tx.length,
      events: { confirmed: onConfirmed },
    }).run({ signal }),
  );
}

/** Proposes safe outputs to the output oracle. */
export function startDevProposer(parts: DevRoleParts): DevRole {
  const { log } = parts;
  const client = rollupClients(parts);
  return startRole(parts, 'proposer', (l1, txSender, signal) =>
    createProposer({
      node: {
        syncStatus: (abort) => client().syncStatus(abort),
        outputAtBlock: (number, abort) => client().outputAtBlock(number, abort),
      },
      target: outputOracleTarget(l1, parts.l1.contracts.l2OutputOracle),
      txSender,
      pollIntervalMs: 2_000,
      allowNonFinalized: true,
      log,
    }).run({ signal }),
  );
}

function startRole(
  { l1Url, kzg, options, log }: DevRoleParts,
  role: 'batcher' | 'proposer',
  run: (l1: L1Client, txSender: TxSender, signal: AbortSignal) => Promise<void>,
): DevRole {
  const http = createHttpClient({ url: new URL(l1Url), timeoutMs: 10_000 });
  const l1 = createL1Client(http);
  const txSender = createTxSender({
    l1,
    signer: localSigner(devAccount(DEV_ROLES[role]).key),
    kzg,
    config: txConfig(options),
    onEvent: ({ type, nonce }) => log.debug(`${role} transaction ${type}`, { nonce }),
  });
  const stopping = new AbortController();
  // A stopped role leaves what it has sent to its fate, as one that was killed.
  const send: TxSender['send'] = (candidate, { signal } = {}) =>
    txSender.send(candidate, {
      signal: signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]),
    });
  const ended = run(l1, { ...txSender, send }, stopping.signal);
  ended.catch(() => {});
  return {
    ended,
    stop: async () => {
      stopping.abort(new Error(`the ${role} stops`));
      await ended.catch(() => {});
      http.close();
    },
  };
}

/** Client of the sequencer's RPC, made anew where that has moved. */
function rollupClients({ sequencer }: DevRoleParts): () => RollupClient {
  let url = '';
  let client: RollupClient | undefined;
  return () => {
    const current = sequencer().url;
    if (client === undefined || url !== current) {
      url = current;
      client = createRollupClient(createHttpClient({ url: new URL(url), timeoutMs: 10_000 }));
    }
    return client;
  };
}
