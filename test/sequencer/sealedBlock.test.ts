import { describe, expect, test } from 'vitest';
import { ZERO_HASH } from '../../src/base/bytes.ts';
import type { ExecutionPayload } from '../../src/protocol/executionPayload.ts';
import { sealedRef, sealFault } from '../../src/sequencer/sealedBlock.ts';
import { makeAttributes } from '../support/engineAttributes.ts';
import { EPOCH, refOf, unsafeChain } from '../support/engineScenes.ts';
import { createMemoryEngine } from '../support/memoryEngine.ts';
import { rollupConfig } from '../support/rollupConfig.ts';

const engine = createMemoryEngine(rollupConfig('ecotone'));
const [parent, sealed] = await unsafeChain(engine, 1);
if (parent === undefined || sealed === undefined) throw new Error('the scene has two blocks');
const asked = { parent: refOf(parent), attributes: makeAttributes(parent) };
const tx = Uint8Array.of(2, 3, 4);

const changed = (change: Partial<ExecutionPayload>) => ({
  ...sealed,
  executionPayload: { ...sealed.executionPayload, ...change },
});

describe('sealFault', () => {
  test('default: the block that was asked for', () => {
    expect(sealFault(asked, sealed)).toBeUndefined();
  });

  test('behavior: transactions of the pool behind, where they are wanted', () => {
    const transactions = [...sealed.executionPayload.transactions, tx];
    const envelope = changed({ transactions });
    const open = { ...asked, attributes: { ...asked.attributes, noTxPool: false } };
    const closed = { ...asked, attributes: { ...asked.attributes, noTxPool: true } };
    expect(sealFault(open, envelope)).toBeUndefined();
    expect(sealFault(closed, envelope)).toContain('number of transactions');
  });

  test.each([
    ['parent hash', { parentHash: ZERO_HASH }],
    ['number', { blockNumber: 7n }],
    ['time', { timestamp: 7n }],
    ['gas limit', { gasLimit: 7n }],
    ['prevRandao', { prevRandao: `0x${'77'.repeat(32)}` }],
    ['transactions', { transactions: [] }],
  ] as const)('error: another %s', (field, change) => {
    expect(sealFault(asked, changed(change))).toBe(`another ${field} than asked for`);
  });
});

describe('sealedRef', () => {
  test('default: with its place in its epoch', () => {
    const { blockHash, blockNumber } = sealed.executionPayload;
    const ref = sealedRef({ l1Origin: EPOCH, sequenceNumber: 3n }, sealed);
    expect(ref).toMatchObject({
      hash: blockHash,
      number: blockNumber,
      l1Origin: EPOCH,
      sequenceNumber: 3n,
    });
  });
});
