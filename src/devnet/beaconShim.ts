import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesToHex, type Hash, type Hex, hexToBytes, ZERO_HASH } from '../base/bytes.ts';
import { sha256 } from '../base/hash.ts';
import type { SidecarKzg } from '../l1Tx/sidecar.ts';
import type { BlobShelf } from './blobShelf.ts';
import { type LocalServer, startLocalServer } from './localServer.ts';

/** What a served sidecar needs beside its blob. */
export type ServedKzg = Pick<SidecarKzg, 'commitment' | 'proof'>;

/** How to serve a beacon API over a development L1. */
export type BeaconShimOptions = {
  /** Execution RPC of the development L1. */
  readonly l1Url: string;
  /** Where the blobs of its transactions are. */
  readonly shelf: Pick<BlobShelf, 'blob'>;
  /** Seconds. A block belongs to the slot its timestamp falls in. */
  readonly secondsPerSlot: number;
  /** Without it `blob_sidecars` answers 410, as chains after Osaka do. */
  readonly kzg?: ServedKzg;
  /** 0, the default, picks a free one. */
  readonly port?: number;
};

/** A running beacon API. */
export type BeaconShim = LocalServer;

const MAX_CONNECTIONS = 64;
const MAX_FILTER = 128;
const MAX_URL_CHARS = 16_384;
const UPSTREAM_TIMEOUT_MS = 10_000;
const MAX_SEARCH_STEPS = 64;

/** A status other than 200, with the words of the answer. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type RpcBlock = {
  readonly number: Hex;
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly timestamp: Hex;
  readonly transactions: readonly { readonly blobVersionedHashes?: readonly Hash[] }[];
};

type Blob = { readonly index: number; readonly versionedHash: Hash; readonly data: Hex };

/**
 * Serves the part of the beacon API that a rollup node reads (`config/spec`, `beacon/genesis`,
 * `beacon/headers`, `beacon/blobs`, `beacon/blob_sidecars`, `node/version`) on 127.0.0.1, over a
 * development L1 that knows no slots.
 */
export function startBeaconShim(options: BeaconShimOptions): Promise<BeaconShim> {
  const limits = { port: options.port ?? 0, maxConnections: MAX_CONNECTIONS };
  return startLocalServer(limits, (request, response) => {
    void answer(options, request, response);
  });
}

async function answer(
  options: BeaconShimOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let status = 200;
  let body: unknown;
  try {
    if (request.method !== 'GET') throw new Refusal(405, 'expected GET');
    if ((request.url ?? '').length > MAX_URL_CHARS) throw new Refusal(414, 'address too long');
    body = await route(options, new URL(request.url ?? '/', 'http://shim'));
  } catch (error) {
    status = error instanceof Refusal ? error.status : 502;
    body = { code: status, message: error instanceof Error ? error.message : String(error) };
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function route(options: BeaconShimOptions, url: URL): Promise<unknown> {
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '/eth/v1/node/version') return { data: { version: 'headwater/devnet' } };
  if (path === '/eth/v1/config/spec') {
    return { data: { SECONDS_PER_SLOT: String(options.secondsPerSlot), PRESET_BASE: 'mainnet' } };
  }
  if (path === '/eth/v1/beacon/genesis') {
    return {
      data: {
        genesis_time: String(await genesisTime(options)),
        genesis_validators_root: ZERO_HASH,
        genesis_fork_version: '0x00000000',
      },
    };
  }
  const match = /^\/eth\/v1\/beacon\/(headers|blobs|blob_sidecars)\/(head|\d{1,15})$/.exec(path);
  if (match === null) throw new Refusal(404, `expected a beacon API path, found \`${path}\``);
  const [, kind, slot] = match as unknown as [string, string, string];
  const block = await blockOfSlot(options, slot);
  if (kind === 'headers') return { data: header(block, await slotOf(options, block)) };
  const blobs = blobsOf(options, block);
  if (kind === 'blobs') return blobsAnswer(blobs, url.searchParams);
  return sidecarsAnswer(options, blobs, url.searchParams, block, await slotOf(options, block));
}

function blobsAnswer(blobs: readonly Blob[], query: URLSearchParams): unknown {
  const wanted = filter(query, 'versioned_hashes').map((hash) => hash.toLowerCase());
  const chosen =
    wanted.length === 0 ? blobs : blobs.filter((blob) => wanted.includes(blob.versionedHash));
  return { execution_optimistic: false, finalized: false, data: chosen.map((blob) => blob.data) };
}

async function sidecarsAnswer(
  options: BeaconShimOptions,
  blobs: readonly Blob[],
  query: URLSearchParams,
  block: RpcBlock,
  slot: bigint,
): Promise<unknown> {
  const { kzg } = options;
  if (kzg === undefined) throw new Refusal(410, 'blob sidecars are gone: ask for `blobs`');
  const wanted = filter(query, 'indices').map(Number);
  const chosen = wanted.length === 0 ? blobs : blobs.filter((blob) => wanted.includes(blob.index));
  const data: unknown[] = [];
  for (const blob of chosen) {
    const bytes = hexToBytes(blob.data);
    const commitment = await kzg.commitment(bytes);
    data.push({
      index: String(blob.index),
      blob: blob.data,
      kzg_commitment: bytesToHex(commitment),
      kzg_proof: bytesToHex(await kzg.proof(bytes, commitment)),
      signed_block_header: header(block, slot).header,
      kzg_commitment_inclusion_proof: Array.from({ length: 17 }, () => ZERO_HASH),
    });
  }
  return { data };
}

/** The values of one query parameter, repeated or joined by commas. */
function filter(query: URLSearchParams, name: string): readonly string[] {
  const values = query.getAll(name).flatMap((value) => value.split(','));
  if (values.length > MAX_FILTER) throw new Refusal(400, `expected at most ${MAX_FILTER} values`);
  return values.filter((value) => value !== '');
}

function header(
  block: RpcBlock,
  slot: bigint,
): { root: Hash; canonical: boolean; header: { message: object; signature: Hex } } {
  const message = {
    slot: String(slot),
    proposer_index: '0',
    parent_root: block.parentHash,
    state_root: ZERO_HASH,
    body_root: block.hash,
  };
  const root = bytesToHex(sha256(hexToBytes(block.hash)));
  return { root, canonical: true, header: { message, signature: `0x${'00'.repeat(96)}` } };
}

async function genesisTime(options: BeaconShimOptions): Promise<bigint> {
  return BigInt((await blockByNumber(options, 0n)).timestamp);
}

async function slotOf(options: BeaconShimOptions, block: RpcBlock): Promise<bigint> {
  const start = await genesisTime(options);
  return (BigInt(block.timestamp) - start) / BigInt(options.secondsPerSlot);
}

/**
 * The block whose timestamp lies in the slot, by binary search over the chain as it is now:
 * nothing is remembered, because the development L1 reorganises at will.
 */
async function blockOfSlot(options: BeaconShimOptions, slot: string): Promise<RpcBlock> {
  const head = await rpcBlock(options, 'latest');
  if (slot === 'head') return head;
  const seconds = BigInt(options.secondsPerSlot);
  const start = (await genesisTime(options)) + BigInt(slot) * seconds;
  let low = 0n;
  let high = BigInt(head.number);
  for (let step = 0; low <= high && step < MAX_SEARCH_STEPS; step++) {
    const middle = (low + high) >> 1n;
    const block = await blockByNumber(options, middle);
    const time = BigInt(block.timestamp);
    if (time >= start && time < start + seconds) return block;
    if (time < start) low = middle + 1n;
    else high = middle - 1n;
  }
  throw new Refusal(404, `no block in slot \`${slot}\``);
}

/** All blobs of a block, in the order in which its transactions name them. */
function blobsOf({ shelf }: BeaconShimOptions, block: RpcBlock): readonly Blob[] {
  const hashes = block.transactions.flatMap((tx) => tx.blobVersionedHashes ?? []);
  return hashes.map((hash, index) => {
    const data = shelf.blob(hash);
    if (data === undefined) throw new Refusal(404, `blob \`${hash}\` is not kept any more`);
    return { index, versionedHash: hash, data: bytesToHex(data) };
  });
}

function blockByNumber(options: BeaconShimOptions, number: bigint): Promise<RpcBlock> {
  return rpcBlock(options, `0x${number.toString(16)}`);
}

async function rpcBlock(options: BeaconShimOptions, tag: string): Promise<RpcBlock> {
  const response = await fetch(options.l1Url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'eth_getBlockByNumber',
      params: [tag, true],
    }),
    signal: AbortSignal.timeout(UPSTREAM_TIMEOUT_MS),
  });
  const { result } = (await response.json()) as { readonly result?: RpcBlock | null };
  if (result === undefined || result === null) throw new Refusal(404, `no L1 block \`${tag}\``);
  return result;
}
