import { type Hex, bigintToBytes, bytesToHex, concatBytes, hexToBytes } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { isActive } from './forks.ts';
import type { RollupConfig } from './rollupConfig.ts';

// extraData of an L2 header, by the block's own time. Before Holocene it is empty.
//
//   0  1  version: 0 Holocene, 1 Jovian
//   1  4  EIP-1559 denominator u32, not 0
//   5  4  EIP-1559 elasticity u32, not 0
//   9  8  minimum base fee u64, wei         Jovian

/** What an L2 header's extraData says. */
export type ExtraData = {
  /** 8 bytes: denominator, elasticity. All zero before Holocene. */
  readonly eip1559Params: Hex;
  /** Wei. 0 before Jovian. */
  readonly minBaseFee: bigint;
};

/** Parameters that mean "the chain's constants". */
export const ZERO_EIP1559_PARAMS: Hex = '0x0000000000000000';

/**
 * Fee parameters in the extraData of the L2 block of `l2Time`.
 *
 * @throws DecodeError on another length or version than the time asks for, or a zero parameter.
 * @spec protocol/derivation-2-attributes-engine.md 8.7, 9.4
 */
export function decodeExtraData(
  config: Pick<RollupConfig, 'forkTimes'>,
  extraData: Uint8Array,
  l2Time: bigint,
): ExtraData {
  const isHolocene = isActive(config.forkTimes, 'holocene', l2Time);
  const isJovian = isActive(config.forkTimes, 'jovian', l2Time);
  const length = isJovian ? 17 : isHolocene ? 9 : 0;
  if (extraData.length !== length) {
    const message = `expected ${length} bytes of extraData, found ${extraData.length}`;
    throw new DecodeError('extraDataLength', 0, message);
  }
  if (length === 0) return { eip1559Params: ZERO_EIP1559_PARAMS, minBaseFee: 0n };
  const version = isJovian ? 1 : 0;
  if (extraData[0] !== version) {
    const message = `expected extraData version ${version}, found ${extraData[0]}`;
    throw new DecodeError('extraDataVersion', 0, message);
  }
  const view = new DataView(extraData.buffer, extraData.byteOffset, extraData.byteLength);
  const denominator = view.getUint32(1);
  const elasticity = view.getUint32(5);
  if (denominator === 0 || elasticity === 0) {
    const message = `expected EIP-1559 parameters above 0, found ${denominator} and ${elasticity}`;
    throw new DecodeError('extraDataParams', 1, message);
  }
  const minBaseFee = isJovian ? view.getBigUint64(9) : 0n;
  return { eip1559Params: bytesToHex(extraData.subarray(1, 9)), minBaseFee };
}

/**
 * extraData of the Holocene or Jovian format.
 *
 * @param minBaseFee Undefined gives the Holocene format.
 */
export function encodeExtraData(eip1559Params: Hex, minBaseFee: bigint | undefined): Uint8Array {
  const params = hexToBytes(eip1559Params);
  if (minBaseFee === undefined) return concatBytes(Uint8Array.of(0), params);
  return concatBytes(Uint8Array.of(1), params, bigintToBytes(minBaseFee, 8));
}

/** The chain's own EIP-1559 constants, in the form in which attributes and extraData have them. */
export function chainEip1559Params({ chainOpConfig }: Pick<RollupConfig, 'chainOpConfig'>): Hex {
  const { eip1559DenominatorCanyon, eip1559Elasticity } = chainOpConfig;
  return bytesToHex(bigintToBytes((eip1559DenominatorCanyon << 32n) | eip1559Elasticity, 8));
}
