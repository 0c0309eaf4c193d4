import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, test } from 'vitest';
import { hexToBytes } from '../../src/base/bytes.ts';
import { DecodeError } from '../../src/base/errors.ts';
import { installRecoverAhead } from '../../src/base/secp256k1.ts';
import { recoverSendersAhead, signedTxOf } from '../../src/execution/sendersAhead.ts';
import { decodeSignedTx } from '../../src/execution/transaction.ts';

const account = privateKeyToAccount(`0x${'01'.repeat(32)}`);
const TO = `0x${'22'.repeat(20)}` as const;
const BODY = { nonce: 3, gas: 50_000n, to: TO, chainId: 901 };
const legacy = await account.signTransaction({ ...BODY, type: 'legacy', gasPrice: 100n });
const dynamic = await account.signTransaction({ ...BODY, type: 'eip1559', maxFeePerGas: 9n });

const signed = await account.signAuthorization({ chainId: 901, contractAddress: TO, nonce: 8 });
const unsigned = { ...signed, s: `0x${'ff'.repeat(32)}` as const };
const setCode = await account.signTransaction({
  ...BODY,
  type: 'eip7702',
  maxFeePerGas: 9n,
  authorizationList: [unsigned, signed, signed],
});

/** The last field is s, above the order of the curve. */
const badlySigned = hexToBytes(legacy).fill(0xff, -32);

describe('recoverSendersAhead', () => {
  test('default: what was begun is as decoded, the first time and again', () => {
    const raws = [hexToBytes(legacy), hexToBytes(dynamic)];
    recoverSendersAhead(raws);
    recoverSendersAhead(raws);
    for (const raw of raws) {
      expect(signedTxOf(raw)).toEqual(decodeSignedTx(raw));
      expect(signedTxOf(raw)).toEqual(decodeSignedTx(raw));
    }
  });

  test('behavior: authorities come with the sender of their own transaction', () => {
    const raws = [setCode, dynamic, setCode].map(hexToBytes);
    recoverSendersAhead(raws);
    const own = account.address.toLowerCase();
    const authorities = [undefined, own, own];
    for (const [i, expected] of [authorities, [], authorities].entries()) {
      const tx = signedTxOf(raws[i] as Uint8Array);
      expect(tx).toEqual(decodeSignedTx(raws[i] as Uint8Array));
      expect(tx.from).toBe(own);
      expect(tx.authorizations.map(({ authority }) => authority)).toEqual(expected);
    }
  });

  test('behavior: what is recovered already is not begun again', () => {
    const counts: number[] = [];
    installRecoverAhead((signatures) => {
      counts.push(signatures.length);
      return signatures.map(() => () => undefined);
    });
    try {
      const [known, other] = [hexToBytes(legacy), hexToBytes(legacy)];
      recoverSendersAhead([other]);
      installRecoverAhead();
      recoverSendersAhead([known]);
      const tx = signedTxOf(known);
      installRecoverAhead((signatures) => {
        counts.push(signatures.length);
        return [];
      });
      recoverSendersAhead([known]);
      expect(counts).toEqual([1]);
      expect(signedTxOf(known)).toBe(tx);
    } finally {
      installRecoverAhead();
    }
  });

  test('behavior: deposits, the empty, and what does not decode are left alone', () => {
    const bad = [Uint8Array.of(0x7e), new Uint8Array(0), Uint8Array.of(2, 0xc0), badlySigned];
    const good = hexToBytes(dynamic);
    recoverSendersAhead([...bad, good]);
    for (const raw of bad) expect(() => signedTxOf(raw)).toThrow(DecodeError);
    expect(signedTxOf(good)).toEqual(decodeSignedTx(good));
  });
});

describe('signedTxOf', () => {
  test('default: of what was not begun', () => {
    const raw = hexToBytes(dynamic);
    expect(signedTxOf(raw)).toEqual(decodeSignedTx(raw));
    expect(signedTxOf(raw).from).toBe(account.address.toLowerCase());
  });
});
