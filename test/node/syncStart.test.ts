import { describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import type { BlockSelector } from '../../src/engine/port.ts';
import { createL1Refs } from '../../src/node/l1Refs.ts';
import { memorySafeHeads, type SafeHeads } from '../../src/node/safeHeads.ts';
import { findStart, SyncStartError, type SyncStartPorts } from '../../src/node/syncStart.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L2BlockRef } from '../../src/protocol/ids.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { systemConfigOfL2Block } from '../../src/protocol/systemConfigOfL2Block.ts';
import { chainAt } from '../derive/support/config.ts';
import { l1Blocks } from '../derive/support/l1.ts';
import { honestChain, refOf, steadyPlans } from '../derive/support/l2.ts';

type Labels = { readonly latest: number; readonly safe?: number; readonly finalized?: number };

/** Blocks 0 to 45, three for each L1 block from 100 on. No walk ends before a record does. */
function chainWith(changes: Partial<RollupConfig> = {}) {
  const config = chainAt('granite', { seqWindowSize: 100n, ...changes });
  const l1 = l1Blocks(config, 20);
  const l2 = honestChain(config, l1, steadyPlans(config, l1, 45));
  const refs = l2.map((block) => refOf(config, block));
  return { config, l1, l2, at: (number: number) => refs[number] as L2BlockRef };
}

const CHAIN = chainWith();

/** What a sync start reads of a chain: an engine with labels, L1, and records. */
function portsOf(
  { config, l1, l2 }: Pick<typeof CHAIN, 'config' | 'l1' | 'l2'>,
  labels: Labels,
  safeHeads: SafeHeads = memorySafeHeads(),
  recoveredOffsetBlocks = 0n,
) {
  const asked: string[] = [];
  const block = async (id: BlockSelector): Promise<PayloadEnvelope | undefined> => {
    if ('label' in id) return envelopeOf(l2[labels[id.label] ?? -1]);
    if ('hash' in id) return envelopeOf(l2.find(({ hash }) => hash === id.hash));
    return id.number > labels.latest ? undefined : envelopeOf(l2[Number(id.number)]);
  };
  const l1Refs = createL1Refs({
    ref: async (id) => {
      asked.push('number' in id ? `${id.number}` : 'hash');
      return l1.find(({ ref }) =>
        'number' in id ? ref.number === id.number : ref.hash === (id as { hash: Hash }).hash,
      )?.ref;
    },
  });
  const { rollup } = config;
  const ports: SyncStartPorts = {
    rollup,
    engine: { block },
    l1Refs,
    safeHeads,
    recoveredOffsetBlocks,
  };
  return { ports, asked };
}

function envelopeOf(block: L2Block | undefined): PayloadEnvelope | undefined {
  if (block === undefined) return undefined;
  const { number: blockNumber, hash: blockHash, ...fields } = block;
  const executionPayload = { ...fields, blockNumber, blockHash } as never;
  return { executionPayload, parentBeaconBlockRoot: undefined };
}

/** Records of what the L1 blocks made safe: the last block with the origin before. */
async function recordsOf(
  { l1, at }: typeof CHAIN,
  numbers: readonly number[],
  change: (
    number: number,
  ) => Partial<{ l1Hash: Hash; l2Hash: Hash; l2Number: bigint }> = () => ({}),
): Promise<SafeHeads> {
  const safeHeads = memorySafeHeads();
  for (const number of numbers) {
    const own = (l1[number - 100] as L1Block).ref;
    const l2 = at(3 * (number - 100));
    const { l1Hash = own.hash, l2Hash = l2.hash, l2Number = l2.number } = change(number);
    await safeHeads.record({
      l1: { number: own.number, hash: l1Hash },
      l2: { number: l2Number, hash: l2Hash },
    });
  }
  return safeHeads;
}

const numbersOf = ({ heads }: Awaited<ReturnType<typeof findStart>>) =>
  [heads.unsafe, heads.safe, heads.finalized].map(({ number }) => Number(number));

async function reasonOf(ports: SyncStartPorts): Promise<string> {
  const error: unknown = await findStart(ports, {}).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SyncStartError);
  return (error as SyncStartError).reason;
}

describe('findStart', () => {
  test('default: without records by a walk back, with what holds there', async () => {
    const chain = chainWith({ seqWindowSize: 5n });
    const { ports } = portsOf(chain, { latest: 40, safe: 40, finalized: 3 });
    const start = await findStart(ports, {});
    // As `findHeads` has it: more than a sequencing window below.
    expect([start.by, numbersOf(start)]).toEqual(['walk', [40, 20, 3]]);
    expect(start.heads.safe).toEqual(chain.at(20));
    // Its channels may have been opened at L1 genesis, the origin of blocks 0 to 2.
    expect(start.base.l1).toEqual((chain.l1[0] as L1Block).ref);
    const configAt = (number: number) =>
      systemConfigOfL2Block(chain.config.rollup, chain.l2[number] as L2Block);
    expect(start.systemConfig).toEqual(configAt(20));
    expect(start.base.systemConfig).toEqual(configAt(2));
  });

  test('behavior: the base is read back from its own block', async () => {
    const chain = chainWith({ channelTimeout: 2n, forkTimes: chainAt('fjord').rollup.forkTimes });
    const { ports } = portsOf(chain, { latest: 40, safe: 40, finalized: 39 });
    const changed = chain.l2.map((block, i) => ({ ...block, gasLimit: BigInt(1000 + i) }));
    const { base, systemConfig, heads } = await findStart(
      portsOf({ ...chain, l2: changed }, { latest: 40, safe: 40, finalized: 39 }).ports,
      {},
    );
    expect(heads.safe).toEqual(chain.at(39));
    expect([base.l1.number, base.systemConfig.gasLimit]).toEqual([111n, 1035n]);
    expect(systemConfig.gasLimit).toBe(1039n);
    expect((await findStart(ports, {})).base.l1).toEqual(base.l1);
  });

  test('behavior: the newest record of a canonical L1 block, whichever that is', async () => {
    // Records of all L1 blocks, and with gaps; those from `bad` on are of another L1.
    for (const numbers of [range(101, 114), [101, 102, 107, 108, 113], [101, 114], [105]]) {
      for (const bad of range(100, 115)) {
        const records = await recordsOf(CHAIN, numbers, (number) =>
          number >= bad ? { l1Hash: ZERO_HASH } : {},
        );
        const { ports } = portsOf(CHAIN, { latest: 45, safe: 45, finalized: 0 }, records);
        const start = await findStart(ports, {});
        const newest = numbers.filter((number) => number < bad).at(-1);
        const where = `records ${numbers.join(' ')}, bad from ${bad} on`;
        expect(start.by, where).toBe(newest === undefined ? 'walk' : 'record');
        expect(numbersOf(start), where).toEqual([45, 3 * ((newest ?? 100) - 100), 0]);
      }
    }
  });

  test.each([
    ['of another L2 block', (n: number) => (n > 105 ? { l2Hash: ZERO_HASH } : {})],
    ['above the unsafe head', (n: number) => (n > 105 ? { l2Number: 44n } : {})],
  ])('behavior: a record %s does not hold', async (_, change) => {
    const records = await recordsOf(CHAIN, range(101, 110), change);
    const { ports } = portsOf(CHAIN, { latest: 43, safe: 40, finalized: 0 }, records);
    expect(numbersOf(await findStart(ports, {}))).toEqual([43, 15, 0]);
  });

  test('behavior: a record below the finalized head is not looked for', async () => {
    const records = await recordsOf(CHAIN, range(101, 110), (number) =>
      number > 105 ? { l1Hash: ZERO_HASH } : {},
    );
    for (const [finalized, by] of [
      [15, 'record'],
      [16, 'walk'],
    ] as const) {
      const { ports } = portsOf(CHAIN, { latest: 45, safe: 40, finalized }, records);
      const start = await findStart(ports, {});
      expect([start.by, numbersOf(start)]).toEqual([by, [45, finalized, finalized]]);
    }
  });

  test('behavior: a record of genesis holds by its hash alone', async () => {
    for (const [l2Hash, by] of [
      [CHAIN.at(0).hash, 'record'],
      [ZERO_HASH, 'walk'],
    ] as const) {
      const change = { l1Hash: ZERO_HASH, l2Hash, l2Number: 0n };
      const records = await recordsOf(CHAIN, [101], () => change);
      const { ports } = portsOf(CHAIN, { latest: 45, safe: 40, finalized: 0 }, records);
      expect((await findStart(ports, {})).by).toBe(by);
    }
  });

  test.each<[string, Labels, readonly number[]]>([
    ['without a finalized head it is genesis', { latest: 40, safe: 30 }, [40, 0, 0]],
    ['without a safe head it is the finalized one', { latest: 40, finalized: 30 }, [40, 30, 30]],
    [
      'a head below the safe one stands for all',
      { latest: 20, safe: 30, finalized: 5 },
      [20, 20, 20],
    ],
    ['so does one below the finalized one', { latest: 20, safe: 20, finalized: 30 }, [20, 20, 20]],
    ['a head at the safe one does not', { latest: 30, safe: 30, finalized: 5 }, [30, 5, 5]],
    ['nor one at the finalized one', { latest: 30, safe: 30, finalized: 30 }, [30, 30, 30]],
  ])('behavior: labels: %s', async (_, labels, heads) => {
    expect(numbersOf(await findStart(portsOf(CHAIN, labels).ports, {}))).toEqual(heads);
  });

  describe('of an engine that lost its labels', () => {
    // 14 windows of one L1 block: from an origin above 114 on, which is that of block 45.
    const far = chainWith({ seqWindowSize: 1n });

    test.each<[string, Labels, bigint, string, readonly number[]]>([
      ['at its tip', { latest: 45 }, 0n, 'recovery', [45, 45, 45]],
      ['held back', { latest: 45 }, 10n, 'recovery', [45, 35, 35]],
      ['held back to genesis', { latest: 45 }, 45n, 'recovery', [45, 0, 0]],
      ['held back beyond', { latest: 45 }, 46n, 'recovery', [45, 0, 0]],
      ['with a safe head', { latest: 45, safe: 3 }, 0n, 'walk', [45, 0, 0]],
      ['with a finalized head', { latest: 45, safe: 3, finalized: 3 }, 0n, 'walk', [45, 3, 3]],
      ['near genesis', { latest: 44 }, 0n, 'walk', [44, 0, 0]],
    ])('behavior: %s', async (_, labels, offset, by, heads) => {
      const { ports } = portsOf(far, labels, undefined, offset);
      const start = await findStart(ports, {});
      expect(far.at(45).l1Origin.number).toBe(115n);
      expect(start.by).toBe(by);
      if (by === 'recovery') expect(numbersOf(start)).toEqual(heads);
      else expect(Number(start.heads.unsafe.number)).toBe(labels.latest);
    });

    test('behavior: without the block to hold back to, the tip', async () => {
      const { ports } = portsOf(far, { latest: 45 }, undefined, 10n);
      const engine = {
        block: async (id: BlockSelector) =>
          'number' in id && id.number === 35n ? undefined : ports.engine.block(id),
      };
      expect(numbersOf(await findStart({ ...ports, engine }, {}))).toEqual([45, 45, 45]);
    });
  });

  test('behavior: L1 genesis is not asked for where it is known', async () => {
    const { ports, asked } = portsOf(CHAIN, { latest: 2, safe: 2, finalized: 0 });
    ports.l1Refs.remember((CHAIN.l1[0] as L1Block).ref);
    await findStart(ports, {});
    expect(asked).toEqual([]);
    const unknowing = portsOf(CHAIN, { latest: 2, safe: 2, finalized: 0 });
    await findStart(unknowing.ports, {});
    expect(unknowing.asked).toEqual(['100']);
  });

  describe('error', () => {
    const labels = { latest: 30, safe: 30, finalized: 12 };

    test('error: neither a head nor genesis', async () => {
      expect(await reasonOf(portsOf(CHAIN, { latest: -1, finalized: 0 }).ports)).toBe(
        'blockMissing',
      );
      const { ports } = portsOf({ ...CHAIN, l2: [] }, { latest: 5 });
      expect(await reasonOf(ports)).toBe('blockMissing');
    });

    test('error: what the walk says', async () => {
      const wrong = CHAIN.l1.map((block) => ({ ...block, ref: { ...block.ref, hash: ZERO_HASH } }));
      const { ports } = portsOf({ ...CHAIN, l1: wrong }, { latest: 30 });
      expect(await reasonOf(ports)).toBe('wrongChain');
    });

    test('error: the origin of the safe head is missing', async () => {
      const { ports } = portsOf({ ...CHAIN, l1: [] }, labels);
      expect(await reasonOf(ports)).toBe('blockMissing');
    });

    test('error: a block whose system config is needed is missing', async () => {
      const { ports } = portsOf(CHAIN, labels);
      let reads = 0;
      const { hash } = CHAIN.at(12);
      const engine = {
        block: async (id: BlockSelector) => {
          // Found by the walk, and then no more.
          if ('hash' in id && id.hash === hash && ++reads > 1) return undefined;
          return ports.engine.block(id);
        },
      };
      expect(await reasonOf({ ...ports, engine })).toBe('blockMissing');
      expect(reads).toBe(2);
    });
  });
});

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
