import {
  bytesToBigint,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  EMPTY_BYTES,
  type Hex,
  hexToBytes,
} from '../base/bytes.ts';
import { decodeExtraData, encodeExtraData } from '../protocol/extraData.ts';
import { isActive } from '../protocol/forks.ts';
import type { Header } from '../protocol/header.ts';
import type { ExecutionConfig } from './executionConfig.ts';

/** What a block's child takes from it. `minBaseFee` in wei, 0 before Jovian. */
type BaseFeeParameters = {
  readonly denominator: bigint;
  readonly elasticity: bigint;
  readonly minBaseFee: bigint;
};

/**
 * Base fee in wei of a block at `time` on `parent`.
 *
 * @throws DecodeError when the parent's extraData has not the form its fork asks for.
 * @spec protocol/execution.md 3.4
 */
export function nextBaseFee(config: ExecutionConfig, parent: Header, time: bigint): bigint {
  const fee = parent.baseFeePerGas;
  if (fee === undefined) return INITIAL_BASE_FEE;
  const { elasticity, denominator, minBaseFee } = parametersAfter(config, parent, time);
  const jovian = isActive(config.forkTimes, 'jovian', parent.timestamp);
  const footprint = jovian ? (parent.blobGasUsed ?? 0n) : 0n;
  const used = parent.gasUsed > footprint ? parent.gasUsed : footprint;
  const target = parent.gasLimit / elasticity;
  let next = fee;
  if (used > target) {
    const step = (fee * (used - target)) / target / denominator;
    next = fee + (step > 1n ? step : 1n);
  } else if (used < target) {
    next = fee - (fee * (target - used)) / target / denominator;
  }
  return next < minBaseFee ? minBaseFee : next;
}

function parametersAfter(config: ExecutionConfig, parent: Header, time: bigint): BaseFeeParameters {
  const { forkTimes, chainOpConfig } = config;
  if (isActive(forkTimes, 'holocene', parent.timestamp)) {
    const extra = decodeExtraData(config, parent.extraData, parent.timestamp);
    const params = hexToBytes(extra.eip1559Params);
    return {
      denominator: bytesToBigint(params.subarray(0, 4)),
      elasticity: bytesToBigint(params.subarray(4)),
      minBaseFee: extra.minBaseFee,
    };
  }
  const denominator = isActive(forkTimes, 'canyon', time)
    ? chainOpConfig.eip1559DenominatorCanyon
    : chainOpConfig.eip1559Denominator;
  return { denominator, elasticity: chainOpConfig.eip1559Elasticity, minBaseFee: 0n };
}

/** Either the extraData for a block, or why its attributes cannot have one. */
export type ExtraDataOutcome =
  | { readonly type: 'extraData'; readonly extraData: Uint8Array }
  | { readonly type: 'invalid'; readonly reason: string };

/**
 * extraData of a block with these attributes. Parameters of zero stand for the chain's own.
 *
 * @spec protocol/execution.md 3.3
 */
export function extraDataOf(
  config: ExecutionConfig,
  time: bigint,
  eip1559Params: Hex | undefined,
  minBaseFee: bigint | undefined,
): ExtraDataOutcome {
  const holocene = isActive(config.forkTimes, 'holocene', time);
  const jovian = isActive(config.forkTimes, 'jovian', time);
  if (holocene !== (eip1559Params !== undefined)) {
    return invalid(`eip1559Params must be ${holocene ? 'present from' : 'absent before'} Holocene`);
  }
  if (jovian !== (minBaseFee !== undefined)) {
    return invalid(`minBaseFee must be ${jovian ? 'present from' : 'absent before'} Jovian`);
  }
  if (eip1559Params === undefined) return { type: 'extraData', extraData: EMPTY_BYTES };
  const params = hexToBytes(eip1559Params);
  if (params.length !== 8)
    return invalid(`eip1559Params: expected 8 bytes, found ${params.length}`);
  const denominatorIsZero = bytesToBigint(params.subarray(0, 4)) === 0n;
  const elasticityIsZero = bytesToBigint(params.subarray(4)) === 0n;
  if (denominatorIsZero !== elasticityIsZero) {
    return invalid('eip1559Params: denominator and elasticity must both be zero or both not');
  }
  const { eip1559DenominatorCanyon, eip1559Elasticity } = config.chainOpConfig;
  const constants = concatBytes(
    bigintToBytes(eip1559DenominatorCanyon, 4),
    bigintToBytes(eip1559Elasticity, 4),
  );
  const effective = denominatorIsZero ? bytesToHex(constants) : eip1559Params;
  const extraData = encodeExtraData(effective, minBaseFee);
  return { type: 'extraData', extraData };
}

function invalid(reason: string): ExtraDataOutcome {
  return { type: 'invalid', reason };
}

/** Wei; where the parent has no base fee. */
const INITIAL_BASE_FEE = 1_000_000_000n;
