import { describe, expect, test } from 'vitest';
import { type Hash, ZERO_HASH } from '../../src/base/bytes.ts';
import { headerHash } from '../../src/protocol/header.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../../src/protocol/orderedTrie.ts';
import { encodeReceipt } from '../../src/protocol/receipt.ts';
import {
  assertWithdrawals,
  blockFromRpc,
  l2BlockFromRpc,
  provenHeaderFromRpc,
  receiptsFromRpc,
} from '../../src/protocol/rpcBlock.ts';
import { headerFromRpc } from '../../src/protocol/rpcHeader.ts';
import { receiptFromRpc } from '../../src/protocol/rpcReceipt.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';
import { decodeErrorCode } from '../support/decoding.ts';
import { rpcBlock, rpcReceipts } from '../support/rpcBlocks.ts';
import { readSharedJson } from '../support/batches.ts';
import { lacksShared } from '../support/shared.ts';

const BLOCK = rpcBlock();
const RECEIPTS = rpcReceipts();

describe('provenHeaderFromRpc', () => {
  test('default', () => {
    const { hash, header } = provenHeaderFromRpc(BLOCK);
    expect(hash).toBe(BLOCK['hash']);
    expect(headerHash(header)).toBe(hash);
  });

  test('behavior: transactions are not read', () => {
    expect(provenHeaderFromRpc({ ...BLOCK, transactions: [ZERO_HASH] }).hash).toBe(BLOCK['hash']);
  });

  test('error: another hash, an altered field', () => {
    expect(decodeErrorCode(() => provenHeaderFromRpc({ ...BLOCK, hash: ZERO_HASH }))).toBe(
      'blockHash',
    );
    expect(decodeErrorCode(() => provenHeaderFromRpc({ ...BLOCK, gasUsed: '0x1' }))).toBe(
      'blockHash',
    );
    expect(decodeErrorCode(() => provenHeaderFromRpc({ ...BLOCK, hash: null }))).toBe('jsonField');
  });
});

describe('blockFromRpc', () => {
  test('default', () => {
    const { hash, transactions } = blockFromRpc(BLOCK);
    expect(hash).toBe(BLOCK['hash']);
    expect(transactions).toEqual((BLOCK['transactions'] as unknown[]).map(encodeRpcTransaction));
    expect(orderedTrieRoot(transactions)).toBe(BLOCK['transactionsRoot']);
  });

  const [first, ...others] = BLOCK['transactions'] as readonly object[];

  test.each([
    ['a transaction is missing', others],
    ['a transaction twice', [first, first, ...others]],
    ['another order', [...others, first]],
    ['an altered transaction', [{ ...first, value: '0x1' }, ...others]],
    ['no transactions', []],
  ])('error: %s', (_, transactions) => {
    const block = { ...BLOCK, transactions };
    expect(decodeErrorCode(() => blockFromRpc(block))).toBe('transactionsRoot');
  });

  test('error: transactions as hashes, or absent', () => {
    const hashes = { ...BLOCK, transactions: [ZERO_HASH] };
    expect(decodeErrorCode(() => blockFromRpc(hashes))).toBe('jsonObject');
    expect(decodeErrorCode(() => blockFromRpc({ ...BLOCK, transactions: null }))).toBe('jsonField');
  });
});

describe('assertWithdrawals', () => {
  const header = headerFromRpc(BLOCK);
  const [one] = BLOCK['withdrawals'] as readonly object[];

  test('default', () => {
    assertWithdrawals(BLOCK, header);
  });

  test('behavior: a block without withdrawals, or from before them', () => {
    assertWithdrawals({ ...BLOCK, withdrawals: undefined }, header);
    assertWithdrawals({ withdrawals: [] }, { ...header, withdrawalsRoot: EMPTY_TRIE_ROOT });
    assertWithdrawals({ withdrawals: [] }, { ...header, withdrawalsRoot: undefined });
  });

  test('error: altered, too many, too few, malformed', () => {
    const refuse = (withdrawals: unknown) =>
      decodeErrorCode(() => assertWithdrawals({ ...BLOCK, withdrawals }, header));
    for (const field of ['index', 'validatorIndex', 'amount']) {
      expect(refuse([{ ...one, [field]: '0x1' }]), field).toBe('withdrawalsRoot');
    }
    expect(refuse([{ ...one, address: `0x${'01'.repeat(20)}` }])).toBe('withdrawalsRoot');
    expect(refuse([one, one])).toBe('withdrawalsRoot');
    expect(refuse([])).toBe('withdrawalsRoot');
    expect(refuse([null])).toBe('jsonObject');
    expect(refuse({})).toBe('jsonField');
  });
});

describe('receiptsFromRpc', () => {
  const header = headerFromRpc(BLOCK);

  test('default', () => {
    const receipts = receiptsFromRpc(RECEIPTS, header, 2);
    expect(receipts).toEqual(RECEIPTS.map(receiptFromRpc));
    expect(orderedTrieRoot(receipts.map(encodeReceipt))).toBe(header.receiptsRoot);
  });

  test('behavior: the JSON’s own log indexes and bloom are not read', () => {
    const lying = RECEIPTS.map((receipt) => ({
      ...receipt,
      logsBloom: '0x',
      transactionIndex: '0x9',
    }));
    expect(receiptsFromRpc(lying, header, 2)).toEqual(receiptsFromRpc(RECEIPTS, header, 2));
  });

  test('error: too few, none, altered, in another order', () => {
    const refuse = (json: unknown) => decodeErrorCode(() => receiptsFromRpc(json, header, 2));
    expect(refuse(RECEIPTS.slice(1))).toBe('receiptCount');
    expect(refuse([])).toBe('receiptCount');
    expect(refuse(RECEIPTS.toReversed())).toBe('receiptsRoot');
    expect(refuse([{ ...RECEIPTS[0], status: '0x0' }, RECEIPTS[1]])).toBe('receiptsRoot');
    expect(refuse(null)).toBe('jsonField');
  });
});

describe('l2BlockFromRpc', () => {
  test('default', () => {
    const { transactions, header } = blockFromRpc(BLOCK);
    const { number, parentHash, timestamp, gasLimit, extraData } = header;
    expect(l2BlockFromRpc(BLOCK)).toEqual({
      number,
      hash: BLOCK['hash'] as Hash,
      parentHash,
      timestamp,
      gasLimit,
      extraData,
      transactions,
      feeRecipient: header.beneficiary,
    });
  });
});

const CORPUS = 'data/rpc/manifest.json';

describe.skipIf(lacksShared(CORPUS))('recorded RPC answers', () => {
  type Item = {
    readonly file: string;
    readonly hash: string;
    readonly valid?: boolean;
    readonly defect?: string;
  };
  const items = lacksShared(CORPUS)
    ? []
    : readSharedJson<{ readonly items: readonly Item[] }>(CORPUS).items;
  const kindOf = (folder: string) => items.filter(({ file }) => file.startsWith(folder));

  test.each(kindOf('l1-headers'))('$file', ({ file, hash, valid }) => {
    const json = readSharedJson<unknown>(`data/rpc/${file}`);
    if (valid === true) expect(provenHeaderFromRpc(json).hash).toBe(hash);
    else expect(decodeErrorCode(() => provenHeaderFromRpc(json))).toBe('blockHash');
  });

  test.each(kindOf('l1-blocks'))('$file', ({ file, hash, valid }) => {
    const json = readSharedJson<unknown>(`data/rpc/${file}`);
    const read = () => {
      const { hash: found, header } = blockFromRpc(json);
      assertWithdrawals(json, header);
      return found;
    };
    if (valid === true) expect(read()).toBe(hash);
    else expect(decodeErrorCode(read)).toMatch(/^(blockHash|transactionsRoot|jsonObject)$/);
  });

  test.each(kindOf('l2-blocks'))('$file', ({ file, hash }) => {
    expect(l2BlockFromRpc(readSharedJson<unknown>(`data/rpc/${file}`)).hash).toBe(hash);
  });
});
