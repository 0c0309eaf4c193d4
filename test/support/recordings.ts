import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Hash, Hex } from '../../src/base/bytes.ts';
import { sharedPath } from './shared.ts';

/** One L2 block of a recorded chain, as its line in l2.ndjson.gz has it. */
export type RecordedL2Block = {
  readonly block: { readonly hash: Hash; readonly number: Hex };
  readonly receipts: readonly RecordedReceipt[];
  readonly outputRoot: Hash;
  readonly attributes?: unknown;
  readonly raw: readonly Hex[];
  readonly rejected?: readonly { readonly attributes: unknown; readonly error: string }[];
};

/** The fields of a recorded receipt that the receipts root does not cover, and a few more. */
export type RecordedReceipt = {
  readonly gasUsed: Hex;
  readonly effectiveGasPrice: Hex;
  readonly contractAddress: Hex | null;
  readonly depositNonce?: Hex;
  readonly l1Fee?: Hex;
  readonly l1GasUsed?: Hex;
  readonly blobGasUsed?: Hex;
};

/** A JSON file of the shared corpora, gzipped or not. */
export function readSharedJson(path: string): unknown {
  return JSON.parse(readShared(path));
}

/** The lines of a gzipped ndjson file of the shared corpora. */
export function readSharedLines<T>(path: string): readonly T[] {
  return readShared(path)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

function readShared(path: string): string {
  const bytes = readFileSync(sharedPath(path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
