import { describe, expect, test } from 'vitest';
import { type Hash, type Hex, hexToBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { buildAttributes } from '../../src/derive/attributesBuilder.ts';
import {
  addL1Block,
  type AttributesStep,
  type DeriveConfig,
  next,
  type SafeHead,
  start,
} from '../../src/derive/index.ts';
import { toAttributesJson } from '../../src/protocol/executionPayloadJson.ts';
import { encodeFeeScalars } from '../../src/protocol/feeScalar.ts';
import { decodeHeader } from '../../src/protocol/header.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L1ChainConfig } from '../../src/protocol/l1ChainConfig.ts';
import { orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { decodeReceipt } from '../../src/protocol/receipt.ts';
import { l1ChainConfigById } from '../../src/protocol/registry/l1Chains.ts';
import { rollupConfigByNetwork } from '../../src/protocol/registry/networks.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import type { SystemConfig } from '../../src/protocol/systemConfig.ts';
import { l1BlockOf } from '../../src/sources/verify.ts';
import { readShared, readSharedJson } from '../support/batches.ts';
import { SYSTEM_CONFIG } from '../support/rollupConfig.ts';
import { lacksShared } from '../support/shared.ts';
import { headAt } from './support/l2.ts';

type Fixture = {
  readonly start: {
    readonly safeHead: {
      readonly number: number;
      readonly hash?: Hash;
      readonly hashPrefix20?: Hex;
      readonly timestamp: number;
      readonly l1Origin: { readonly number: number; readonly hash: Hash };
      readonly sequenceNumber: number;
      readonly headerRlp?: Hex;
      readonly transactions?: readonly Hex[];
    };
  };
  readonly l1Blocks: readonly {
    readonly hash: Hash;
    readonly headerRlp: Hex;
    readonly transactions: readonly Hex[] | null;
    readonly receipts: readonly Hex[] | null;
    readonly batcherBlobs?: readonly { readonly versionedHash: Hash; readonly file: string }[];
  }[];
  readonly batch?: { readonly transactions: readonly Hex[] };
};

type Expected = {
  readonly knownHashPrefixes?: { readonly [number: string]: Hex };
  readonly l2Blocks: readonly {
    readonly number: number;
    readonly hash?: Hash;
    readonly l1Origin: { readonly number: number; readonly hash: Hash };
    readonly sequenceNumber: number;
    readonly derivedFromL1Block?: number;
    readonly attributes: { readonly [field: string]: unknown };
    readonly deposits: readonly Hex[];
    readonly transactionHashes: readonly Hash[];
    readonly transactionsRoot: Hash;
  }[];
};

type ExpectedBlock = Expected['l2Blocks'][number];

const FOLDER = 'data/derivation';
const fixtureOf = (set: string): Fixture => readSharedJson(`${FOLDER}/${set}/fixture.json.gz`);
const expectedOf = (set: string): Expected => readSharedJson(`${FOLDER}/${set}/expected.json.gz`);
const padded = (prefix: Hex): Hash => `0x${prefix.slice(2).padEnd(64, '0')}`;

describe.skipIf(lacksShared(FOLDER))('stretches of real chains', () => {
  test('op-sepolia-granite-a', () => {
    const systemConfig: SystemConfig = {
      ...SYSTEM_CONFIG,
      batcherAddr: '0x8f23bb38f531600e5d8fddaaec41f13fab46e98c',
      overhead: ZERO_HASH,
      scalar: encodeFeeScalars({ baseFeeScalar: 7600n, blobBaseFeeScalar: 862_000n }),
    };
    expect(deriveStretch('op-sepolia-granite-a', 'op-sepolia', systemConfig)).toBe(216);
  });

  test('op-mainnet-regolith', () => {
    const { systemConfig } = rollupConfigByNetwork('op-mainnet').genesis;
    expect(deriveStretch('op-mainnet-regolith', 'op-mainnet', systemConfig)).toBe(7);
  });

  test('base-sepolia-jovian', () => {
    const { start: begin, l1Blocks, batch } = fixtureOf('base-sepolia-jovian');
    const config = baseSepolia();
    const { hash, headerRlp, transactions } = begin.safeHead;
    const header = decodeHeader(hexToBytes(headerRlp as Hex));
    const parent = headAt(config, {
      ...header,
      hash: hash as Hash,
      transactions: (transactions ?? []).map((tx) => hexToBytes(tx)),
    });
    const [epoch] = l1Blocks.map((block) => toL1Block(config.rollup, block));
    const txs = (batch?.transactions ?? []).map((tx) => hexToBytes(tx));
    const built = buildAttributes(config, parent, epoch as L1Block, txs);
    if (built.type !== 'built') throw new RangeError(built.message);
    const [block] = expectedOf('base-sepolia-jovian').l2Blocks as readonly [ExpectedBlock];
    expectBlock(block, built.attributes);
    expect(Number(built.sequenceNumber)).toBe(block.sequenceNumber);
  });
});

/** Derives a stretch and compares block by block; the number of blocks. */
function deriveStretch(set: string, network: string, systemConfig: SystemConfig): number {
  const rollup = rollupConfigByNetwork(network);
  const config = { rollup, l1Chain: l1ChainConfigById(rollup.l1ChainId) as L1ChainConfig };
  const { start: begin, l1Blocks } = fixtureOf(set);
  const expected = expectedOf(set);
  const l1 = l1Blocks.map((block) => toL1Block(rollup, block));
  const state = start(config, { l1: l1[0] as L1Block, systemConfig });
  for (const block of l1.slice(1)) addL1Block(state, block);
  let head: SafeHead = { ref: startRef(begin.safeHead), systemConfig };
  // The last channel may hold blocks behind those that are known.
  for (let count = 0; count < expected.l2Blocks.length; ) {
    const step = next(state, head);
    if (step.type === 'attributes') {
      const block = expected.l2Blocks[count] as ExpectedBlock;
      expectStep(block, step);
      head = { ref: childRef(step, block, expected), systemConfig };
      count += 1;
    } else if (step.type !== 'advanced' && step.type !== 'dropped') {
      throw new RangeError(`unexpected ${step.type}`);
    }
  }
  return expected.l2Blocks.length;
}

function startRef(head: Fixture['start']['safeHead']): L2BlockRef {
  return {
    number: BigInt(head.number),
    hash: head.hash ?? padded(head.hashPrefix20 as Hex),
    parentHash: ZERO_HASH,
    timestamp: BigInt(head.timestamp),
    l1Origin: { number: BigInt(head.l1Origin.number), hash: head.l1Origin.hash },
    sequenceNumber: BigInt(head.sequenceNumber),
  };
}

/** The block an engine would have made, with as much of its hash as is known. */
function childRef(step: AttributesStep, block: ExpectedBlock, expected: Expected): L2BlockRef {
  const number = step.parent.number + 1n;
  const prefix = expected.knownHashPrefixes?.[String(number)];
  const unknown = keccak256Hex(new TextEncoder().encode(`block ${number}`));
  return {
    number,
    hash: block.hash ?? (prefix === undefined ? unknown : padded(prefix)),
    parentHash: step.parent.hash,
    timestamp: step.attributes.timestamp,
    l1Origin: step.epoch,
    sequenceNumber: step.sequenceNumber,
  };
}

function expectStep(block: ExpectedBlock, step: AttributesStep): void {
  const where = `L2 block ${block.number}`;
  expect(Number(step.parent.number) + 1, where).toBe(block.number);
  expect(step.epoch.hash, where).toBe(block.l1Origin.hash);
  expect(Number(step.sequenceNumber), where).toBe(block.sequenceNumber);
  expect(Number(step.derivedFrom.number), where).toBe(block.derivedFromL1Block);
  expectBlock(block, step.attributes);
}

function expectBlock(block: ExpectedBlock, attributes: PayloadAttributes): void {
  const where = `L2 block ${block.number}`;
  const { transactions, ...fields } = toAttributesJson(attributes);
  const { gasLimit, minBaseFee, timestamp } = block.attributes;
  expect(fields, where).toEqual({
    ...block.attributes,
    timestamp: `0x${Number(timestamp).toString(16)}`,
    gasLimit: `0x${Number(gasLimit).toString(16)}`,
    ...(minBaseFee === undefined ? {} : { minBaseFee: Number(minBaseFee) }),
  });
  expect((transactions as Hex[]).slice(0, block.deposits.length), where).toEqual(block.deposits);
  expect(attributes.transactions.map(keccak256Hex), where).toEqual(block.transactionHashes);
  expect(orderedTrieRoot(attributes.transactions), where).toBe(block.transactionsRoot);
}

function toL1Block(rollup: RollupConfig, block: Fixture['l1Blocks'][number]): L1Block {
  const header = decodeHeader(hexToBytes(block.headerRlp));
  const transactions = (block.transactions ?? []).map((tx) => hexToBytes(tx));
  const receipts = (block.receipts ?? []).map((raw) => decodeReceipt(hexToBytes(raw)));
  const blobs = (block.batcherBlobs ?? []).map(
    ({ versionedHash, file }) =>
      [versionedHash, readShared(`data/blobs/${file.replace('../../blobs/', '')}`)] as const,
  );
  const proven = { hash: block.hash, header, transactions };
  return l1BlockOf(rollup, proven, receipts, new Map(blobs));
}

/** Base Sepolia as of that block. It is in no registry any more. */
function baseSepolia(): DeriveConfig {
  const sepolia = rollupConfigByNetwork('op-sepolia');
  const rollup: RollupConfig = {
    ...sepolia,
    l2ChainId: 84_532n,
    forkTimes: { ...sepolia.forkTimes, jovian: 1_763_568_001n, karst: undefined },
    depositContractAddress: '0x49f53e41452c74589e85ca1677426ba426459e85',
    l1SystemConfigAddress: '0xf272670eb55e895584501d564afeb048bed26194',
    chainOpConfig: { ...sepolia.chainOpConfig, eip1559Elasticity: 10n },
  };
  return { rollup, l1Chain: l1ChainConfigById(rollup.l1ChainId) as L1ChainConfig };
}
