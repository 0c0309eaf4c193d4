import { describe, expect, test } from 'vitest';
import { type Hash, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { bloomMayContain, logsBloom } from '../../src/protocol/bloom.ts';
import { DEPOSIT_TOPIC } from '../../src/protocol/depositLog.ts';
import { decodeHeader, type Header, headerHash } from '../../src/protocol/header.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L1ChainConfig } from '../../src/protocol/l1ChainConfig.ts';
import { decodeL1Transaction, l1Sender } from '../../src/protocol/l1Transaction.ts';
import { l1InfoTx } from '../../src/protocol/l1InfoTx.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { l2BlockRef } from '../../src/protocol/l2BlockRef.ts';
import { orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { decodeReceipt, encodeReceipt } from '../../src/protocol/receipt.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { CONFIG_UPDATE_TOPIC } from '../../src/protocol/systemConfigLogs.ts';
import { systemConfigOfL2Block } from '../../src/protocol/systemConfigOfL2Block.ts';
import { readSharedJson } from '../support/batches.ts';
import { rollupConfig } from '../support/rollupConfig.ts';
import { lacksShared } from '../support/shared.ts';

type Fixture = {
  readonly rollup: { readonly l1ChainId: number };
  readonly l1Blocks: readonly {
    readonly hash: Hash;
    readonly headerRlp: Hex;
    readonly transactions: readonly Hex[] | null;
    readonly receipts: readonly Hex[] | null;
  }[];
  readonly start: {
    readonly safeHead: {
      readonly hash: Hash;
      readonly headerRlp: Hex;
      readonly transactions: readonly Hex[];
    };
  };
  readonly l1BlobSchedule: { readonly [fork: string]: { readonly baseFeeUpdateFraction: number } };
  readonly l1ForkTimes: { readonly [key: string]: number };
};

const FOLDER = 'data/derivation';
const fixtureOf = (name: string) => readSharedJson<Fixture>(`${FOLDER}/${name}/fixture.json.gz`);

describe.skipIf(lacksShared(FOLDER))('real L1 blocks', () => {
  test.each([
    ['op-mainnet-regolith', 14, 3],
    ['op-sepolia-granite-a', 38, 38],
    ['base-sepolia-jovian', 1, 1],
  ])('%s', (name, blockCount, receiptCount) => {
    const { l1Blocks, rollup } = fixtureOf(name);
    expect(l1Blocks.length).toBe(blockCount);
    expect(l1Blocks.filter(({ receipts }) => receipts !== null).length).toBe(receiptCount);
    for (const { hash, headerRlp, transactions, receipts } of l1Blocks) {
      const header = decodeHeader(hexToBytes(headerRlp));
      expect(headerHash(header)).toBe(hash);
      if (transactions !== null) {
        const raws = transactions.map(hexToBytes);
        expect(orderedTrieRoot(raws), hash).toBe(header.transactionsRoot);
        for (const raw of raws) {
          const { hash: txHash } = decodeL1Transaction(raw);
          const sender = l1Sender(raw, BigInt(rollup.l1ChainId));
          expect(sender, txHash).toMatch(/^0x[\da-f]{40}$/);
        }
      }
      if (receipts !== null) {
        const decoded = receipts.map((raw) => decodeReceipt(hexToBytes(raw)));
        expect(orderedTrieRoot(decoded.map(encodeReceipt)), hash).toBe(header.receiptsRoot);
        expect(logsBloom(decoded.flatMap(({ logs }) => logs)), hash).toEqual(header.logsBloom);
      }
    }
  });
});

/** Base Sepolia's fork times and what its attributes need, newest rules only. */
const BASE_SEPOLIA: RollupConfig = rollupConfig('granite', {
  blockTime: 2n,
  pectraBlobScheduleTime: 1_742_486_400n,
  forkTimes: {
    ...rollupConfig('granite').forkTimes,
    holocene: 1_732_633_200n,
    isthmus: 1_744_905_600n,
    jovian: 1_763_568_001n,
  },
});

function l2BlockOf({ hash, headerRlp, transactions }: Fixture['start']['safeHead']): L2Block {
  const { number, parentHash, timestamp, gasLimit, extraData } = decodeHeader(
    hexToBytes(headerRlp),
  );
  const raws = transactions.map(hexToBytes);
  return { number, hash, parentHash, timestamp, gasLimit, extraData, transactions: raws };
}

function l1BlockOf(header: Header): L1Block {
  const { number, parentHash, timestamp, mixHash, excessBlobGas, parentBeaconBlockRoot } = header;
  return {
    ref: { number, hash: headerHash(header), parentHash, timestamp },
    baseFee: header.baseFeePerGas ?? 0n,
    mixHash,
    excessBlobGas,
    parentBeaconBlockRoot,
    inboxTxs: [],
    logs: [],
  };
}

describe.skipIf(lacksShared(FOLDER))('base-sepolia-jovian', () => {
  test('L1 attributes of a real Jovian block follow from its parent and its L1 origin', () => {
    const { start, l1Blocks, l1BlobSchedule, l1ForkTimes } = fixtureOf('base-sepolia-jovian');
    const l1Chain: L1ChainConfig = {
      chainId: 11_155_111n,
      blobSchedule: ['cancun', 'prague', 'bpo1', 'bpo2'].map((fork) => ({
        fork,
        time: BigInt(l1ForkTimes[`${fork}Time`] as number),
        target: 0,
        max: 0,
        baseFeeUpdateFraction: BigInt(l1BlobSchedule[fork]?.baseFeeUpdateFraction as number),
      })),
    };
    const parent = l2BlockOf(start.safeHead);
    const systemConfig = systemConfigOfL2Block(BASE_SEPOLIA, parent);
    expect(systemConfig).toMatchObject({
      gasLimit: 60_000_000n,
      eip1559Params: '0x0000003200000004',
      minBaseFee: 200_000n,
      daFootprintGasScalar: 312,
    });
    const ref = l2BlockRef(BASE_SEPOLIA, parent);
    const origin = l1BlockOf(decodeHeader(hexToBytes(l1Blocks[0]?.headerRlp as Hex)));
    expect(ref.l1Origin).toEqual({ number: origin.ref.number, hash: origin.ref.hash });
    const sequenceNumber = ref.sequenceNumber + 1n;
    const l2Time = parent.timestamp + 2n;
    const tx = l1InfoTx(BASE_SEPOLIA, l1Chain, {
      systemConfig,
      sequenceNumber,
      l1: origin,
      l2Time,
    });
    const { l2Blocks } = readSharedJson<{
      readonly l2Blocks: readonly { readonly deposits: readonly Hex[] }[];
    }>(`${FOLDER}/base-sepolia-jovian/expected.json.gz`);
    expect([tx]).toEqual(l2Blocks[0]?.deposits.map(hexToBytes));
  });
});

describe.skipIf(lacksShared(FOLDER))('op-mainnet-regolith', () => {
  test('blocks given without receipts have blooms that rule deposits and updates out', () => {
    const { l1Blocks } = fixtureOf('op-mainnet-regolith');
    const quiet = l1Blocks.filter(({ receipts }) => receipts === null);
    expect(quiet.length).toBe(11);
    for (const { headerRlp } of quiet) {
      const { logsBloom: bloom } = decodeHeader(hexToBytes(headerRlp));
      const mayHold = (address: Hex, topic: Hash) =>
        bloomMayContain(bloom, address) && bloomMayContain(bloom, topic);
      expect(mayHold('0xbeb5fc579115071764c7423a4f12edde41f106ed', DEPOSIT_TOPIC)).toBe(false);
      expect(mayHold('0x229047fed2591dbec1ef1118d64f7af3db9eb290', CONFIG_UPDATE_TOPIC)).toBe(
        false,
      );
    }
  });
});
