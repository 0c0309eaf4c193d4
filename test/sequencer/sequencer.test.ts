import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { startHeads } from '../../src/engine/heads.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import { TransportError } from '../../src/transport/errors.ts';
import { sequencerScene } from '../support/sequencerScene.ts';

/** Blocks are made until this many, which the clock of the scene allows. */
const BLOCKS = 5;

describe('createSequencer', () => {
  test('default: a block for each block time that has passed', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS });
    await scene.runUntil(() => scene.made.length === BLOCKS);
    expect(scene.made.map(({ number }) => number)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(scene.made.map(({ timestamp }) => timestamp - scene.l2Time)).toEqual([
      2n,
      4n,
      6n,
      8n,
      10n,
    ]);
    expect(scene.chain.current()?.unsafeHead.hash).toBe(scene.made.at(-1)?.hash);
    expect(scene.failures).toEqual([]);
  });

  test('behavior: origins follow L1, one at a time, and sequence numbers restart', async () => {
    const scene = await sequencerScene({ blocks: 14 });
    await scene.runUntil(() => scene.made.length === 14);
    const places = scene.made.map(({ l1Origin, sequenceNumber }) => [
      l1Origin.number,
      sequenceNumber,
    ]);
    // An L1 block in 12 s, an L2 block in 2 s.
    expect(places.slice(4, 7)).toEqual([
      [1n, 5n],
      [2n, 0n],
      [2n, 1n],
    ]);
    expect(places.slice(11, 13)).toEqual([
      [3n, 0n],
      [3n, 1n],
    ]);
  });

  test('behavior: what is not confirmed yet is no origin', async () => {
    const scene = await sequencerScene({ blocks: 14, options: { confirmations: 100n } });
    await scene.runUntil(() => scene.made.length === 14);
    expect(scene.made.every(({ l1Origin }) => l1Origin.number === 1n)).toBe(true);
  });

  test('behavior: stops at the safe lag', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS, options: { maxSafeLag: 3n } });
    await scene.runUntil(() => scene.made.length === 3);
    await scene.settle();
    expect(scene.made.length).toBe(3);
  });

  test('behavior: stopped from the start until it is started at the head', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS, options: { isStopped: true } });
    const ended = scene.run();
    await scene.settle();
    expect(scene.made).toEqual([]);
    expect(scene.sequencer.isActive()).toBe(false);
    const wrong = scene.sequencer.start(ZERO_HASH);
    await expect(wrong).rejects.toThrow('block hash does not match');
    await scene.sequencer.start(scene.genesisHash);
    expect(scene.memory).toBe(true);
    const again = scene.sequencer.start(scene.genesisHash);
    await expect(again).rejects.toThrow('sequencer already running');
    await scene.until(() => scene.made.length === BLOCKS);
    await scene.end(ended);
  });

  test('behavior: what an earlier life was told counts, not the flag', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS, memory: false });
    const ended = scene.run();
    await scene.settle();
    expect(scene.made).toEqual([]);
    await scene.end(ended);
  });

  test('behavior: stop tells the head and nothing is made after it', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS });
    const ended = scene.run();
    await scene.until(() => scene.made.length >= 2);
    const head = await scene.sequencer.stop();
    const count = scene.made.length;
    expect(head).toBe(scene.chain.current()?.unsafeHead.hash);
    expect(scene.memory).toBe(false);
    await scene.settle();
    expect(scene.made.length).toBe(count);
    await expect(scene.sequencer.stop()).rejects.toThrow('sequencer not running');
    await scene.end(ended);
  });

  test('behavior: a block in progress is dropped when the head moves', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS });
    const { engine } = scene;
    const build = engine.getPayload;
    let rival: PayloadEnvelope | undefined;
    scene.replaceEngine({
      getPayload: async (id) => {
        const envelope = await build(id);
        if (rival !== undefined) return envelope;
        // While the first block is sealed, somebody else's block of that height arrives.
        rival = await scene.insertRival();
        return envelope;
      },
    });
    const ended = scene.run();
    // The rival has no L1 attributes, so there is no building on it.
    await scene.until(() => scene.failures.length === 1);
    expect(scene.made).toEqual([]);
    expect(scene.chain.current()?.unsafeHead.hash).toBe(rival?.executionPayload.blockHash);
    await scene.end(ended);
  });

  test('behavior: a refused build is tried again only after one block time', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS });
    scene.replaceEngine({
      forkchoiceUpdated: async () => {
        throw new EngineError('invalidAttributes', 'scripted');
      },
    });
    const ended = scene.run();
    await scene.until(() => scene.failures.length === 1);
    await scene.settle();
    expect(scene.failures).toEqual(['scripted']);
    await scene.end(ended);
  });

  test('behavior: an L1 that has left the origin leads to a reset', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS, l1Leaves: true });
    const ended = scene.run();
    await scene.until(() => scene.resets.length === 1);
    expect(scene.resets[0]).toContain('expected L1 origin');
    expect(scene.made).toEqual([]);
    await scene.end(ended);
  });

  test('behavior: nothing is made while the heads are not known', async () => {
    const scene = await sequencerScene({ blocks: BLOCKS });
    await scene.chain.forget();
    const ended = scene.run();
    await scene.settle();
    expect(scene.made).toEqual([]);
    const refused = scene.sequencer.start(scene.genesisHash);
    await expect(refused).rejects.toThrow(/already running|no prestate/);
    await scene.end(ended);
  });

  test('behavior: with a conductor it waits for start, commits first, then publishes', async () => {
    const order: string[] = [];
    const scene = await sequencerScene({
      blocks: 1,
      conductor: {
        isLeader: async () => true,
        commit: async ({ executionPayload }) => {
          order.push(`commit ${executionPayload.blockNumber}`);
        },
      },
      publish: ({ executionPayload }) => order.push(`publish ${executionPayload.blockNumber}`),
    });
    const ended = scene.run();
    await scene.settle();
    expect(scene.sequencer.isActive()).toBe(false);
    await scene.sequencer.start(scene.genesisHash);
    await scene.until(() => scene.made.length === 1);
    expect(order).toEqual(['commit 1', 'publish 1']);
    await scene.end(ended);
  });

  test('behavior: what is not committed is neither published nor built anew', async () => {
    const offered: string[] = [];
    const published: unknown[] = [];
    const scene = await sequencerScene({
      blocks: 1,
      conductor: {
        isLeader: async () => true,
        commit: async ({ executionPayload }) => {
          offered.push(executionPayload.blockHash);
          throw new TransportError('timeout', 'scripted');
        },
      },
      publish: (envelope) => published.push(envelope),
    });
    const ended = scene.run();
    await scene.settle();
    await scene.sequencer.start(scene.genesisHash);
    await scene.until(() => scene.failures.length === 1);
    scene.advanceMs(1_000);
    await scene.until(() => offered.length === 2);
    expect(offered[0]).toBe(offered[1]);
    expect(published).toEqual([]);
    expect(scene.made).toEqual([]);
    await scene.end(ended);
  });

  test('error: not the leader, unless that is overridden', async () => {
    const scene = await sequencerScene({
      blocks: 1,
      conductor: {
        isLeader: async () => false,
        commit: async () => {
          throw new TransportError('rpc', 'not the leader');
        },
      },
    });
    const ended = scene.run();
    const refused = scene.sequencer.start(scene.genesisHash);
    await expect(refused).rejects.toThrow('sequencer is not the leader, aborting');
    expect(scene.sequencer.hasConductor()).toBe(true);
    await scene.sequencer.overrideLeader();
    expect(scene.sequencer.hasConductor()).toBe(false);
    await scene.sequencer.start(scene.genesisHash);
    await scene.until(() => scene.made.length === 1);
    await scene.end(ended);
  });

  test('error: no heads are known yet', async () => {
    const scene = await sequencerScene({ blocks: 1, options: { isStopped: true } });
    await scene.chain.forget();
    const refused = scene.sequencer.start(scene.genesisHash);
    await expect(refused).rejects.toThrow('no prestate');
    await scene.chain.found(
      startHeads({
        unsafeHead: scene.genesis,
        safeHead: scene.genesis,
        finalizedHead: scene.genesis,
      }),
    );
    await scene.sequencer.start(scene.genesisHash);
    expect(scene.sequencer.isActive()).toBe(true);
  });
});
