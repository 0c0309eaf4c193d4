import { expect, describe, test } from 'vitest';
import { openEngine } from '../../../src/execution/engine.ts';
import { parseGenesisJson } from '../../../src/execution/genesisJson.ts';
import { toBlockJson } from '../../../src/execution/server/blockJson.ts';
import { toReceiptsJson } from '../../../src/execution/server/receiptJson.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { fromAttributesJson } from '../../../src/protocol/executionPayloadJson.ts';
import { type RecordedL2Block, readSharedJson, readSharedLines } from '../../support/recordings.ts';
import { lacksShared } from '../../support/shared.ts';

const CHAINS = ['every-fork-a', 'every-fork-c'];

describe.skipIf(lacksShared('data/chains')).each(CHAINS)(
  'JSON of the recorded chain %s',
  (name) => {
    test('toBlockJson, toReceiptsJson: what op-geth printed, key by key', async () => {
      const engine = await openEngine(
        parseGenesisJson(readSharedJson(`data/chains/${name}/genesis.json.gz`)),
        memoryKeyValueStore(),
      );
      const lines = readSharedLines<RecordedL2Block>(`data/chains/${name}/l2.ndjson.gz`);
      expect(toBlockJson(engine.genesis, 'full')).toEqual(lines[0]?.block);
      let parent = engine.genesis.hash;
      for (const { block, receipts, attributes } of lines.slice(1)) {
        const where = `block ${Number(block.number)}`;
        const outcome = await engine.build(parent, fromAttributesJson(attributes));
        if (outcome.type !== 'sealed') throw new Error(`${where}: ${JSON.stringify(outcome)}`);
        expect(toBlockJson(outcome.block, 'full'), where).toEqual(block);
        expect(toReceiptsJson(engine.config, outcome.block), where).toEqual(receipts);
        parent = outcome.block.hash;
      }
    });
  },
);
