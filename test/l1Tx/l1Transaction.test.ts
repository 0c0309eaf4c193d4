import { privateKeyToAccount } from 'viem/accounts';
import { serializeTransaction } from 'viem/utils';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/base/bytes.ts';
import { decodeRlp } from '../../src/base/rlp.ts';
import { type L1Tx, signL1Tx } from '../../src/l1Tx/l1Transaction.ts';
import type { Sidecar } from '../../src/l1Tx/sidecar.ts';
import { localSigner } from '../../src/l1Tx/signer.ts';
import { devAccount } from '../../src/devnet/devAccounts.ts';

const { key } = devAccount(1);
const TX: L1Tx = {
  chainId: 900n,
  nonce: 7n,
  fees: { tip: 1n, feeCap: 1_000_000_000n, blobFeeCap: undefined },
  gas: 50_000n,
  to: '0xff00000000000000000000000000000000000901',
  value: 0n,
  data: Uint8Array.of(0, 1, 2),
  sidecar: undefined,
};
const SIDECAR: Sidecar = {
  version: 1,
  blobs: [new Uint8Array(131_072)],
  commitments: [new Uint8Array(48)],
  proofs: Array.from({ length: 128 }, () => new Uint8Array(48)),
  versionedHashes: [`0x01${'ab'.repeat(31)}`],
};

describe('signL1Tx', () => {
  test('default: the same bytes as another implementation', async () => {
    const expected = await privateKeyToAccount(key).signTransaction({
      type: 'eip1559',
      chainId: 900,
      nonce: 7,
      maxFeePerGas: 1_000_000_000n,
      maxPriorityFeePerGas: 1n,
      gas: 50_000n,
      to: TX.to,
      value: 0n,
      data: bytesToHex(TX.data),
    });
    expect((await signL1Tx(TX, localSigner(key))).raw).toBe(expected);
  });

  test('behavior: a blob transaction is named by its hash without the sidecar', async () => {
    const fees = { ...TX.fees, blobFeeCap: 9n };
    const signed = await signL1Tx({ ...TX, fees, sidecar: SIDECAR }, localSigner(key));
    const body = await privateKeyToAccount(key).signTransaction(
      {
        type: 'eip4844',
        chainId: 900,
        nonce: 7,
        maxFeePerGas: 1_000_000_000n,
        maxPriorityFeePerGas: 1n,
        maxFeePerBlobGas: 9n,
        gas: 50_000n,
        to: TX.to,
        value: 0n,
        data: bytesToHex(TX.data),
        blobVersionedHashes: SIDECAR.versionedHashes,
      },
      { serializer: serializeTransaction },
    );
    const wrapped = decodeRlp(hexToBytes(signed.raw).subarray(1)) as readonly unknown[];
    expect(wrapped[0]).toEqual(decodeRlp(hexToBytes(body).subarray(1)));
    expect(wrapped[1]).toEqual(Uint8Array.of(1));
    expect(wrapped.length).toBe(5);
    const old = { ...SIDECAR, version: 0, proofs: [new Uint8Array(48)] } as const;
    const signedOld = await signL1Tx({ ...TX, fees, sidecar: old }, localSigner(key));
    expect(signedOld.hash).toBe(signed.hash);
    expect((decodeRlp(hexToBytes(signedOld.raw).subarray(1)) as readonly unknown[]).length).toBe(4);
  });
});
