import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import { decodeRlp } from '../../src/base/rlp.ts';
import { decodeDepositTx } from '../../src/protocol/deposit.ts';
import { encodeRpcTransaction } from '../../src/protocol/rpcTransaction.ts';
import { decodeErrorCode } from '../support/decoding.ts';

const TO = `0x${'0b'.repeat(20)}`;
const KEY = `0x${'0c'.repeat(32)}`;

/** Fields that every transaction has. */
const CALL = {
  nonce: '0x7',
  gas: '0x5208',
  to: TO,
  value: '0x0',
  input: '0xc0ffee',
  r: '0x1',
  s: '0x2',
};
const LEGACY = { ...CALL, type: '0x0', gasPrice: '0x9', v: '0x1b' };
const TYPED = { ...CALL, chainId: '0x384', yParity: '0x1', v: '0x1' };
const CAPS = { maxFeePerGas: '0x9', maxPriorityFeePerGas: '0x1' };
const ACCESS = [{ address: TO, storageKeys: [KEY] }];
const AUTHORIZATION = {
  chainId: '0x384',
  address: TO,
  nonce: '0x5',
  yParity: '0x0',
  r: '0x3',
  s: '0x4',
};

const TYPE_1 = { ...TYPED, type: '0x1', gasPrice: '0x9', accessList: ACCESS };
const TYPE_2 = { ...TYPED, ...CAPS, type: '0x2', accessList: [] };
const TYPE_3 = { ...TYPE_2, type: '0x3', maxFeePerBlobGas: '0x5', blobVersionedHashes: [KEY] };
const TYPE_4 = { ...TYPE_2, type: '0x4', authorizationList: [AUTHORIZATION] };
const DEPOSIT = {
  type: '0x7e',
  sourceHash: KEY,
  from: TO,
  to: null,
  mint: '0x5',
  value: '0x6',
  gas: '0x7',
  isSystemTx: true,
  input: '0xc0ffee',
};

const bytes = (hex: string): Uint8Array => hexToBytes(hex);
const [to, key, empty] = [bytes(TO), bytes(KEY), bytes('0x')];
const call = [bytes('0x5208'), to, empty, bytes('0xc0ffee')];
const caps = [bytes('0x07'), bytes('0x01'), bytes('0x09')];

describe('encodeRpcTransaction', () => {
  test('default: the example of EIP-155', () => {
    const raw = encodeRpcTransaction({
      nonce: '0x9',
      gasPrice: '0x4a817c800',
      gas: '0x5208',
      to: '0x3535353535353535353535353535353535353535',
      value: '0xde0b6b3a7640000',
      input: '0x',
      v: '0x25',
      r: '0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276',
      s: '0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    });
    expect(bytesToHex(raw)).toBe(
      '0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a7640000' +
        '8025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f76' +
        '1aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    );
  });

  const signature = [bytes('0x01'), bytes('0x01'), bytes('0x02')];
  const chain = bytes('0x0384');
  const authorization = [chain, to, bytes('0x05'), empty, bytes('0x03'), bytes('0x04')];

  test.each([
    [1, TYPE_1, [chain, bytes('0x07'), bytes('0x09'), ...call, [[to, [key]]], ...signature]],
    [2, TYPE_2, [chain, ...caps, ...call, [], ...signature]],
    [3, TYPE_3, [chain, ...caps, ...call, [], bytes('0x05'), [key], ...signature]],
    [4, TYPE_4, [chain, ...caps, ...call, [], [authorization], ...signature]],
  ])('default: type %i', (type, json, fields) => {
    const raw = encodeRpcTransaction(json);
    expect(raw[0]).toBe(type);
    expect(decodeRlp(raw.subarray(1))).toEqual(fields);
  });

  test('default: deposit', () => {
    expect(decodeDepositTx(encodeRpcTransaction(DEPOSIT))).toEqual({
      sourceHash: KEY,
      from: TO,
      to: undefined,
      mint: 5n,
      value: 6n,
      gas: 7n,
      isSystemTx: true,
      data: bytes('0xc0ffee'),
    });
  });

  test('behavior: what servers leave out', () => {
    const same = (json: object, full: object) =>
      expect(encodeRpcTransaction(json)).toEqual(encodeRpcTransaction(full));
    same({ ...LEGACY, type: undefined }, LEGACY);
    same({ ...TYPE_2, yParity: undefined }, TYPE_2);
    same({ ...TYPE_2, v: undefined }, TYPE_2);
    same({ ...TYPE_2, accessList: undefined }, TYPE_2);
    const { yParity: _, ...withV } = { ...AUTHORIZATION, v: '0x0' };
    same({ ...TYPE_4, authorizationList: [withV] }, TYPE_4);
    same(
      { ...DEPOSIT, mint: null, isSystemTx: undefined },
      { ...DEPOSIT, mint: '0x0', isSystemTx: false },
    );
  });

  test('behavior: no recipient', () => {
    const raw = encodeRpcTransaction({ ...LEGACY, to: null });
    expect((decodeRlp(raw) as readonly Uint8Array[])[3]).toEqual(empty);
    expect(encodeRpcTransaction({ ...LEGACY, to: undefined })).toEqual(raw);
  });

  test('error: an unknown type', () => {
    expect(decodeErrorCode(() => encodeRpcTransaction({ ...TYPE_2, type: '0x5' }))).toBe('txType');
  });

  test.each([
    ['legacy', LEGACY, ['nonce', 'gasPrice', 'gas', 'value', 'input', 'v', 'r', 's']],
    ['type 1', TYPE_1, ['chainId', 'gasPrice', 'input']],
    ['type 2', TYPE_2, ['chainId', 'maxFeePerGas', 'maxPriorityFeePerGas']],
    ['type 3', TYPE_3, ['maxFeePerBlobGas', 'blobVersionedHashes']],
    ['type 4', TYPE_4, ['authorizationList']],
    ['deposit', DEPOSIT, ['sourceHash', 'from', 'value', 'gas', 'input']],
  ])('error: %s with a field missing, null or malformed', (_, json, names) => {
    for (const name of names) {
      for (const value of [undefined, null, 'x', 5, {}, '0xzz', ['0x1', 2]]) {
        const damaged = { ...json, [name]: value };
        const message = new RegExp(name);
        expect(() => encodeRpcTransaction(damaged), `${name} ${String(value)}`).toThrow(message);
      }
    }
  });

  test.each([
    ['an access list entry that is null', { ...TYPE_1, accessList: [null] }],
    ['an access list entry without keys', { ...TYPE_1, accessList: [{ address: TO }] }],
    [
      'a storage key that is a number',
      { ...TYPE_1, accessList: [{ address: TO, storageKeys: [1] }] },
    ],
    ['an authorization that is null', { ...TYPE_4, authorizationList: [null] }],
    ['a recipient of 19 bytes', { ...LEGACY, to: TO.slice(0, -2) }],
    ['no object', null],
  ])('error: %s', (_, json) => {
    expect(['jsonField', 'jsonObject']).toContain(
      decodeErrorCode(() => encodeRpcTransaction(json)),
    );
  });
});
