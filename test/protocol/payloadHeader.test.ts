import { describe, expect, test } from 'vitest';
import { EMPTY_BYTES, ZERO_HASH } from '../../src/base/bytes.ts';
import { type PayloadEnvelope, payloadFields } from '../../src/protocol/executionPayload.ts';
import { EMPTY_REQUESTS_HASH, headerHash } from '../../src/protocol/header.ts';
import { EMPTY_TRIE_ROOT } from '../../src/protocol/orderedTrie.ts';
import { payloadHeader } from '../../src/protocol/payloadHeader.ts';
import { blockFromRpc } from '../../src/protocol/rpcBlock.ts';
import { configAt } from '../support/executionConfig.ts';
import { l2LinesOf, rollupConfigOf } from '../support/recordedChains.ts';
import { lacksShared } from '../support/shared.ts';

const ROOT = `0x${'1d'.repeat(32)}` as const;

/** A payload with all the keys that any fork has. */
const FULL: PayloadEnvelope = {
  executionPayload: {
    parentHash: `0x${'01'.repeat(32)}`,
    feeRecipient: `0x${'02'.repeat(20)}`,
    stateRoot: `0x${'03'.repeat(32)}`,
    receiptsRoot: `0x${'04'.repeat(32)}`,
    logsBloom: `0x${'05'.repeat(256)}`,
    prevRandao: `0x${'06'.repeat(32)}`,
    blockNumber: 7n,
    gasLimit: 8n,
    gasUsed: 9n,
    timestamp: 10n,
    extraData: Uint8Array.of(11),
    baseFeePerGas: 12n,
    blockHash: ZERO_HASH,
    transactions: [],
    withdrawals: [],
    blobGasUsed: 13n,
    excessBlobGas: 14n,
    withdrawalsRoot: ROOT,
  },
  parentBeaconBlockRoot: `0x${'15'.repeat(32)}`,
};

describe('payloadHeader', () => {
  test('default: each field in its place', () => {
    expect(payloadHeader(configAt('isthmus'), FULL)).toMatchObject({
      parentHash: `0x${'01'.repeat(32)}`,
      beneficiary: `0x${'02'.repeat(20)}`,
      stateRoot: `0x${'03'.repeat(32)}`,
      transactionsRoot: EMPTY_TRIE_ROOT,
      receiptsRoot: `0x${'04'.repeat(32)}`,
      logsBloom: new Uint8Array(256).fill(5),
      difficulty: 0n,
      number: 7n,
      gasLimit: 8n,
      gasUsed: 9n,
      timestamp: 10n,
      extraData: Uint8Array.of(11),
      mixHash: `0x${'06'.repeat(32)}`,
      nonce: '0x0000000000000000',
      baseFeePerGas: 12n,
      blobGasUsed: 13n,
      excessBlobGas: 14n,
      parentBeaconBlockRoot: `0x${'15'.repeat(32)}`,
    });
  });

  test('behavior: the withdrawals root is that of the storage from Isthmus on', () => {
    const ofFork = (fork: Parameters<typeof configAt>[0], envelope = FULL) => {
      const { withdrawalsRoot, requestsHash } = payloadHeader(configAt(fork), envelope);
      return { withdrawalsRoot, requestsHash };
    };
    const { withdrawals: _, ...fields } = FULL.executionPayload;
    const before = { ...FULL, executionPayload: { ...fields, withdrawals: undefined } };
    expect(ofFork('bedrock', before)).toEqual({});
    expect(ofFork('canyon')).toEqual({ withdrawalsRoot: EMPTY_TRIE_ROOT });
    expect(ofFork('holocene')).toEqual({ withdrawalsRoot: EMPTY_TRIE_ROOT });
    const later = { withdrawalsRoot: ROOT, requestsHash: EMPTY_REQUESTS_HASH };
    expect(ofFork('isthmus')).toEqual(later);
    expect(ofFork('karst')).toEqual(later);
  });

  test('behavior: every field that a payload carries changes the hash', () => {
    const config = configAt('karst');
    const { executionPayload, parentBeaconBlockRoot } = FULL;
    const hashOf = (changed: object) =>
      headerHash(
        payloadHeader(config, {
          executionPayload: { ...executionPayload, ...changed },
          parentBeaconBlockRoot,
        }),
      );
    const changes = [
      ...(
        ['parentHash', 'stateRoot', 'receiptsRoot', 'prevRandao', 'withdrawalsRoot'] as const
      ).map((name) => ({ [name]: ZERO_HASH })),
      ...(
        ['blockNumber', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'blobGasUsed'] as const
      ).map((name) => ({ [name]: executionPayload[name] === 0n ? 1n : 0n })),
      { feeRecipient: `0x${'00'.repeat(20)}` },
      { logsBloom: `0x${'00'.repeat(256)}` },
      { extraData: EMPTY_BYTES },
      { excessBlobGas: 0n },
      { transactions: [Uint8Array.of(1)] },
    ];
    const hashes = new Set([hashOf({}), ...changes.map(hashOf)]);
    expect(hashes.size).toBe(changes.length + 1);
    // The hash is the one field that no header has.
    expect(hashOf({ blockHash: ROOT })).toBe(hashOf({}));
  });
});

const CHAIN = 'every-fork-c';

describe.skipIf(lacksShared(`data/chains/${CHAIN}`))('payloadHeader of recorded blocks', () => {
  test('default: every block has its hash', () => {
    const { forkTimes } = rollupConfigOf(CHAIN);
    for (const { block } of l2LinesOf(CHAIN)) {
      const { header, transactions, hash } = blockFromRpc(block);
      const { withdrawalsRoot, parentBeaconBlockRoot } = header;
      const executionPayload = {
        ...payloadFields(hash, header, transactions),
        withdrawals: withdrawalsRoot === undefined ? undefined : [],
        withdrawalsRoot,
      };
      const made = payloadHeader({ forkTimes }, { executionPayload, parentBeaconBlockRoot });
      expect(headerHash(made), `block ${header.number}`).toBe(hash);
    }
  });
});
