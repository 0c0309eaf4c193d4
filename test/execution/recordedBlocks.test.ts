import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/base/errors.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import { executeRecorded } from '../../src/execution/executeRecorded.ts';
import { parseRecordedBlock, parseWitness } from '../../src/execution/recordedBlock.ts';
import { MissingNodeError } from '../../src/execution/errors.ts';
import { readSharedJson } from '../support/recordings.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const ROOT = 'data/execution';
type Any = { [field: string]: unknown };
type Fixture = {
  parentHeader: Any;
  expected: { header: Any };
  transactionsRoot: string;
  activeForks: string[];
};
const isMissing = lacksShared(ROOT);

function foldersIn(path: string): readonly string[] {
  if (isMissing) return [];
  return readdirSync(sharedPath(path), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'every-fork')
    .map((entry) => `${path}/${entry.name}`);
}

async function execute(
  folder: string,
  change: (json: Record<string, unknown>) => unknown = (json) => json,
) {
  const json = readSharedJson(`${folder}/fixture.json`) as Record<string, unknown>;
  const recorded = parseRecordedBlock(change(json));
  const witness = parseWitness(
    gunzipSync(readFileSync(sharedPath(`${folder}/witness.ndjson.gz`))).toString(),
  );
  const { config } = recorded;
  const evm = createInterpreter(config.chainId);
  return executeRecorded({ config, evm }, recorded, witness, () => undefined);
}

describe.skipIf(isMissing)('executeRecorded', () => {
  test.each([...foldersIn(ROOT), ...foldersIn(`${ROOT}/every-fork`)])(
    'default: %s',
    { timeout: 60_000 },
    async (folder) => {
      expect(await execute(folder)).toMatchObject({ type: 'equal' });
    },
  );

  test('behavior: names the header field that is different', async () => {
    const folder = `${ROOT}/every-fork/every-fork-a-112`;
    // Without the gas of one byte more the header differs in its gas limit first.
    const outcome = await execute(folder, (json) => ({
      ...json,
      attributes: { ...(json['attributes'] as object), gasLimit: 60_000_001 },
    }));
    expect(outcome).toMatchObject({
      type: 'different',
      difference: '`gasLimit`: expected 60000000, found 60000001',
    });
  });

  test('error: a witness that lacks a node', async () => {
    const folder = `${ROOT}/every-fork/every-fork-a-112`;
    const recorded = parseRecordedBlock(readSharedJson(`${folder}/fixture.json`));
    const { config } = recorded;
    const evm = createInterpreter(config.chainId);
    const run = executeRecorded({ config, evm }, recorded, new Map(), () => undefined);
    await expect(run).rejects.toThrow(MissingNodeError);
  });
});

describe.skipIf(isMissing)('parseRecordedBlock', () => {
  const parsed = (change: (json: Fixture) => void) => () => {
    const folder = `${ROOT}/every-fork/every-fork-a-112`;
    const json = structuredClone(readSharedJson(`${folder}/fixture.json`)) as Fixture;
    change(json);
    return parseRecordedBlock(json);
  };

  test.each<[string, (json: Fixture) => void]>([
    ['parentHeader.gasUsed', (json) => (json.parentHeader['gasUsed'] = '0x1')],
    ['parentHeader.stateRoot', (json) => (json.parentHeader['stateRoot'] = `0x${'11'.repeat(32)}`)],
    [
      'parentHeader.withdrawalsRoot',
      ({ parentHeader }) => {
        parentHeader['withdrawalsRoot'] = `0x${'11'.repeat(32)}`;
      },
    ],
    ['expected.header.gasLimit', (json) => (json.expected.header['gasLimit'] = '0x1')],
    ['transactionsRoot', (json) => (json.transactionsRoot = `0x${'11'.repeat(32)}`)],
    ['activeForks', (json) => json.activeForks.push('ecotone')],
    ['activeForks', (json) => json.activeForks.pop()],
  ])('error: %s contradicts its other form', (field, change) => {
    expect(parsed(change)).toThrow(ConfigError);
    expect(parsed(change)).toThrow(`\`${field}\``);
  });

  test('behavior: names of other forks, and fields that a header leaves out, say nothing', () => {
    const other = parsed((json) => {
      json.activeForks.push('delta', 'bellatrix');
      delete json.parentHeader['withdrawalsRoot'];
    });
    expect(other).not.toThrow();
  });

  test('behavior: one form is enough', () => {
    const one = parsed((json) => {
      for (const key of ['parentHeader', 'transactionsRoot'] as const) delete (json as Any)[key];
      delete (json.expected as Any)['header'];
    });
    expect(one()).toEqual(parsed(() => undefined)());
  });
});
