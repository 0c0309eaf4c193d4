import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CaseJson } from '../../src/cli/differential/caseJson.ts';
import { type CaseDifference, compareCase } from '../../src/cli/differential/compareCase.ts';
import { prepareCase } from '../../src/cli/differential/corpusCase.ts';
import { runCase } from '../../src/cli/differential/runCase.ts';
import { readSharedLines } from '../support/recordings.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const FOLDER = 'data/differential';
const isMissing = lacksShared(FOLDER);
const families = isMissing
  ? []
  : readdirSync(sharedPath(FOLDER)).filter((name) => name.endsWith('.ndjson.gz'));

describe.skipIf(isMissing)('the differential corpus', () => {
  test('has the families that its README lists', () => {
    expect(families).toHaveLength(22);
  });

  test.each(families)('%s', (family) => {
    const cases = readSharedLines<CaseJson>(`${FOLDER}/${family}`);
    const different: string[] = [];
    for (const json of cases) {
      // The reference itself is at fault in these; they must run all the same.
      const difference = judge(json);
      if (difference !== undefined && json.referenceDefect !== true) {
        const { where, expected, found } = difference;
        different.push(`${json.name}: ${where}: expected ${expected}, found ${found}`);
      }
    }
    const shown = different.slice(0, 5).join('\n');
    expect(different.length, `${different.length} of ${cases.length} differ\n${shown}`).toBe(0);
    expect(cases.length).toBeGreaterThan(0);
  });
});

function judge(json: CaseJson): CaseDifference | undefined {
  return compareCase(json, runCase(prepareCase(json)));
}
