import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { TryVerifyKzgProof } from '../base/kzgProof.ts';
import { NATIVE_KZG_PACKAGE } from './kzg.ts';
import { KZG_PROOF_WORKER_CODE } from './kzgProofWorker.ts';

// Memory that is shared with the thread:
//
//   state  1 int32      LOADING -> IDLE -> ASKED -> PROVEN | REFUTED | UNCLEAR -> ASKED ...
//   input  160 bytes    commitment 48, z 32, y 32, proof 48
//
// This thread waits for the answer: a block cannot go on without it, and in the time that a message
// takes to arrive in a busy process the answer could have been worked out.

const [LOADING, IDLE, ASKED, PROVEN, REFUTED, UNCLEAR] = [0, 1, 2, 3, 4, 5];

/**
 * Proofs after which the thread is started: loading takes it two seconds, which is the time that
 * 600 proofs gain. Blocks that are full of them have as many each.
 */
const LEAST_PROOFS = 64;

/** An answer takes 1.4 ms; after this it will not come. */
const LONGEST_WAIT_MS = 500;

/** Choices of whoever installs the verifier. */
export type KzgVerifierOptions = {
  /** Proofs before the thread is started. Default 64. */
  readonly startAfter?: number;
  /** What the thread loads, for tests. Default the native package. */
  readonly packagePath?: string;
  /** Told at most once, when there can be no thread; proofs are then verified without. */
  readonly onFault?: (message: string) => void;
};

/**
 * Verification of KZG proofs by the native library, in 1.4 ms where mcl takes 5. Its setup would
 * block for two seconds, so a thread of its own has it. There is no answer until then, none to
 * input that the library does not take, and none with one CPU, where there is no thread.
 */
export function createKzgVerifier(options: KzgVerifierOptions = {}): TryVerifyKzgProof {
  const least = options.startAfter ?? LEAST_PROOFS;
  const isAlone = availableParallelism() < 2;
  let seen = 0;
  let ask: TryVerifyKzgProof | undefined;
  return (...input) => {
    seen++;
    if (ask === undefined && seen >= least && !isAlone) ask = startAsking(options);
    return ask?.(...input);
  };
}

function startAsking(options: KzgVerifierOptions): TryVerifyKzgProof {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const bytes = new Uint8Array(new SharedArrayBuffer(160));
  let hasFailed = false;
  const fail = (cause: unknown): void => {
    const message = `KZG proofs are verified without a thread: ${String(cause)}`;
    if (!hasFailed) options.onFault?.(message);
    hasFailed = true;
  };
  startThread({ state, bytes }, options, fail);
  return (commitment, z, y, proof) => {
    if (hasFailed || Atomics.load(state, 0) === LOADING) return undefined;
    bytes.set(commitment);
    bytes.set(z, 48);
    bytes.set(y, 80);
    bytes.set(proof, 112);
    Atomics.store(state, 0, ASKED);
    Atomics.notify(state, 0);
    Atomics.wait(state, 0, ASKED, LONGEST_WAIT_MS);
    const answer = Atomics.load(state, 0);
    if (answer === ASKED) fail(`no answer within ${LONGEST_WAIT_MS} ms`);
    if (answer === PROVEN) return true;
    return answer === REFUTED ? false : undefined;
  };
}

function startThread(
  memory: Readonly<Record<'state' | 'bytes', ArrayBufferView>>,
  options: KzgVerifierOptions,
  fail: (cause: unknown) => void,
): void {
  try {
    const native =
      options.packagePath ?? createRequire(import.meta.url).resolve(NATIVE_KZG_PACKAGE);
    const states = { IDLE, ASKED, PROVEN, REFUTED, UNCLEAR };
    const workerData = { ...memory, native, states };
    const worker = new Worker(KZG_PROOF_WORKER_CODE, { eval: true, workerData, execArgv: [] });
    worker.on('error', fail);
    worker.on('exit', () => fail('it has ended'));
    worker.unref();
  } catch (cause) {
    fail(cause);
  }
}
