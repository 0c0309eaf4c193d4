import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { viewOf } from '../../src/cli/differential/corpusCase.ts';
import { type DeriveEvent, deriveChain, type L1View } from '../../src/derive/index.ts';
import type { L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import { dataOf, singularOf, spanOf } from './support/batches.ts';
import { chainAt } from './support/config.ts';
import { blobTx, emit, l1Blocks, post } from './support/l1.ts';
import { genesisOf, honestChain, steadyPlans } from './support/l2.ts';
import { malformedDepositLog } from './support/logs.ts';
import { deriveAll, nullEngine, REFUSED_TX } from './support/run.ts';

const config = chainAt('holocene');
const l1 = l1Blocks(config, 7);
const chain = honestChain(config, l1, steadyPlans(config, l1, 6));
const posted = post(config, l1, 103, dataOf(config, [spanOf(config, chain.slice(1))]));

describe('deriveChain', () => {
  test('default: the chain of an honest sequencer', () => {
    const { blocks, safe, pendingSafe, end } = deriveAll(config, posted);
    expect(blocks.slice(0, 6)).toEqual(chain.slice(1));
    expect(pendingSafe).toEqual(safe);
    expect(end).toBe('needL1Block');
  });

  test('behavior: blobs that come later', () => {
    const tx = blobTx(dataOf(config, [spanOf(config, chain.slice(1))]));
    const given = post(config, l1, 103, tx);
    const lacking = post(config, l1, 103, {
      ...tx,
      blobs: (tx.blobs ?? []).map(({ versionedHash }) => ({ versionedHash, data: undefined })),
    });
    let view: L1View = viewOf(lacking);
    const changing: L1View = {
      byNumber: (number) => view.byNumber(number),
      byHash: (hash) => view.byHash(hash),
    };
    const events = deriveChain(config, changing, nullEngine(config), [genesisOf(config)]);
    const typeOf = (event: DeriveEvent | undefined | void) =>
      event?.type === 'step' ? event.step.type : event?.type;
    const until = (type: string): DeriveEvent => {
      for (let turn = 0; turn < 100; turn++) {
        const event = events.next().value as DeriveEvent;
        if (typeOf(event) === type) return event;
      }
      throw new RangeError(`no ${type}`);
    };
    expect(until('needBlobs')).toMatchObject({ step: { l1: { number: 103n } } });
    expect(until('needBlobs')).toMatchObject({ step: { l1: { number: 103n } } });
    view = viewOf(given);
    const later: (string | undefined)[] = [];
    while (later.at(-1) !== 'block') later.push(typeOf(events.next().value));
    // Once there, they are not asked for again.
    expect(later).not.toContain('needBlobs');
  });

  test('behavior: halted is the end', () => {
    const bad = emit(l1, 101, malformedDepositLog(config));
    const { end, blocks } = deriveAll(config, bad);
    expect(end).toBe('halted');
    expect(blocks.length).toBeGreaterThan(0);
    const events = [...deriveChain(config, viewOf(bad), nullEngine(config), [genesisOf(config)])];
    expect(events.at(-1)).toMatchObject({ type: 'step', step: { type: 'halted' } });
  });

  test('E5: the replacement is the next event, and the chain goes on from it', () => {
    const plans = steadyPlans(config, l1, 1).map((plan) => ({ ...plan, txs: [REFUSED_TX] }));
    const bad = singularOf(config, honestChain(config, l1, plans)[1] as L2Block);
    const events: DeriveEvent[] = [];
    const view = viewOf(post(config, l1, 103, dataOf(config, [bad])));
    for (const event of deriveChain(config, view, nullEngine(config), [genesisOf(config)])) {
      if (event.type !== 'step') events.push(event);
      else if (event.step.type === 'needL1Block') break;
    }
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'invalid', isReplacement: false, block: undefined, safe: { number: 0n } },
      { type: 'block', isReplacement: true, block: { number: 1n }, safe: { number: 1n } },
    ]);
    expect(events[1]).toMatchObject({ step: { attributes: { transactions: { length: 1 } } } });
  });

  test('behavior: deposits refused inside a span halt where the pending safe head is', () => {
    const old = chainAt('fjord', { seqWindowSize: 50n });
    const plans = steadyPlans(old, l1, 3).map((plan, i) => (i === 1 ? { ...plan, txs: [] } : plan));
    const span = spanOf(old, honestChain(old, l1, plans).slice(1));
    const make = nullEngine(old);
    const { end, safe, pendingSafe } = deriveAll(old, post(old, l1, 103, dataOf(old, [span])), {
      engine: (parent, attributes) =>
        parent.number === 1n ? { invalid: 'always' } : make(parent, attributes),
    });
    expect([end, safe.number, pendingSafe.number]).toEqual(['halted', 0n, 1n]);
  });

  test.each(['fjord', 'holocene'] as const)('%s: refused deposits halt', (newest) => {
    const on = chainAt(newest);
    const engine = () => ({ invalid: 'always' });
    const { end, blocks } = deriveAll(on, l1Blocks(on, 8), { engine });
    expect(end).toBe('halted');
    expect(blocks).toEqual([]);
  });

  test('E5: a refused replacement halts too', () => {
    const plans = steadyPlans(config, l1, 1).map((plan) => ({ ...plan, txs: [REFUSED_TX] }));
    const bad = singularOf(config, honestChain(config, l1, plans)[1] as L2Block);
    const engine = () => ({ invalid: 'always' });
    const { end } = deriveAll(config, post(config, l1, 103, dataOf(config, [bad])), { engine });
    expect(end).toBe('halted');
  });

  test('E6: before Holocene nothing replaces a refused block', () => {
    const old = chainAt('fjord', { seqWindowSize: 50n });
    const plans = steadyPlans(old, l1, 1).map((plan) => ({ ...plan, txs: [REFUSED_TX] }));
    const bad = singularOf(old, honestChain(old, l1, plans)[1] as L2Block);
    const { blocks, end } = deriveAll(old, post(old, l1, 103, dataOf(old, [bad])));
    expect(blocks).toEqual([]);
    expect(end).toBe('needL1Block');
  });

  test('behavior: a reset is carried out, and the new L1 is derived', () => {
    const fork = l1Blocks(config, 9, { salt: 1, saltFrom: 102 });
    let view: L1View = viewOf(posted);
    const changing: L1View = {
      byNumber: (number) => view.byNumber(number),
      byHash: (hash) => view.byHash(hash),
    };
    const seen: string[] = [];
    let last: DeriveEvent | undefined;
    for (const event of deriveChain(config, changing, nullEngine(config), [genesisOf(config)])) {
      last = event;
      if (event.type !== 'step') continue;
      seen.push(event.step.type);
      if (event.step.type === 'needL1Block') {
        if (view.byNumber(108n) !== undefined) break;
        view = viewOf(fork);
      }
    }
    expect(seen).toContain('reset');
    expect(last?.safe).toEqual(deriveAll(config, fork).safe);
  });

  test('behavior: begins where the engine is', () => {
    const from = chain.slice(0, 5);
    const { blocks, safe } = deriveAll(config, posted, { from });
    expect(blocks.slice(0, 2)).toEqual(chain.slice(5));
    expect(safe).toEqual(deriveAll(config, posted).safe);
  });

  test('error: a reorg to an L1 that the chain cannot be on', () => {
    const [first, ...rest] = l1Blocks(config, 9, { salt: 1, saltFrom: 101 });
    const other = { ...(first as L1Block), ref: { ...(first as L1Block).ref, hash: ZERO_HASH } };
    let view: L1View = viewOf(posted);
    const changing: L1View = {
      byNumber: (number) => view.byNumber(number),
      byHash: (hash) => view.byHash(hash),
    };
    const run = () => {
      for (const event of deriveChain(config, changing, nullEngine(config), [genesisOf(config)])) {
        if (event.type === 'step' && event.step.type === 'needL1Block') {
          view = viewOf([other, ...rest]);
        }
      }
    };
    expect(run).toThrow('point the node at the L1 of this chain');
  });

  test('error: an L1 without the block to begin with', () => {
    const without: readonly L1Block[] = posted.slice(1);
    expect(() => deriveAll(config, without)).toThrow('no L1 block to begin with');
  });
});
