import { describe, expect, test } from 'vitest';
import { bytesToHex, type Hash, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { fastLzLength } from '../../src/execution/fastLz.ts';
import { txSize } from '../../src/execution/fees.ts';
import { fakeExponential } from '../../src/protocol/blobBaseFee.ts';
import { decodeExtraData, encodeExtraData } from '../../src/protocol/extraData.ts';
import { outputRoot } from '../../src/protocol/outputRoot.ts';
import { decodeReceipt } from '../../src/protocol/receipt.ts';
import {
  l1InfoSourceHash,
  upgradeSourceHash,
  userDepositSourceHash,
} from '../../src/protocol/sourceHash.ts';
import { upgradeTxs } from '../../src/protocol/upgradeTxs/upgradeTxs.ts';
import { chainForking } from '../derive/support/config.ts';
import { readSharedJson } from '../support/batches.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { KNOWN_ANSWERS, knownAnswers } from '../support/knownAnswers.ts';
import { lacksShared } from '../support/shared.ts';

/** Categories that other files prove, and the ones left for later. */
const ELSEWHERE: { readonly [category: string]: string } = {
  'l1-info': 'test/protocol/l1InfoTx.test.ts',
  'deposit-log': 'test/protocol/depositLog.test.ts',
  'deposit-log-invalid': 'test/protocol/depositLog.test.ts',
  'system-config-log': 'test/protocol/systemConfigLogs.test.ts',
  'system-config-log-invalid': 'test/protocol/systemConfigLogs.test.ts',
  'header-hash': 'test/protocol/header.test.ts',
  'blob-codec': 'test/protocol/codecVectors.test.ts',
  frame: 'test/protocol/codecVectors.test.ts',
  'frame-invalid': 'test/protocol/codecVectors.test.ts',
  'l1-cost': 'test/execution/fees.test.ts',
  'l2-block-ref': 'test/derive/stretches.test.ts, with the stretch it begins',
  genesis: 'test/execution/registryGenesis.test.ts',
  'gossip-message': 'left for P2P',
  'payload-ssz': 'left for P2P',
};

const HERE = [
  'blob-base-fee',
  'da-footprint',
  'deposit-receipt',
  'extra-data',
  'fastlz-length',
  'output-root',
  'selector',
  'source-hash',
  'topic',
  'upgrade-tx',
];

describe.skipIf(lacksShared(KNOWN_ANSWERS))('known-answers.json, the rest of it', () => {
  test('every category has its test', () => {
    const { entries } = readSharedJson<{ readonly entries: { readonly category: string }[] }>(
      KNOWN_ANSWERS,
    );
    const categories = [...new Set(entries.map(({ category }) => category))];
    expect(categories.filter((name) => !(name in ELSEWHERE)).toSorted()).toEqual(HERE);
  });

  test('selector', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly signature: string },
      { readonly selector: string }
    >('selector')) {
      const hash = keccak256Hex(new TextEncoder().encode(input.signature));
      expect(hash.slice(0, 10), id).toBe(expected.selector);
    }
  });

  test('topic', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly event: string },
      { readonly topic0: string }
    >('topic')) {
      expect(keccak256Hex(new TextEncoder().encode(input.event)), id).toBe(expected.topic0);
    }
  });

  test('source-hash', () => {
    type Input =
      | { readonly domain: 0; readonly l1BlockHash: Hash; readonly logIndex: number }
      | { readonly domain: 1; readonly l1BlockHash: Hash; readonly sequenceNumber: number }
      | { readonly domain: 2; readonly intent: string };
    const hashOf = (input: Input): Hash => {
      if (input.domain === 0) return userDepositSourceHash(input.l1BlockHash, input.logIndex);
      if (input.domain === 2) return upgradeSourceHash(input.intent);
      return l1InfoSourceHash(input.l1BlockHash, BigInt(input.sequenceNumber));
    };
    for (const { id, input, expected } of knownAnswers<Input, { readonly sourceHash: Hash }>(
      'source-hash',
    )) {
      expect(hashOf(input), id).toBe(expected.sourceHash);
    }
  });

  test('upgrade-tx', () => {
    const { rollup } = chainForking('delta', 'ecotone', 1004n);
    const transactions = upgradeTxs(rollup, 1004n);
    for (const { id, input, expected } of knownAnswers<
      { readonly fork: string; readonly index: number },
      { readonly txHash: Hash; readonly rawLength: number }
    >('upgrade-tx')) {
      expect(input.fork, id).toBe('ecotone');
      const raw = transactions[input.index] as Uint8Array;
      expect({ txHash: keccak256Hex(raw), rawLength: raw.length }, id).toMatchObject({
        txHash: expected.txHash,
        rawLength: expected.rawLength,
      });
    }
  });

  test('extra-data', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly eip1559Params?: Hex; readonly minBaseFee?: number; readonly extraData?: Hex },
      {
        readonly extraData?: Hex;
        readonly valid?: false;
        readonly denominator?: number;
        readonly elasticity?: number;
        readonly minBaseFee?: number;
      }
    >('extra-data')) {
      const { eip1559Params, minBaseFee } = input;
      if (eip1559Params !== undefined) {
        const least = minBaseFee === undefined ? undefined : BigInt(minBaseFee);
        expect(bytesToHex(encodeExtraData(eip1559Params, least)), id).toBe(expected.extraData);
        continue;
      }
      const bytes = hexToBytes(expected.extraData ?? (input.extraData as Hex));
      const fork = bytes.length === 17 ? 'jovian' : 'holocene';
      const { rollup } = chainForking('granite', 'holocene', 0n);
      const times = { ...rollup.forkTimes, [fork]: 0n };
      const read = () => decodeExtraData({ forkTimes: times }, bytes, 1n);
      if (expected.valid === false) expect(decodeErrorCode(read), id).toBe('extraDataParams');
      else {
        const params =
          (BigInt(expected.denominator ?? 0) << 32n) | BigInt(expected.elasticity ?? 0);
        expect(BigInt(read().eip1559Params), id).toBe(params);
        expect(read().minBaseFee, id).toBe(BigInt(expected.minBaseFee ?? 0));
      }
    }
  });

  test('blob-base-fee', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly excessBlobGas: number; readonly updateFraction: number },
      { readonly blobBaseFee: string }
    >('blob-base-fee')) {
      const fee = fakeExponential(1n, BigInt(input.excessBlobGas), BigInt(input.updateFraction));
      expect(fee, id).toBe(BigInt(expected.blobBaseFee));
    }
  });

  test('output-root', () => {
    for (const { id, input, expected } of knownAnswers<
      Parameters<typeof outputRoot>[0],
      { readonly outputRoot: Hash }
    >('output-root')) {
      expect(outputRoot(input), id).toBe(expected.outputRoot);
    }
  });

  test('fastlz-length', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly bytes: Hex | { readonly repeat: Hex; readonly count: number } },
      { readonly compressedLength: number }
    >('fastlz-length')) {
      const { bytes } = input;
      const data =
        typeof bytes === 'string'
          ? hexToBytes(bytes)
          : new Uint8Array(bytes.count).fill(Number(bytes.repeat));
      expect(fastLzLength(data), id).toBe(expected.compressedLength);
    }
  });

  test('deposit-receipt', () => {
    for (const { id, input, expected } of knownAnswers<
      { readonly rlp: Hex },
      { readonly type: number; readonly depositNonce: number; readonly cumulativeGasUsed: number }
    >('deposit-receipt')) {
      // The answer is wrapped in one more RLP string, as the network protocol sends receipts.
      const receipt = decodeReceipt(hexToBytes(input.rlp).subarray(3));
      expect(receipt.type, id).toBe(expected.type);
      expect(receipt.depositNonce, id).toBe(BigInt(expected.depositNonce));
      expect(receipt.cumulativeGasUsed, id).toBe(BigInt(expected.cumulativeGasUsed));
    }
  });

  test('da-footprint', () => {
    const path = 'data/derivation/base-sepolia-jovian/fixture.json.gz';
    type Fixture = { readonly start: { readonly safeHead: { readonly transactions: Hex[] } } };
    const { transactions } = readSharedJson<Fixture>(path).start.safeHead;
    for (const { id, input, expected } of knownAnswers<
      { readonly daFootprintGasScalar: number },
      { readonly blobGasUsed: number }
    >('da-footprint')) {
      const scalar = BigInt(input.daFootprintGasScalar);
      let footprint = 0n;
      for (const raw of transactions.map(hexToBytes).filter((tx) => tx[0] !== 0x7e)) {
        footprint += (txSize(raw).estimatedSize / 1_000_000n) * scalar;
      }
      expect(footprint, id).toBe(BigInt(expected.blobGasUsed));
    }
  });
});
