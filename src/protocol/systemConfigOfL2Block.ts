import { ZERO_HASH } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { decodeExtraData } from './extraData.ts';
import { encodeFeeScalars } from './feeScalar.ts';
import { isActivationBlock } from './forks.ts';
import type { L1Info } from './l1Info.ts';
import { decodeL1InfoTx } from './l1InfoTx.ts';
import type { L2Block } from './l2Block.ts';
import { encodeOperatorFee } from './operatorFee.ts';
import type { RollupConfig } from './rollupConfig.ts';
import type { SystemConfig } from './systemConfig.ts';
import { upgradeGas } from './upgradeTxs/upgradeTxs.ts';

/**
 * System config that an L2 block carries, from which the attributes of its child start.
 *
 * Genesis: the rollup config's. Any other block:
 *
 * 1. batcher, overhead and scalar as its L1 attributes give them; from Ecotone's format on
 *    overhead is 0 and the scalar is written anew in version 1;
 * 2. gas limit of the header, without the gas that an upgrade added to its activation block;
 * 3. EIP-1559 parameters and minimum base fee from extraData;
 * 4. operator fee and DA footprint scalar from the L1 attributes, 0 where the format lacks them:
 *    a config update in a fork's activation block is lost for these two.
 *
 * @throws DecodeError when the block is a genesis of another chain, or not what its time asks for.
 * @spec protocol/derivation-2-attributes-engine.md 9.4
 */
export function systemConfigOfL2Block(config: RollupConfig, block: L2Block): SystemConfig {
  if (block.number === config.genesis.l2.number) {
    assertGenesis(config, block);
    return config.genesis.systemConfig;
  }
  return systemConfigOf(config, block, l1InfoOfL2Block(config, block));
}

/** The same for a block that is not genesis, given its L1 attributes. @throws DecodeError */
export function systemConfigOf(config: RollupConfig, block: L2Block, info: L1Info): SystemConfig {
  const { eip1559Params, minBaseFee } = decodeExtraData(config, block.extraData, block.timestamp);
  const hasOperatorFee = info.format === 'isthmus' || info.format === 'jovian';
  return {
    batcherAddr: info.batcherAddr,
    overhead: info.format === 'bedrock' ? info.overhead : ZERO_HASH,
    scalar: info.format === 'bedrock' ? info.scalar : encodeFeeScalars(info),
    gasLimit: ownGasLimit(config, block),
    eip1559Params,
    operatorFeeParams: hasOperatorFee ? encodeOperatorFee(info) : ZERO_HASH,
    minBaseFee,
    daFootprintGasScalar: info.format === 'jovian' ? info.daFootprintGasScalar : 0,
  };
}

/**
 * L1 attributes of an L2 block that is not genesis.
 *
 * @throws DecodeError when the first transaction is missing, no deposit, or malformed.
 */
export function l1InfoOfL2Block(config: RollupConfig, block: L2Block): L1Info {
  const [first] = block.transactions;
  if (first === undefined) {
    const message = `expected an L1 attributes transaction in L2 block ${block.number}, found none`;
    throw new DecodeError('l1InfoMissing', -1, message);
  }
  return decodeL1InfoTx(config, first, block.timestamp);
}

/**
 * States that the block at genesis height is this rollup's genesis.
 *
 * @throws DecodeError when its hash differs.
 */
export function assertGenesis(config: RollupConfig, block: L2Block): void {
  const expected = config.genesis.l2.hash;
  if (block.hash === expected) return;
  const message = `expected L2 genesis \`${expected}\`, found \`${block.hash}\` at ${block.number}`;
  throw new DecodeError('l2Genesis', -1, message);
}

/**
 * Gas limit without what the Karst upgrade added for its own transactions. Chains that kept the
 * added gas say so in their config.
 *
 * @spec protocol/derivation-2-attributes-engine.md 8.11 rule 4
 */
function ownGasLimit(config: RollupConfig, block: L2Block): bigint {
  const { forkTimes, blockTime } = config;
  const isKarst = isActivationBlock(forkTimes, 'karst', block.timestamp, blockTime);
  if (!isKarst || config.keepKarstUpgradeGas) return block.gasLimit;
  const added = upgradeGas(config, block.timestamp);
  if (block.gasLimit < added) {
    const where = `upgrade block ${block.number}`;
    const message = `${where}: expected a gas limit of at least ${added}, found ${block.gasLimit}`;
    throw new DecodeError('upgradeGasLimit', -1, message);
  }
  return block.gasLimit - added;
}
