import { afterEach, describe, expect, test } from 'vitest';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

describe('filterMethods', () => {
  test.each(['eth_getFilterChanges', 'eth_getFilterLogs', 'eth_uninstallFilter'])(
    'error: %s of what is no id',
    async (method) => {
      served = await serveEngine(smallGenesis());
      for (const [id, kind] of [
        [{}, 'object'],
        [[], 'array'],
        [1, 'number'],
      ] as const) {
        const { error } = await served.call(method, id);
        const reason = `json: cannot unmarshal ${kind} into Go value of type rpc.ID`;
        expect(error).toEqual({ code: -32_602, message: `invalid argument 0: ${reason}` });
      }
    },
  );

  test('behavior: an id that nobody has', async () => {
    served = await serveEngine(smallGenesis());
    expect((await served.call('eth_getFilterChanges', '0x1')).error?.code).toBe(-32_000);
    expect((await served.call('eth_uninstallFilter', '0x1')).result).toBe(false);
  });
});
