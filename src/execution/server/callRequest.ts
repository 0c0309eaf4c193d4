import { type Address, EMPTY_BYTES, ZERO_ADDRESS } from '../../base/bytes.ts';
import { isObject, type JsonValue } from '../../base/json.ts';
import { recoverSigner } from '../../base/secp256k1.ts';
import { type AccessListEntry, type Authorization, authorizationHash } from '../transaction.ts';
import { RpcError } from './jsonRpc.ts';
import { invalidParam, required, show, toBytes, toFixedHex, toQuantity } from './params.ts';

/** A call that a caller describes. */
export type CallRequest = {
  readonly from: Address;
  /** Undefined creates a contract. */
  readonly to: Address | undefined;
  readonly gas: bigint | undefined;
  /** Most wei for each gas, and of it for the sequencer; both 0 when none were offered. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessListEntry[];
  /** Undefined without a list: an empty one is refused. */
  readonly authorizations: readonly Authorization[] | undefined;
};

/** The call object at `index`, for a node of chain `chainId`. @throws RpcError */
export function readCallRequest(
  params: readonly JsonValue[],
  index: number,
  chainId: bigint,
): CallRequest {
  const json = required(params, index) ?? {};
  if (!isObject(json)) throw invalidParam(index, `expected a call object, found ${show(json)}`);
  const at = (name: string) => ({ index, field: `TransactionArgs.${name}` });
  const field = (name: string): JsonValue | undefined => json[name] ?? undefined;
  const quantity = (name: string, bits: number): bigint | undefined => {
    const value = field(name);
    return value === undefined ? undefined : toQuantity(value, at(name), bits);
  };
  const address = (name: string): Address | undefined => {
    const value = field(name);
    return value === undefined ? undefined : toFixedHex(value, 20, at(name));
  };
  quantity('nonce', 64);
  const [data, input] = ['data', 'input'].map((name) => {
    const value = field(name);
    return value === undefined ? undefined : toBytes(value, at(name));
  });
  const gasPrice = quantity('gasPrice', 256);
  const maxFee = quantity('maxFeePerGas', 256);
  const tip = quantity('maxPriorityFeePerGas', 256);
  if (gasPrice !== undefined && (maxFee ?? tip) !== undefined) {
    const message = 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified';
    throw new RpcError('application', message);
  }
  const named = quantity('chainId', 256) ?? chainId;
  if (named !== chainId) {
    const message = `chainId does not match node's (have=${named}, want=${chainId})`;
    throw new RpcError('application', message);
  }
  return {
    from: address('from') ?? ZERO_ADDRESS,
    to: address('to'),
    gas: quantity('gas', 64),
    maxFeePerGas: gasPrice ?? maxFee ?? 0n,
    maxPriorityFeePerGas: gasPrice ?? tip ?? 0n,
    value: quantity('value', 256) ?? 0n,
    data: input ?? data ?? EMPTY_BYTES,
    accessList: readAccessList(field('accessList'), index),
    authorizations: readAuthorizations(field('authorizationList'), index),
  };
}

function readAccessList(value: JsonValue | undefined, index: number): readonly AccessListEntry[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidParam(index, 'expected a list as accessList');
  return (value as readonly JsonValue[]).map((entry) => {
    const { address, storageKeys } = isObject(entry) ? entry : {};
    if (address === undefined || !Array.isArray(storageKeys)) {
      throw invalidParam(index, 'expected address and storageKeys in the accessList');
    }
    const slots = (storageKeys as readonly JsonValue[]).map((key) =>
      BigInt(toFixedHex(key, 32, index)),
    );
    return { address: toFixedHex(address, 20, index), slots };
  });
}

/** Recovering the signer of each takes time that no gas pays for. */
const MAX_AUTHORIZATIONS = 256;

function readAuthorizations(
  value: JsonValue | undefined,
  index: number,
): readonly Authorization[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw invalidParam(index, 'expected a list as authorizationList');
  if (value.length > MAX_AUTHORIZATIONS) {
    throw invalidParam(index, `at most ${MAX_AUTHORIZATIONS} authorizations in a call`);
  }
  return (value as readonly JsonValue[]).map((entry) => readAuthorization(entry, index));
}

/** Where the signature is none, its authority is undefined and it does nothing. */
function readAuthorization(json: JsonValue, index: number): Authorization {
  if (!isObject(json)) throw invalidParam(index, `expected an authorization, found ${show(json)}`);
  const field = (name: string): JsonValue => {
    const value = json[name] ?? undefined;
    if (value !== undefined) return value;
    throw invalidParam(index, `missing required field '${name}' for SetCodeAuthorization`);
  };
  const at = (name: string) => ({ index, field: `SetCodeAuthorization.${name}` });
  const quantity = (name: string, bits: number) => toQuantity(field(name), at(name), bits);
  const signed = {
    chainId: quantity('chainId', 256),
    address: toFixedHex(field('address'), 20, at('address')),
    nonce: quantity('nonce', 64),
  };
  const [yParity, r, s] = [quantity('yParity', 8), quantity('r', 256), quantity('s', 256)];
  const authority = recoverSigner(authorizationHash(signed), r, s, yParity);
  return { ...signed, authority };
}
