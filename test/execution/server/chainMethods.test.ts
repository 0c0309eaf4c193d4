import { keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hexToBytes, ZERO_HASH } from '../../../src/base/bytes.ts';
import { decodeRlp } from '../../../src/base/rlp.ts';
import { devAccount } from '../../../src/devnet/devAccounts.ts';
import { blockFromRpc, receiptsFromRpc } from '../../../src/protocol/rpcBlock.ts';
import {
  resultOf,
  type SequencedChain,
  startSequencedChain,
} from '../../support/sequencedChain.ts';

const ACCOUNT = privateKeyToAccount(devAccount(5).key);
const UNKNOWN = `0x${'ab'.repeat(32)}` as const;

let chain: SequencedChain;
let raw: `0x${string}`;
let txHash: string;
let blockHash: string;
beforeAll(async () => {
  chain = await startSequencedChain();
  raw = await ACCOUNT.signTransaction({
    type: 'eip2930',
    chainId: 901,
    nonce: 0,
    gas: 60_000n,
    gasPrice: 2n * 10n ** 9n,
    to: `0x${'0e'.repeat(20)}`,
    accessList: [{ address: `0x${'0e'.repeat(20)}`, storageKeys: [UNKNOWN] }],
  });
  txHash = await ask<string>('eth_sendRawTransaction', raw);
  blockHash = await chain.sequence();
});
afterAll(() => chain.close());

async function ask<T>(method: string, ...params: readonly unknown[]): Promise<T> {
  return resultOf<T>(await chain.call(method, ...params));
}

describe('chainMethods', () => {
  test('default: a block by number, hash and label, and all that proves it', async () => {
    const byHash = await ask<Record<string, unknown>>('eth_getBlockByHash', blockHash, true);
    for (const id of ['0x1', 'latest', 'pending']) {
      expect(await ask('eth_getBlockByNumber', id, true), id).toEqual(byHash);
    }
    // Recomputes the hash of the header and of every transaction, and both roots.
    const { header, transactions } = blockFromRpc(byHash);
    expect(transactions).toHaveLength(2);
    const receipts = await ask<readonly unknown[]>('eth_getBlockReceipts', '0x1');
    expect(receiptsFromRpc(receipts, header, 2)).toHaveLength(2);
    expect(await ask('eth_getTransactionReceipt', txHash)).toEqual(receipts[1]);
    const { transactions: hashes } = await ask<{ transactions: string[] }>(
      'eth_getBlockByNumber',
      '0x1',
      false,
    );
    expect(hashes[1]).toBe(txHash);
    expect(await ask('eth_getBlockTransactionCountByNumber', '0x1')).toBe('0x2');
    expect(await ask('eth_getBlockTransactionCountByHash', blockHash)).toBe('0x2');
    expect(await ask('eth_getUncleCountByBlockNumber', '0x1')).toBe('0x0');
  });

  test('default: a transaction by hash and by place', async () => {
    const byHash = await ask<object>('eth_getTransactionByHash', txHash);
    expect(byHash).toMatchObject({
      hash: txHash,
      blockHash,
      type: '0x1',
      transactionIndex: '0x1',
      accessList: [{ address: `0x${'0e'.repeat(20)}`, storageKeys: [UNKNOWN] }],
    });
    expect(await ask('eth_getTransactionByBlockNumberAndIndex', '0x1', '0x1')).toEqual(byHash);
    expect(await ask('eth_getTransactionByBlockHashAndIndex', blockHash, '0x1')).toEqual(byHash);
    expect(await ask('eth_getRawTransactionByHash', txHash)).toBe(raw);
  });

  test('debug_getRaw…: bytes that hash to what they are', async () => {
    const header = await ask<`0x${string}`>('debug_getRawHeader', '0x1');
    expect(keccak256(header)).toBe(blockHash);
    const block = decodeRlp(hexToBytes(await ask<string>('debug_getRawBlock', '0x1')));
    expect(block).toHaveLength(4);
    const [first, transactions] = block as [unknown, readonly Uint8Array[]];
    expect(first).toEqual(decodeRlp(hexToBytes(header)));
    expect(transactions[1]).toEqual(hexToBytes(raw));
    expect(await ask('debug_getRawTransaction', txHash)).toBe(raw);
    expect(await ask('debug_getRawReceipts', '0x1')).toHaveLength(2);
  });

  test.each([
    ['eth_getBlockByNumber', ['0x64', false]],
    ['eth_getBlockByNumber', ['safe', false]],
    ['eth_getBlockByNumber', ['finalized', false]],
    ['eth_getBlockByHash', [UNKNOWN, false]],
    ['eth_getBlockReceipts', ['0x64']],
    ['eth_getTransactionByHash', [UNKNOWN]],
    ['eth_getTransactionReceipt', [UNKNOWN]],
    ['eth_getTransactionByBlockNumberAndIndex', ['0x1', '0x2']],
    ['eth_getBlockTransactionCountByHash', [UNKNOWN]],
  ])('behavior: null for what is not there: %s %j', async (method, params) => {
    expect(await ask(method, ...params)).toBeNull();
  });

  test('behavior: a transaction whose block was replaced is not found', async () => {
    const { head } = chain.engine.heads();
    const { hash } = chain.engine.genesis;
    const back = { safeBlockHash: ZERO_HASH, finalizedBlockHash: ZERO_HASH };
    await chain.call('engine_forkchoiceUpdatedV3', { ...back, headBlockHash: hash }, null);
    expect(await ask('eth_getTransactionReceipt', txHash)).toBeNull();
    await chain.call('engine_forkchoiceUpdatedV3', { ...back, headBlockHash: head }, null);
    expect(await ask('eth_getTransactionReceipt', txHash)).toMatchObject({ blockHash });
  });
});

describe('bad parameters', () => {
  const address = ACCOUNT.address;
  test.each<readonly [string, readonly unknown[], number, RegExp]>([
    ['eth_getBlockByNumber', [], -32602, /missing value for required argument 0/],
    ['eth_getBlockByNumber', ['newest', false], -32602, /invalid argument 0/],
    ['eth_getBlockByNumber', ['0x8000000000000000', false], -32602, /larger than int64/],
    ['eth_getBlockByNumber', ['0x1', 'yes'], -32602, /invalid argument 1/],
    ['eth_getBlockByHash', ['0x12', false], -32602, /length 2, want 64/],
    ['eth_getBalance', ['0x12', 'latest'], -32602, /want 40/],
    ['eth_getBalance', [address, '0x64'], -32000, /not found/],
    ['eth_getBalance', [address, 'safe'], -32000, /safe block not found/],
    ['eth_getBalance', [address, {}], -32000, /header not found/],
    ['eth_getStorageAt', [address, 'slot', 'latest'], -32602, /storage key/],
    ['eth_getProof', [address, '0x0', 'latest'], -32602, /list of slots/],
    [
      'eth_getProof',
      [address, Array.from({ length: 1025 }, () => '0x0'), 'latest'],
      -32602,
      /1024/,
    ],
    ['eth_call', [5, 'latest'], -32602, /call object/],
    ['eth_call', [{ gasPrice: '0x1', maxFeePerGas: '0x1' }, 'latest'], -32000, /both/],
    ['eth_call', [{ from: UNKNOWN.slice(0, 42), value: '0x1' }], -32000, /insufficient funds/],
    ['eth_call', [{ to: address, gas: '0x1' }], -32000, /intrinsic gas too low/],
    [
      'eth_estimateGas',
      [{ from: UNKNOWN.slice(0, 42), gasPrice: '0x1' }],
      -32000,
      /insufficient funds for tr/,
    ],
    ['eth_sendRawTransaction', ['0x1'], -32602, /odd length/],
    ['eth_sendRawTransaction', ['0x03c0'], -32000, /not supported/],
    ['eth_feeHistory', ['0x1', 'latest', [101]], -32000, /percentile/],
    ['eth_feeHistory', [`${2n ** 64n}`, 'latest', []], -32602, /hex or decimal integer/],
    ['eth_feeHistory', ['0'.repeat(67), 'latest', []], -32602, /hex or decimal integer/],
    ['eth_getFilterChanges', ['0x99'], -32000, /filter not found/],
    ['eth_subscribe', ['newHeads'], -32601, /does not exist/],
    ['debug_getRawBlock', ['0x64'], -32000, /not found/],
  ])('error: %s %j', async (method, params, code, message) => {
    const { error } = await chain.call(method, ...params);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(message);
  });

  test.each(['1', '01', 1, '0x01', '18446744073709551615'])(
    'behavior: a fee history of %j blocks, hex or decimal',
    async (count) => {
      const history = await ask('eth_feeHistory', count, '0x0', []);
      expect(history).toEqual(await ask('eth_feeHistory', '0x1', '0x0', []));
    },
  );

  test('behavior: blocks by EIP-1898, slots in short form', async () => {
    const hash = blockHash;
    const balance = await ask('eth_getBalance', address, 'latest');
    expect(await ask('eth_getBalance', address, { blockHash: hash })).toBe(balance);
    expect(await ask('eth_getBalance', address, { blockNumber: '0x1' })).toBe(balance);
    expect(await ask('eth_getBalance', address, hash)).toBe(balance);
    const { storageProof } = await ask<{ storageProof: object[] }>(
      'eth_getProof',
      '0x4200000000000000000000000000000000000015',
      ['0x3', `0x${'3'.padStart(64, '0')}`],
      'latest',
    );
    expect(storageProof).toMatchObject([{ key: '0x3' }, { key: `0x${'3'.padStart(64, '0')}` }]);
  });
});
