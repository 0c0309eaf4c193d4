import { describe, expect, test } from 'vitest';
import type { CaseJson, FinalJson } from '../../../src/cli/differential/caseJson.ts';
import { compareCase } from '../../../src/cli/differential/compareCase.ts';
import type { RunResult } from '../../../src/cli/differential/runCase.ts';

const HASH = `0x${'11'.repeat(32)}` as const;
const L1_ORIGIN = { number: 7, hash: HASH };
const SAFE = { number: 3, hash: HASH, time: 106, l1Origin: L1_ORIGIN, sequenceNumber: 0 };

function caseEnding(outcome: FinalJson['outcome']): CaseJson {
  return {
    name: 'made up',
    family: 'none',
    rollup: {},
    l1ChainConfig: {},
    start: { safeHead: SAFE },
    l1: [],
    detail: 'full',
    expect: { steps: null, final: { outcome, safe: SAFE, l1Origin: L1_ORIGIN } },
  };
}

function runEnding(outcome: RunResult['outcome'], l1Origin = 7n): RunResult {
  const safe = {
    number: 3n,
    hash: HASH,
    parentHash: HASH,
    timestamp: 106n,
    l1Origin: { number: 7n, hash: HASH },
    sequenceNumber: 0n,
  };
  return { steps: [], outcome, safe, pendingSafe: safe, l1Origin, notes: [] };
}

describe('compareCase', () => {
  test.each([
    ['idle', 'idle'],
    ['critical', 'halted'],
    ['resetLoop', 'waiting'],
    ['resetLoop', 'resetLoop'],
  ] as const)('default: the reference ends with %s, we with %s', (expected, found) => {
    expect(compareCase(caseEnding(expected), runEnding(found))).toBeUndefined();
  });

  test.each([
    ['idle', 'resetLoop', { expected: 'idle', found: 'resetLoop' }],
    ['idle', 'waiting', { expected: 'idle', found: 'waiting' }],
    ['resetLoop', 'idle', { expected: 'waiting', found: 'idle' }],
  ] as const)('error: the reference ends with %s, we with %s', (expected, found, different) => {
    const result = compareCase(caseEnding(expected), runEnding(found));
    expect(result).toEqual({ where: 'outcome', ...different });
  });

  test('behavior: where we wait for a blob, its L1 block is not open', () => {
    const loop = caseEnding('resetLoop');
    expect(compareCase(loop, runEnding('waiting', 6n))).toBeUndefined();
    expect(compareCase(loop, runEnding('resetLoop', 6n))?.where).toBe('final L1 origin');
  });
});
