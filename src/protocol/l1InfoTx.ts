import type { Address } from '../base/bytes.ts';
import { blobBaseFee } from './blobBaseFee.ts';
import { depositCalldata, encodeDepositTx } from './deposit.ts';
import { feeScalars } from './feeScalar.ts';
import { isActive } from './forks.ts';
import type { L1Block } from './l1Block.ts';
import type { L1ChainConfig } from './l1ChainConfig.ts';
import { type L1Info, decodeL1InfoData, encodeL1InfoData, l1InfoFormat } from './l1Info.ts';
import { operatorFee } from './operatorFee.ts';
import { L1_BLOCK } from './predeploys.ts';
import type { RollupConfig } from './rollupConfig.ts';
import { l1InfoSourceHash } from './sourceHash.ts';
import type { SystemConfig } from './systemConfig.ts';

/** Account that sends the L1 attributes transaction; it has no key. */
export const L1_INFO_DEPOSITOR: Address = '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001';

/** Gas of the L1 attributes transaction before Regolith, when it was a system transaction. */
const SYSTEM_TX_GAS = 150_000_000n;

/** Gas of the L1 attributes transaction from Regolith on. */
export const L1_INFO_TX_GAS = 1_000_000n;

/** Scalar that a DA footprint gas scalar of 0 stands for. */
const DEFAULT_DA_FOOTPRINT_GAS_SCALAR = 400;

/** What the L1 attributes of an L2 block are made of. */
export type L1InfoSource = {
  /** Of the parent L2 block, with the updates of `l1` when a new epoch begins. */
  readonly systemConfig: SystemConfig;
  /** L2 blocks of the same origin before this one. */
  readonly sequenceNumber: bigint;
  /** The L1 origin. */
  readonly l1: L1Block;
  /** Of the L2 block, seconds. */
  readonly l2Time: bigint;
};

/**
 * The L1 attributes transaction, encoded: the first one of every L2 block but genesis.
 *
 * @throws DecodeError when the config's fee scalar has no Ecotone meaning. It cannot come from an
 *         update since Ecotone; one left from before makes every further block impossible.
 * @spec protocol/derivation-2-attributes-engine.md 8.2, 8.3
 */
export function l1InfoTx(
  config: RollupConfig,
  l1Chain: L1ChainConfig,
  source: L1InfoSource,
): Uint8Array {
  const { sequenceNumber, l1, l2Time } = source;
  const isRegolith = isActive(config.forkTimes, 'regolith', l2Time);
  return encodeDepositTx({
    sourceHash: l1InfoSourceHash(l1.ref.hash, sequenceNumber),
    from: L1_INFO_DEPOSITOR,
    to: L1_BLOCK,
    mint: 0n,
    value: 0n,
    gas: isRegolith ? L1_INFO_TX_GAS : SYSTEM_TX_GAS,
    isSystemTx: !isRegolith,
    data: encodeL1InfoData(l1InfoOf(config, l1Chain, source)),
  });
}

/**
 * L1 attributes of a block, read from its first transaction.
 *
 * @param tx Encoded.
 * @param l2Time Of the block that contains it, seconds.
 * @throws DecodeError when it is no deposit, or its calldata is not in the format of `l2Time`.
 */
export function decodeL1InfoTx(config: RollupConfig, tx: Uint8Array, l2Time: bigint): L1Info {
  return decodeL1InfoData(depositCalldata(tx), l1InfoFormat(config, l2Time));
}

function l1InfoOf(
  config: RollupConfig,
  l1Chain: L1ChainConfig,
  { systemConfig, sequenceNumber, l1, l2Time }: L1InfoSource,
): L1Info {
  const common = {
    number: l1.ref.number,
    timestamp: l1.ref.timestamp,
    baseFee: l1.baseFee,
    hash: l1.ref.hash,
    sequenceNumber,
    batcherAddr: systemConfig.batcherAddr,
  };
  const format = l1InfoFormat(config, l2Time);
  if (format === 'bedrock') {
    return { format, ...common, overhead: systemConfig.overhead, scalar: systemConfig.scalar };
  }
  const { timestamp } = l1.ref;
  const ecotone = {
    ...common,
    ...feeScalars(systemConfig.scalar),
    blobBaseFee: blobBaseFee(config, l1Chain, { timestamp, excessBlobGas: l1.excessBlobGas }),
  };
  if (format === 'ecotone') return { format, ...ecotone };
  const isthmus = { ...ecotone, ...operatorFee(systemConfig.operatorFeeParams) };
  if (format === 'isthmus') return { format, ...isthmus };
  const scalar = systemConfig.daFootprintGasScalar;
  const daFootprintGasScalar = scalar === 0 ? DEFAULT_DA_FOOTPRINT_GAS_SCALAR : scalar;
  return { format, ...isthmus, daFootprintGasScalar };
}
