import fc from 'fast-check';
import { expect } from 'vitest';
import { installNative } from '../../src/native/install.ts';
import { createKzg } from '../../src/native/kzg.ts';
import { runs, SEED } from './runs.ts';

let prepared: Promise<unknown> | undefined;

/** Readies a worker, once: it runs many test files, and what is installed serves all of them. */
export function prepareWorker(): Promise<unknown> {
  prepared ??= prepare();
  return prepared;
}

async function prepare(): Promise<void> {
  // The verdict on a commit must not depend on when it is asked for.
  fc.configureGlobal({ seed: SEED, numRuns: runs(100) });
  expect.addEqualityTesters([equalBytes]);
  // Stays open, so that what one test has loaded (1.5 s) is there for the next one.
  createKzg();
  await installNative();
}

/** Bytes at once: one by one, `toEqual` takes 3 µs for each, and 0.3 s for a blob. */
function equalBytes(left: unknown, right: unknown): boolean | undefined {
  if (!(left instanceof Uint8Array) || !(right instanceof Uint8Array)) return undefined;
  // Which classes are equal, the assertions judge.
  if (left.constructor !== right.constructor) return undefined;
  return Buffer.compare(left, right) === 0;
}
