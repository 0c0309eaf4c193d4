import type { Address } from '../../base/bytes.ts';
import { applyAuthorizations } from '../authorizations.ts';
import { type BlockContext, hasFork } from '../blockContext.ts';
import type { EvmResult } from '../evm/port.ts';
import { settledGas } from '../executeDeposit.ts';
import { effectiveGasPrice } from '../fees.ts';
import { intrinsicGas } from '../intrinsicGas.ts';
import { runMessage } from '../runMessage.ts';
import { addBalance, balanceOf, bumpNonce, endTransaction } from '../state/worldState.ts';
import type { CallRequest } from './callRequest.ts';
import { RpcError } from './jsonRpc.ts';

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

/** A list is there only to be applied. @throws RpcError */
function checkAuthorizations(context: BlockContext, { from, to, authorizations }: CallRequest) {
  if (authorizations === undefined) return;
  if (!hasFork(context, 'isthmus')) {
    throw new RpcError('application', 'set-code transactions are allowed from Isthmus on');
  }
  if (to === undefined) {
    const message = 'EIP-7702 transaction cannot be used to create contract';
    throw new RpcError('application', `${message} (sender ${from})`);
  }
  if (authorizations.length > 0) return;
  const message = `EIP-7702 transaction with empty auth list (sender ${from})`;
  throw new RpcError('application', message);
}

/** A call has less gas than it costs before any code runs. */
export class IntrinsicGasError extends RpcError {
  constructor(have: bigint, least: bigint) {
    super('application', `intrinsic gas too low: have ${have}, want ${least}`);
  }
}

/**
 * Runs a call on the context's state, which it changes. `gasUsed` of the result is what a
 * transaction would be charged.
 *
 * @throws RpcError when the call cannot begin: no money for `value`, fees that no transaction may
 *   offer; IntrinsicGasError for too little gas.
 */
export async function runCall(
  context: BlockContext,
  request: CallRequest,
  gas: bigint,
): Promise<EvmResult> {
  const { state, block } = context;
  const { from, to, value, data, accessList } = request;
  checkFees(request, block.baseFeePerGas);
  checkAuthorizations(context, request);
  const { authorizations = [] } = request;
  const cost = intrinsicGas(block.fork, {
    isCreation: to === undefined,
    data,
    accessList,
    authorizationCount: authorizations.length,
  });
  const least = cost.intrinsic > cost.floor ? cost.intrinsic : cost.floor;
  if (gas < least) throw new IntrinsicGasError(gas, least);
  const [have, want] = [balanceOf(state, from), gas * request.maxFeePerGas + value];
  if (have < want) {
    const message = `insufficient funds for gas * price + value: address ${from}`;
    throw new RpcError('application', `${message} have ${have} want ${want}`);
  }
  const gasPrice = effectiveGasPrice(request, block.baseFeePerGas);
  // What it pays for gas is gone while the code runs. What is left does not come back: nobody
  // sees that, and it has no fee of L1 either.
  addBalance(state, from, -gas * gasPrice);
  bumpNonce(state, from);
  const applied = applyAuthorizations(context, authorizations);
  const ran = await runMessage(context, {
    caller: from,
    to,
    value,
    data,
    gasLimit: gas - cost.intrinsic,
    gasPrice,
    warmAddresses: [...applied.warm, ...accessList.map(({ address }) => address)],
    warmSlots: accessList.flatMap(({ address, slots }) =>
      slots.map((slot): [Address, bigint] => [address, slot]),
    ),
  });
  endTransaction(state);
  const gasRefund = ran.gasRefund + applied.gasRefund;
  return { ...ran, gasRefund, gasUsed: settledGas(cost, { ...ran, gasRefund }) };
}
