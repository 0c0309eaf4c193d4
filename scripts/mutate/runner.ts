import type { Collected } from './testShim.ts';

// A child process that tries mutants: for each message it loads the bundles of test files, in the
// order given, and answers with the first test that fails, or none, and how long each file took.
// Before each test it tells the name, as a sign of life.

type Request = { readonly setup: string; readonly files: readonly string[] };

process.on('message', (request: Request) => {
  const tookMs: number[] = [];
  void tryFiles(request, tookMs).then((killedBy) =>
    process.send?.({ killedBy: killedBy ?? null, tookMs }),
  );
});

/** Name of the first test that fails. A file that cannot even be loaded fails as a whole. */
async function tryFiles({ setup, files }: Request, tookMs: number[]): Promise<string | undefined> {
  try {
    await import(setup);
  } catch {
    return 'set-up';
  }
  for (const file of files) {
    const began = performance.now();
    const fresh: { tests: Collected[]; before: (() => unknown)[]; after: (() => unknown)[] } = {
      tests: [],
      before: [],
      after: [],
    };
    globalThis.mutationTests = fresh;
    try {
      await import(`${file}?${(loads += 1)}`);
    } catch {
      return `loading ${file.replace(/^.*\/test\//, 'test/')}`;
    }
    for (const { name, run } of fresh.tests) {
      process.send?.({ at: name });
      try {
        for (const body of fresh.before) await body();
        await run();
      } catch {
        return name;
      } finally {
        for (const body of fresh.after) await body();
      }
    }
    tookMs.push(performance.now() - began);
  }
  return undefined;
}

let loads = 0;
