import { sleep } from '../../src/transport/abort.ts';

/** Between two looks: looking all the time takes a core from what is waited for. */
const LOOK_MS = 5;

/** Resolves when `isTrue`; rejects when `ended` does before. */
export async function until(isTrue: () => boolean, ended?: Promise<unknown>): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  ended?.catch((error: unknown) => (failure = { error }));
  while (!isTrue()) {
    if (failure !== undefined) throw failure.error;
    await sleep(LOOK_MS);
  }
}
