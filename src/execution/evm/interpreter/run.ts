import { EMPTY_BYTES } from '../../../base/bytes.ts';
import { depositCode, undoTo } from './frames.ts';
import { tellEntered } from './observe.ts';
import type { PrecompileResult } from './precompiles.ts';
import { type Frame, Halt, OUT_OF_GAS, STACK_OVERFLOW, STACK_UNDERFLOW } from './machine.ts';

/** How the outermost frame ended. */
export type RunOutcome = {
  readonly status: 'success' | 'revert' | 'halt';
  readonly reason: string;
  readonly gasLeft: number;
  readonly output: Uint8Array;
};

/**
 * Runs a frame and all frames below it. Frames are a list, not a recursion: code may nest calls a
 * thousand deep.
 *
 * @throws whatever is not the code's own fault: a missing trie node, a broken precompile, or what
 *   the machine's `pause` threw.
 */
export async function runFrames(outermost: Frame): Promise<RunOutcome> {
  let frame = outermost;
  const { pause } = frame.machine;
  tellEntered(frame);
  for (;;) {
    const waited = pause?.();
    if (waited !== undefined) await waited;
    const ran = frame.precompile === undefined ? runUntilPause(frame) : runPrecompile(frame);
    // Waiting for what is there already takes longer than many a precompile.
    const outcome = ran instanceof Promise ? await ran : ran;
    if (outcome === undefined) {
      if (frame.phase === 'running') continue;
      frame = frame.child as Frame;
      tellEntered(frame);
      continue;
    }
    frame.machine.observer?.exit(outcome);
    const { parent } = frame;
    if (parent === undefined) return outcome;
    resume(parent, frame, outcome);
    frame = parent;
  }
}

/** Runs until the frame ends; undefined when it waits for its child, or has run for a while. */
function runUntilPause(frame: Frame): RunOutcome | undefined {
  try {
    step(frame);
    if (frame.phase === 'waiting' || frame.phase === 'running') return undefined;
    if (frame.phase === 'reverted') {
      undoTo(frame.machine, frame.start);
      return { status: 'revert', reason: 'revert', gasLeft: frame.gas, output: frame.output };
    }
    if (frame.isCreation) depositCode(frame);
    return { status: 'success', reason: '', gasLeft: frame.gas, output: frame.output };
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    undoTo(frame.machine, frame.start);
    return { status: 'halt', reason: error.message, gasLeft: 0, output: EMPTY_BYTES };
  }
}

/**
 * Gas between two looks at whether a run should pause: a fraction of a millisecond as a rule. Gas
 * is looked at for each step anyhow. It is more than any step costs before it begins.
 */
const GAS_AT_A_TIME = 50_000;

/** The inner loop. */
function step(frame: Frame): void {
  const { run, gas, least, most } = frame.machine.rules.table;
  const { bytes } = frame.code;
  const { stack } = frame;
  const pauseBelow = Math.max(0, frame.gas - GAS_AT_A_TIME);
  while (frame.phase === 'running') {
    // Behind the last instruction there is nothing but STOP.
    const opcode = frame.pc < bytes.length ? (bytes[frame.pc] as number) : 0;
    if (stack.length < (least[opcode] as number)) throw STACK_UNDERFLOW;
    if (stack.length > (most[opcode] as number)) throw STACK_OVERFLOW;
    frame.gas -= gas[opcode] as number;
    if (frame.gas < pauseBelow) {
      if (frame.gas < 0) throw OUT_OF_GAS;
      // The step is the first one after the pause.
      frame.gas += gas[opcode] as number;
      return;
    }
    frame.pc++;
    (run[opcode] as (frame: Frame) => void)(frame);
  }
}

function runPrecompile(frame: Frame): RunOutcome | Promise<RunOutcome> {
  const { precompile, data, gas } = frame;
  const result = (precompile as NonNullable<typeof precompile>)(data, gas);
  return result instanceof Promise
    ? result.then((ended) => precompileOutcome(frame, ended))
    : precompileOutcome(frame, result);
}

function precompileOutcome(frame: Frame, result: PrecompileResult): RunOutcome {
  const { data, gas } = frame;
  if (result.succeeded) {
    const gasLeft = gas - result.gasUsed;
    const { output } = result;
    // The identity returns its input, which is the caller's memory and will not stay as it is.
    const isInput = output.buffer === data.buffer;
    return { status: 'success', reason: '', gasLeft, output: isInput ? output.slice() : output };
  }
  undoTo(frame.machine, frame.start);
  return { status: 'halt', reason: 'precompile failed', gasLeft: 0, output: EMPTY_BYTES };
}

/** Gives a child's outcome to the frame that waits for it. */
function resume(parent: Frame, child: Frame, outcome: RunOutcome): void {
  const { status, output, gasLeft } = outcome;
  parent.child = undefined;
  parent.phase = 'running';
  parent.gas += gasLeft;
  const succeeded = status === 'success';
  if (child.isCreation) {
    parent.returnData = status === 'revert' ? output : EMPTY_BYTES;
    parent.stack.push(succeeded ? BigInt(child.address) : 0n);
    return;
  }
  parent.returnData = output;
  const length = Math.min(child.outputLength, output.length);
  if (length > 0) parent.memory.set(output.subarray(0, length), child.outputOffset);
  parent.stack.push(succeeded ? 1n : 0n);
}
