import { type Address, concatBytes, type Hash, hexToBytes, ZERO_HASH } from '../../base/bytes.ts';
import type { DeriveConfig, L1View } from '../../derive/index.ts';
import { encodeBlob } from '../../protocol/blob.ts';
import type { InboxTx, L1Block, L1Log, NamedBlob } from '../../protocol/l1Block.ts';
import { parseL1ChainConfig } from '../../protocol/l1ChainConfigJson.ts';
import type { L2Block } from '../../protocol/l2Block.ts';
import type { RollupConfig } from '../../protocol/rollupConfig.ts';
import { parseRollupConfig } from '../../protocol/rollupConfigJson.ts';
import type { CaseJson, L1BlockJson, L2BlockJson, TransactionJson } from './caseJson.ts';

/** A corpus case made ready to run. `l1After` is the L1 that a reorg turns to, if there is one. */
export type CorpusCase = {
  readonly config: DeriveConfig;
  readonly l1: L1View;
  readonly l1After: L1View | undefined;
  /** L2 blocks from genesis up to the safe head. */
  readonly start: readonly L2Block[];
};

/**
 * Turns a case of the corpus form into facts.
 *
 * @param blobs  The case's own, unless they were read apart from it. By versioned hash.
 * @throws ConfigError for a rollup config that is refused; RangeError for bytes that are not hex.
 */
export function prepareCase(json: CaseJson, blobs = blobsOf(json)): CorpusCase {
  const rollup = parseRollupConfig(json.rollup, () => {});
  const l1Chain = parseL1ChainConfig(json.l1ChainConfig, rollup.l1ChainId);
  const toFacts = (blocks: readonly L1BlockJson[]) =>
    blocks.map((block) => toL1Block(rollup, block, blobs));
  const before = toFacts(json.l1);
  const { reorg } = json;
  const from = BigInt(reorg?.from ?? 0);
  const after =
    reorg === undefined
      ? undefined
      : [...before.filter(({ ref }) => ref.number < from), ...toFacts(reorg.l1)];
  return {
    config: { rollup, l1Chain },
    l1: viewOf(before),
    l1After: after === undefined ? undefined : viewOf(after),
    start: startOf(rollup, json),
  };
}

/** The L1 made of these consecutive blocks. */
export function viewOf(blocks: readonly L1Block[]): L1View {
  const byHash = new Map(blocks.map((block) => [block.ref.hash as string, block]));
  const first = blocks[0]?.ref.number ?? 0n;
  return {
    byNumber: (number) => blocks[Number(number - first)],
    byHash: (hash) => byHash.get(hash),
  };
}

function startOf(rollup: RollupConfig, json: CaseJson): readonly L2Block[] {
  const { l2, l2Time, systemConfig } = rollup.genesis;
  const genesis: L2Block = {
    ...l2,
    parentHash: ZERO_HASH,
    timestamp: l2Time,
    gasLimit: systemConfig.gasLimit,
    extraData: new Uint8Array(0),
    transactions: [],
  };
  return [genesis, ...(json.start.l2 ?? []).map(toL2Block)];
}

function toL2Block(json: L2BlockJson): L2Block {
  return {
    number: BigInt(json.number),
    hash: json.hash,
    parentHash: json.parentHash,
    timestamp: BigInt(json.timestamp),
    gasLimit: BigInt(json.gasLimit),
    extraData: hexToBytes(json.extraData),
    transactions: json.transactions.map((tx) => hexToBytes(tx)),
  };
}

function blobsOf(json: CaseJson): ReadonlyMap<Hash, Uint8Array> {
  return new Map((json.blobs ?? []).map((blob) => [blob.versionedHash, blobBytes(blob)]));
}

/** The blob that carries a payload, with what the case changes in it. */
export function blobBytes(blob: NonNullable<CaseJson['blobs']>[number]): Uint8Array {
  const data = encodeBlob(hexToBytes(blob.payload));
  for (const [offset, byte] of blob.patch ?? []) data[offset] = byte;
  return data;
}

/** A fact out of one L1 block of the corpus form. All filters but the core's own are applied. */
export function toL1Block(
  rollup: RollupConfig,
  json: L1BlockJson,
  blobs: ReadonlyMap<Hash, Uint8Array>,
): L1Block {
  return {
    ref: {
      number: BigInt(json.number),
      hash: json.hash,
      parentHash: json.parentHash,
      timestamp: BigInt(json.timestamp),
    },
    baseFee: BigInt(json.baseFeePerGas),
    mixHash: json.mixHash,
    excessBlobGas: json.excessBlobGas === undefined ? undefined : BigInt(json.excessBlobGas),
    parentBeaconBlockRoot: json.parentBeaconBlockRoot,
    inboxTxs: inboxTxs(rollup, json.transactions ?? [], blobs),
    logs: contractLogs(rollup, json),
  };
}

function inboxTxs(
  rollup: RollupConfig,
  transactions: readonly TransactionJson[],
  blobs: ReadonlyMap<Hash, Uint8Array>,
): readonly InboxTx[] {
  const found: InboxTx[] = [];
  for (const [index, tx] of transactions.entries()) {
    if (tx.to?.toLowerCase() !== rollup.batchInboxAddress) continue;
    found.push({
      index,
      hash: ZERO_HASH,
      type: tx.type,
      from: tx.from.toLowerCase() as Address,
      input: inputBytes(tx),
      blobs: (tx.blobVersionedHashes ?? []).map(
        (versionedHash): NamedBlob => ({ versionedHash, data: blobs.get(versionedHash) }),
      ),
    });
  }
  return found;
}

function inputBytes(tx: TransactionJson): Uint8Array {
  if (tx.inputParts === undefined) return hexToBytes(tx.input ?? '0x');
  return concatBytes(
    ...tx.inputParts.flatMap(({ hex, fill, count }) => [
      hexToBytes(hex ?? '0x'),
      new Uint8Array(count ?? 0).fill(fill ?? 0),
    ]),
  );
}

function contractLogs(rollup: RollupConfig, json: L1BlockJson): readonly L1Log[] {
  const contracts = new Set([rollup.depositContractAddress, rollup.l1SystemConfigAddress]);
  const logs: L1Log[] = [];
  let logIndex = 0;
  for (const [txIndex, receipt] of (json.receipts ?? []).entries()) {
    for (const log of receipt.logs ?? []) {
      const address = log.address.toLowerCase() as Address;
      if (receipt.status === 1 && contracts.has(address)) {
        const topics = log.topics ?? [];
        logs.push({ address, topics, data: hexToBytes(log.data), logIndex, txIndex });
      }
      logIndex += 1;
    }
  }
  return logs;
}
