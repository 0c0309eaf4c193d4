import { type Address, EMPTY_BYTES, ZERO_ADDRESS } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import type { BlockContext } from '../blockContext.ts';
import type { EvmResult } from '../evm/port.ts';
import { settledGas } from '../executeDeposit.ts';
import { intrinsicGas } from '../intrinsicGas.ts';
import { runMessage } from '../runMessage.ts';
import { balanceOf, bumpNonce, endTransaction } from '../state/worldState.ts';
import type { AccessListEntry } from '../transaction.ts';
import { isObject, RpcError } from './jsonRpc.ts';
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
};

/** The call object at `index`. @throws RpcError */
export function readCallRequest(params: readonly JsonValue[], index: number): CallRequest {
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
  return {
    from: address('from') ?? ZERO_ADDRESS,
    to: address('to'),
    gas: quantity('gas', 64),
    maxFeePerGas: gasPrice ?? maxFee ?? 0n,
    maxPriorityFeePerGas: gasPrice ?? tip ?? 0n,
    value: quantity('value', 256) ?? 0n,
    data: input ?? data ?? EMPTY_BYTES,
    accessList: readAccessList(field('accessList'), index),
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

/** Wei that a call pays for each gas at a base fee. */
export function callPrice(
  { maxFeePerGas, maxPriorityFeePerGas }: CallRequest,
  baseFee: bigint,
): bigint {
  const price = baseFee + maxPriorityFeePerGas;
  return price < maxFeePerGas ? price : maxFeePerGas;
}

/** Whoever offers nothing is not asked for anything. @throws RpcError */
function checkFees({ from, maxFeePerGas, maxPriorityFeePerGas }: CallRequest, baseFee: bigint) {
  if (maxFeePerGas === 0n && maxPriorityFeePerGas === 0n) return;
  if (maxFeePerGas < maxPriorityFeePerGas) {
    const found = `maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`;
    const message = 'max priority fee per gas higher than max fee per gas';
    throw new RpcError('application', `${message}: address ${from}, ${found}`);
  }
  if (maxFeePerGas < baseFee) {
    const found = `maxFeePerGas: ${maxFeePerGas}, baseFee: ${baseFee}`;
    const message = `max fee per gas less than block base fee: address ${from}, ${found}`;
    throw new RpcError('application', message);
  }
}

/**
 * Runs a call on the context's state, which it changes. `gasUsed` of the result is what a
 * transaction would be charged.
 *
 * @throws RpcError when the call cannot begin: no money for `value`, too little gas, fees that no
 *   transaction may offer.
 */
export async function runCall(
  context: BlockContext,
  request: CallRequest,
  gas: bigint,
): Promise<EvmResult> {
  const { state, block } = context;
  const { from, to, value, data, accessList } = request;
  checkFees(request, block.baseFeePerGas);
  const isCreation = to === undefined;
  const cost = intrinsicGas(block.fork, { isCreation, data, accessList, authorizationCount: 0 });
  const least = cost.intrinsic > cost.floor ? cost.intrinsic : cost.floor;
  if (gas < least) {
    throw new RpcError('application', `intrinsic gas too low: have ${gas}, want ${least}`);
  }
  const [have, want] = [balanceOf(state, from), gas * request.maxFeePerGas + value];
  if (have < want) {
    const message = `insufficient funds for gas * price + value: address ${from}`;
    throw new RpcError('application', `${message} have ${have} want ${want}`);
  }
  bumpNonce(state, from);
  const ran = await runMessage(context, {
    caller: from,
    to,
    value,
    data,
    gasLimit: gas - cost.intrinsic,
    gasPrice: callPrice(request, block.baseFeePerGas),
    warmAddresses: accessList.map(({ address }) => address),
    warmSlots: accessList.flatMap(({ address, slots }) =>
      slots.map((slot): [Address, bigint] => [address, slot]),
    ),
  });
  endTransaction(state);
  return { ...ran, gasUsed: settledGas(cost, ran) };
}
