import { describe, expect, test } from 'vitest';
import { openEngine } from '../../../src/execution/engine.ts';
import { createTxPool } from '../../../src/execution/pool/txPool.ts';
import { createCallTurns } from '../../../src/execution/server/callTurns.ts';
import { allMethods } from '../../../src/execution/server/engineServer.ts';
import { MOST_PARAMS } from '../../../src/execution/server/paramCounts.ts';
import { memoryKeyValueStore } from '../../../src/execution/store/keyValueStore.ts';
import { SILENT_LOG } from '../../../src/transport/log.ts';
import { smallGenesis } from '../../support/smallChain.ts';

describe('MOST_PARAMS', () => {
  test('behavior: has a row for every method that is served, and for no other', async () => {
    const engine = await openEngine(smallGenesis(), memoryKeyValueStore());
    const pool = createTxPool(engine);
    const auth = { host: '127.0.0.1', port: 0, jwtSecret: new Uint8Array(32), vhosts: [] };
    const options = { engine, version: '0.0.0', log: SILENT_LOG, auth, turns: createCallTurns() };
    const served = Object.keys(allMethods(options, pool));
    pool.close();
    await engine.close();
    expect(new Set(Object.keys(MOST_PARAMS))).toEqual(new Set(served));
  });
});
