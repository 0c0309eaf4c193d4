import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import { executeRecorded } from '../../src/execution/executeRecorded.ts';
import { parseRecordedBlock, parseWitness } from '../../src/execution/recordedBlock.ts';
import { MissingNodeError } from '../../src/execution/state/trie.ts';
import { readSharedJson } from '../support/recordings.ts';
import { lacksShared, sharedPath } from '../support/shared.ts';

const ROOT = 'data/execution';
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
