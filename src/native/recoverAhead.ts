import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { RecoverAhead, RecoverPublicKey, Signature } from '../base/secp256k1.ts';
import { RECOVERY_WORKER_CODE } from './recoveryWorker.ts';

// Memory that is shared with the thread; slot i of each belongs to the same signature.
//
//   begun   1 int32               signatures begun so far, modulo 2^32; the thread sleeps on it
//   states  SLOTS int32           see below
//   jobs    SLOTS times 97 bytes  hash 32, r and s 64, parity 1
//   keys    SLOTS times 65 bytes  public keys
//
// A slot goes FREE -> WAITING -> TAKEN (by the thread) -> DONE | INVALID -> FREE, or from WAITING
// back to FREE when the key is needed before the thread came to it. Answers come by shared memory
// because messages would only arrive when the block that needs them has been executed.

/** Signatures that may wait at a time, a power of 2. Those of a block of 30 Mgas fit. */
const SLOTS = 2048;
const [FREE, WAITING, TAKEN, DONE, INVALID] = [0, 1, 2, 3, 4];

/** Signatures after which a thread is started: short runs are not to pay for one. */
const LEAST_SIGNATURES = 64;

/** Choices of whoever installs recovery ahead. */
export type RecoverAheadOptions = {
  /** Signatures before the thread is started. Default 64. */
  readonly startAfter?: number;
  /** What the thread loads, for tests. Default the native package. */
  readonly packagePath?: string;
  /** Told at most once, when there can be no thread; every key is then recovered when asked for. */
  readonly onFault?: (message: string) => void;
};

/**
 * Recovery on a thread of its own while this one does other work. A key that is asked for before
 * the thread has it is recovered by `recover` at once: nobody waits. Where the thread fails, all
 * keys are. With one CPU there is no thread.
 *
 * Even where a block has two signatures, as in the chain `every-fork-a`, the thread that executes
 * spends 1.16 s instead of 1.24 s on 640 blocks.
 */
export function createRecoverAhead(
  recover: RecoverPublicKey,
  options: RecoverAheadOptions = {},
): RecoverAhead {
  const least = options.startAfter ?? LEAST_SIGNATURES;
  const isAlone = availableParallelism() < 2;
  let seen = 0;
  let ring: RecoveryRing | undefined;
  return (signatures) => {
    seen += signatures.length;
    if (ring === undefined && seen >= least && !isAlone) ring = startRing(options);
    const begun = signatures.map((signature) => ring?.begin(signature));
    ring?.wake();
    return signatures.map((signature, i) => {
      const { hash, compact, yParity } = signature;
      const ticket = begun[i];
      return () => {
        const found = ticket === undefined ? 'absent' : ring?.take(ticket);
        return found === 'absent' ? recover(hash, compact, yParity) : found;
      };
    });
  };
}

type RecoveryRing = {
  /** The ticket of a signature that now waits; undefined where there is no room or no thread. */
  readonly begin: (signature: Signature) => number | undefined;
  /** Tells the thread of what has begun. */
  readonly wake: () => void;
  /** The key, undefined for an invalid signature, `absent` when the thread does not have it. */
  readonly take: (ticket: number) => Uint8Array | undefined | 'absent';
};

function startRing(options: RecoverAheadOptions): RecoveryRing {
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const states = new Int32Array(new SharedArrayBuffer(4 * SLOTS));
  const jobs = new Uint8Array(new SharedArrayBuffer(97 * SLOTS));
  const keys = new Uint8Array(new SharedArrayBuffer(65 * SLOTS));
  let next = 0;
  let hasFailed = !startThread({ begun, states, jobs, keys }, options, () => {
    hasFailed = true;
  });
  return {
    begin: ({ hash, compact, yParity }) => {
      const slot = next & (SLOTS - 1);
      const state = Atomics.load(states, slot);
      if (hasFailed || state === WAITING || state === TAKEN) return undefined;
      jobs.set(hash, slot * 97);
      jobs.set(compact, slot * 97 + 32);
      jobs[slot * 97 + 96] = yParity;
      Atomics.store(states, slot, WAITING);
      return next++;
    },
    wake: () => {
      if (Atomics.exchange(begun, 0, next | 0) !== (next | 0)) Atomics.notify(begun, 0);
    },
    take: (ticket) => {
      // The slot may be that of a later signature by now.
      if (ticket < next - SLOTS) return 'absent';
      const slot = ticket & (SLOTS - 1);
      const state = Atomics.compareExchange(states, slot, WAITING, FREE);
      if (state === INVALID) return undefined;
      return state === DONE ? keys.slice(slot * 65, slot * 65 + 65) : 'absent';
    },
  };
}

/** False when no thread can be started. `onEnd` is called when it ends of itself. */
function startThread(
  memory: Readonly<Record<'begun' | 'states' | 'jobs' | 'keys', ArrayBufferView>>,
  options: RecoverAheadOptions,
  onEnd: () => void,
): boolean {
  let hasTold = false;
  const end = (cause: unknown): void => {
    onEnd();
    if (!hasTold) options.onFault?.(`senders are recovered without a thread: ${String(cause)}`);
    hasTold = true;
  };
  try {
    const native =
      options.packagePath ?? createRequire(import.meta.url).resolve('secp256k1/bindings');
    const layout = { SLOTS, WAITING, TAKEN, DONE, INVALID };
    const workerData = { ...memory, native, layout };
    const worker = new Worker(RECOVERY_WORKER_CODE, { eval: true, workerData, execArgv: [] });
    worker.on('error', end);
    worker.on('exit', () => end('it has ended'));
    worker.unref();
    return true;
  } catch (cause) {
    end(cause);
    return false;
  }
}
