import { bytesToHex } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import { toQuantity } from '../../protocol/rpcJson.ts';
import type { CallObserver, EvmLog, ObservedCall, ObservedEnd } from '../evm/port.ts';
import { RpcError } from './jsonRpc.ts';
import { revertReason } from './revertReason.ts';
import type { JsonObject } from './transactionJson.ts';

/** What a caller wants of the call tracer. */
export type CallTracerOptions = {
  /** The outermost call alone. */
  readonly onlyTopCall: boolean;
  /** With the logs of each call that did not fail. */
  readonly withLog: boolean;
};

/** Records the calls of one transaction. */
export type CallTracer = {
  readonly observer: CallObserver;
  /**
   * The trace as op-geth's `callTracer` prints it; undefined when nothing was called. Gas of the
   * outermost call is that of the transaction.
   */
  readonly result: (gasLimit: bigint, gasUsed: bigint) => JsonValue | undefined;
};

/** Bytes that a trace may hold, with some for each call and log; its text has twice as many. */
const MAX_TRACE_BYTES = 8 << 20;
const BYTES_PER_ENTRY = 300;

type TracedCall = ObservedCall & {
  end: ObservedEnd | undefined;
  readonly calls: TracedCall[];
  readonly logs: { readonly log: EvmLog; readonly index: number; readonly position: number }[];
};

/** A tracer; `firstLogIndex` is the number of logs in the block before the transaction. */
export function createCallTracer(options: CallTracerOptions, firstLogIndex = 0): CallTracer {
  const open: TracedCall[] = [];
  let top: TracedCall | undefined;
  /** For each open call, the logs there were before it: those of a call that fails do not count. */
  const logsBefore: number[] = [];
  let logIndex = firstLogIndex;
  let bytes = 0;
  // Few gas copy much memory: to another call, or to a log.
  const count = (added: number): void => {
    bytes += added + BYTES_PER_ENTRY;
    if (bytes <= MAX_TRACE_BYTES) return;
    throw new RpcError('application', `trace too large: more than ${MAX_TRACE_BYTES} bytes`);
  };
  const isKept = (): boolean => !options.onlyTopCall || logsBefore.length <= 1;
  return {
    observer: {
      enter: (call) => {
        logsBefore.push(logIndex);
        if (!isKept()) return;
        count(call.input.length);
        const traced: TracedCall = { ...call, end: undefined, calls: [], logs: [] };
        open.at(-1)?.calls.push(traced);
        top ??= traced;
        open.push(traced);
      },
      exit: (end) => {
        if (isKept()) {
          const ended = open.pop();
          count(end.output.length);
          if (ended !== undefined) ended.end = end;
        }
        const before = logsBefore.pop();
        if (end.status !== 'success' && before !== undefined) logIndex = before;
      },
      log: (log) => {
        const index = logIndex++;
        const call = open.at(-1);
        if (!options.withLog || !isKept() || call === undefined) return;
        count(log.data.length);
        call.logs.push({ log, index, position: call.calls.length });
      },
    },
    result: (gasLimit, gasUsed) => {
      if (top === undefined) return undefined;
      const gas = { gas: toQuantity(gasLimit), gasUsed: toQuantity(gasUsed) };
      return { ...toJson(top, false), ...gas };
    },
  };
}

/** Fields in op-geth's order. Logs of calls that failed, or below one that did, are not shown. */
function toJson(call: TracedCall, isUndone: boolean): JsonObject {
  const { type, from, to, gas, input, value, end } = call;
  const failed = isUndone || end?.status !== 'success';
  const isFailedCreation = type.startsWith('CREATE') && end?.status !== 'success';
  const logs = failed ? [] : call.logs;
  return {
    from,
    gas: toQuantity(BigInt(gas)),
    gasUsed: toQuantity(BigInt(gas - (end?.gasLeft ?? 0))),
    ...(isFailedCreation ? {} : { to }),
    input: bytesToHex(input),
    ...outputOf(end),
    ...(call.calls.length === 0 ? {} : { calls: call.calls.map((one) => toJson(one, failed)) }),
    ...(logs.length === 0 ? {} : { logs: logs.map(logJson) }),
    ...(value === undefined ? {} : { value: toQuantity(value) }),
    type,
  };
}

function outputOf(end: ObservedEnd | undefined): JsonObject {
  if (end === undefined) return {};
  const output = end.output.length === 0 ? {} : { output: bytesToHex(end.output) };
  if (end.status === 'success') return output;
  if (end.status === 'halt') return { error: GETH_ERRORS.get(end.reason) ?? end.reason };
  const reason = revertReason(end.output);
  return {
    ...output,
    error: 'execution reverted',
    ...(reason === undefined ? {} : { revertReason: reason }),
  };
}

function logJson({ log, index, position }: TracedCall['logs'][number]): JsonObject {
  return {
    address: log.address,
    topics: log.topics,
    data: bytesToHex(log.data),
    index: toQuantity(BigInt(index)),
    position: toQuantity(BigInt(position)),
  };
}

/** Our words for a halt, and those of op-geth. */
const GETH_ERRORS: ReadonlyMap<string, string> = new Map([
  ['write in a static call', 'write protection'],
  ['contract address is taken', 'contract address collision'],
  ['code too long, or it begins with 0xef', 'max code size exceeded'],
]);
