import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { encodeJsonExact, type JsonValue, parseJsonExact } from '../../src/base/json.ts';
import type { ExecutionPayload } from '../../src/protocol/executionPayload.ts';
import {
  fromAttributesJson,
  fromEnvelopeJson,
  fromPayloadJson,
  toAttributesJson,
  toPayloadJson,
} from '../../src/protocol/executionPayloadJson.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import { hexOf, uint } from '../support/arbitraries.ts';

const bytes = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const PAYLOADS: fc.Arbitrary<ExecutionPayload> = fc.record({
  parentHash: hexOf(32),
  feeRecipient: hexOf(20),
  stateRoot: hexOf(32),
  receiptsRoot: hexOf(32),
  logsBloom: hexOf(256),
  prevRandao: hexOf(32),
  blockNumber: uint(64),
  gasLimit: uint(64),
  gasUsed: uint(64),
  timestamp: uint(64),
  extraData: bytes(32),
  baseFeePerGas: uint(256),
  blockHash: hexOf(32),
  transactions: fc.array(bytes(40), { maxLength: 4 }),
  withdrawals: maybe(fc.constant([])),
  blobGasUsed: maybe(uint(64)),
  excessBlobGas: maybe(uint(64)),
  withdrawalsRoot: maybe(hexOf(32)),
});

const ATTRIBUTES: fc.Arbitrary<PayloadAttributes> = fc.record({
  timestamp: uint(64),
  prevRandao: hexOf(32),
  suggestedFeeRecipient: hexOf(20),
  withdrawals: maybe(fc.constant([])),
  parentBeaconBlockRoot: maybe(hexOf(32)),
  transactions: fc.array(bytes(40), { maxLength: 4 }),
  noTxPool: fc.boolean(),
  gasLimit: uint(64),
  eip1559Params: maybe(hexOf(8)),
  minBaseFee: maybe(uint(64)),
});

const EXAMPLE = fc.sample(PAYLOADS, { numRuns: 1, seed: 1 })[0] as ExecutionPayload;

describe('toPayloadJson', () => {
  test('behavior: comes back as it was, through text', () => {
    fc.assert(
      fc.property(PAYLOADS, (payload) => {
        const text = JSON.stringify(toPayloadJson(payload));
        expect(fromPayloadJson(JSON.parse(text))).toEqual(payload);
      }),
    );
  });

  test('behavior: fields of later forks are left out', () => {
    const before = {
      ...EXAMPLE,
      withdrawals: undefined,
      blobGasUsed: undefined,
      excessBlobGas: undefined,
      withdrawalsRoot: undefined,
    };
    expect(Object.keys(toPayloadJson(before)).length).toBe(14);
  });
});

describe('fromPayloadJson', () => {
  test('behavior: null is absent', () => {
    const json = { ...toPayloadJson(EXAMPLE), withdrawals: null, withdrawalsRoot: null };
    expect(fromPayloadJson(json)).toMatchObject({
      withdrawals: undefined,
      withdrawalsRoot: undefined,
    });
  });

  test('error: a required field missing, null or of another type', () => {
    const json = toPayloadJson({
      ...EXAMPLE,
      withdrawals: undefined,
      blobGasUsed: undefined,
      excessBlobGas: undefined,
      withdrawalsRoot: undefined,
    });
    for (const key of Object.keys(json)) {
      for (const value of [undefined, null, 1, {}, '0xzz']) {
        expect(() => fromPayloadJson({ ...json, [key]: value }), `${key} ${String(value)}`).toThrow(
          DecodeError,
        );
      }
    }
  });

  test.each([null, undefined, 1, 'x', []])('error: %j is no payload', (json) => {
    expect(() => fromPayloadJson(json)).toThrow(DecodeError);
  });
});

describe('fromEnvelopeJson', () => {
  test('behavior: version 2 has no beacon root, later ones have', () => {
    const executionPayload = toPayloadJson(EXAMPLE);
    expect(fromEnvelopeJson({ executionPayload, blockValue: '0x0' })).toEqual({
      executionPayload: EXAMPLE,
      parentBeaconBlockRoot: undefined,
    });
    const parentBeaconBlockRoot = bytesToHex(new Uint8Array(32));
    expect(fromEnvelopeJson({ executionPayload, parentBeaconBlockRoot })).toMatchObject({
      parentBeaconBlockRoot,
    });
  });
});

describe('toAttributesJson', () => {
  test('behavior: comes back as it was, through text, the largest fee too', () => {
    fc.assert(
      fc.property(ATTRIBUTES, (attributes) => {
        const text = encodeJsonExact(toAttributesJson(attributes) as JsonValue);
        expect(fromAttributesJson(parseJsonExact(text))).toEqual(attributes);
      }),
    );
  });

  test('behavior: the minimum base fee is a number, as engines of today want it', () => {
    const [attributes] = fc.sample(ATTRIBUTES, { numRuns: 1, seed: 1 });
    const json = toAttributesJson({ ...(attributes as PayloadAttributes), minBaseFee: 5n });
    expect(json['minBaseFee']).toBe(5);
    expect(fromAttributesJson({ ...json, minBaseFee: '0x5' }).minBaseFee).toBe(5n);
  });

  test('error: withdrawals, a fraction for a fee, half of the parameters', () => {
    const [attributes] = fc.sample(ATTRIBUTES, { numRuns: 1, seed: 1 });
    const json = toAttributesJson(attributes as PayloadAttributes);
    const wrong = [
      { withdrawals: [{}] },
      { minBaseFee: 0.5 },
      { minBaseFee: -1 },
      { eip1559Params: '0x01' },
    ];
    for (const change of wrong) {
      expect(() => fromAttributesJson({ ...json, ...change }), JSON.stringify(change)).toThrow(
        DecodeError,
      );
    }
  });
});
