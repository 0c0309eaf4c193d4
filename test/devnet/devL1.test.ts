import { describe, expect, test } from 'vitest';
import { type DevL1Options, startDevL1 } from '../../src/devnet/devL1.ts';
import { lacksAnvil, rpc } from '../support/anvil.ts';

const OPTIONS: DevL1Options = {
  l1ChainId: 900n,
  l1BlockTime: 1,
  l2ChainId: 901n,
  l2BlockTime: 1n,
  schedule: { atGenesis: 'karst', until: 'karst', upgradeEvery: 0n },
  seqWindowSize: 100n,
  submissionIntervalL2Blocks: 10n,
  finalizationPeriod: 4n,
  epochL1Blocks: 2,
};

type Head = { readonly number: string; readonly timestamp: string; readonly hash: string };

describe.skipIf(lacksAnvil())('startDevL1', () => {
  test('default: an L1 whose clock runs, with a rollup that begins on it', async () => {
    const l1 = await startDevL1(OPTIONS, 1_700_000_000);
    try {
      const { genesis } = l1.rollup;
      const number = `0x${genesis.l1.number.toString(16)}`;
      const start = await rpc<Head>(l1.rpcUrl, 'eth_getBlockByNumber', [number, false]);
      expect(start.hash).toBe(genesis.l1.hash);
      expect(BigInt(start.timestamp)).toBe(genesis.l2Time);
      const head = () => rpc<Head>(l1.rpcUrl, 'eth_getBlockByNumber', ['latest', false]);
      const first = await head();
      expect(Number(first.timestamp)).toBe(1_700_000_000);
      let later = await head();
      while (later.number === first.number) later = await head();
      expect(Number(later.timestamp)).toBe(1_700_000_001);
      const answer = await fetch(`${l1.beaconUrl}/eth/v1/beacon/headers/head`);
      expect(answer.status).toBe(200);
    } finally {
      await l1.stop();
    }
    await expect(rpc(l1.rpcUrl, 'eth_chainId', [])).rejects.toThrow();
    expect((await l1.exited).asked).toBe(true);
  });

  test('error: cancelled', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(startDevL1(OPTIONS, 1_700_000_000, { signal })).rejects.toThrow('enough');
  });
});
