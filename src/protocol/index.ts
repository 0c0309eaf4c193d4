// The protocol as a library: shapes and codecs of batcher data, deposits and L1 attributes, rollup
// configs and known networks. Pure and synchronous: it runs in Node, in browsers and in workers.
export {
  type Address,
  bytesToHex,
  concatBytes,
  type Hash,
  type Hex,
  hexToBytes,
} from '../base/bytes.ts';
export { ConfigError, DecodeError } from '../base/errors.ts';
export { type Digest, installHashes, keccak256, keccak256Hex } from '../base/hash.ts';
export {
  type Decompress,
  type Inflated,
  installDecompressors,
  PortMissingError,
} from '../base/inflate.ts';
export { encodeJsonExact, type JsonValue, parseJsonExact } from '../base/json.ts';
export { installRecovery, type RecoverPublicKey, recoverAddress } from '../base/secp256k1.ts';

// Batcher data: blob, frames, channel, batches.
export type { Batch, SingularBatch, SpanBatch, SpanElement } from './batch.ts';
export { decodeBatch, type RawBatch } from './batchCodec.ts';
export { BLOB_BYTES, decodeBlob, encodeBlob, MAX_BLOB_DATA_BYTES } from './blob.ts';
export {
  type ChannelContent,
  type Compression,
  decompressChannel,
  readBatchItem,
} from './channel.ts';
export { encodeSpanBatch, type SpanEncodeContext } from './encodeSpanBatch.ts';
export { decodeFrames, encodeFrames, type Frame, MAX_FRAME_BYTES } from './frame.ts';
export { encodeSingularBatch } from './singularBatch.ts';
export { expandSpanBatch, type RawSpanBatch, type SpanContext } from './spanBatch.ts';
export {
  decodeSpanBatchV2,
  encodeSpanBatchV2,
  expandSpanBatchV2,
  type RawSpanBatchV2,
  type SpanBatchV2,
  type SpanElementV2,
} from './spanBatchV2.ts';
export { blobVersionedHash } from './versionedHash.ts';

// Deposits, L1 attributes, system config, roots.
export { decodeDepositTx, type DepositTx, encodeDepositTx } from './deposit.ts';
export { depositFromLog, isDepositLog } from './depositLog.ts';
export { decodeL1InfoTx, l1InfoTx, type L1InfoSource } from './l1InfoTx.ts';
export type { L1Info } from './l1Info.ts';
export { outputRoot, type OutputRootParts } from './outputRoot.ts';
export { depositsOnly, type PayloadAttributes } from './payloadAttributes.ts';
export { l1InfoSourceHash, upgradeSourceHash, userDepositSourceHash } from './sourceHash.ts';
export type { SystemConfig } from './systemConfig.ts';
export { applyConfigLog, isConfigLog } from './systemConfigLogs.ts';
export { systemConfigOfL2Block } from './systemConfigOfL2Block.ts';

// Blocks, as facts.
export type { BlockId, L1BlockRef, L2BlockRef } from './ids.ts';
export type { InboxTx, L1Block, L1Log, NamedBlob } from './l1Block.ts';
export type { L2Block } from './l2Block.ts';
export { l2BlockRef } from './l2BlockRef.ts';

// Configuration.
export { type Fork, FORKS, type ForkTimes, isActive, newestFork } from './forks.ts';
export type { BlobParams, L1ChainConfig } from './l1ChainConfig.ts';
export { parseL1ChainConfig } from './l1ChainConfigJson.ts';
export { l1ChainConfigById } from './registry/l1Chains.ts';
export { networkByChainId, networkNames, rollupConfigByNetwork } from './registry/networks.ts';
export type { ChainOpConfig, RollupConfig } from './rollupConfig.ts';
export { parseRollupConfig, toRollupConfigJson } from './rollupConfigJson.ts';
