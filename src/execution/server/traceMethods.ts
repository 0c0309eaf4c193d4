import { isObject, type JsonValue } from '../../base/json.ts';
import { readGoDuration } from '../../base/goDuration.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { Evm } from '../evm/port.ts';
import { withOptions } from '../evm/withOptions.ts';
import type { TxResult } from '../blockContext.ts';
import { type ReplayOptions, replayTx } from '../replayTx.ts';
import type { BlockRecord } from '../store/records.ts';
import { readBlockOverrides } from './blockOverrides.ts';
import { type CallTracerOptions, createCallTracer } from './callTracer.ts';
import { type CallLimits, contextOf } from './callMethods.ts';
import { applyOverrides, readOverrides } from './callOverrides.ts';
import { findTx } from './chainMethods.ts';
import { RpcError, type RpcMethods } from './jsonRpc.ts';
import { invalidParam, readHash } from './params.ts';
import { readCallRequest } from './callRequest.ts';
import { runCall } from './runCall.ts';
import { type BlockState, readBlockState, stateOf } from './selectBlock.ts';

/** Traces of transactions and calls, by the call tracer alone. */
export function traceMethods(engine: ExecutionEngine, evm: Evm, limits: CallLimits): RpcMethods {
  const { gasCap, turns } = limits;
  const begin = (timeoutMs: number, options: AbortOptions) =>
    turns.begin(timeoutMs, new RpcError('application', 'execution timeout'), options);
  return {
    debug_traceTransaction: async (params, caller) => {
      const options = readTracer(params[1], 1);
      const place = findTx(engine, readHash(params, 0));
      if (place === undefined) throw new RpcError('application', 'transaction not found');
      const { block, index } = place;
      const parent = await parentState(engine, block, caller);
      const logsBefore = block.receipts
        .slice(0, index)
        .reduce((sum, { logs }) => sum + logs.length, 0);
      const tracer = createCallTracer(options, logsBefore);
      const { gasLimit, gasUsed } = await traceTx(engine, evm, parent, block, index, {
        pause: await begin(0, caller),
        // From there on: what had to be executed before it does not count.
        begin: async () => ({
          observer: tracer.observer,
          pause: await begin(options.timeoutMs, caller),
        }),
      });
      return traced(tracer.result(gasLimit, gasUsed));
    },
    debug_traceCall: async (params, caller) => {
      const request = readCallRequest(params, 0, engine.config.chainId);
      const options = readTracer(params[2], 2);
      const { stateOverrides, blockOverrides } = isObject(params[2]) ? params[2] : {};
      const overrides = readOverrides(stateOverrides, 2);
      const ofBlock = readBlockOverrides(blockOverrides, 2);
      const { block, state } = await readBlockState(engine, params, 1, caller);
      applyOverrides(state, overrides);
      const tracer = createCallTracer(options);
      const pause = await begin(options.timeoutMs, caller);
      const watched = withOptions(evm, { observer: tracer.observer, pause });
      const context = contextOf(engine, watched, { block, state }, request, ofBlock);
      const asked = request.gas ?? gasCap;
      const gas = asked < gasCap ? asked : gasCap;
      const { gasUsed } = await runCall(context, request, gas);
      return traced(tracer.result(gas, gasUsed));
    },
  };
}

/** The block before `block`, and the state after it. */
async function parentState(
  engine: ExecutionEngine,
  block: BlockRecord,
  options: AbortOptions,
): Promise<BlockState> {
  const parent = engine.block(block.header.parentHash);
  if (parent === undefined) throw new RpcError('application', 'genesis is not traceable');
  return { block: parent, state: await stateOf(engine, parent, options) };
}

function traceTx(
  engine: ExecutionEngine,
  evm: Evm,
  { block: parent, state }: BlockState,
  block: BlockRecord,
  index: number,
  options: ReplayOptions,
): Promise<TxResult> {
  const builder = { config: engine.config, evm };
  const blockHash = (number: bigint) =>
    number === parent.header.number ? parent.hash : engine.blockByNumber(number)?.hash;
  return replayTx(builder, parent, block, index, state, blockHash, options);
}

/** A deposit that failed before any code ran has no call, and op-geth no trace of it. */
function traced(trace: JsonValue | undefined): JsonValue {
  if (trace !== undefined) return trace;
  throw new RpcError('application', 'incorrect number of top-level calls');
}

/** What a trace may take where its caller names no other time, as in op-geth. */
const TIMEOUT_MS = 5000;

type TraceOptions = CallTracerOptions & { readonly timeoutMs: number };

/** The options of `callTracer`. @throws RpcError for any other tracer. */
function readTracer(value: JsonValue | undefined, index: number): TraceOptions {
  const options = value ?? {};
  if (!isObject(options)) throw invalidParam(index, 'expected an object of trace options');
  const { tracer } = options;
  if (tracer !== 'callTracer') {
    const found = typeof tracer === 'string' ? `\`${tracer.slice(0, 64)}\`` : 'the opcode logger';
    const message = `${found} is not available: the only tracer is \`callTracer\``;
    throw new RpcError('invalidParams', message);
  }
  const given = options['tracerConfig'] ?? {};
  if (!isObject(given)) throw invalidParam(index, 'expected an object as tracerConfig');
  const flag = (name: string): boolean => {
    const set = given[name] ?? false;
    if (typeof set === 'boolean') return set;
    throw invalidParam(index, `expected true or false as ${name}`);
  };
  const timeoutMs = readTimeout(options['timeout'] ?? undefined, index);
  return { onlyTopCall: flag('onlyTopCall'), withLog: flag('withLog'), timeoutMs };
}

/** The longest that a caller may name. */
const LONGEST_TIMEOUT_MS = 60_000;

function readTimeout(value: JsonValue | undefined, index: number): number {
  if (value === undefined) return TIMEOUT_MS;
  const ms = typeof value === 'string' ? readGoDuration(value) : undefined;
  if (ms === undefined) throw invalidParam(index, 'expected a duration like `10s` as timeout');
  return Math.min(Math.max(ms, 1), LONGEST_TIMEOUT_MS);
}
