import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Hex } from '../../src/base/bytes.ts';
import type { L1ChainConfig } from '../../src/protocol/l1ChainConfig.ts';
import { parseL1ChainConfig } from '../../src/protocol/l1ChainConfigJson.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { parseRollupConfig } from '../../src/protocol/rollupConfigJson.ts';
import { sharedPath } from './shared.ts';

/** An L1 block of a recorded chain, RPC answers as they are. */
export type L1Line = {
  readonly block: RecordedBlock;
  readonly receipts: readonly unknown[] | null;
  readonly blobs: readonly { readonly versionedHash: Hex; readonly blob: Hex }[];
};

/** An L2 block of a recorded chain. */
export type L2Line = {
  readonly block: RecordedBlock;
  readonly receipts: readonly unknown[];
  /** Encoded transactions. */
  readonly raw: readonly Hex[];
  readonly outputRoot: Hex;
  readonly l1Origin: { readonly hash: Hex; readonly number: number };
  readonly sequenceNumber: number;
};

/** The fields of an RPC block that tests look at themselves. */
export type RecordedBlock = {
  readonly hash: Hex;
  readonly logsBloom: Hex;
  readonly transactions: readonly { readonly hash: Hex; readonly from: Hex }[];
};

/** L1 of a recorded chain, oldest block first. */
export function l1LinesOf(chain: string): readonly L1Line[] {
  return readLines<L1Line>(`data/chains/${chain}/l1.ndjson.gz`);
}

/** L2 of a recorded chain, genesis first. */
export function l2LinesOf(chain: string): readonly L2Line[] {
  return readLines<L2Line>(`data/chains/${chain}/l2.ndjson.gz`);
}

/** Rollup config of a recorded chain. */
export function rollupConfigOf(chain: string): RollupConfig {
  const path = sharedPath(`data/chains/${chain}/rollup.json`);
  return parseRollupConfig(JSON.parse(readFileSync(path, 'utf8')), () => {});
}

/** L1 chain config of a recorded chain. */
export function l1ChainConfigOf(chain: string): L1ChainConfig {
  const path = sharedPath(`data/chains/${chain}/l1-config.json`);
  return parseL1ChainConfig(JSON.parse(readFileSync(path, 'utf8')));
}

function readLines<T>(path: string): readonly T[] {
  const text = gunzipSync(readFileSync(sharedPath(path))).toString('utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}
