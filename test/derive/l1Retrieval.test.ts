import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/base/bytes.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import { blobsMissing, nextBatcherData, selectDataItems } from '../../src/derive/l1Retrieval.ts';
import { encodeBlob } from '../../src/protocol/blob.ts';
import type { InboxTx, L1Block } from '../../src/protocol/l1Block.ts';
import { chainAt, chainForking } from './support/config.ts';
import { addressOf, blobTx, l1Blocks, post } from './support/l1.ts';
import { openedAt, takeReasons } from './support/stage.ts';

const bytes = (...values: readonly number[]) => Uint8Array.from(values);

/** Data that a block with these transactions to the inbox yields, and the notes. */
function read(config: DeriveConfig, ...txs: readonly (Uint8Array | Partial<InboxTx>)[]) {
  const l1 = post(config, l1Blocks(config, 1), 100, ...txs);
  const state = openedAt(config, l1[0] as L1Block);
  const data: string[] = [];
  for (;;) {
    const taken = nextBatcherData(state);
    if (taken === 'endOfData') return { data, reasons: takeReasons(state) };
    if (taken !== 'again') data.push(bytesToHex(taken.data));
  }
}

const delta = chainAt('delta');
const ecotone = chainAt('ecotone');
const both = { ...blobTx(bytes(0xb1), bytes(0xb2)), input: bytes(0xca) };

describe('selectDataItems', () => {
  test('default: transactions in order', () => {
    expect(read(ecotone, bytes(1), bytes(2), bytes(3)).data).toEqual(['0x01', '0x02', '0x03']);
  });

  test('L6: transaction types that count, before and from Ecotone on', () => {
    for (const config of [delta, ecotone]) {
      for (const type of [0, 1, 2, 0x7e]) {
        expect(read(config, { type, input: bytes(type) }), `type ${type}`).toEqual({
          data: [bytesToHex(bytes(type))],
          reasons: [],
        });
      }
      for (const type of [4, 5, 0x7d, 0xff]) {
        expect(read(config, { type, input: bytes(9) }), `type ${type}`).toEqual({
          data: [],
          reasons: ['txTypeIgnored'],
        });
      }
    }
  });

  test('L6: a blob transaction: its calldata before Ecotone, its blobs after', () => {
    expect(read(delta, both).data).toEqual(['0xca']);
    expect(read(ecotone, both).data).toEqual(['0xb1', '0xb2']);
    const at = (time: bigint) => read(chainForking('delta', 'ecotone', time), both).data;
    expect(at(1000n)).toEqual(['0xb1', '0xb2']);
    expect(at(1001n)).toEqual(['0xca']);
  });

  test('behavior: calldata and blobs stay in the order of their transactions', () => {
    expect(read(ecotone, bytes(1), both, bytes(2)).data).toEqual(['0x01', '0xb1', '0xb2', '0x02']);
  });

  test('behavior: other senders, and signatures that are invalid for this L1', () => {
    const tx = { input: bytes(1) };
    expect(read(ecotone, { ...tx, from: addressOf(0xee) }).reasons).toEqual(['notFromBatcher']);
    expect(read(ecotone, { ...tx, from: undefined }).reasons).toEqual(['invalidSignature']);
    expect(read(ecotone, { type: 4, from: undefined }).reasons).toEqual(['txTypeIgnored']);
  });

  test('behavior: empty calldata is data', () => {
    expect(read(ecotone, bytes()).data).toEqual(['0x']);
  });

  test('behavior: notes tell the transaction', () => {
    const l1 = post(ecotone, l1Blocks(ecotone, 1), 100, bytes(1), { type: 4 });
    const block = l1[0] as L1Block;
    const state = openedAt(ecotone, block);
    state.notes.length = 0;
    selectDataItems(state, block, ecotone.rollup.genesis.systemConfig.batcherAddr);
    expect(state.notes[0]?.at).toMatchObject({ txIndex: 1 });
    expect(state.notes[0]?.message).toContain('type 4');
  });
});

describe('nextBatcherData', () => {
  test('L5: an all-zero blob is empty data', () => {
    expect(read(ecotone, blobTx(bytes())).data).toEqual(['0x']);
  });

  test('L5: the longest blob', () => {
    const longest = new Uint8Array(130_044).fill(7);
    expect(read(ecotone, blobTx(longest)).data[0]).toBe(bytesToHex(longest));
  });

  test('L5: a blob in another encoding is passed over alone', () => {
    const data = encodeBlob(bytes(1));
    data[1] = 1;
    const tx = blobTx(bytes(2), bytes(3));
    const [first, second] = tx.blobs as NonNullable<typeof tx.blobs>;
    const blobs = [{ versionedHash: first?.versionedHash as never, data }, second as never];
    expect(read(ecotone, { ...tx, blobs })).toEqual({ data: ['0x03'], reasons: ['malformedBlob'] });
  });
});

describe('blobsMissing', () => {
  test('default: each hash once, in order; known blobs and calldata are none', () => {
    const [hashA, hashB] = [addressOf(1), addressOf(2)];
    const blob = (versionedHash: typeof hashA, data?: Uint8Array) => ({ versionedHash, data });
    const tx = { blobs: [blob(hashA), blob(hashB, bytes(1)), blob(hashA)] } as unknown as InboxTx;
    const items = [0, 1, 2, undefined].map((blobIndex) => ({ tx, blobIndex }));
    expect(blobsMissing(items)).toEqual([hashA]);
  });
});
