import { describe, expect, test } from 'vitest';
import * as brotli from '../src/base/brotli/brotli.ts';
import * as derive from '../src/derive/index.ts';
import * as root from '../src/index.ts';
import * as protocol from '../src/protocol/index.ts';

// The library's promise: a name that comes or goes must be meant.

describe('the public surface', () => {
  test('headwater', () => {
    expect(Object.keys(root).toSorted()).toMatchInlineSnapshot(`
      [
        "derive",
        "installNative",
        "protocol",
      ]
    `);
  });

  test('headwater/brotli', () => {
    expect(Object.keys(brotli)).toEqual(['decompressBrotliPure']);
  });

  test('headwater/protocol', () => {
    expect(Object.keys(protocol).toSorted()).toMatchInlineSnapshot(`
      [
        "BLOB_BYTES",
        "ConfigError",
        "DecodeError",
        "FORKS",
        "MAX_BLOB_DATA_BYTES",
        "MAX_FRAME_BYTES",
        "PortMissingError",
        "applyConfigLog",
        "blobVersionedHash",
        "bytesToHex",
        "concatBytes",
        "decodeBatch",
        "decodeBlob",
        "decodeDepositTx",
        "decodeFrames",
        "decodeL1InfoTx",
        "decodeSpanBatchV2",
        "decompressChannel",
        "depositFromLog",
        "depositsOnly",
        "encodeBlob",
        "encodeDepositTx",
        "encodeFrames",
        "encodeJsonExact",
        "encodeSingularBatch",
        "encodeSpanBatch",
        "encodeSpanBatchV2",
        "expandSpanBatch",
        "expandSpanBatchV2",
        "hexToBytes",
        "installDecompressors",
        "installHashes",
        "installRecovery",
        "isActive",
        "isConfigLog",
        "isDepositLog",
        "keccak256",
        "keccak256Hex",
        "l1ChainConfigById",
        "l1InfoSourceHash",
        "l1InfoTx",
        "l2BlockRef",
        "networkByChainId",
        "networkNames",
        "newestFork",
        "outputRoot",
        "parseJsonExact",
        "parseL1ChainConfig",
        "parseRollupConfig",
        "readBatchItem",
        "recoverAddress",
        "rollupConfigByNetwork",
        "systemConfigOfL2Block",
        "toRollupConfigJson",
        "upgradeSourceHash",
        "userDepositSourceHash",
      ]
    `);
  });

  test('headwater/derive', () => {
    expect(Object.keys(derive).toSorted()).toMatchInlineSnapshot(`
      [
        "addL1Block",
        "addL2Block",
        "applyInvalidPayload",
        "buildAttributes",
        "deriveChain",
        "describe",
        "findBase",
        "findHeads",
        "flushChannel",
        "next",
        "nullBlock",
        "start",
        "transactionsDigestHex",
        "upcomingTransactions",
      ]
    `);
  });
});
