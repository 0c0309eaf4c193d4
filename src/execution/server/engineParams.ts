import type { Hash } from '../../base/bytes.ts';
import { DecodeError } from '../../base/errors.ts';
import { isObject, type JsonValue } from '../../base/json.ts';
import type { PayloadEnvelope } from '../../protocol/executionPayload.ts';
import { fromAttributesJson, fromPayloadJson } from '../../protocol/executionPayloadJson.ts';
import type { PayloadAttributes } from '../../protocol/payloadAttributes.ts';
import { isAbsent, readQuantity, toQuantity as encodeQuantity } from '../../protocol/rpcJson.ts';
import type { Heads } from '../store/chainStore.ts';
import { badAttributes, type NewPayloadVersion } from './engineVersions.ts';
import { invalidParam, required, show, toFixedHex, toQuantity } from './params.ts';

// Parameters of the Engine API. A malformed one is -32602; attributes that are well-formed but
// cannot be built are -38003.

/** Checks fields against the version. @throws RpcError */
export type CheckVersion = (json: { readonly [key: string]: JsonValue }, time: bigint) => void;

/** The three hashes of a forkchoice. @throws RpcError */
export function readForkchoiceState(value: JsonValue): Heads {
  if (!isObject(value)) {
    throw invalidParam(0, `expected a forkchoice state, found ${show(value)}`);
  }
  const hash = (key: string): Hash => toFixedHex(value[key] ?? null, 32, 0);
  return {
    head: hash('headBlockHash'),
    safe: hash('safeBlockHash'),
    finalized: hash('finalizedBlockHash'),
  };
}

/** Attributes, or undefined where there are none. @throws RpcError */
export function readAttributes(
  value: JsonValue | undefined,
  checkVersion: CheckVersion,
): PayloadAttributes | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw invalidParam(1, `expected attributes, found ${show(value)}`);
  const json = withQuantities(value, 'PayloadAttributes', ATTRIBUTE_QUANTITIES, 1);
  checkVersion(
    json,
    decoded(1, () => readQuantity(json, 'timestamp', 8)),
  );
  if (isAbsent(json, 'gasLimit')) throw badAttributes('missing gasLimit');
  const { eip1559Params, withdrawals, minBaseFee } = json;
  const isHex = typeof eip1559Params === 'string' && /^0x([\da-f]{2})*$/i.test(eip1559Params);
  if (isHex && eip1559Params.length !== 18) throw badAttributes('eip1559Params must be 8 bytes');
  if (Array.isArray(withdrawals) && withdrawals.length > 0) {
    throw badAttributes('withdrawals must be empty');
  }
  if (typeof minBaseFee === 'string') decoded(1, () => readQuantity(json, 'minBaseFee', 8));
  if (typeof minBaseFee === 'bigint' && minBaseFee >> 64n !== 0n) {
    throw invalidParam(1, 'minBaseFee larger than uint64');
  }
  return decoded(1, () => fromAttributesJson(json));
}

/** A payload, and what is wrong with it apart from what the engine finds. */
export type ReadPayload = {
  readonly envelope: PayloadEnvelope;
  readonly fault: string | undefined;
};

/** The payload of `engine_newPayload` with the parameters behind it. @throws RpcError */
export function readPayload(
  params: readonly JsonValue[],
  version: NewPayloadVersion,
  checkVersion: CheckVersion,
): ReadPayload {
  const value = required(params, 0);
  if (!isObject(value)) throw invalidParam(0, `expected a payload, found ${show(value)}`);
  const json = withQuantities(value, 'ExecutableData', PAYLOAD_QUANTITIES, 0);
  checkVersion(
    json,
    decoded(0, () => readQuantity(json, 'timestamp', 8)),
  );
  const executionPayload = decoded(0, () => fromPayloadJson(json));
  const [, versionedHashes, root, requests] = params;
  const parentBeaconBlockRoot = version >= 3 ? toFixedHex(root ?? null, 32, 2) : undefined;
  const envelope = { executionPayload, parentBeaconBlockRoot };
  const fault =
    unexpected('withdrawals', executionPayload.withdrawals?.length ?? 0) ??
    unexpected('versioned hashes', version >= 3 ? lengthOf(versionedHashes, 1) : 0) ??
    unexpected('execution requests', version >= 4 ? lengthOf(requests, 3) : 0);
  return { envelope, fault };
}

type JsonObject = { readonly [key: string]: JsonValue };

/** Bits of quantities by their field. */
type QuantityFields = { readonly [field: string]: number };

const ATTRIBUTE_QUANTITIES: QuantityFields = { timestamp: 64, gasLimit: 64 };

const PAYLOAD_QUANTITIES: QuantityFields = {
  blockNumber: 64,
  gasLimit: 64,
  gasUsed: 64,
  timestamp: 64,
  baseFeePerGas: 256,
  blobGasUsed: 64,
  excessBlobGas: 64,
};

/**
 * The object with those quantities that it has, read as strictly as op-geth does: the readers of
 * answers take leading zeros too. `struct` is op-geth's name of it.
 */
function withQuantities(
  json: JsonObject,
  struct: string,
  fields: QuantityFields,
  index: number,
): JsonObject {
  const read = Object.entries(fields).flatMap(([name, bits]) => {
    const value = json[name] ?? null;
    if (value === null) return [];
    return [[name, encodeQuantity(toQuantity(value, { index, field: `${struct}.${name}` }, bits))]];
  });
  return { ...json, ...(Object.fromEntries(read) as JsonObject) };
}

function lengthOf(value: JsonValue | undefined, index: number): number {
  if (Array.isArray(value)) return value.length;
  throw invalidParam(index, `expected a list, found ${show(value ?? null)}`);
}

function unexpected(name: string, count: number): string | undefined {
  return count === 0 ? undefined : `expected no ${name}, found ${count}`;
}

function decoded<T>(index: number, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) throw invalidParam(index, error.message);
    throw error;
  }
}
