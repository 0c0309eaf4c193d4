import { describe, expect, test } from 'vitest';
import type { Address } from '../../../../src/base/bytes.ts';
import type { EvmFork } from '../../../../src/execution/evm/port.ts';
import { accountOf, balanceOf, storageOf } from '../../../../src/execution/state/worldState.ts';
import { HERE, runCode } from '../../../support/evmCode.ts';

const HEIR: Address = `0x${'ee'.repeat(20)}`;
const SELF_DESTRUCT = `73${'ee'.repeat(20)}ff`;

describe('STORAGE_OPS', () => {
  // The table of EIP-3529: code, gas, refund, value before the transaction; the slot is warm.
  test.each<[string, bigint, bigint, bigint]>([
    ['60006000556000600055', 212n, 0n, 0n],
    ['60006000556001600055', 20_112n, 0n, 0n],
    ['60016000556000600055', 20_112n, 19_900n, 0n],
    ['60016000556002600055', 20_112n, 0n, 0n],
    ['60016000556001600055', 20_112n, 0n, 0n],
    ['60006000556000600055', 3012n, 4800n, 1n],
    ['60006000556001600055', 3012n, 2800n, 1n],
    ['60006000556002600055', 3012n, 0n, 1n],
    ['60026000556000600055', 3012n, 4800n, 1n],
    ['60026000556003600055', 3012n, 0n, 1n],
    ['60026000556001600055', 3012n, 2800n, 1n],
    ['60026000556002600055', 3012n, 0n, 1n],
    ['60016000556000600055', 3012n, 4800n, 1n],
    ['60016000556002600055', 3012n, 0n, 1n],
    ['60016000556001600055', 212n, 0n, 1n],
    ['600160005560006000556001600055', 40_118n, 19_900n, 0n],
    ['600060005560016000556000600055', 5918n, 7600n, 1n],
  ])('behavior: %s costs %i and refunds %i from %i', async (code, gasUsed, gasRefund, before) => {
    const storage = [[0n, before]] as const;
    const ran = await runCode({ code, storage, warmSlots: [[HERE, 0n]] });
    expect(ran).toMatchObject({ status: 'success', gasUsed, gasRefund });
  });

  test('behavior: the first access to a slot costs 2100', async () => {
    expect((await runCode({ code: '60005400' })).gasUsed).toBe(2103n);
    expect((await runCode({ code: '60005460005400' })).gasUsed).toBe(2206n);
    expect((await runCode({ code: '6001600055' })).gasUsed).toBe(22_106n);
  });

  test('behavior: SSTORE needs more than the stipend of a call', async () => {
    const run = { code: '6001600155', storage: [[1n, 1n]], warmSlots: [[HERE, 1n]] } as const;
    expect((await runCode({ ...run, gas: 2307n })).status).toBe('success');
    expect((await runCode({ ...run, gas: 2306n })).status).toBe('halt');
  });

  test.each<[string, bigint]>([
    ['60206000a0', 375n + 256n + 6n + 3n],
    ['600060206000a1', 750n + 256n + 9n + 3n],
    ['600060006000600060006000a4', 1875n + 18n],
  ])('behavior: the log of %s costs %i', async (code, gasUsed) => {
    const ran = await runCode({ code });
    expect(ran).toMatchObject({ status: 'success', gasUsed });
    expect(ran.logs).toHaveLength(1);
  });

  test.each<[string, string, readonly Address[], bigint, bigint]>([
    ['a new account', SELF_DESTRUCT, [], 100n, 5000n + 2600n + 25_000n],
    ['a warm new account', SELF_DESTRUCT, [HEIR], 100n, 5000n + 25_000n],
    ['itself', '30ff', [], 0n, 5000n - 1n],
  ])('behavior: SELFDESTRUCT in favour of %s', async (_, code, warmAddresses, left, gas) => {
    const { state, selfDestructs, gasUsed } = await runCode({
      code,
      warmAddresses,
      fork: 'canyon',
    });
    expect(gasUsed).toBe(gas + 3n);
    expect(selfDestructs).toEqual([HERE]);
    expect(balanceOf(state, HEIR)).toBe(left);
    expect(balanceOf(state, HERE)).toBe(0n);
  });

  test('behavior: from Ecotone on only new accounts die (EIP-6780)', async () => {
    const ran = await runCode({ code: SELF_DESTRUCT, fork: 'ecotone' });
    expect(ran.selfDestructs).toEqual([]);
    expect(balanceOf(ran.state, HEIR)).toBe(100n);
    const own = await runCode({ code: '30ff', fork: 'ecotone' });
    expect(accountOf(own.state, HERE)?.balance).toBe(100n);
  });

  test('behavior: transient storage is gone with a failing call', async () => {
    // Writes 1, calls itself with data, which writes 2 and reverts, stores what is left.
    const inner = '3615600f57600260005d60006000fd5b';
    const outer = '600160005d60006000600160006000305af15060005c60005500';
    const { state } = await runCode({ code: inner + outer });
    expect(storageOf(state, HERE, 0n)).toBe(1n);
  });

  test.each<[EvmFork, string]>([
    ['canyon', 'halt'],
    ['ecotone', 'success'],
  ])('behavior: transient storage at %s: %s', async (fork, status) => {
    expect((await runCode({ code: '60005c00', fork })).status).toBe(status);
    expect((await runCode({ code: '600160005d00', fork })).status).toBe(status);
  });

  test.each(['600160005500', '600160005d00', '60006000a000', '30ff', '600060006000f000'])(
    'error: %s in a static call',
    async (code) => {
      const other: Address = `0x${'0a'.repeat(20)}`;
      const call = `600060006000600073${'0a'.repeat(20)}5afa600055`;
      const { state } = await runCode({
        code: `6002600055${call}`,
        others: [[other, code]],
        gas: 9_000_000n,
      });
      expect(storageOf(state, HERE, 0n)).toBe(0n);
    },
  );
});
