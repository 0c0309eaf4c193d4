import { afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../src/base/bytes.ts';
import { type ServedEngine, serveEngine } from '../../support/servedEngine.ts';
import { smallGenesis } from '../../support/smallChain.ts';

let served: ServedEngine | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function start(): Promise<ServedEngine> {
  served = await serveEngine(smallGenesis());
  return served;
}

const HERE: Address = `0x${'aa'.repeat(20)}`;
const GAS = '0x2faf080';
const code = (hex: string) => ({ [HERE]: { code: `0x${hex}` } });

/** The block's own. */
const BASE_FEE = 1_000_000_000n;
const quantity = (value: bigint) => `0x${value.toString(16)}`;
const wordOf = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}`;
const [HIGH, LOW] = [BASE_FEE * 2n, 1n].map(quantity) as [string, string];
const BELOW = `address ${HERE}, maxFeePerGas: 1, baseFee: 1000000000`;
const ABOVE = `address ${HERE}, maxPriorityFeePerGas: 1, maxFeePerGas: 0`;
const FEES_NOBODY_MAY_OFFER: readonly (readonly [object, string])[] = [
  [{ maxFeePerGas: LOW }, `max fee per gas less than block base fee: ${BELOW}`],
  [{ gasPrice: LOW }, `max fee per gas less than block base fee: ${BELOW}`],
  [{ maxPriorityFeePerGas: LOW }, `max priority fee per gas higher than max fee per gas: ${ABOVE}`],
  [
    { gasPrice: HIGH, maxPriorityFeePerGas: LOW },
    'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified',
  ],
];

describe('fees of calls', () => {
  const rich = (hex: string) => ({ [HERE]: { code: `0x${hex}`, balance: quantity(10n ** 20n) } });
  /** Return what a call pays for each gas, and what a block asks at least. */
  const [GASPRICE, BASEFEE] = ['3a5f5260205ff3', '485f5260205ff3'] as [string, string];

  test.each([
    ['none', {}, 0n, 0n],
    ['zeros', { maxFeePerGas: '0x0', maxPriorityFeePerGas: '0x0' }, 0n, 0n],
    ['a price', { gasPrice: HIGH }, BASE_FEE * 2n, BASE_FEE],
    ['a cap alone', { maxFeePerGas: HIGH }, BASE_FEE, BASE_FEE],
    ['a tip', { maxFeePerGas: HIGH, maxPriorityFeePerGas: LOW }, BASE_FEE + 1n, BASE_FEE],
    ['a tip cut', { maxFeePerGas: HIGH, maxPriorityFeePerGas: HIGH }, BASE_FEE * 2n, BASE_FEE],
  ])('default: of %s', async (_, fees, price, baseFee) => {
    const { call } = await start();
    const request = { from: HERE, to: HERE, gas: GAS, ...fees };
    const seen = async (hex: string) =>
      (await call('eth_call', request, 'latest', rich(hex))).result;
    expect(await seen(GASPRICE)).toBe(wordOf(price));
    expect(await seen(BASEFEE)).toBe(wordOf(baseFee));
  });

  test.each([
    ['no price', {}, 0n],
    ['a price', { gasPrice: HIGH }, BASE_FEE * 2n],
    ['a cap above the base fee', { maxFeePerGas: HIGH }, BASE_FEE],
  ])(
    'behavior: with %s the caller has paid for all gas while code runs',
    async (_, fees, price) => {
      const { call } = await start();
      const request = { from: HERE, to: HERE, gas: '0x186a0', value: '0x1', ...fees };
      // The balance of the caller, who is called: the value comes back to it.
      const { result } = await call('eth_call', request, 'latest', rich('32315f5260205ff3'));
      expect(result).toBe(wordOf(10n ** 20n - 100_000n * price));
    },
  );

  test('behavior: an estimate is made on what is left', async () => {
    const { call } = await start();
    // Reverts unless the caller has as much as at the beginning: 10^20 wei.
    const code = '323168056bc75e2d63100000146013575f5ffd5b00';
    const request = { from: HERE, to: HERE, gas: GAS };
    const free = await call('eth_estimateGas', request, 'latest', rich(code));
    expect(free.error).toBeUndefined();
    const priced = { ...request, gasPrice: HIGH };
    const paid = await call('eth_estimateGas', priced, 'latest', rich(code));
    expect(paid.error).toMatchObject({ code: 3, message: 'execution reverted' });
  });

  test.each(FEES_NOBODY_MAY_OFFER)('error: %j', async (fees, message) => {
    const { call } = await start();
    const request = { from: HERE, to: HERE, gas: GAS, ...fees };
    const error = { code: -32_000, message };
    const reply = await call('eth_call', request, 'latest', rich('00'));
    expect(reply.error).toEqual(error);
    const estimate = await call('eth_estimateGas', request, 'latest', rich('00'));
    expect(estimate.error).toEqual(error);
    const options = { tracer: 'callTracer', stateOverrides: rich('00') };
    expect((await call('debug_traceCall', request, 'latest', options)).error).toEqual(error);
  });

  test('behavior: an estimate is within what the sender can pay for', async () => {
    const { call } = await start();
    const request = { from: HERE, to: HERE, maxFeePerGas: HIGH };
    const estimate = async (gas: bigint) => {
      const balance = quantity(gas * BASE_FEE * 2n);
      return call('eth_estimateGas', request, 'latest', { [HERE]: { code: '0x', balance } });
    };
    expect(Number((await estimate(21_500n)).result)).toBeLessThanOrEqual(21_500);
    expect((await estimate(20_999n)).error?.message).toBe('gas required exceeds allowance (20999)');
  });
});

describe('chainId of calls', () => {
  test('behavior: that of the chain, or none', async () => {
    const { call } = await start();
    for (const chainId of ['0x385', null]) {
      const { result } = await call('eth_call', { to: HERE, chainId }, 'latest', code('00'));
      expect(result).toBe('0x');
    }
  });

  test.each([
    ['eth_call', ['latest']],
    ['eth_estimateGas', ['latest']],
    ['debug_traceCall', ['latest', { tracer: 'callTracer' }]],
  ])('error: another chain, of %s', async (method, params) => {
    const { call } = await start();
    const { error } = await call(method, { to: HERE, chainId: '0x1' }, ...params);
    const message = "chainId does not match node's (have=1, want=901)";
    expect(error).toEqual({ code: -32_000, message });
  });
});
