import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bytesToHex, type Hash } from '../base/bytes.ts';
import { encodeJsonExact, type JsonValue } from '../base/json.ts';
import { toExecutionConfig } from '../execution/executionConfig.ts';
import { toBlockJson } from '../execution/server/blockJson.ts';
import { toReceiptsJson } from '../execution/server/receiptJson.ts';
import { makeFolder } from '../storage/folder.ts';
import { createKzg, type Kzg } from '../native/kzg.ts';
import type { DerivedBlock, DriverEvents } from '../node/driverPorts.ts';
import { toAttributesJson } from '../protocol/executionPayloadJson.ts';
import { toRollupConfigJson } from '../protocol/rollupConfigJson.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { Devnet } from './devnet.ts';
import type { DevL1 } from './devL1.ts';
import { toGenesisJson } from './genesis/genesisJson.ts';
import { devL1ConfigJson } from './l1Chain.ts';

/** A recording of what a verifier reads and derives. */
export type ChainRecording = {
  readonly events: Partial<DriverEvents>;
  /** Where L1 blocks are read from; called once. */
  readonly attach: (l1: DevL1) => void;
  /**
   * Writes rollup.json, l1-config.json, genesis.json.gz, l1.ndjson.gz and l2.ndjson.gz: everything
   * up to the last L1 block that was read to its end.
   */
  readonly save: (devnet: Devnet) => Promise<void>;
};

type L1Line = { readonly parentHash: Hash; readonly number: bigint; readonly bytes: Buffer };
type RpcBlock = {
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly number: string;
  readonly transactions: readonly { readonly blobVersionedHashes?: readonly Hash[] }[];
};

/**
 * Begins a recording that will go to `folder`. Lines are kept in memory, compressed.
 *
 * @throws ConfigError naming `--record`, when the folder cannot be made or written to.
 */
export function startRecording(folder: string): ChainRecording {
  makeFolder(folder, 'record');
  const lines = new Map<Hash, Promise<L1Line | undefined>>();
  const derived = new Map<bigint, DerivedBlock>();
  let l1: DevL1 | undefined;
  let http: HttpClient | undefined;
  const kzg = createKzg();
  const take = (hash: Hash): void => {
    if (l1 === undefined || lines.has(hash)) return;
    http ??= createHttpClient({ url: new URL(l1.rpcUrl), timeoutMs: 10_000 });
    // A block that a reorg has taken meanwhile is not missed.
    lines.set(
      hash,
      readLine(http, l1, kzg, hash).catch(() => undefined),
    );
  };
  return {
    attach: (opened) => {
      l1 = opened;
      take(opened.rollup.genesis.l1.hash);
    },
    events: {
      advanced: ({ hash }) => take(hash),
      derived: (event) => void derived.set(event.block.number, event),
    },
    save: async (devnet) => {
      const chain = await canonical(devnet, lines);
      const last = chain.at(-1)?.number ?? 0n;
      const { rollup, genesis } = devnet.l1;
      const write = (name: string, json: JsonValue): void =>
        writeFileSync(join(folder, name), `${encodeJsonExact(json)}\n`);
      write('rollup.json', toRollupConfigJson(rollup));
      write('l1-config.json', devL1ConfigJson(rollup.l1ChainId));
      writeFileSync(join(folder, 'genesis.json.gz'), gzip(toGenesisJson(genesis)));
      // Members of a gzip file may stand one behind the other.
      const l1Bytes = chain.map(({ bytes }) => bytes);
      writeFileSync(join(folder, 'l1.ndjson.gz'), Buffer.concat(l1Bytes));
      const l2Bytes = [...l2Lines(devnet, derived, last)].map(gzip);
      writeFileSync(join(folder, 'l2.ndjson.gz'), Buffer.concat(l2Bytes));
      http?.close();
      await kzg.close();
    },
  };
}

async function readLine(
  http: HttpClient,
  l1: DevL1,
  kzg: Pick<Kzg, 'commitment'>,
  hash: Hash,
): Promise<L1Line> {
  const call = (method: string, params: readonly unknown[]) => rpcCall(http, { method, params });
  const block = (await call('eth_getBlockByHash', [hash, true])) as RpcBlock;
  const receipts = (await call('eth_getBlockReceipts', [hash])) as JsonValue;
  const hashes = block.transactions.flatMap((tx) => tx.blobVersionedHashes ?? []);
  const blobs: JsonValue[] = [];
  for (const [index, versionedHash] of hashes.entries()) {
    const blob = l1.blob(versionedHash);
    if (blob === undefined) continue;
    const commitment = bytesToHex(await kzg.commitment(blob));
    blobs.push({ index: BigInt(index), versionedHash, commitment, blob: bytesToHex(blob) });
  }
  const json = { block: block as unknown as JsonValue, receipts, blobs };
  const { parentHash, number } = block;
  return { parentHash, number: BigInt(number), bytes: gzip(json) };
}

/** Lines from the rollup's first L1 block to the last one that was read to its end. */
async function canonical(
  { verifiers, l1 }: Devnet,
  lines: ReadonlyMap<Hash, Promise<L1Line | undefined>>,
): Promise<readonly L1Line[]> {
  const reading = verifiers()[0]?.node.driver.status().currentL1;
  const chain: L1Line[] = [];
  let hash = reading?.parentHash;
  while (hash !== undefined) {
    const line = await lines.get(hash);
    if (line === undefined) throw new Error(`L1 block \`${hash}\` was not recorded`);
    chain.unshift(line);
    hash = hash === l1.rollup.genesis.l1.hash ? undefined : line.parentHash;
  }
  return chain;
}

function* l2Lines(
  { verifiers, l1 }: Devnet,
  derived: ReadonlyMap<bigint, DerivedBlock>,
  lastL1: bigint,
): Generator<JsonValue> {
  const engine = verifiers()[0]?.engine;
  if (engine === undefined) return;
  const config = toExecutionConfig(l1.rollup);
  for (let number = 0n; ; number++) {
    const block = engine.blockByNumber(number);
    const event = derived.get(number);
    if (block === undefined) return;
    const isDerived = event !== undefined && event.block.hash === block.hash;
    if (number > 0n && (!isDerived || event.step.derivedFrom.number > lastL1)) return;
    yield {
      block: toBlockJson(block, 'full'),
      receipts: toReceiptsJson(config, block),
      raw: block.transactions.map(bytesToHex),
      outputRoot: engine.outputRoot(block.hash) ?? null,
      ...(event === undefined || number === 0n ? genesisOrigin(l1) : originOf(event)),
    };
  }
}

function genesisOrigin({ rollup }: DevL1): { readonly [key: string]: JsonValue } {
  const { hash, number } = rollup.genesis.l1;
  return { l1Origin: { hash, number }, sequenceNumber: 0n, source: 'genesis' };
}

function originOf({ block, step, isReplacement }: DerivedBlock): {
  readonly [key: string]: JsonValue;
} {
  const { l1Origin, sequenceNumber } = block;
  const { derivedFrom, source } = step;
  const batch = source.type === 'batch' ? 'batch' : 'forced-empty';
  return {
    attributes: toAttributesJson(step.attributes) as JsonValue,
    l1Origin: { hash: l1Origin.hash, number: l1Origin.number },
    sequenceNumber,
    derivedFrom: { hash: derivedFrom.hash, number: derivedFrom.number },
    source: isReplacement ? 'deposits-only-replacement' : batch,
  };
}

function gzip(json: JsonValue): Buffer {
  return gzipSync(`${encodeJsonExact(json)}\n`, { level: 6 });
}
