import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { hexToBytes } from '../../src/base/bytes.ts';
import { sharedPath } from './shared.ts';

/** What a corpus file says of one batch. 64-bit numbers above 2^53 are decimal strings. */
export type ExpectedBatch = {
  readonly batchType: 0 | 1;
  readonly bytes: number;
  readonly sha256: string;
  readonly parentHash: string;
  readonly epochNumber: number | string;
  readonly epochHash: string;
  readonly timestamp: number | string;
  readonly transactionHashes: readonly string[];
  readonly relTimestamp: number | string;
  readonly l1OriginNumber: number | string;
  readonly parentCheck: string;
  readonly l1OriginCheck: string;
  readonly blockCount: number;
  readonly trailingBytes: number;
  readonly blocks: readonly ExpectedSpanBlock[];
};

/** One L2 block of an expected span batch. */
export type ExpectedSpanBlock = {
  readonly timestamp?: number | string;
  readonly epochNumber: number | string;
  readonly originChanged: boolean;
  readonly transactionHashes: readonly string[];
};

/** What a corpus file says of a channel. */
export type ExpectedChannel = {
  readonly compression: string;
  readonly compressedBytes: number;
  readonly streamEndsCleanly?: boolean;
  readonly decompressedBytes: number;
  readonly decompressedSha256: string;
  readonly batches: readonly ExpectedBatch[];
};

/** What a corpus file says of batcher data, a channel or batches. */
export type Expected = {
  readonly frames?: readonly {
    readonly channelId: string;
    readonly number: number;
    readonly dataLength: number;
    readonly isLast: boolean;
  }[];
  readonly channel?: ExpectedChannel;
  readonly batch?: ExpectedBatch;
  readonly batches?: readonly ExpectedBatch[];
};

/** A shared file, unpacked if its name ends in `.gz`. */
export function readShared(path: string): Uint8Array {
  const bytes = readFileSync(sharedPath(path));
  return new Uint8Array(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** A shared JSON file, unpacked if need be. The caller knows its shape. */
export function readSharedJson<T>(path: string): T {
  return JSON.parse(new TextDecoder().decode(readShared(path))) as T;
}

/** A shared file of one `0x` string per line, empty lines left out. */
export function readSharedHexLines(path: string): Uint8Array[] {
  const text = new TextDecoder().decode(readShared(path));
  return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [hexToBytes(line.trim())]));
}
