import { describe, expect, test } from 'vitest';
import {
  bigintToBytes,
  bytesToHex,
  concatBytes,
  type Hash,
  hexToBytes,
  ZERO_HASH,
} from '../../src/base/bytes.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { encodeDepositTx } from '../../src/protocol/deposit.ts';
import { DEPOSIT_TOPIC, depositFromLog, isDepositLog } from '../../src/protocol/depositLog.ts';
import type { L1Log } from '../../src/protocol/l1Block.ts';
import { userDepositSourceHash } from '../../src/protocol/sourceHash.ts';
import {
  decodeErrorCode,
  expectOnlyDecodeErrors,
  expectTruncationsRefused,
} from '../support/decoding.ts';
import { KNOWN_ANSWERS, knownAnswers } from '../support/knownAnswers.ts';
import { rollupConfig } from '../support/rollupConfig.ts';
import { lacksShared } from '../support/shared.ts';

const CONFIG = rollupConfig('bedrock');
const L1_HASH: Hash = `0x${'11'.repeat(32)}`;
const FROM = `0x${'f0'.repeat(20)}` as const;
const TO = `0x${'b0'.repeat(20)}` as const;
const topicOf = (address: string): Hash => `0x${'00'.repeat(12)}${address.slice(2)}`;
const word = (value: bigint): Uint8Array => bigintToBytes(value, 32);

/** Opaque data: mint 5, value 6, gas 7, then the creation flag and calldata. */
function opaque(flag: number, calldata: Uint8Array): Uint8Array {
  return concatBytes(word(5n), word(6n), bigintToBytes(7n, 8), Uint8Array.of(flag), calldata);
}

function padded(bytes: Uint8Array, fill = 0): Uint8Array {
  return concatBytes(bytes, new Uint8Array((32 - (bytes.length % 32)) % 32).fill(fill));
}

function eventData(bytes: Uint8Array, fill = 0): Uint8Array {
  return concatBytes(word(32n), word(BigInt(bytes.length)), padded(bytes, fill));
}

const LOG: L1Log = {
  address: CONFIG.depositContractAddress,
  topics: [DEPOSIT_TOPIC, topicOf(FROM), topicOf(TO), ZERO_HASH],
  data: eventData(opaque(0, hexToBytes('0xc0ffee'))),
  logIndex: 257,
  txIndex: 3,
};

const withData = (data: Uint8Array): L1Log => ({ ...LOG, data });
const withTopics = (topics: readonly Hash[]): L1Log => ({ ...LOG, topics });

test('DEPOSIT_TOPIC', () => {
  const signature = 'TransactionDeposited(address,address,uint256,bytes)';
  expect(keccak256Hex(new TextEncoder().encode(signature))).toBe(DEPOSIT_TOPIC);
});

describe('isDepositLog', () => {
  test('default', () => {
    expect(isDepositLog(CONFIG, LOG)).toBe(true);
  });

  test('behavior: another address, another event, no topics', () => {
    expect(isDepositLog(CONFIG, { ...LOG, address: CONFIG.l1SystemConfigAddress })).toBe(false);
    expect(isDepositLog(CONFIG, withTopics([ZERO_HASH, ...LOG.topics.slice(1)]))).toBe(false);
    expect(isDepositLog(CONFIG, withTopics([]))).toBe(false);
  });

  test('behavior: a wrong number of topics still is one, and must not be skipped', () => {
    expect(isDepositLog(CONFIG, withTopics([DEPOSIT_TOPIC]))).toBe(true);
  });
});

describe('depositFromLog', () => {
  test('default', () => {
    expect(depositFromLog(LOG, L1_HASH)).toEqual({
      sourceHash: userDepositSourceHash(L1_HASH, 257),
      from: FROM,
      to: TO,
      mint: 5n,
      value: 6n,
      gas: 7n,
      isSystemTx: false,
      data: hexToBytes('0xc0ffee'),
    });
  });

  test.each([1, 2, 255])('behavior: creation flag %i creates, whatever `to` says', (flag) => {
    expect(depositFromLog(withData(eventData(opaque(flag, word(1n)))), L1_HASH).to).toBeUndefined();
  });

  test('behavior: upper bytes of address topics are ignored', () => {
    const dirty = (address: string): Hash => `0x${'ab'.repeat(12)}${address.slice(2)}`;
    const log = withTopics([DEPOSIT_TOPIC, dirty(FROM), dirty(TO), ZERO_HASH]);
    expect(depositFromLog(log, L1_HASH)).toEqual(depositFromLog(LOG, L1_HASH));
  });

  test('behavior: padding bytes are not looked at', () => {
    const log = withData(eventData(opaque(0, hexToBytes('0xc0ffee')), 0xff));
    expect(depositFromLog(log, L1_HASH)).toEqual(depositFromLog(LOG, L1_HASH));
  });

  test('behavior: no calldata, and calldata that needs no padding', () => {
    expect(depositFromLog(withData(eventData(opaque(0, new Uint8Array(0)))), L1_HASH).data).toEqual(
      new Uint8Array(0),
    );
    const exact = new Uint8Array(96 - 73).fill(9);
    expect(depositFromLog(withData(eventData(opaque(0, exact))), L1_HASH).data).toEqual(exact);
  });

  test('behavior: the largest mint, value and gas', () => {
    const data = concatBytes(new Uint8Array(72).fill(255), Uint8Array.of(0));
    const { mint, value, gas } = depositFromLog(withData(eventData(data)), L1_HASH);
    expect([mint, value, gas]).toEqual([2n ** 256n - 1n, 2n ** 256n - 1n, 2n ** 64n - 1n]);
  });

  const bytes = opaque(0, hexToBytes('0xc0ffee'));
  const framed = (pointer: bigint, length: bigint, rest: Uint8Array): L1Log =>
    withData(concatBytes(word(pointer), word(length), rest));

  test.each([
    ['3 topics', withTopics(LOG.topics.slice(0, 3)), 'depositTopics'],
    ['5 topics', withTopics([...LOG.topics, ZERO_HASH]), 'depositTopics'],
    ['another event', withTopics([ZERO_HASH, ...LOG.topics.slice(1)]), 'depositTopics'],
    ['version 1', withTopics([...LOG.topics.slice(0, 3), topicOf(TO)]), 'depositVersion'],
    ['one word of data', withData(word(32n)), 'depositData'],
    ['data of no whole words', withData(concatBytes(LOG.data, new Uint8Array(1))), 'depositData'],
    ['pointer 64', framed(64n, BigInt(bytes.length), padded(bytes)), 'depositPointer'],
    ['pointer 2^64 + 32', framed(2n ** 64n + 32n, 76n, padded(bytes)), 'depositPointer'],
    ['a length beyond the data', framed(32n, 97n, padded(bytes)), 'depositLength'],
    ['a length of 2^64 + 76', framed(32n, 2n ** 64n + 76n, padded(bytes)), 'depositLength'],
    ['a whole word of padding', framed(32n, 64n, new Uint8Array(96)), 'depositLength'],
    ['72 bytes of opaque data', withData(eventData(new Uint8Array(72))), 'depositOpaque'],
  ])('error: %s', (_, log, code) => {
    expect(decodeErrorCode(() => depositFromLog(log, L1_HASH))).toBe(code);
  });

  test('error: every truncation, and nothing but DecodeError', () => {
    const decode = (data: Uint8Array) => depositFromLog(withData(data), L1_HASH);
    expectTruncationsRefused(decode, LOG.data);
    expectOnlyDecodeErrors(decode, LOG.data);
  });
});

describe.skipIf(lacksShared(KNOWN_ANSWERS))('known answers: deposit-log', () => {
  type Input = {
    readonly l1BlockHash: Hash;
    readonly logIndex: number;
    readonly log: { readonly topics: readonly Hash[]; readonly data: string };
  };
  const logOf = ({ log, logIndex }: Input): L1Log => {
    const { topics } = log;
    return { ...LOG, topics, data: hexToBytes(log.data), logIndex };
  };

  type Expected = { readonly rawDeposit?: string; readonly txHash?: string };

  test.each(knownAnswers<Input, Expected>('deposit-log'))('$id', ({ input, expected }) => {
    const raw = encodeDepositTx(depositFromLog(logOf(input), input.l1BlockHash));
    expect(expected.rawDeposit ?? expected.txHash).toBeDefined();
    if (expected.rawDeposit !== undefined) expect(bytesToHex(raw)).toBe(expected.rawDeposit);
    if (expected.txHash !== undefined) expect(keccak256Hex(raw)).toBe(expected.txHash);
  });

  test.each(knownAnswers<Input, unknown>('deposit-log-invalid'))('$id', ({ input }) => {
    decodeErrorCode(() => depositFromLog(logOf(input), input.l1BlockHash));
  });
});
