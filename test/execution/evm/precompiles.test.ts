import { describe, expect, test } from 'vitest';
import { type Address, ZERO_HASH } from '../../../src/base/bytes.ts';
import { createInterpreter } from '../../../src/execution/evm/interpreter/createEvm.ts';
import type { EvmFork } from '../../../src/execution/evm/port.ts';
import { openState } from '../../../src/execution/state/worldState.ts';

const evm = createInterpreter(901n);

function call(fork: EvmFork, address: number, length: number, gasLimit = 100_000_000n) {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const block = {
    fork,
    chainId: 901n,
    number: 1n,
    timestamp: 1n,
    coinbase: `0x${'42'.repeat(20)}`,
    prevRandao: ZERO_HASH,
    gasLimit,
    baseFeePerGas: 1n,
    blockHash: () => undefined,
  } as const;
  const to: Address = `0x${address.toString(16).padStart(40, '0')}`;
  return evm.run(state, block, {
    caller: `0x${'ca'.repeat(20)}`,
    to,
    value: 0n,
    data: new Uint8Array(length),
    gasLimit,
    gasPrice: 1n,
    warmAddresses: [],
    warmSlots: [],
  });
}

// execution.md 4.2, 8.11. Inputs of zeros are points at infinity: valid and quick.
describe('precompiles', () => {
  test.each<[EvmFork, number, bigint]>([
    ['granite', 586, 19_969_000n],
    ['jovian', 427, 14_563_000n],
    ['karst', 300, 10_245_000n],
  ])('behavior: %s takes %i pairs of bn256 and no more', async (fork, pairs, gasUsed) => {
    expect(await call(fork, 8, 192 * pairs)).toMatchObject({ status: 'success', gasUsed });
    const more = await call(fork, 8, 192 * (pairs + 1));
    expect(more).toMatchObject({ status: 'halt', gasUsed: 100_000_000n });
  });

  test('behavior: no limit for bn256 before Granite', async () => {
    expect(await call('fjord', 8, 192 * 587)).toMatchObject({ status: 'success' });
  });

  test.each<[EvmFork, string, number, number, number]>([
    ['isthmus', 'G1 MSM', 0x0c, 160, 513_760],
    ['isthmus', 'G2 MSM', 0x0e, 288, 488_448],
    ['isthmus', 'pairing', 0x0f, 384, 235_008],
    ['jovian', 'G1 MSM', 0x0c, 160, 288_960],
    ['jovian', 'G2 MSM', 0x0e, 288, 278_784],
    ['jovian', 'pairing', 0x0f, 384, 156_672],
    ['karst', 'G1 MSM', 0x0c, 160, 288_960],
  ])('behavior: %s limits BLS %s', async (fork, _, address, item, limit) => {
    const items = Math.floor(limit / item);
    expect(await call(fork, address, items * item)).toMatchObject({ status: 'success' });
    expect(await call(fork, address, (items + 1) * item)).toMatchObject({ status: 'halt' });
  });

  test.each<[EvmFork, bigint]>([
    ['ecotone', 0n],
    ['fjord', 3450n],
    ['jovian', 3450n],
    ['karst', 6900n],
  ])('behavior: the price of P256VERIFY at %s', async (fork, gasUsed) => {
    const ran = await call(fork, 0x100, 160);
    expect(ran).toMatchObject({ status: 'success', gasUsed, output: new Uint8Array(0) });
    if (gasUsed === 0n) return;
    expect(await call(fork, 0x100, 160, gasUsed)).toMatchObject({ status: 'success' });
    expect(await call(fork, 0x100, 160, gasUsed - 1n)).toMatchObject({ status: 'halt' });
  });
});
