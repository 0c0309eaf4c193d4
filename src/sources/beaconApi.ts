import { hexToBytes, type Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { BLOB_BYTES } from '../protocol/blob.ts';
import { readArray, readBytes, toRecord } from '../protocol/rpcJson.ts';
import { blobVersionedHash } from '../protocol/versionedHash.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { type CallFailure, type CallWatch, callFailure } from '../transport/callWatch.ts';
import { TransportError } from '../transport/errors.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { parseJsonReply, statusError } from '../transport/reply.ts';
import { decoded, SourceError } from './errors.ts';
import { fromTransportError } from './fromTransport.ts';

/** When slots begin: what turns the time of an L1 block into a slot. */
export type BeaconClock = {
  /** Seconds. */
  readonly genesisTime: bigint;
  readonly secondsPerSlot: bigint;
};

/** What one blob server has at a slot. The blobs are not proven, and may be any number. */
export type BeaconApi = {
  /** Scheme, host and port: fit for messages. */
  readonly name: string;
  /** @throws SourceError, or the signal's reason. */
  readonly clock: (options?: AbortOptions) => Promise<BeaconClock>;
  /**
   * @returns Undefined when the server says in any way that it does not have them.
   * @throws  SourceError, or the signal's reason.
   */
  readonly blobs: (
    slot: bigint,
    versionedHashes: readonly Hash[],
    options?: AbortOptions,
  ) => Promise<readonly Uint8Array[] | undefined>;
  readonly close: () => void;
};

/** One beacon endpoint and its limits. */
export type BeaconApiOptions = {
  readonly url: URL;
  /** For beacon nodes that want a key. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Told of each request by its path without the slot. */
  readonly watch?: CallWatch;
};

/** Largest answer: more blobs than any L1 has in a block, as hex with their proofs. */
const MAX_BODY_BYTES = 64 << 20;
const TIMEOUT_MS = 10_000;

/**
 * Statuses by which servers say "not here": unknown slot, pruned, endpoint not offered, and what
 * a node answers that holds too few data columns.
 */
const NOT_HERE: ReadonlySet<number> = new Set([400, 404, 405, 406, 410, 501, 503]);

/** Every beacon node tells its genesis: one that does not is none, or not at this URL. */
const NO_STATUS: ReadonlySet<number> = new Set();

/**
 * A server of the Beacon API: a beacon node, or an archiver. It may offer the endpoint `blobs`, the
 * older `blob_sidecars`, or both; the one that worked last is asked first.
 */
export function createBeaconApi(options: BeaconApiOptions): BeaconApi {
  const client = watchedClient(
    createHttpClient({
      url: options.url,
      ...(options.headers === undefined ? {} : { headers: options.headers }),
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      maxBodyBytes: MAX_BODY_BYTES,
    }),
    options.watch ?? (() => {}),
  );
  let queries: readonly BlobQuery[] = [queryBlobs, queryBlobsByList, querySidecars];
  return {
    name: client.name,
    clock: (abort = {}) => readClock(client, abort),
    blobs: async (slot, versionedHashes, abort = {}) => {
      let failure: SourceError | undefined;
      let best: readonly Uint8Array[] = [];
      for (const query of queries) {
        try {
          const found = (await query(client, slot, versionedHashes, abort)) ?? [];
          if (found.length > best.length) best = found;
          if (found.length < versionedHashes.length) continue;
          queries = [query, ...queries.filter((other) => other !== query)];
          return found;
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
          failure = error;
          // Another endpoint of a server that cannot be reached is not there either.
          if (error.code === 'connection' || error.code === 'timeout') break;
        }
      }
      if (best.length > 0) return best;
      if (failure !== undefined) throw failure;
      return undefined;
    },
    close: () => client.close(),
  };
}

/** The client, with every request told. */
function watchedClient(client: HttpClient, watch: CallWatch): HttpClient {
  return {
    ...client,
    send: async (request, options) => {
      const startedMs = performance.now();
      const method = (request.path ?? '').replace(/(\/\d+)?(\?.*)?$/, '');
      const tell = (failure: CallFailure | undefined): void =>
        watch(method, performance.now() - startedMs, failure);
      try {
        const reply = await client.send(request, options);
        tell(reply.status >= 400 ? `http_${reply.status}` : undefined);
        return reply;
      } catch (error) {
        if (error instanceof TransportError) tell(callFailure(error));
        throw error;
      }
    },
  };
}

type BlobQuery = (
  client: HttpClient,
  slot: bigint,
  versionedHashes: readonly Hash[],
  options: AbortOptions,
) => Promise<readonly Uint8Array[] | undefined>;

async function readClock(client: HttpClient, options: AbortOptions): Promise<BeaconClock> {
  const [genesis, spec] = await Promise.all([
    fetchData(client, '/eth/v1/beacon/genesis', options, NO_STATUS),
    fetchData(client, '/eth/v1/config/spec', options, NO_STATUS),
  ]);
  const genesisTime = decimal(client, genesis, 'genesis_time');
  return { genesisTime, secondsPerSlot: decimal(client, spec, 'SECONDS_PER_SLOT') };
}

/** Each hash in a parameter of its own: the form of the Beacon API's description. */
const queryBlobs: BlobQuery = (client, slot, hashes, options) => {
  const query = hashes.map((hash) => `versioned_hashes=${hash}`).join('&');
  return fetchBlobs(client, `/eth/v1/beacon/blobs/${slot}?${query}`, options);
};

/** All hashes in one parameter: some servers read only this form. */
const queryBlobsByList: BlobQuery = async (client, slot, hashes, options) => {
  if (hashes.length < 2) return undefined;
  const path = `/eth/v1/beacon/blobs/${slot}?versioned_hashes=${hashes.join(',')}`;
  return fetchBlobs(client, path, options);
};

/**
 * The older endpoint: everything of the slot, because it knows indices, not hashes. The commitment
 * beside a blob proves nothing, but spares computing those of the blobs of others.
 */
const querySidecars: BlobQuery = async (client, slot, hashes, options) => {
  const data = await fetchData(client, `/eth/v1/beacon/blob_sidecars/${slot}`, options);
  if (data === undefined) return undefined;
  return decoded(client, () => {
    const sidecars = readArray({ data }, 'data').map((item) => toRecord(item, 'sidecar'));
    const named = sidecars.filter((sidecar) =>
      hashes.includes(blobVersionedHash(readBytes(sidecar, 'kzg_commitment'))),
    );
    return named.map(({ blob }) => toBlob(blob));
  });
};

async function fetchBlobs(
  client: HttpClient,
  path: string,
  options: AbortOptions,
): Promise<readonly Uint8Array[] | undefined> {
  const data = await fetchData(client, path, options);
  if (data === undefined) return undefined;
  return decoded(client, () => readArray({ data }, 'data').map(toBlob));
}

/** The `data` of an answer; undefined when the server says it has none. */
async function fetchData(
  client: HttpClient,
  path: string,
  options: AbortOptions,
  notHere: ReadonlySet<number> = NOT_HERE,
): Promise<unknown> {
  const what = path.split('?')[0] as string;
  try {
    const reply = await client.send({ method: 'GET', path }, options);
    if (notHere.has(reply.status)) return undefined;
    const refused = statusError(client, reply);
    if (refused !== undefined) throw refused;
    const answer = parseJsonReply(client, reply);
    return decoded(client, () => toRecord(answer, what)['data'] ?? undefined);
  } catch (error) {
    if (error instanceof TransportError) throw fromTransportError(what, error);
    throw error;
  }
}

function toBlob(value: unknown): Uint8Array {
  if (typeof value === 'string' && value.length === 2 + 2 * BLOB_BYTES) {
    try {
      return hexToBytes(value);
    } catch (cause) {
      throw new DecodeError('blob', -1, 'blob: expected hex, found something else', { cause });
    }
  }
  const found = typeof value === 'string' ? `${value.length} characters` : typeof value;
  throw new DecodeError('blob', -1, `blob: expected ${BLOB_BYTES} bytes of hex, found ${found}`);
}

function decimal(client: HttpClient, data: unknown, key: string): bigint {
  return decoded(client, () => {
    const value = toRecord(data, 'beacon answer')[key];
    if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
    throw new DecodeError(
      'beaconField',
      -1,
      `field \`${key}\`: expected digits, found ${typeof value}`,
    );
  });
}
