import { createServer } from 'node:http';
import { bytesToHex, concatBytes, type Hash } from '../../src/base/bytes.ts';
import { sha256 } from '../../src/base/hash.ts';
import { BLOB_BYTES } from '../../src/protocol/blob.ts';
import { blobVersionedHash } from '../../src/protocol/versionedHash.ts';
import type { BlobKzg } from '../../src/sources/verifyBlob.ts';
import { closeServer, listen } from './rpcServer.ts';

/** A commitment that is quick to compute: a hash, in 48 bytes. Refuses what begins with 0xff. */
export const QUICK_KZG: BlobKzg = {
  commitment: async (blob) => {
    if (blob[0] === 0xff) throw new RangeError('not a field element');
    return commitmentOf(blob);
  },
};

const commitmentOf = (blob: Uint8Array): Uint8Array =>
  concatBytes(sha256(blob), new Uint8Array(16));

/** A blob filled with one byte, and the hash that names it under QUICK_KZG. */
export function makeBlob(byte: number): { readonly blob: Uint8Array; readonly hash: Hash } {
  const blob = new Uint8Array(BLOB_BYTES).fill(byte);
  return { blob, hash: blobVersionedHash(commitmentOf(blob)) };
}

export type BeaconServerOptions = {
  /** Blobs of the one slot that has any. */
  readonly blobs: readonly Uint8Array[];
  readonly slot?: bigint;
  /** Which endpoints exist. `list`: `blobs`, but reading one comma-separated parameter only. */
  readonly offers?: readonly ('blobs' | 'list' | 'blob_sidecars')[];
  /** Replaces the answer to a request for blobs. */
  readonly spoil?: (data: readonly unknown[]) => { readonly status: number; readonly body: string };
};

export type BeaconServer = {
  readonly url: URL;
  readonly paths: string[];
  readonly close: () => Promise<void>;
};

/** Genesis at time 1,000, twelve seconds per slot. */
export async function startBeaconServer(options: BeaconServerOptions): Promise<BeaconServer> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    const { status, body } = answer(options, new URL(request.url ?? '', 'http://beacon'));
    response.writeHead(status).end(body);
  });
  return { url: await listen(server), paths, close: () => closeServer(server) };
}

function answer(
  options: BeaconServerOptions,
  { pathname, searchParams }: URL,
): { readonly status: number; readonly body: string } {
  const ok = (data: unknown) => ({ status: 200, body: JSON.stringify({ data }) });
  const missing = { status: 404, body: '{"code":404,"message":"not found"}' };
  if (pathname === '/eth/v1/beacon/genesis') return ok({ genesis_time: '1000' });
  if (pathname === '/eth/v1/config/spec') return ok({ SECONDS_PER_SLOT: '12' });
  const [, name, slot] = /^\/eth\/v1\/beacon\/(blobs|blob_sidecars)\/(\d+)$/.exec(pathname) ?? [];
  const offers = options.offers ?? ['blobs'];
  const isList = offers.includes('list');
  const isOffered = offers.includes(name as 'blobs') || (name === 'blobs' && isList);
  if (!isOffered || BigInt(slot ?? -1) !== (options.slot ?? 5n)) return missing;
  const data =
    name === 'blobs' ? blobsAnswer(options.blobs, searchParams, isList) : sidecars(options.blobs);
  return options.spoil?.(data) ?? ok(data);
}

function blobsAnswer(
  blobs: readonly Uint8Array[],
  params: URLSearchParams,
  isList: boolean,
): readonly unknown[] {
  // A server that reads one parameter only looks at the last one it was given.
  const values = params.getAll('versioned_hashes');
  const wanted = isList ? (values.at(-1) ?? '').split(',') : values;
  return blobs
    .filter((blob) => wanted.includes(blobVersionedHash(commitmentOf(blob))))
    .map(bytesToHex);
}

function sidecars(blobs: readonly Uint8Array[]): readonly unknown[] {
  return blobs.map((blob, index) => ({
    index: String(index),
    blob: bytesToHex(blob),
    kzg_commitment: bytesToHex(commitmentOf(blob)),
  }));
}
