import { makeFolder } from '../storage/folder.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { createBeaconSource } from '../sources/beacon.ts';
import { type BeaconApi, createBeaconApi } from '../sources/beaconApi.ts';
import type { BlobSource } from '../sources/blobSource.ts';
import { type BlobStore, openBlobStore } from '../sources/blobStore.ts';
import { createEndpoint, type EndpointMeter } from '../sources/endpoint.ts';
import { createL1Heads, type L1Heads } from '../sources/l1Heads.ts';
import { createL1Source, type L1Source } from '../sources/l1Source.ts';
import { subscribeNewHeads } from '../sources/l1Subscription.ts';
import { createPool } from '../sources/pool.ts';
import type { BlobKzg } from '../sources/verifyBlob.ts';
import type { CallWatch } from '../transport/callWatch.ts';
import type { Log } from '../transport/log.ts';
import type { Waits } from '../transport/waits.ts';
import { listedKzg } from './listedKzg.ts';
import type { L1Options, ServerOptions } from './nodeOptions.ts';

/** L1 as the node reads it. */
export type L1Ports = {
  readonly source: L1Source;
  readonly heads: L1Heads;
  readonly blobs: BlobSource;
  /** What each endpoint has been asked. */
  readonly meters: () => readonly EndpointMeter[];
  readonly close: () => void;
};

/** What L1 is read with beside its options. */
export type L1Scope = {
  readonly kzg: BlobKzg;
  readonly waits: Waits;
  readonly log: Log;
  /** Who is told of calls, by the role of the server. */
  readonly calls: (rpc: string) => CallWatch;
};

/**
 * Opens all that L1 is read with. Heads are polled from now on.
 *
 * @throws ConfigError when there can be no folder for blobs.
 */
export async function openL1(
  rollup: RollupConfig,
  options: L1Options,
  { kzg, waits, log, calls }: L1Scope,
): Promise<L1Ports> {
  const { blobDirectory, secondsPerSlot } = options;
  // Before anything runs that would have to be ended when this fails.
  const store = blobDirectory === undefined ? undefined : await blobStoreIn(blobDirectory, log);
  const isHttp = ({ url }: { readonly url: URL }): boolean => url.protocol.startsWith('http');
  const timeoutMs = options.requestTimeoutMs;
  const limits = {
    maxConcurrency: options.maxConcurrency,
    maxBatchSize: options.maxBatchSize,
    maxCallsPerSecond: options.maxCallsPerSecond,
  };
  const endpoints = options.endpoints
    .filter(isHttp)
    .map((server) => createEndpoint({ ...server, limits, timeoutMs, watch: calls('l1') }));
  const source = createL1Source(rollup, createPool(endpoints, waits));
  const announced = options.endpoints.find((server) => !isHttp(server));
  const onBroken = (err: Error): void => log.warn('L1 head subscription broke', { err });
  const heads = createL1Heads({
    source,
    waits,
    pollIntervalMs: options.pollIntervalMs,
    epochPollIntervalMs: options.epochPollIntervalMs,
    ...(announced === undefined
      ? {}
      : { subscribe: subscribeNewHeads({ ...announced, onBroken }) }),
  });
  const toApi = (server: ServerOptions): BeaconApi =>
    createBeaconApi({ ...server, timeoutMs, watch: calls('l1-beacon') });
  const servers = options.beacons.map(toApi);
  const archivers = options.archivers.map(toApi);
  const blobs = createBeaconSource({
    servers,
    archivers,
    kzg: listedKzg(kzg, waits),
    ...(store === undefined ? {} : { store }),
    ...(secondsPerSlot === undefined ? {} : { secondsPerSlot }),
  });
  return {
    source,
    heads,
    blobs,
    meters: () => endpoints.map((endpoint) => endpoint.meter()),
    close: () => {
      heads.close();
      source.close();
      for (const server of [...servers, ...archivers]) server.close();
    },
  };
}

/** Blobs below `--datadir`. */
function blobStoreIn(directory: string, log: Log): Promise<BlobStore> {
  makeFolder(directory, 'datadir');
  return openBlobStore(directory, { log });
}
