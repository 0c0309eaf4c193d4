import { describe, expect, test } from 'vitest';
import { hexToBytes, ZERO_HASH } from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { DEPOSIT_TOPIC } from '../../src/protocol/depositLog.ts';
import { headerFromRpc } from '../../src/protocol/rpcHeader.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';
import { CONFIG_UPDATE_TOPIC } from '../../src/protocol/systemConfigLogs.ts';
import { SourceError } from '../../src/sources/errors.ts';
import { l1BlockFromRpc, l1BlockRefFromRpc, mayHoldRollupLogs } from '../../src/sources/verify.ts';
import { rollupConfig } from '../support/rollupConfig.ts';
import { NAMED_BLOB, rpcBlock, rpcReceipts, rpcReceiptsWithoutLogs } from '../support/rpcBlocks.ts';
import { TEST_ADDRESS } from '../support/signing.ts';

const CONFIG = rollupConfig('karst');
const BLOCK = rpcBlock();
const RECEIPTS = rpcReceipts();
const QUIET = rpcBlock({}, rpcReceiptsWithoutLogs());
const [LEGACY, BLOB] = BLOCK['transactions'] as readonly object[];
const hashOf = (tx: unknown) => keccak256Hex(encodeRpcTransaction(tx));

/** Code and retryability of the SourceError that `call` throws. */
function sourceError(call: () => unknown): readonly [string, boolean] {
  try {
    call();
  } catch (error) {
    if (error instanceof SourceError) return [error.code, error.retryable];
    throw error;
  }
  return expect.fail('expected a SourceError, found none');
}

describe('l1BlockFromRpc', () => {
  test('default', () => {
    expect(l1BlockFromRpc({ config: CONFIG }, BLOCK, RECEIPTS)).toEqual({
      ref: {
        number: 105n,
        hash: BLOCK['hash'],
        parentHash: `0x${'77'.repeat(32)}`,
        timestamp: 1490n,
      },
      baseFee: 7n,
      mixHash: `0x${'88'.repeat(32)}`,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: `0x${'99'.repeat(32)}`,
      inboxTxs: [
        {
          index: 0,
          hash: hashOf(LEGACY),
          type: 0,
          from: TEST_ADDRESS,
          input: hexToBytes('0x00c0'),
          blobs: [],
        },
        {
          index: 1,
          hash: hashOf(BLOB),
          type: 3,
          from: TEST_ADDRESS,
          input: new Uint8Array(0),
          blobs: [{ versionedHash: NAMED_BLOB, data: undefined }],
        },
      ],
      logs: [
        {
          address: CONFIG.l1SystemConfigAddress,
          topics: [CONFIG_UPDATE_TOPIC],
          data: Uint8Array.of(1),
          logIndex: 1,
          txIndex: 0,
        },
        {
          address: CONFIG.depositContractAddress,
          topics: [DEPOSIT_TOPIC],
          data: Uint8Array.of(2),
          logIndex: 3,
          txIndex: 0,
        },
      ],
    });
  });

  test('behavior: log indexes count the logs of failed receipts', () => {
    const [ok, failed] = RECEIPTS;
    const receipts = [
      { ...failed, type: '0x0' },
      { ...ok, type: '0x3' },
    ];
    const block = rpcBlock({}, receipts);
    const { logs } = l1BlockFromRpc({ config: CONFIG }, block, receipts);
    expect(logs.map(({ logIndex, txIndex }) => [logIndex, txIndex])).toEqual([
      [2, 1],
      [4, 1],
    ]);
  });

  test('behavior: blobs that are given are filled in', () => {
    const blob = new Uint8Array(131_072);
    const blobs = new Map([[NAMED_BLOB, blob]]);
    const { inboxTxs } = l1BlockFromRpc({ config: CONFIG }, BLOCK, RECEIPTS, blobs);
    expect(inboxTxs[1]?.blobs[0]?.data).toBe(blob);
  });

  test('behavior: only transactions to the inbox, signed for this L1 or not', () => {
    const elsewhere = { ...CONFIG, batchInboxAddress: `0x${'01'.repeat(20)}` } as const;
    expect(l1BlockFromRpc({ config: elsewhere }, BLOCK, RECEIPTS).inboxTxs).toEqual([]);
    const otherL1 = { ...CONFIG, l1ChainId: 1n };
    const { inboxTxs } = l1BlockFromRpc({ config: otherL1 }, BLOCK, RECEIPTS);
    expect(inboxTxs.map(({ from }) => from)).toEqual([undefined, undefined]);
  });

  test('behavior: the answer’s own sender and hash of a transaction are not believed', () => {
    const transactions = [{ ...LEGACY, from: ZERO_HASH, hash: ZERO_HASH }, BLOB];
    const { inboxTxs } = l1BlockFromRpc({ config: CONFIG }, { ...BLOCK, transactions }, RECEIPTS);
    expect(inboxTxs[0]).toMatchObject({ from: TEST_ADDRESS, hash: hashOf(LEGACY) });
  });

  test('behavior: no receipts where the bloom rules them out', () => {
    expect(l1BlockFromRpc({ config: CONFIG }, QUIET, null).logs).toEqual([]);
  });

  test('error: no receipts where the bloom does not', () => {
    const call = () => l1BlockFromRpc({ config: CONFIG }, BLOCK, null);
    expect(sourceError(call)).toEqual(['unverified', true]);
    expect(call).toThrow(/block 105.*receipts/);
  });

  test('L15: an empty list of receipts', () => {
    const call = () => l1BlockFromRpc({ config: CONFIG }, BLOCK, []);
    expect(sourceError(call)).toEqual(['unverified', true]);
  });

  test('error: another block than was asked for', () => {
    const call = () => l1BlockFromRpc({ config: CONFIG, expectedHash: ZERO_HASH }, BLOCK, RECEIPTS);
    expect(sourceError(call)).toEqual(['unverified', true]);
    expect(call).toThrow(ZERO_HASH);
  });

  test.each([
    ['the hash', { ...BLOCK, hash: ZERO_HASH }, RECEIPTS, 'unverified'],
    ['the header', { ...BLOCK, mixHash: ZERO_HASH }, RECEIPTS, 'unverified'],
    ['the transactions', { ...BLOCK, transactions: [LEGACY] }, RECEIPTS, 'unverified'],
    ['the withdrawals', { ...BLOCK, withdrawals: [] }, RECEIPTS, 'unverified'],
    ['the receipts', BLOCK, RECEIPTS.toReversed(), 'unverified'],
    ['a field of the header', { ...BLOCK, number: 105 }, RECEIPTS, 'badAnswer'],
    ['a field of a transaction', { ...BLOCK, transactions: [{}] }, RECEIPTS, 'badAnswer'],
    ['a field of a receipt', BLOCK, [{}, {}], 'badAnswer'],
    ['the answer, which is null', null, RECEIPTS, 'badAnswer'],
    ['the receipts, which are no list', BLOCK, {}, 'badAnswer'],
  ])('error: altered: %s', (_, block, receipts, code) => {
    const call = () => l1BlockFromRpc({ config: CONFIG }, block, receipts);
    expect(sourceError(call)).toEqual([code, true]);
  });
});

describe('l1BlockRefFromRpc', () => {
  test('default', () => {
    expect(l1BlockRefFromRpc({ ...BLOCK, transactions: [ZERO_HASH] })).toEqual({
      number: 105n,
      hash: BLOCK['hash'],
      parentHash: `0x${'77'.repeat(32)}`,
      timestamp: 1490n,
    });
  });

  test('error: not the hash it has, or was asked by', () => {
    const altered = { ...BLOCK, timestamp: '0x1' };
    expect(sourceError(() => l1BlockRefFromRpc(altered))).toEqual(['unverified', true]);
    expect(sourceError(() => l1BlockRefFromRpc(BLOCK, ZERO_HASH))).toEqual(['unverified', true]);
    expect(sourceError(() => l1BlockRefFromRpc(null))).toEqual(['badAnswer', true]);
  });
});

describe('mayHoldRollupLogs', () => {
  const mayHold = (block: object) => mayHoldRollupLogs(CONFIG, headerFromRpc(block));

  test('default', () => {
    expect(mayHold(BLOCK)).toBe(true);
    expect(mayHold(QUIET)).toBe(false);
  });

  const only = (log: object) => {
    const [first, second] = rpcReceiptsWithoutLogs();
    return rpcBlock({}, [{ ...first, logs: [log] }, { ...second }]);
  };

  test.each([
    ['a deposit', CONFIG.depositContractAddress, DEPOSIT_TOPIC, true],
    ['a config update', CONFIG.l1SystemConfigAddress, CONFIG_UPDATE_TOPIC, true],
    ['another event of the portal', CONFIG.depositContractAddress, ZERO_HASH, false],
    ['another event of SystemConfig', CONFIG.l1SystemConfigAddress, ZERO_HASH, false],
    ['a deposit of another portal', TEST_ADDRESS, DEPOSIT_TOPIC, false],
    ['an update of another config', TEST_ADDRESS, CONFIG_UPDATE_TOPIC, false],
  ])('behavior: %s', (_, address, topic, expected) => {
    expect(mayHold(only({ address, topics: [topic], data: '0x' }))).toBe(expected);
  });
});
