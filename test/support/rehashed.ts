import type { Hash } from '../../src/base/bytes.ts';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import type { ExecutionConfig } from '../../src/execution/executionConfig.ts';
import { fromPayloadJson } from '../../src/protocol/executionPayloadJson.ts';
import { headerHash } from '../../src/protocol/header.ts';
import { payloadHeader } from '../../src/protocol/payloadHeader.ts';

/** A changed payload with the block hash that goes with its fields; beacon root zero. */
export function rehashed<T extends object>(
  config: ExecutionConfig,
  json: T,
): T & { readonly blockHash: Hash } {
  const executionPayload = fromPayloadJson(json);
  const header = payloadHeader(config, { executionPayload, parentBeaconBlockRoot: ZERO_HASH });
  return { ...json, blockHash: headerHash(header) };
}
