import type { DeriveConfig } from '../derive/state.ts';
import type { EnginePort } from '../engine/port.ts';
import type { SequencerPorts } from '../sequencer/ports.ts';
import type { BlobKzg } from '../sources/verifyBlob.ts';
import type { CallWatch } from '../transport/callWatch.ts';
import type { Log } from '../transport/log.ts';
import type { DriverOptions } from './driverPorts.ts';
import type { EngineSyncPorts } from './engineSync.ts';
import type { SafeHeads } from './safeHeads.ts';

/** One server of L1 or of its beacon chain. */
export type ServerOptions = {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
};

/** How L1 is read. */
export type L1Options = {
  /** At least one of HTTP; `ws:` and `wss:` ones only announce heads. Preferred first. */
  readonly endpoints: readonly ServerOptions[];
  readonly beacons: readonly ServerOptions[];
  readonly archivers: readonly ServerOptions[];
  readonly maxConcurrency: number;
  readonly maxBatchSize: number;
  /** Infinity: no limit. */
  readonly maxCallsPerSecond: number;
  /** Of a request with one call. */
  readonly requestTimeoutMs: number;
  readonly pollIntervalMs: number;
  /** 0: off. */
  readonly epochPollIntervalMs: number;
  /** Seconds, instead of what the beacon server says. */
  readonly secondsPerSlot: bigint | undefined;
  /** Folder of blobs that were fetched before. */
  readonly blobDirectory: string | undefined;
};

/** What a node that also sequences has beside the rest. */
export type SequencerParts = Pick<
  SequencerPorts,
  'conductor' | 'memory' | 'publish' | 'events' | 'options'
>;

/** Everything a node is made of. The node closes engine and store when it stops. */
export type NodeOptions = {
  readonly config: DeriveConfig;
  readonly engine: EnginePort;
  readonly kzg: BlobKzg;
  readonly safeHeads: SafeHeads;
  readonly l1: L1Options;
  readonly driver: DriverOptions;
  /** The engine syncs by itself before anything is derived. Undefined: it does not. */
  readonly engineSync?: Pick<EngineSyncPorts, 'offsetBlocks' | 'pauseMs'> | undefined;
  /** Undefined: a verifier. */
  readonly sequencer?: SequencerParts | undefined;
  readonly log: Log;
  /** Who is told of calls to other servers, by their role: `l1`, `l1-beacon`. */
  readonly calls?: (rpc: string) => CallWatch;
};

/** Limits that op-node's flags default to. */
export const DEFAULT_L1_OPTIONS: Omit<L1Options, 'endpoints' | 'beacons' | 'archivers'> = {
  maxConcurrency: 10,
  maxBatchSize: 20,
  maxCallsPerSecond: Infinity,
  requestTimeoutMs: 10_000,
  pollIntervalMs: 12_000,
  epochPollIntervalMs: 384_000,
  secondsPerSlot: undefined,
  blobDirectory: undefined,
};

/** What the driver does where no flag says otherwise. */
export const DEFAULT_DRIVER_OPTIONS: DriverOptions = {
  confirmations: 0n,
  readAhead: 64,
  l1DeadlineMs: 60_000,
  finalityDelay: 64n,
  recoveredOffsetBlocks: 0n,
};
