import type { Address, Hash, Hex } from '../base/bytes.ts';

/**
 * Parameters of a rollup that L1 logs change. The two uses differ in position: the L1 block being
 * read (only `batcherAddr` matters there), and the parent L2 block of the attributes being built.
 *
 * @spec protocol/derivation-2-attributes-engine.md 9.1
 */
export type SystemConfig = {
  readonly batcherAddr: Address;
  /** 32 bytes. Zero from Ecotone on. */
  readonly overhead: Hash;
  /** 32 bytes. Version byte first from Ecotone on. */
  readonly scalar: Hash;
  readonly gasLimit: bigint;
  /** 8 bytes: denominator u32, elasticity u32. All zero means the chain's constants. */
  readonly eip1559Params: Hex;
  /** 32 bytes: operator fee scalar u32 at 20, constant u64 at 24. */
  readonly operatorFeeParams: Hash;
  /** Wei. */
  readonly minBaseFee: bigint;
  /** u16. 0 means 400. */
  readonly daFootprintGasScalar: number;
};
