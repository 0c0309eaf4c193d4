import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAULT_KINDS } from '../support/servedChain.ts';
import { lacksShared } from '../support/shared.ts';
import { type BranchedChain, recordBranches } from './branchedChain.ts';
import { type FaultCell, nameOf, runCell } from './faultCells.ts';

// The fault matrix in small: scripts/faultMatrix.ts runs all of it, and for longer.

const TIMES = { faultMs: 500, growMs: 25 };

const CELLS: readonly FaultCell[] = [
  ...FAULT_KINDS.map((kind): FaultCell => {
    return { fault: { type: 'engine', kind, every: 1 }, reorg: undefined };
  }),
  { fault: { type: 'engineDown' }, reorg: undefined },
  { fault: { type: 'engineRewound' }, reorg: undefined },
  { fault: { type: 'engineSyncing' }, reorg: undefined },
  { fault: { type: 'l1', kind: '429', every: 1 }, reorg: undefined },
  { fault: { type: 'l1', kind: 'null', every: 1 }, reorg: undefined },
  { fault: { type: 'l1', kind: 'wrong', every: 3 }, reorg: 7 },
  { fault: { type: 'engineRewound' }, reorg: 7 },
];

describe.skipIf(lacksShared('tools'))('a node, and what goes wrong around it', () => {
  let folder: string;
  let chain: BranchedChain;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-faults-'));
    chain = await recordBranches(folder, { l1Blocks: 36, depths: [7], longer: 4 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const cells = CELLS.map((cell) => ({ name: nameOf(cell), cell }));
  test.each(cells)('behavior: $name: says so, recovers, and ends equal', async ({ cell }) => {
    expect((await runCell(chain, cell, TIMES)).problems).toEqual([]);
  });
});
