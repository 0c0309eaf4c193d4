import { bytesToHex } from '../../base/bytes.ts';
import { formatGoDuration } from '../../base/goDuration.ts';
import type { JsonValue } from '../../base/json.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import { type BlockContext, hasFork } from '../blockContext.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { Evm, EvmResult } from '../evm/port.ts';
import { withOptions } from '../evm/withOptions.ts';
import { newestFork } from '../../protocol/forks.ts';
import { MAX_TX_GAS } from '../executeSignedTx.ts';
import { effectiveGasPrice } from '../fees.ts';
import { LEAST_TX_GAS } from '../intrinsicGas.ts';
import { balanceOf, checkpoint, codeOf, revertTo } from '../state/worldState.ts';
import { type BlockOverrides, readBlockOverrides } from './blockOverrides.ts';
import { applyOverrides, readOverrides } from './callOverrides.ts';
import type { CallTurns } from './callTurns.ts';
import { revertReason } from './revertReason.ts';
import { type CallRequest, readCallRequest } from './callRequest.ts';
import { IntrinsicGasError, runCall } from './runCall.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { type BlockState, readBlockState } from './selectBlock.ts';

/** Limits of calls that nobody pays for. */
export type CallLimits = {
  /** Most gas of one call. */
  readonly gasCap: bigint;
  /** Time that one call, or one estimate, may take; 0 is no limit. */
  readonly timeoutMs: number;
  readonly turns: CallTurns;
};

/** Calls without a transaction. */
export function callMethods(engine: ExecutionEngine, evm: Evm, limits: CallLimits): RpcMethods {
  const { gasCap, timeoutMs, turns } = limits;
  const message = `execution aborted (timeout = ${formatGoDuration(timeoutMs)})`;
  const prepare = async (params: readonly JsonValue[], options: AbortOptions) => {
    const request = readCallRequest(params, 0, engine.config.chainId);
    const overrides = readOverrides(params[2], 2);
    const blockOverrides = readBlockOverrides(params[3], 3);
    const { block, state } = await readBlockState(engine, params, 1, options);
    applyOverrides(state, overrides);
    const overdue = new RpcError('application', message);
    const pause = await turns.begin(timeoutMs, overdue, options);
    const paused = withOptions(evm, { pause });
    return {
      request,
      context: contextOf(engine, paused, { block, state }, request, blockOverrides),
    };
  };
  return {
    eth_call: async (params, options) => {
      const { request, context } = await prepare(params, options);
      const asked = request.gas ?? gasCap;
      const result = await runCall(context, request, asked < gasCap ? asked : gasCap);
      if (result.status === 'success') return bytesToHex(result.output);
      throw callFailure(result);
    },
    eth_estimateGas: async (params, options) => {
      const { request, context } = await prepare(params, options);
      return toQuantity(await estimateGas(context, request, gasCap));
    },
  };
}

/** Why a call failed, as op-geth tells it. */
function callFailure({ status, reason, output }: EvmResult): RpcError {
  if (status === 'halt') return new RpcError('application', reason);
  const text = revertReason(output);
  const message = text === undefined ? 'execution reverted' : `execution reverted: ${text}`;
  return new RpcError('reverted', message, bytesToHex(output));
}

/** What a call sees that runs on the state after a block. */
export function contextOf(
  engine: ExecutionEngine,
  evm: Evm,
  { block: { header }, state }: BlockState,
  request: CallRequest,
  overrides: BlockOverrides,
): BlockContext {
  const { config } = engine;
  const { timestamp, gasLimit } = { ...header, ...overrides };
  const baseFee = overrides.baseFeePerGas ?? header.baseFeePerGas ?? 0n;
  return {
    config,
    evm,
    state,
    block: {
      chainId: config.chainId,
      number: header.number,
      coinbase: header.beneficiary,
      prevRandao: header.mixHash,
      ...overrides,
      fork: newestFork(config.forkTimes, timestamp),
      timestamp,
      gasLimit,
      // Whoever pays nothing sees no price, so that a call without money works.
      baseFeePerGas: effectiveGasPrice(request, baseFee) === 0n ? 0n : baseFee,
      blockHash: (number) => {
        if (number >= header.number) return undefined;
        if (number === header.number - 1n) return header.parentHash;
        return engine.blockByNumber(number)?.hash;
      },
    },
    gasPool: gasLimit,
    daUsed: 0n,
    fees: undefined,
  };
}

/** Part of the limit that an estimate may be above the least that works. */
const ESTIMATE_TOLERANCE = 0.015;

/**
 * The least gas limit, to within 1.5 %, with which the call succeeds.
 *
 * @throws RpcError when it fails whatever it is given.
 */
async function estimateGas(
  context: BlockContext,
  request: CallRequest,
  gasCap: bigint,
): Promise<bigint> {
  const isCapped = hasFork(context, 'karst') && gasCap > MAX_TX_GAS;
  const cap = isCapped ? MAX_TX_GAS : gasCap;
  // Less than any transaction needs counts as no limit.
  const { gas: limit = 0n } = request;
  const wanted = limit >= LEAST_TX_GAS ? limit : context.block.gasLimit;
  const asked = wanted < cap ? wanted : cap;
  let high = affordableGas(context, request, asked);
  const attempt = async (gas: bigint): Promise<EvmResult | undefined> => {
    const point = checkpoint(context.state);
    const result = await runCall(context, request, gas).catch((error: unknown) => {
      if (error instanceof IntrinsicGasError) return undefined;
      throw error;
    });
    revertTo(context.state, point);
    return result;
  };
  // What most wallets ask: no search, which would stop a little above.
  if (isTransfer(context, request) && high >= LEAST_TX_GAS) {
    const result = await attempt(LEAST_TX_GAS);
    if (result?.status === 'success') return LEAST_TX_GAS;
  }
  const first = await attempt(high);
  if (first === undefined)
    throw new RpcError('application', `gas required exceeds allowance (${high})`);
  if (first.status === 'revert') throw callFailure(first);
  if (first.status === 'halt') {
    const isGas = first.reason.includes('gas');
    throw isGas
      ? new RpcError('application', `gas required exceeds allowance (${high})`)
      : callFailure(first);
  }
  let low = first.gasUsed - 1n;
  // Enough for most: what was used, what came back of it, and a call's 1/64 held back.
  const likely = ((first.gasUsed + first.gasRefund + CALL_STIPEND) * 64n) / 63n;
  if (likely < high) {
    if ((await attempt(likely))?.status === 'success') high = likely;
    else low = likely;
  }
  while (low + 1n < high && Number(high - low) / Number(high) > ESTIMATE_TOLERANCE) {
    const half = (low + high) / 2n;
    // Most calls need little: do not begin in the middle of a wide range.
    const middle = half > low * 2n ? low * 2n : half;
    if ((await attempt(middle))?.status === 'success') high = middle;
    else low = middle;
  }
  return high;
}

/** Whether a call goes without data to an account without code. */
function isTransfer({ state }: BlockContext, { to, data }: CallRequest): boolean {
  return to !== undefined && data.length === 0 && codeOf(state, to).length === 0;
}

/** As much of `gas` as the sender can pay for. */
function affordableGas({ state }: BlockContext, request: CallRequest, gas: bigint): bigint {
  const { from, value, maxFeePerGas } = request;
  if (maxFeePerGas === 0n) return gas;
  const balance = balanceOf(state, from);
  // Nothing would be left for gas.
  if (balance <= value) throw new RpcError('application', 'insufficient funds for transfer');
  const affordable = (balance - value) / maxFeePerGas;
  return affordable < gas ? affordable : gas;
}

const CALL_STIPEND = 2_300n;
