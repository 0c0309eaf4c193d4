/**
 * Stands in for vitest while mutants are tried: the same `expect`, but tests are only collected, so
 * that a run can stop at the first one that fails.
 */
import { expect } from 'vitest-itself';

export { expect };

/** A collected test. */
export type Collected = { readonly name: string; readonly run: () => unknown };

type Registry = { tests: Collected[]; before: (() => unknown)[]; after: (() => unknown)[] };

declare global {
  // The one place where bundles, of which there are many, and the runner meet.
  // oxlint-disable-next-line no-var
  var mutationTests: Registry | undefined;
}

function registry(): Registry {
  globalThis.mutationTests ??= { tests: [], before: [], after: [] };
  return globalThis.mutationTests;
}

let path: readonly string[] = [];

type Body = (...given: never[]) => unknown;

function named(name: string, given: unknown): string {
  return name.replace(/%[sijd]|\$\w+/g, () => String(Array.isArray(given) ? given[0] : given));
}

function spread(body: Body, given: unknown): unknown {
  return Array.isArray(given) ? body(...(given as never[])) : body(given as never);
}

/** Collects the tests of `body`. */
export function describe(name: string, body: () => void): void {
  const outer = path;
  path = [...outer, name];
  body();
  path = outer;
}

describe.each = (cases: readonly unknown[]) => (name: string, body: Body) => {
  for (const given of cases) describe(named(name, given), () => void spread(body, given));
};
describe.skipIf = (skipped: boolean) => (skipped ? () => undefined : describe);

/** Collects one test. */
export function test(name: string, run: () => unknown): void {
  registry().tests.push({ name: [...path, name].join(' > '), run });
}

test.each = (cases: readonly unknown[]) => (name: string, body: Body) => {
  for (const given of cases) test(named(name, given), () => spread(body, given));
};
test.skipIf = (skipped: boolean) => (skipped ? () => undefined : test);

export { test as it };

/** Runs `body` before each test of its file. */
export function beforeEach(body: () => unknown): void {
  registry().before.push(body);
}

/** Runs `body` after each test of its file. */
export function afterEach(body: () => unknown): void {
  registry().after.push(body);
}
