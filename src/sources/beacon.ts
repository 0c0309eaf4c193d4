import type { Hash } from '../base/bytes.ts';
import type { L1BlockRef } from '../protocol/ids.ts';
import { blobVersionedHash } from '../protocol/versionedHash.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { BeaconApi, BeaconClock } from './beaconApi.ts';
import type { BlobSource } from './blobSource.ts';
import type { BlobStore } from './blobStore.ts';
import { SourceError } from './errors.ts';
import type { BlobKzg } from './verifyBlob.ts';

/** Where blobs are asked for, and how they are checked. */
export type BeaconOptions = {
  /** Where the clock is read, and the first to be asked for blobs; none only with a store. */
  readonly servers: readonly BeaconApi[];
  /** Asked after the servers: archivers, which need not know the clock. */
  readonly archivers?: readonly BeaconApi[];
  readonly kzg: BlobKzg;
  /** Blobs that were fetched before. */
  readonly store?: BlobStore;
  /** Seconds per slot instead of what the server says. */
  readonly secondsPerSlot?: bigint;
};

/**
 * Blobs from beacon nodes and archivers. Every blob is proven by recomputing its commitment, so no
 * server needs to be trusted; "empty", "not found", "wrong content" and "too few" all mean that
 * the next one is asked for what is still missing.
 *
 * @spec protocol/derivation.md 2.4
 */
export function createBeaconSource(options: BeaconOptions): BlobSource {
  const { kzg, store } = options;
  const everyone = [...options.servers, ...(options.archivers ?? [])];
  let clock: Promise<BeaconClock> | undefined;

  const slotOf = async (block: L1BlockRef, abort: AbortOptions): Promise<bigint> => {
    // Read once, though many blocks are fetched ahead at a time; so no one of them may abort it.
    clock ??= readClock(everyone, options.secondsPerSlot);
    const reading = clock;
    try {
      const { genesisTime, secondsPerSlot } = await reading;
      abort.signal?.throwIfAborted();
      return (block.timestamp - genesisTime) / secondsPerSlot;
    } catch (error) {
      if (clock === reading) clock = undefined;
      throw error;
    }
  };

  return {
    blobs: async (block, versionedHashes, abort = {}) => {
      const found = new Map<Hash, Uint8Array>();
      for (const hash of versionedHashes) {
        const kept = await store?.read(hash);
        if (kept !== undefined && (await versionedHashOf(kzg, kept)) === hash)
          found.set(hash, kept);
      }
      const missing = (): readonly Hash[] => versionedHashes.filter((hash) => !found.has(hash));
      if (missing().length === 0) return found;

      const slot = await slotOf(block, abort);
      const refusals: string[] = [];
      let failure: SourceError | undefined;
      for (const server of everyone) {
        try {
          const blobs = await server.blobs(slot, missing(), abort);
          if (blobs === undefined) {
            refusals.push(`${server.name} has none`);
            continue;
          }
          for (const [hash, blob] of await provenBlobs(kzg, missing(), blobs)) {
            found.set(hash, blob);
            await store?.write(hash, blob);
          }
          if (missing().length === 0) return found;
          refusals.push(`${server.name} has not all of them`);
        } catch (error) {
          if (!(error instanceof SourceError)) throw error;
          failure = error;
          refusals.push(error.message);
        }
      }
      const message =
        `${missing().length} of ${versionedHashes.length} blobs of L1 block ${block.number} ` +
        `(slot ${slot}): ${refusals.join('; ')}`;
      throw new SourceError('notFound', message, { cause: failure });
    },
  };
}

/** Those of `blobs` that one of `wanted` names, each proven by its commitment. */
async function provenBlobs(
  kzg: BlobKzg,
  wanted: readonly Hash[],
  blobs: readonly Uint8Array[],
): Promise<ReadonlyMap<Hash, Uint8Array>> {
  const proven = new Map<Hash, Uint8Array>();
  for (const blob of blobs) {
    if (proven.size === wanted.length) break;
    const hash = await versionedHashOf(kzg, blob);
    if (hash !== undefined && wanted.includes(hash)) proven.set(hash, blob);
  }
  return proven;
}

/** Undefined where the bytes are no blob: an element is not below the field's modulus. */
async function versionedHashOf(kzg: BlobKzg, blob: Uint8Array): Promise<Hash | undefined> {
  try {
    return blobVersionedHash(await kzg.commitment(blob));
  } catch {
    return undefined;
  }
}

async function readClock(
  servers: readonly BeaconApi[],
  secondsPerSlot: bigint | undefined,
): Promise<BeaconClock> {
  const failures: SourceError[] = [];
  for (const server of servers) {
    try {
      const clock = await server.clock();
      return secondsPerSlot === undefined ? clock : { ...clock, secondsPerSlot };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  const said =
    first === undefined
      ? 'no beacon server is configured'
      : failures.map(({ message }) => message).join('; ');
  const message = `time of the beacon chain's genesis: ${said}`;
  throw new SourceError(first?.code ?? 'notFound', message, { cause: first });
}
