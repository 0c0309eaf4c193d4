import { hasNoCodeOrDelegation } from '../authorizations.ts';
import type { PooledTx } from '../candidateTxs.ts';
import { hasRules } from '../evm/forkRules.ts';
import { MAX_TX_GAS } from '../executeSignedTx.ts';
import type { ExecutionConfig } from '../executionConfig.ts';
import { type FeeParameters, l1DataFee, operatorFee, readFeeParameters } from '../fees.ts';
import { intrinsicGas, MAX_INIT_CODE_BYTES } from '../intrinsicGas.ts';
import { EMPTY_ACCOUNT } from '../state/account.ts';
import { accountOf, codeOf, type WorldState } from '../state/worldState.ts';
import { newestFork } from '../../protocol/forks.ts';
import type { BlockRecord } from '../store/records.ts';

/** Longest encoded transaction that a pool takes, in bytes. */
export const MAX_POOLED_TX_BYTES = 131_072;

/** The head as transactions are checked against it. */
export type PoolHead = {
  readonly config: ExecutionConfig;
  readonly block: BlockRecord;
  readonly state: WorldState;
  readonly fees: FeeParameters;
};

/** @param state after `block`. */
export function poolHead(config: ExecutionConfig, block: BlockRecord, state: WorldState): PoolHead {
  const fees = readFeeParameters(config, block.header.timestamp, state);
  return { config, block, state, fees };
}

/** Most that a transaction can take from its sender, in wei: value, gas, L1 and operator fee. */
export function mostCost({ config, block, fees }: PoolHead, { tx, size }: PooledTx): bigint {
  const time = block.header.timestamp;
  const l1Fee = l1DataFee(config, time, fees, size);
  const operator = operatorFee(config, time, fees, tx.gasLimit);
  return tx.gasLimit * tx.maxFeePerGas + tx.value + l1Fee + operator;
}

/**
 * Why a pool refuses a transaction whatever else it holds, in op-geth's words; undefined when it
 * may wait. A nonce in the future is no reason.
 *
 * @spec protocol/execution.md 2.10
 */
export function checkPooledTx(
  head: PoolHead,
  pooled: PooledTx,
  minTip: bigint,
): string | undefined {
  return checkForm(head, pooled, minTip) ?? checkGas(head, pooled) ?? checkSender(head, pooled);
}

function checkForm(
  { config, block }: PoolHead,
  { tx, raw }: PooledTx,
  minTip: bigint,
): string | undefined {
  const fork = newestFork(config.forkTimes, block.header.timestamp);
  if (tx.type === 4 && !hasRules(fork, 'isthmus')) return 'transaction type not supported';
  if (raw.length > MAX_POOLED_TX_BYTES) {
    return `oversized data: transaction size ${raw.length}, limit ${MAX_POOLED_TX_BYTES}`;
  }
  if (tx.chainId === undefined) {
    return 'only replay-protected (EIP-155) transactions allowed over RPC';
  }
  if (tx.chainId !== config.chainId) {
    return `invalid chain id for signer: have ${tx.chainId} want ${config.chainId}`;
  }
  const { maxFeePerGas, maxPriorityFeePerGas } = tx;
  if (maxPriorityFeePerGas > maxFeePerGas) {
    const found = `maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`;
    return `max priority fee per gas higher than max fee per gas: ${found}`;
  }
  if (maxPriorityFeePerGas < minTip) {
    return `transaction underpriced: tip needed ${minTip}, tip permitted ${maxPriorityFeePerGas}`;
  }
  if (tx.type !== 4) return undefined;
  if (tx.authorizations.length === 0)
    return 'set code tx must have at least one authorization tuple';
  return tx.to === undefined ? 'set code transaction must not be a create transaction' : undefined;
}

function checkGas({ config, block }: PoolHead, { tx }: PooledTx): string | undefined {
  const fork = newestFork(config.forkTimes, block.header.timestamp);
  if (tx.gasLimit > block.header.gasLimit) return 'exceeds block gas limit';
  if (hasRules(fork, 'karst') && tx.gasLimit > MAX_TX_GAS) {
    return `transaction gas limit too high (cap: ${MAX_TX_GAS}, tx: ${tx.gasLimit})`;
  }
  const { data, to, accessList, authorizations } = tx;
  const { length } = data;
  if (to === undefined && length > MAX_INIT_CODE_BYTES && hasRules(fork, 'canyon')) {
    return `max initcode size exceeded: code size ${length}, limit ${MAX_INIT_CODE_BYTES}`;
  }
  const { intrinsic, floor } = intrinsicGas(fork, {
    isCreation: to === undefined,
    data,
    accessList,
    authorizationCount: authorizations.length,
  });
  if (tx.gasLimit < intrinsic) {
    return `intrinsic gas too low: gas ${tx.gasLimit}, minimum needed ${intrinsic}`;
  }
  if (tx.gasLimit >= floor) return undefined;
  const name = 'insufficient gas for floor data gas cost';
  return `${name}: gas ${tx.gasLimit}, minimum needed ${floor}`;
}

function checkSender(head: PoolHead, pooled: PooledTx): string | undefined {
  const { state, config, block } = head;
  const { tx } = pooled;
  const { nonce, balance } = accountOf(state, tx.from) ?? EMPTY_ACCOUNT;
  if (tx.nonce < nonce) return `nonce too low: next nonce ${nonce}, tx nonce ${tx.nonce}`;
  const fork = newestFork(config.forkTimes, block.header.timestamp);
  const hasCode = hasRules(fork, 'isthmus')
    ? !hasNoCodeOrDelegation(state, tx.from)
    : codeOf(state, tx.from).length > 0;
  if (hasCode) return `sender not an eoa: address ${tx.from}`;
  const cost = mostCost(head, pooled);
  return cost > balance ? insufficientFunds(balance, cost) : undefined;
}

/** The refusal of a transaction that its sender cannot pay for. Both in wei. */
export function insufficientFunds(balance: bigint, cost: bigint): string {
  const found = `balance ${balance}, tx cost ${cost}, overshot ${cost - balance}`;
  return `insufficient funds for gas * price + value: ${found}`;
}
