import {
  type Address,
  bigintToMinimalBytes,
  bytesToHex,
  concatBytes,
  type Hash,
  type Hex,
  hexToBytes,
} from '../base/bytes.ts';
import { keccak256, keccak256Hex } from '../base/hash.ts';
import { encodeRlp, type RlpItem } from '../base/rlp.ts';
import type { TxFees } from './fees.ts';
import type { Sidecar } from './sidecar.ts';
import type { Signer } from './signer.ts';

// A signed L1 transaction as the network takes it:
//
//   EIP-1559  0x02 ++ rlp([chainId, nonce, tip, feeCap, gas, to, value, data, [], y, r, s])
//   EIP-4844  0x03 ++ rlp([chainId, nonce, tip, feeCap, gas, to, value, data, [], blobFeeCap,
//                          versionedHashes, y, r, s])
//   with its sidecar, version 0: 0x03 ++ rlp([fields, blobs, commitments, proofs])
//   with its sidecar, version 1: 0x03 ++ rlp([fields, 1, blobs, commitments, cell proofs])
//
// The hash is that of the form without the sidecar.

/** An L1 transaction before it is signed. */
export type L1Tx = {
  readonly chainId: bigint;
  readonly nonce: bigint;
  readonly fees: TxFees;
  readonly gas: bigint;
  readonly to: Address;
  /** Wei. */
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly sidecar: Sidecar | undefined;
};

/** A signed transaction: what to send, and what it will be called. */
export type SignedL1Tx = { readonly raw: Hex; readonly hash: Hash };

const EIP_1559 = 2;
const EIP_4844 = 3;

/**
 * Signs `tx` for the network, with its blobs where it has some.
 *
 * @spec EIP-1559, EIP-4844, EIP-7594
 */
export async function signL1Tx(tx: L1Tx, signer: Signer): Promise<SignedL1Tx> {
  const type = Uint8Array.of(tx.sidecar === undefined ? EIP_1559 : EIP_4844);
  const unsigned = fieldsOf(tx);
  const digest = keccak256(concatBytes(type, encodeRlp(unsigned)));
  const { yParity, r, s } = await signer.sign(digest);
  const fields = [...unsigned, ...[BigInt(yParity), r, s].map(bigintToMinimalBytes)];
  const body = concatBytes(type, encodeRlp(fields));
  const raw = tx.sidecar === undefined ? body : withSidecar(fields, tx.sidecar);
  return { raw: bytesToHex(raw), hash: keccak256Hex(body) };
}

function fieldsOf(tx: L1Tx): readonly RlpItem[] {
  const { fees, sidecar } = tx;
  const common = [
    ...[tx.chainId, tx.nonce, fees.tip, fees.feeCap, tx.gas].map(bigintToMinimalBytes),
    hexToBytes(tx.to),
    bigintToMinimalBytes(tx.value),
    tx.data,
    [],
  ];
  if (sidecar === undefined) return common;
  const hashes = sidecar.versionedHashes.map(hexToBytes);
  return [...common, bigintToMinimalBytes(fees.blobFeeCap ?? 0n), hashes];
}

function withSidecar(fields: readonly RlpItem[], sidecar: Sidecar): Uint8Array {
  const { blobs, commitments, proofs } = sidecar;
  const version = sidecar.version === 0 ? [] : [Uint8Array.of(1)];
  const wrapper = encodeRlp([fields, ...version, blobs, commitments, proofs]);
  return concatBytes(Uint8Array.of(EIP_4844), wrapper);
}
