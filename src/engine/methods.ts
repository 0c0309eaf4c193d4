import { type ForkTimes, isActive } from '../protocol/forks.ts';

// Which version of an Engine API method a block needs. The clock is the block's own timestamp.
//
//   forkchoiceUpdated  without attributes V3; with: Ecotone V3, Canyon V2, else V1
//   getPayload         Karst V5, Isthmus V4, Ecotone V3, else V2
//   newPayload         Isthmus V4, Ecotone V3, else V2
//
// @spec protocol/derivation-2-attributes-engine.md 8.7

/** @param timestamp Of the attributes, seconds; undefined when there are none. */
export function forkchoiceMethod(times: ForkTimes, timestamp: bigint | undefined): string {
  if (timestamp === undefined || isActive(times, 'ecotone', timestamp)) {
    return 'engine_forkchoiceUpdatedV3';
  }
  const isCanyon = isActive(times, 'canyon', timestamp);
  return isCanyon ? 'engine_forkchoiceUpdatedV2' : 'engine_forkchoiceUpdatedV1';
}

/** @param timestamp Of the payload, seconds. */
export function getPayloadMethod(times: ForkTimes, timestamp: bigint): string {
  if (isActive(times, 'karst', timestamp)) return 'engine_getPayloadV5';
  if (isActive(times, 'isthmus', timestamp)) return 'engine_getPayloadV4';
  return isActive(times, 'ecotone', timestamp) ? 'engine_getPayloadV3' : 'engine_getPayloadV2';
}

/** @param timestamp Of the payload, seconds. */
export function newPayloadMethod(times: ForkTimes, timestamp: bigint): string {
  if (isActive(times, 'isthmus', timestamp)) return 'engine_newPayloadV4';
  return isActive(times, 'ecotone', timestamp) ? 'engine_newPayloadV3' : 'engine_newPayloadV2';
}
