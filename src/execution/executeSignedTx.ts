import type { Address } from '../base/bytes.ts';
import { BASE_FEE_VAULT, L1_FEE_VAULT, OPERATOR_FEE_VAULT } from '../protocol/predeploys.ts';
import { applyAuthorizations, hasNoCodeOrDelegation } from './authorizations.ts';
import {
  type BlockContext,
  feesOf,
  hasFork,
  type InvalidTx,
  type TxOutcome,
} from './blockContext.ts';
import { settledGas } from './executeDeposit.ts';
import {
  daFootprint,
  effectiveGasPrice,
  l1DataFee,
  l1GasUsed,
  operatorFee,
  type TxSize,
} from './fees.ts';
import { type IntrinsicGas, intrinsicGas, MAX_INIT_CODE_BYTES } from './intrinsicGas.ts';
import { creationAddress } from './creationAddress.ts';
import { runMessage } from './runMessage.ts';
import { EMPTY_ACCOUNT } from './state/account.ts';
import {
  accountOf,
  addBalance,
  balanceOf,
  bumpNonce,
  codeOf,
  deleteAccount,
  setAccount,
  touch,
  type WorldState,
} from './state/worldState.ts';
import type { SignedTx } from './transaction.ts';

/**
 * Runs a signed transaction, or says why no block may hold it here. An invalid one changes nothing.
 *
 * @spec protocol/execution.md 2.2, 2.7
 */
export async function executeSignedTx(
  context: BlockContext,
  tx: SignedTx,
  size: TxSize,
): Promise<TxOutcome> {
  const { state, config, block } = context;
  const { timestamp: time } = block;
  const fees = feesOf(context);
  const cost = intrinsicGas(block.fork, {
    isCreation: tx.to === undefined,
    data: tx.data,
    accessList: tx.accessList,
    authorizationCount: tx.authorizations.length,
  });
  const l1Fee = l1DataFee(config, time, fees, size);
  const maxOperatorFee = operatorFee(config, time, fees, tx.gasLimit);
  const footprint = daFootprint(config, time, fees, size);
  const fault = checkSignedTx(context, tx, cost, l1Fee + maxOperatorFee, footprint);
  if (fault !== undefined) return { type: 'invalid', code: fault[0], reason: fault[1] };

  const price = effectiveGasPrice(tx, block.baseFeePerGas);
  const sender = accountOf(state, tx.from) ?? EMPTY_ACCOUNT;
  const prepaid = tx.gasLimit * price + l1Fee + maxOperatorFee;
  setAccount(state, tx.from, { ...sender, balance: sender.balance - prepaid });
  bumpNonce(state, tx.from);
  const applied = applyAuthorizations(context, tx.authorizations);
  const ran = await runMessage(context, {
    caller: tx.from,
    to: tx.to,
    value: tx.value,
    data: tx.data,
    gasLimit: tx.gasLimit - cost.intrinsic,
    gasPrice: price,
    warmAddresses: [...applied.warm, ...tx.accessList.map((entry) => entry.address)],
    warmSlots: tx.accessList.flatMap(({ address, slots }) =>
      slots.map((slot): [Address, bigint] => [address, slot]),
    ),
  });
  const gasUsed = settledGas(cost, ran, applied.gasRefund);
  const paidOperatorFee = operatorFee(config, time, fees, gasUsed);
  addBalance(state, tx.from, (tx.gasLimit - gasUsed) * price + maxOperatorFee - paidOperatorFee);
  pay(state, block.coinbase, gasUsed * (price - block.baseFeePerGas));
  pay(state, BASE_FEE_VAULT, gasUsed * block.baseFeePerGas);
  pay(state, L1_FEE_VAULT, l1Fee);
  if (hasFork(context, 'isthmus')) pay(state, OPERATOR_FEE_VAULT, paidOperatorFee);
  for (const address of ran.selfDestructs) deleteAccount(state, address);
  context.gasPool -= gasUsed;
  context.daUsed += footprint;
  return {
    type: 'included',
    result: {
      hash: tx.hash,
      type: tx.type,
      from: tx.from,
      to: tx.to,
      status: ran.status === 'success' ? 'success' : 'failure',
      reason: ran.reason,
      gasLimit: tx.gasLimit,
      gasUsed,
      logs: ran.logs,
      contractAddress: tx.to === undefined ? creationAddress(tx.from, tx.nonce) : undefined,
      effectiveGasPrice: price,
      depositNonce: undefined,
      l1Fee,
      l1GasUsed: l1GasUsed(config, time, fees, size),
      operatorFee: paidOperatorFee,
      daFootprint: footprint,
    },
  };
}

/** A fee of nothing touches its recipient all the same. */
function pay(state: WorldState, to: Address, amount: bigint): void {
  if (amount === 0n) touch(state, to);
  else addBalance(state, to, amount);
}

type Fault = readonly [InvalidTx, string];

/** First rule that the transaction breaks, in the order of the list. */
function checkSignedTx(
  context: BlockContext,
  tx: SignedTx,
  cost: IntrinsicGas,
  extraFees: bigint,
  footprint: bigint,
): Fault | undefined {
  const { block } = context;
  return (
    checkForm(context, tx) ??
    checkSender(context, tx) ??
    checkFees(context, tx) ??
    checkBalance(context, tx, extraFees) ??
    (context.gasPool < tx.gasLimit
      ? fault('blockGasExceeded', `gas limit ${tx.gasLimit}, the block has ${context.gasPool} left`)
      : undefined) ??
    checkGas(context, tx, cost) ??
    (hasFork(context, 'jovian') && context.daUsed + footprint > block.gasLimit
      ? fault('daFootprintExceeded', `footprint ${context.daUsed + footprint} of ${block.gasLimit}`)
      : undefined)
  );
}

function checkForm(context: BlockContext, tx: SignedTx): Fault | undefined {
  const { block } = context;
  if (tx.type === 4 && !hasFork(context, 'isthmus')) {
    return fault('typeNotAllowed', 'set-code transactions are allowed from Isthmus on');
  }
  if (tx.chainId !== undefined && tx.chainId !== block.chainId) {
    return fault('wrongChainId', `expected chain id ${block.chainId}, found ${tx.chainId}`);
  }
  if (hasFork(context, 'karst') && tx.gasLimit > MAX_TX_GAS) {
    return fault('gasAboveCap', `gas limit ${tx.gasLimit} above ${MAX_TX_GAS}`);
  }
  return undefined;
}

function checkSender(context: BlockContext, tx: SignedTx): Fault | undefined {
  const { state } = context;
  const { nonce } = accountOf(state, tx.from) ?? EMPTY_ACCOUNT;
  if (tx.nonce < nonce) return fault('nonceTooLow', `nonce ${tx.nonce}, account has ${nonce}`);
  if (tx.nonce > nonce) return fault('nonceTooHigh', `nonce ${tx.nonce}, account has ${nonce}`);
  if (nonce >= MAX_NONCE) return fault('nonceTooHigh', `nonce ${nonce} is the last one`);
  const hasCode = hasFork(context, 'isthmus')
    ? !hasNoCodeOrDelegation(state, tx.from)
    : codeOf(state, tx.from).length > 0;
  if (hasCode) return fault('senderHasCode', 'the sender is a contract');
  return undefined;
}

function checkFees(context: BlockContext, tx: SignedTx): Fault | undefined {
  const { block } = context;
  if (tx.maxFeePerGas < tx.maxPriorityFeePerGas) {
    const { maxFeePerGas, maxPriorityFeePerGas } = tx;
    return fault('tipAboveFeeCap', `tip ${maxPriorityFeePerGas} above fee cap ${maxFeePerGas}`);
  }
  if (tx.maxFeePerGas < block.baseFeePerGas) {
    return fault('feeCapBelowBaseFee', `fee cap ${tx.maxFeePerGas} below ${block.baseFeePerGas}`);
  }
  if (tx.type !== 4) return undefined;
  if (tx.authorizations.length === 0) return fault('noAuthorizations', 'no authorizations');
  return tx.to === undefined ? fault('setCodeCreation', 'a set-code creation') : undefined;
}

function checkBalance(context: BlockContext, tx: SignedTx, extraFees: bigint): Fault | undefined {
  const balance = balanceOf(context.state, tx.from);
  const needed = tx.gasLimit * tx.maxFeePerGas + tx.value + extraFees;
  if (balance >= needed) return undefined;
  return fault('insufficientFunds', `needs ${needed} wei, has ${balance}`);
}

function checkGas(context: BlockContext, tx: SignedTx, cost: IntrinsicGas): Fault | undefined {
  const least = cost.intrinsic > cost.floor ? cost.intrinsic : cost.floor;
  if (tx.gasLimit < least) {
    return fault('gasBelowIntrinsic', `gas limit ${tx.gasLimit} below ${least}`);
  }
  const { length } = tx.data;
  if (tx.to !== undefined || length <= MAX_INIT_CODE_BYTES || !hasFork(context, 'canyon')) {
    return undefined;
  }
  return fault('initCodeTooLong', `init code of ${length} bytes above ${MAX_INIT_CODE_BYTES}`);
}

function fault(code: InvalidTx, reason: string): Fault {
  return [code, reason];
}

/** EIP-7825, from Karst on; deposits are exempt. */
export const MAX_TX_GAS = 16_777_216n;

const MAX_NONCE = 2n ** 64n - 1n;
