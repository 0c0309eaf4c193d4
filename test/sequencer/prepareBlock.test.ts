import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { buildAttributes } from '../../src/derive/attributesBuilder.ts';
import type { BlockSelector } from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { type OriginCache, prepareBlock } from '../../src/sequencer/prepareBlock.ts';
import type { SequencerPorts } from '../../src/sequencer/ports.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import { chainAt, chainForking } from '../derive/support/config.ts';
import { l1Blocks } from '../derive/support/l1.ts';
import { malformedDepositLog } from '../derive/support/logs.ts';
import { headAt, honestChain, refOf, steadyPlans } from '../derive/support/l2.ts';

const CONFIG = chainAt('granite');
/** L1 blocks 100 to 119; L2 blocks 0 to 20, three for each of them. */
const L1 = l1Blocks(CONFIG, 20);
const L2 = honestChain(CONFIG, L1, steadyPlans(CONFIG, L1, 20));
const at = (number: number) => refOf(CONFIG, L2[number] as L2Block);
const l1At = (number: number) => L1[number - 100] as L1Block;

type L1Id = Parameters<SequencerPorts['l1']['ref']>[0];

/** Ports over the chain, where L1 has all blocks and its head is the last one. */
function portsOf(change: {
  readonly head?: number | undefined;
  readonly confirmations?: bigint;
  readonly lacksRef?: (id: L1Id) => boolean;
  readonly lacksBlock?: boolean;
  readonly lacksHead?: boolean;
  readonly config?: DeriveConfig;
  readonly logs?: L1Block['logs'];
}) {
  const read: string[] = [];
  const find = (id: L1Id): L1Block | undefined =>
    L1.find(({ ref }) =>
      'hash' in id ? ref.hash === id.hash : 'number' in id && ref.number === id.number,
    );
  const { head = 119, confirmations = 0n } = change;
  const isHeadKnown = !('head' in change) || change.head !== undefined;
  const ports = {
    config: change.config ?? CONFIG,
    engine: {
      block: async (id: BlockSelector): Promise<PayloadEnvelope | undefined> => {
        const block = L2.find(({ hash }) => 'hash' in id && hash === id.hash);
        if (block === undefined || change.lacksHead === true) return undefined;
        const { number: blockNumber, hash: blockHash, ...fields } = block;
        const executionPayload = { ...fields, blockNumber, blockHash } as never;
        return { executionPayload, parentBeaconBlockRoot: undefined };
      },
    },
    l1: {
      ref: async (id: L1Id) => {
        read.push('hash' in id ? 'ref by hash' : 'ref by number');
        return change.lacksRef?.(id) === true ? undefined : find(id)?.ref;
      },
      block: async (id: L1Id) => {
        read.push('block');
        const block = change.lacksBlock === true ? undefined : find(id);
        return block && { ...block, logs: change.logs ?? block.logs };
      },
    },
    l1Heads: { head: () => (isHeadKnown ? l1At(head).ref : undefined) },
    options: { confirmations },
  } as unknown as SequencerPorts;
  return { ports, read };
}

const prepare = (
  parent: number,
  change: Parameters<typeof portsOf>[0] = {},
  { isRecovering = false, origins = new Map() as OriginCache } = {},
) => prepareBlock(portsOf(change).ports, origins, at(parent), isRecovering, {});

describe('prepareBlock', () => {
  test('default: the attributes of derivation, with transactions of the pool', async () => {
    // Block 2 is the last one with origin 100.
    expect([at(2), at(3)].map(({ l1Origin }) => l1Origin.number)).toEqual([100n, 101n]);
    const built = buildAttributes(CONFIG, headAt(CONFIG, L2[2] as L2Block), l1At(101), []);
    if (built.type !== 'built') throw new Error(built.message);
    expect(await prepare(2)).toEqual({
      type: 'prepared',
      parent: at(2),
      attributes: { ...built.attributes, noTxPool: false },
      l1Origin: { number: 101n, hash: l1At(101).ref.hash },
      sequenceNumber: 0n,
      withoutPool: undefined,
    });
  });

  test('behavior: the origin stays until the time of the next one', async () => {
    expect(await prepare(1)).toMatchObject({ l1Origin: { number: 100n }, sequenceNumber: 2n });
    expect(await prepare(3)).toMatchObject({ l1Origin: { number: 101n }, sequenceNumber: 1n });
  });

  test('behavior: an origin is as deep as is asked for, where its depth is known', async () => {
    const choose = async (head: number | undefined, confirmations: bigint) => {
      const prepared = await prepare(2, { head, confirmations });
      return prepared.type === 'prepared' ? prepared.l1Origin.number : prepared.type;
    };
    expect(await choose(103, 2n)).toBe(101n);
    expect(await choose(102, 2n)).toBe(100n);
    expect(await choose(101, 0n)).toBe(101n);
    expect(await choose(100, 0n)).toBe(100n);
    expect(await choose(undefined, 9n)).toBe(101n);
  });

  test('behavior: without the pool while it recovers', async () => {
    const prepared = await prepare(2, {}, { isRecovering: true });
    expect(prepared).toMatchObject({ withoutPool: 'recovery', attributes: { noTxPool: true } });
  });

  test('behavior: without the pool in the first block of a fork', async () => {
    const config = chainForking('ecotone', 'fjord', at(3).timestamp);
    const prepared = await prepare(2, { config });
    expect(prepared).toMatchObject({ withoutPool: 'activation', attributes: { noTxPool: true } });
    expect(await prepare(3, { config })).toMatchObject({ withoutPool: undefined });
  });

  test('behavior: an origin is read once, and eight are kept', async () => {
    const origins: OriginCache = new Map();
    const { ports, read } = portsOf({});
    await prepareBlock(ports, origins, at(2), false, {});
    expect(read).toEqual(['ref by hash', 'ref by number', 'block']);
    read.length = 0;
    await prepareBlock(ports, origins, at(3), false, {});
    expect(read).toEqual(['ref by number']);
    for (let i = 1; i <= 8; i++) origins.set(`0x${i}`, l1At(100 + i));
    await prepareBlock(ports, origins, at(5), false, {});
    expect([...origins.keys()]).toEqual([
      ...[2, 3, 4, 5, 6, 7, 8].map((i) => `0x${i}`),
      l1At(102).ref.hash,
    ]);
  });

  test('behavior: an origin that L1 no longer knows by hash is looked for by number', async () => {
    const lacksRef = (id: L1Id) => 'hash' in id;
    expect(await prepare(2, { lacksRef })).toMatchObject({ l1Origin: { number: 101n } });
  });

  test.each([
    ['the origin of the head', { lacksRef: () => true }, 'L1 block 100 is not to be had'],
    ['the chosen origin', { lacksBlock: true }, 'L1 block 101 is not to be had'],
    ['the head itself', { lacksHead: true }, 'its own L2 head is not to be had'],
  ])('error: without %s it is to be tried again', async (_, change, message) => {
    const origins: OriginCache = new Map();
    expect(await prepare(2, change, { origins })).toEqual({ type: 'retry', message });
    expect(Array.from(origins.values())).not.toContain(undefined);
  });

  test('error: an origin on which nothing can be built is reset', async () => {
    const logs = [malformedDepositLog(CONFIG)];
    expect(await prepare(2, { logs })).toMatchObject({ type: 'reset' });
  });

  test('error: a head whose origin L1 has left is reset', async () => {
    const left = { ...at(2), l1Origin: { number: 100n, hash: ZERO_HASH } };
    const found = await prepareBlock(portsOf({}).ports, new Map(), left, false, {});
    expect(found.type).toBe('reset');
  });
});
