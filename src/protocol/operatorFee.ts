import { type Hash, bytesToHex, hexToBytes } from '../base/bytes.ts';

// Operator fee of the system config, 32 bytes: 20..23 scalar u32, 24..31 constant u64. The bytes
// before are kept as an update gave them and never read.

/** Parameters of the operator fee: `gas * scalar / 1e6 + constant` until Jovian. */
export type OperatorFee = {
  /** u32. */
  readonly operatorFeeScalar: bigint;
  /** u64. */
  readonly operatorFeeConstant: bigint;
};

/** Operator fee of a config's `operatorFeeParams`. @spec derivation-2-attributes-engine.md 8.3 */
export function operatorFee(params: Hash): OperatorFee {
  const bytes = hexToBytes(params);
  const view = new DataView(bytes.buffer);
  return {
    operatorFeeScalar: BigInt(view.getUint32(20)),
    operatorFeeConstant: view.getBigUint64(24),
  };
}

/** `operatorFeeParams` that hold this fee. */
export function encodeOperatorFee(fee: OperatorFee): Hash {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  view.setUint32(20, Number(fee.operatorFeeScalar));
  view.setBigUint64(24, fee.operatorFeeConstant);
  return bytesToHex(bytes);
}
