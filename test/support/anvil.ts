import { type BlobShelf, createBlobShelf } from '../../src/devnet/blobShelf.ts';
import { startL1Front } from '../../src/devnet/l1Front.ts';
import { type Anvil, type AnvilOptions, findAnvil, startAnvil } from '../../src/devnet/anvil.ts';

/** Whether no development L1 binary is to be had, for `describe.skipIf`. Prints why. */
export function lacksAnvil(): boolean {
  const missing = findAnvil() === undefined;
  if (missing) {
    console.warn('skipped: no anvil (`npm install @foundry-rs/anvil-linux-amd64`, or on the PATH)');
  }
  return missing;
}

/** Runs `body` against a fresh development L1 and ends it on every path. */
export async function withAnvil(
  options: AnvilOptions,
  body: (anvil: Anvil) => Promise<void>,
): Promise<void> {
  const anvil = await startAnvil(options);
  try {
    await body(anvil);
  } finally {
    await anvil.stop();
  }
}

/** The same with a front before it, whose blocks prove their blob transactions. */
export async function withL1(
  options: AnvilOptions,
  body: (l1: { readonly url: string; readonly shelf: BlobShelf }) => Promise<void>,
): Promise<void> {
  await withAnvil(options, async (anvil) => {
    const shelf = createBlobShelf(64);
    const front = await startL1Front({ anvilUrl: anvil.url, shelf });
    try {
      await body({ url: front.url, shelf });
    } finally {
      await front.stop();
    }
  });
}

/** Makes L1 blocks until `done` is settled. */
export async function mineUntil<T>(url: string, done: Promise<T>): Promise<T> {
  const progress = { settled: false };
  const settle = (): void => {
    progress.settled = true;
  };
  done.then(settle, settle);
  while (!progress.settled) await rpc(url, 'evm_mine', []);
  return done;
}

/** One JSON-RPC call; throws on an error answer. */
export async function rpc<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.json()) as { result: T; error?: { message: string } };
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
}
