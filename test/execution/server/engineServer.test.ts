import { describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../../src/base/bytes.ts';
import { parseGenesisJson } from '../../../src/execution/genesisJson.ts';
import { isActive } from '../../../src/protocol/forks.ts';
import { type AttributesJson, driveBlock, forkchoiceVersion } from '../../support/engineDriver.ts';
import { type RecordedL2Block, readSharedJson, readSharedLines } from '../../support/recordings.ts';
import { serveEngine } from '../../support/servedEngine.ts';
import { lacksShared } from '../../support/shared.ts';

describe.skipIf(lacksShared('data/chains'))('a driver that speaks only HTTP and JWT', () => {
  test('behavior: builds the whole of every-fork-a', async () => {
    const name = 'every-fork-a';
    const json = readSharedJson(`data/chains/${name}/genesis.json.gz`);
    const { call, engine, close } = await serveEngine(parseGenesisJson(json));
    const { forkTimes } = engine.config;
    const lines = readSharedLines<RecordedL2Block>(`data/chains/${name}/l2.ndjson.gz`);
    const payloadVersion = (time: bigint): number => {
      if (isActive(forkTimes, 'karst', time)) return 5;
      if (isActive(forkTimes, 'isthmus', time)) return 4;
      return isActive(forkTimes, 'ecotone', time) ? 3 : 2;
    };
    const heads = { safeBlockHash: ZERO_HASH, finalizedBlockHash: ZERO_HASH };
    let head = lines[0]?.block.hash as Hash;
    for (const { block, attributes, rejected } of lines.slice(1)) {
      const where = `block ${Number(block.number)}`;
      for (const bad of rejected ?? []) {
        const version = forkchoiceVersion(bad.attributes as AttributesJson);
        const method = `engine_forkchoiceUpdatedV${version}`;
        const { error } = await call(method, { ...heads, headBlockHash: head }, bad.attributes);
        expect(error?.code, `${where}: ${bad.error}`).toBe(-38003);
      }
      const given = attributes as AttributesJson;
      head = await driveBlock(call, head, given, payloadVersion(BigInt(given.timestamp)));
      expect(head, where).toBe(block.hash);
    }
    await close();
  });
});
