import { bn254 } from '@noble/curves/bn254.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, bigintToBytes, concatBytes, ZERO_HASH } from '../../../src/base/bytes.ts';
import { createEthereumjsEvm } from '../../../src/execution/evm/ethereumjs/createEvm.ts';
import { createInterpreter } from '../../../src/execution/evm/interpreter/createEvm.ts';
import type { Evm, EvmFork } from '../../../src/execution/evm/port.ts';
import { openState } from '../../../src/execution/state/worldState.ts';
import { runs } from '../../support/runs.ts';

const evm = createInterpreter(901n);
const reference = await createEthereumjsEvm(901n);

function call(fork: EvmFork, address: number, length: number, gasLimit = 100_000_000n) {
  return run(evm, fork, address, new Uint8Array(length), gasLimit);
}

function run(by: Evm, fork: EvmFork, address: number, data: Uint8Array, gasLimit: bigint) {
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
  return by.run(state, block, {
    caller: `0x${'ca'.repeat(20)}`,
    to,
    value: 0n,
    data,
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

  const points = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((factor) => {
    const point = bn254.G1.Point.BASE.multiplyUnsafe(bn254.fields.Fr.create(factor));
    const { x, y } = point.toAffine();
    return concatBytes(bigintToBytes(x, 32), bigintToBytes(y, 32));
  });
  const bytes = fc.uint8Array({ maxLength: 150 });
  const onCurve = fc.tuple(points, fc.oneof(points, bytes)).map((parts) => concatBytes(...parts));

  test.each([
    ['SHA256', 2, 60, bytes],
    ['RIPEMD160', 3, 600, bytes],
    ['the identity', 4, 15, bytes],
    ['a sum of bn256', 6, 150, fc.oneof(onCurve, bytes)],
    ['a product of bn256', 7, 6000, fc.oneof(onCurve, bytes)],
  ])('behavior: %s of any input ends as in @ethereumjs/evm', async (_, address, price, inputs) => {
    const spare = fc.oneof(fc.integer({ min: -1, max: 1 }), fc.integer({ min: 0, max: 1000 }));
    await fc.assert(
      fc.asyncProperty(inputs, spare, async (data, left) => {
        const gas = BigInt(price + left);
        const [own, theirs] = [
          await run(evm, 'jovian', address, data, gas),
          await run(reference, 'jovian', address, data, gas),
        ];
        const { status, gasUsed, output } = theirs;
        // It calls what is no point a revert, and takes all gas as we do.
        expect(own.status).toBe(status === 'revert' ? 'halt' : status);
        expect(own).toMatchObject({ gasUsed, output });
      }),
      { numRuns: runs(40) },
    );
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
