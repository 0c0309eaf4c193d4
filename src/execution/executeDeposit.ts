import { type Address, bytesToHex } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';
import { DEPOSIT_TX_TYPE, type DepositTx } from '../protocol/deposit.ts';
import { type BlockContext, hasFork, type TxOutcome } from './blockContext.ts';
import type { EvmResult } from './evm/port.ts';
import { type IntrinsicGas, intrinsicGas, MAX_INIT_CODE_BYTES } from './intrinsicGas.ts';
import { creationAddress } from './creationAddress.ts';
import { runMessage } from './runMessage.ts';
import {
  accountOf,
  addBalance,
  balanceOf,
  bumpNonce,
  checkpoint,
  deleteAccount,
  revertTo,
} from './state/worldState.ts';

// A deposit cannot be refused: what is wrong with it makes it fail, and its mint and nonce stay.
// The one exception is a deposit with more gas than the block has left.

/**
 * Runs a deposit. Only `blockGasExceeded` makes the block invalid.
 *
 * @spec protocol/execution.md 1.3, 1.4
 */
export async function executeDeposit(
  context: BlockContext,
  tx: DepositTx,
  raw: Uint8Array,
): Promise<TxOutcome> {
  const { state } = context;
  const regolith = hasFork(context, 'regolith');
  const isFree = tx.isSystemTx && !regolith;
  if (!isFree && context.gasPool < tx.gas) {
    const reason = `deposit of ${tx.gas} gas, the block has ${context.gasPool} left`;
    return { type: 'invalid', code: 'blockGasExceeded', reason };
  }
  const nonce = accountOf(state, tx.from)?.nonce ?? 0n;
  addBalance(state, tx.from, tx.mint);
  const afterMint = checkpoint(state);
  const cost = intrinsicGas(context.block.fork, {
    isCreation: tx.to === undefined,
    data: tx.data,
    accessList: [],
    authorizationCount: 0,
  });
  const fault = faultOf(context, tx, cost);
  let ran: EvmResult | undefined;
  let gasUsed = tx.gas;
  if (fault === undefined) {
    ran = await run(context, tx, cost.intrinsic);
    if (regolith) gasUsed = settledGas(cost, ran);
  } else {
    revertTo(state, afterMint);
    bumpNonce(state, tx.from);
  }
  if (isFree) gasUsed = 0n;
  else context.gasPool -= gasUsed;
  return {
    type: 'included',
    result: {
      hash: bytesToHex(keccak256(raw)),
      type: DEPOSIT_TX_TYPE,
      from: tx.from,
      to: tx.to,
      status: ran?.status === 'success' ? 'success' : 'failure',
      reason: fault ?? ran?.reason ?? '',
      gasLimit: tx.gas,
      gasUsed,
      logs: ran?.logs ?? [],
      contractAddress: contractAddress(tx.from, tx.to, regolith ? nonce : 0n),
      effectiveGasPrice: 0n,
      depositNonce: regolith ? nonce : undefined,
      l1Fee: 0n,
      l1GasUsed: 0n,
      operatorFee: 0n,
      daFootprint: 0n,
    },
  };
}

/** Why the deposit fails before any code runs. */
function faultOf(context: BlockContext, tx: DepositTx, cost: IntrinsicGas): string | undefined {
  if (tx.isSystemTx && hasFork(context, 'regolith')) return 'system deposit after Regolith';
  if (tx.gas < cost.intrinsic) return `intrinsic gas ${cost.intrinsic} above the limit`;
  if (tx.gas < cost.floor) return `floor gas ${cost.floor} above the limit`;
  if (tx.value > balanceOf(context.state, tx.from)) return 'value above the balance';
  const isLong = tx.to === undefined && tx.data.length > MAX_INIT_CODE_BYTES;
  return isLong && limitsInitCode(context) ? 'init code too long' : undefined;
}

/**
 * Choice: op-geth holds deposits to the limit of EIP-3860, op-reth does not, and L1 lets through
 * up to 120,000 bytes. Each decides for the forks that it alone has run: op-geth until Jovian.
 */
function limitsInitCode(context: BlockContext): boolean {
  return hasFork(context, 'canyon') && !hasFork(context, 'karst');
}

async function run(context: BlockContext, tx: DepositTx, intrinsic: bigint): Promise<EvmResult> {
  const { state } = context;
  bumpNonce(state, tx.from);
  const ran = await runMessage(context, {
    caller: tx.from,
    to: tx.to,
    value: tx.value,
    data: tx.data,
    gasLimit: tx.gas - intrinsic,
    gasPrice: 0n,
    warmSlots: [],
  });
  for (const address of ran.selfDestructs) deleteAccount(state, address);
  return ran;
}

/** Gas charged after refunds and floor. `extraRefund` counts like the EVM's own refunds. */
export function settledGas(cost: IntrinsicGas, ran: EvmResult, extraRefund = 0n): bigint {
  const spent = cost.intrinsic + ran.gasUsed;
  const refund = ran.gasRefund + extraRefund;
  const limit = spent / 5n;
  const used = spent - (refund < limit ? refund : limit);
  return used < cost.floor ? cost.floor : used;
}

function contractAddress(
  from: Address,
  to: Address | undefined,
  nonce: bigint,
): Address | undefined {
  return to === undefined ? creationAddress(from, nonce) : undefined;
}
