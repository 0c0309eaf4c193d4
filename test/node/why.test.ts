import { describe, expect, test } from 'vitest';
import { createChainHeads } from '../../src/node/chainHeads.ts';
import type { DriverEvents, DriverPhase } from '../../src/node/driverPorts.ts';
import type { RollupNode } from '../../src/node/node.ts';
import { explainNode, watchNode } from '../../src/node/why.ts';
import { createWaits } from '../../src/transport/waits.ts';

/** A node of which only that is there which `why` looks at. */
function scene(start: DriverPhase['type'] = 'deriving') {
  let nowMs = 1_000;
  let phase = start;
  let listener: Partial<DriverEvents> = {};
  const waits = createWaits(() => nowMs);
  const node = {
    chain: createChainHeads(),
    observe: (given: Partial<DriverEvents>) => {
      listener = given;
      return () => {};
    },
    driver: { status: () => ({ phase: { type: phase }, currentL1: { number: 7n } }) },
    l1: { heads: { head: () => ({ number: 9n }) } },
    waits,
  };
  const asNode = node as unknown as RollupNode;
  const past = watchNode(asNode, () => nowMs);
  return {
    node: node as { driver: object; l1: object },
    waits,
    why: () => explainNode(asNode, past, nowMs),
    at: (ms: number) => {
      nowMs = ms;
    },
    enter: (type: DriverPhase['type']) => {
      phase = type;
    },
    reset: (reason: string, message: string) => listener.reset?.(reason, message),
  };
}

describe('explainNode', () => {
  test('default: what is being read', () => {
    expect(scene().why().summary).toBe('deriving from L1 block 7 of 9');
    expect(scene('atL1Head').why()).toMatchObject({ isReady: true, lastReset: undefined });
  });

  test('behavior: a wait that failed is told, with its last error and what comes next', () => {
    const { waits, why, at } = scene('atL1Head');
    waits.begin('L1 block 8', 'ask for the L1 head');
    const failing = waits.begin('the engine to take our heads', 'ask the engine again');
    failing.update({ tries: 3, lastError: 'ECONNREFUSED', nextActionAtMs: 4_500 });
    at(3_000);
    expect(why().isReady).toBe(false);
    expect(why().summary).toBe(
      'everything up to L1 block 7 is derived; waiting for the engine to take our heads for ' +
        '2.0 s, 3 tries, last error: ECONNREFUSED; next: ask the engine again in 1.5 s',
    );
  });

  test('behavior: what is not known is not called a block, nor what goes on the next thing', () => {
    const { waits, why, at, node } = scene();
    const wait = waits.begin('the L1 endpoint', 'ask again');
    wait.update({ tries: 2, lastError: 'ECONNREFUSED', nextActionAtMs: 1_100 });
    at(2_000);
    node.driver = { status: () => ({ phase: { type: 'deriving' }, currentL1: undefined }) };
    expect(why()).toMatchObject({
      doing: 'about to derive',
      summary:
        'about to derive; waiting for the L1 endpoint for 1.0 s, 2 tries, ' +
        'last error: ECONNREFUSED; next: ask again, which is going on',
    });
    node.driver = { status: () => ({ phase: { type: 'deriving' }, currentL1: { number: 7n } }) };
    node.l1 = { heads: { head: () => undefined } };
    expect(why().doing).toBe('deriving from L1 block 7; the L1 head is not known yet');
  });

  test('behavior: below the head any wait is told', () => {
    const { waits, why, at, enter } = scene();
    waits.begin('the KZG setup to load', 'check the first blob');
    at(1_400);
    expect(why().summary).toBe(
      'deriving from L1 block 7 of 9; waiting for the KZG setup to load for 0.4 s; ' +
        'next: check the first blob',
    );
    enter('atL1Head');
    expect(why().summary).toBe('everything up to L1 block 7 is derived');
  });

  test('behavior: why derivation began again, until it has caught up', () => {
    const { why, at, reset, enter } = scene();
    reset('engineRewound', 'the engine no longer has block 5');
    at(2_500);
    expect(why().summary).toBe(
      'deriving from L1 block 7 of 9; began again 1.5 s ago: the engine no longer has block 5',
    );
    enter('atL1Head');
    expect(why().summary).toBe('everything up to L1 block 7 is derived');
    expect(why().lastReset).toMatchObject({ reason: 'engineRewound', atMs: 1_000 });
  });
});
