import { type ForkTimes, isActive } from '../../protocol/forks.ts';
import { isAbsent, type JsonRecord } from '../../protocol/rpcJson.ts';
import { RpcError } from './jsonRpc.ts';

// Which version of an Engine API method a block needs, and which fields belong to it.
//
//   fork                 forkchoiceUpdated  getPayload  newPayload
//   Bedrock, Regolith    V1 V2              V1 V2       V1 V2
//   Canyon               V2                 V2          V2
//   Ecotone to Holocene  V3                 V3          V3
//   Isthmus, Jovian      V3                 V4          V4
//   Karst                V3                 V4 V5       V4
//
// The time is that of the payload or the attributes. A fork that the version does not serve is
// -38005; fields that do not belong to it are -32602, in attributes -38003.

/** Versions of `engine_forkchoiceUpdated`. */
export type ForkchoiceVersion = 1 | 2 | 3;

/** Versions of `engine_newPayload`. */
export type NewPayloadVersion = 1 | 2 | 3 | 4;

/** Versions of `engine_getPayload`. */
export type GetPayloadVersion = 1 | 2 | 3 | 4 | 5;

/**
 * Refuses attributes that do not go with the version.
 *
 * @throws RpcError
 * @spec   protocol/execution.md 3.10, 3.12
 */
export function assertAttributesVersion(
  times: ForkTimes,
  version: ForkchoiceVersion,
  json: JsonRecord,
  time: bigint,
): void {
  const hasWithdrawals = !isAbsent(json, 'withdrawals');
  const hasBeaconRoot = !isAbsent(json, 'parentBeaconBlockRoot');
  const isCanyon = isActive(times, 'canyon', time);
  const isEcotone = isActive(times, 'ecotone', time);
  const name = `engine_forkchoiceUpdatedV${version}`;
  if (version === 1) {
    if (hasWithdrawals || hasBeaconRoot) {
      throw new RpcError('invalidParams', 'withdrawals and beacon root not supported in V1');
    }
    if (isCanyon) throw new RpcError('invalidParams', `${name} must not be called from Canyon on`);
    return;
  }
  if (version === 2 && isEcotone) throw unsupported(`${name} must not be called from Ecotone on`);
  if (version === 3 && !isEcotone) throw unsupported(`${name} must not be called before Ecotone`);
  if (hasWithdrawals !== isCanyon) {
    throw badAttributes(isCanyon ? 'missing withdrawals' : 'unexpected withdrawals');
  }
  if (hasBeaconRoot !== (version === 3)) {
    throw badAttributes(version === 3 ? 'missing beacon root' : 'unexpected beacon root');
  }
}

/**
 * Refuses a payload that does not go with the version, and extra parameters that are missing.
 *
 * @param extra Parameters after the payload.
 * @throws RpcError
 * @spec   protocol/execution.md 3.10, 3.14
 */
export function assertPayloadVersion(
  times: ForkTimes,
  version: NewPayloadVersion,
  json: JsonRecord,
  time: bigint,
  extra: readonly unknown[],
): void {
  const name = `engine_newPayloadV${version}`;
  const isCanyon = isActive(times, 'canyon', time);
  const isEcotone = isActive(times, 'ecotone', time);
  const isIsthmus = isActive(times, 'isthmus', time);
  const field = (key: string, isWanted: boolean): void => {
    if (isAbsent(json, key) !== isWanted) return;
    throw new RpcError('invalidParams', `${name}: ${isWanted ? 'missing' : 'unexpected'} ${key}`);
  };
  if (version >= 3) {
    const names = ['versionedHashes', 'parentBeaconBlockRoot', 'executionRequests'];
    for (const [i, key] of names.slice(0, version - 1).entries()) {
      if (extra[i] === undefined || extra[i] === null) {
        throw new RpcError('invalidParams', `${name}: missing ${key}`);
      }
    }
    for (const key of ['withdrawals', 'blobGasUsed', 'excessBlobGas']) field(key, true);
    const isServed = version === 3 ? isEcotone && !isIsthmus : isIsthmus;
    if (!isServed) {
      const forks = version === 3 ? 'from Ecotone to Holocene' : 'from Isthmus on';
      throw unsupported(`${name} must only be called for payloads ${forks}`);
    }
    if (version === 4) field('withdrawalsRoot', true);
    return;
  }
  if (isEcotone) throw new RpcError('invalidParams', `${name} must not be called from Ecotone on`);
  if (version === 1 && isCanyon) {
    throw new RpcError('invalidParams', `${name} must not be called from Canyon on`);
  }
  field('withdrawals', isCanyon);
  for (const key of ['blobGasUsed', 'excessBlobGas']) field(key, false);
}

/**
 * Refuses to give a payload of this time with this version.
 *
 * @throws RpcError
 */
export function assertGetVersion(times: ForkTimes, version: GetPayloadVersion, time: bigint): void {
  const isIsthmus = isActive(times, 'isthmus', time);
  const isEcotone = isActive(times, 'ecotone', time);
  const isServed = {
    1: !isActive(times, 'canyon', time),
    2: !isEcotone,
    3: isEcotone && !isIsthmus,
    4: isIsthmus,
    5: isActive(times, 'karst', time),
  }[version];
  if (!isServed)
    throw unsupported(`engine_getPayloadV${version} does not serve this payload's fork`);
}

/** The refusal of attributes. */
export function badAttributes(reason: string): RpcError {
  return new RpcError('invalidAttributes', `Invalid payload attributes: ${reason}`, {
    err: reason,
  });
}

function unsupported(reason: string): RpcError {
  return new RpcError('unsupportedFork', `Unsupported fork: ${reason}`, { err: reason });
}
