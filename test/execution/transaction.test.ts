import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { privateKeyToAccount } from 'viem/accounts';
import { bigintToMinimalBytes, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { keccak256Hex } from '../../src/base/hash.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import { decodeSignedTx } from '../../src/execution/transaction.ts';

const account = privateKeyToAccount(`0x${'01'.repeat(32)}`);
const FROM = account.address.toLowerCase();
const TO = `0x${'22'.repeat(20)}` as const;
const BODY = { nonce: 3, gas: 50_000n, to: TO, value: 9n, data: '0x00ff01' as Hex };
const ACCESS = [{ address: TO, storageKeys: [`0x${'00'.repeat(31)}05` as Hex] }];
const FEES = { maxFeePerGas: 200n, maxPriorityFeePerGas: 3n };

const authorization = await account.signAuthorization({
  chainId: 901,
  contractAddress: TO,
  nonce: 8,
});

const SIGNED = {
  'legacy without replay protection': await account.signTransaction({
    ...BODY,
    type: 'legacy',
    gasPrice: 100n,
  }),
  legacy: await account.signTransaction({ ...BODY, type: 'legacy', chainId: 901, gasPrice: 100n }),
  'EIP-2930': await account.signTransaction({
    ...BODY,
    type: 'eip2930',
    chainId: 901,
    gasPrice: 100n,
    accessList: ACCESS,
  }),
  'EIP-1559': await account.signTransaction({ ...BODY, ...FEES, type: 'eip1559', chainId: 901 }),
  'EIP-7702': await account.signTransaction({
    ...BODY,
    ...FEES,
    type: 'eip7702',
    chainId: 901,
    authorizationList: [authorization],
  }),
} as const;

describe('decodeSignedTx', () => {
  test.each(Object.entries(SIGNED))('default: %s', (name, raw) => {
    const tx = decodeSignedTx(hexToBytes(raw));
    expect(tx).toMatchObject({ from: FROM, nonce: 3n, gasLimit: 50_000n, to: TO, value: 9n });
    expect([...tx.data]).toEqual([0, 255, 1]);
    const types = { 'EIP-2930': 1, 'EIP-1559': 2, 'EIP-7702': 4 };
    expect(tx.type).toBe(types[name as keyof typeof types] ?? 0);
    expect(tx.maxPriorityFeePerGas).toBe(tx.type >= 2 ? 3n : 100n);
    expect(tx.hash).toBe(keccak256Hex(hexToBytes(raw)));
    expect(tx.chainId).toBe(name === 'legacy without replay protection' ? undefined : 901n);
    expect(tx.maxFeePerGas).toBe(
      name.startsWith('EIP-1559') || name.startsWith('EIP-7702') ? 200n : 100n,
    );
  });

  test('behavior: access lists and authorizations', () => {
    const { accessList } = decodeSignedTx(hexToBytes(SIGNED['EIP-2930']));
    expect(accessList).toEqual([{ address: TO, slots: [5n] }]);
    const { authorizations } = decodeSignedTx(hexToBytes(SIGNED['EIP-7702']));
    expect(authorizations).toEqual([{ chainId: 901n, address: TO, nonce: 8n, authority: FROM }]);
  });

  test.each(Object.entries(SIGNED))('error: every truncation of %s', (_, raw) => {
    const bytes = hexToBytes(raw);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSignedTx(bytes.subarray(0, length)), `${length}`).toThrow(DecodeError);
    }
  });

  test('error: whatever the bytes, nothing but a DecodeError', () => {
    const samples = Object.values(SIGNED).map(hexToBytes);
    const changed = fc
      .tuple(fc.constantFrom(...samples), fc.nat(400), fc.nat(255))
      .map(([bytes, at, value]) => {
        const copy = bytes.slice();
        copy[at % copy.length] = value;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        try {
          decodeSignedTx(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
      }),
    );
  });

  test('error: an s above half the order, as EIP-2 has it', () => {
    const half = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
    const signed = (r: bigint, s: bigint, v = 27n) =>
      decodeSignedTx(
        encodeRlp([0n, 9n, 21_000n, 0n, 0n, 0n, v, r, s].map((n) => bigintToMinimalBytes(n))),
      );
    expect(signed(1n, half)).toMatchObject({ type: 0, to: undefined });
    expect(() => signed(1n, half + 1n)).toThrow(DecodeError);
    expect(() => signed(0n, 1n)).toThrow(DecodeError);
    expect(() => signed(1n, 0n)).toThrow(DecodeError);
    expect(() => signed(1n, 1n, 26n)).toThrow(DecodeError);
    expect(() => signed(1n, 1n, 29n)).toThrow(DecodeError);
  });

  test.each([0x03, 0x05, 0x7d, 0x7e, 0x80])('error: type %i', (type) => {
    expect(() => decodeSignedTx(Uint8Array.of(type, 0xc0))).toThrow(DecodeError);
  });
});
