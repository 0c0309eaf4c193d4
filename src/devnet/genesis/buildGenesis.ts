import {
  type Address,
  bigintToBytes,
  bytesToHex,
  concatBytes,
  type Hash,
  ZERO_HASH,
} from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { applyGenesis, type Genesis } from '../../execution/genesis.ts';
import { openState } from '../../execution/state/worldState.ts';
import { encodeExtraData, ZERO_EIP1559_PARAMS } from '../../protocol/extraData.ts';
import { encodeFeeScalars } from '../../protocol/feeScalar.ts';
import { FORKS, type Fork, isActive } from '../../protocol/forks.ts';
import type { BlockId } from '../../protocol/ids.ts';
import { SEQUENCER_FEE_VAULT } from '../../protocol/predeploys.ts';
import type { ChainOpConfig, RollupConfig } from '../../protocol/rollupConfig.ts';
import type { SystemConfig } from '../../protocol/systemConfig.ts';
import type { L1Contracts } from '../l1Contracts.ts';
import { account, type Alloc } from './alloc.ts';
import { type ForkSchedule, forkTimesOf } from './forkSchedule.ts';
import { predeployAccounts } from './predeploys.ts';
import { preinstallAccounts } from './preinstalls.ts';
import { upgradeAlloc } from './upgradeAlloc.ts';

/** Everything a new L2 chain is made from. */
export type GenesisOptions = {
  /** L1 block the rollup begins at; its time is the time of L2 block 0. */
  readonly l1Start: BlockId & { readonly timestamp: bigint };
  readonly l1ChainId: bigint;
  readonly l1Contracts: L1Contracts;
  readonly l2ChainId: bigint;
  readonly batchInbox: Address;
  readonly batcher: Address;
  /** As the SystemConfig contract has it. */
  readonly gasLimit: bigint;
  readonly baseFeeScalar: number;
  readonly blobBaseFeeScalar: number;
  /** Owns the L2 proxy admin and receives fees. */
  readonly owner: Address;
  /** Wei per account. */
  readonly funded: ReadonlyMap<Address, bigint>;
  /** Seconds. */
  readonly blockTime: bigint;
  /** L1 blocks. */
  readonly seqWindowSize: bigint;
  /** L1 blocks. */
  readonly channelTimeout: bigint;
  /** Seconds. */
  readonly maxSequencerDrift: bigint;
  readonly schedule: ForkSchedule;
  readonly chainOpConfig: ChainOpConfig;
};

/** A new L2 chain: block 0 with its state, and the rollup config that names it. */
export type BuiltGenesis = { readonly genesis: Genesis; readonly rollup: RollupConfig };

/** EIP-1559 constants of the reference's new chains. */
export const DEFAULT_CHAIN_OP_CONFIG: ChainOpConfig = {
  eip1559Elasticity: 6n,
  eip1559Denominator: 50n,
  eip1559DenominatorCanyon: 250n,
};

const FIRST_BASE_FEE = 1_000_000_000n;

/**
 * Block 0 of a new chain at any fork. Its contracts are those of Ecotone's time, which serve older
 * forks too; for later ones the protocol's own upgrades have been run on them. One thing is lost:
 * on a chain born before Ecotone the messenger and the standard bridge revert from Ecotone until
 * Isthmus, because Ecotone's own L1Block does not tell a gas token. The message passer works.
 *
 * @throws ConfigError when the fork schedule is impossible.
 */
export async function buildGenesis(options: GenesisOptions): Promise<BuiltGenesis> {
  const { l1Start, blockTime, schedule } = options;
  const l2Time = l1Start.timestamp;
  if (options.l1ChainId === options.l2ChainId) {
    throw new ConfigError('l2ChainId', String(options.l2ChainId), 'another id than the L1 has');
  }
  const forkTimes = forkTimesOf(schedule, l2Time, blockTime);
  const config = { chainId: options.l2ChainId, forkTimes, chainOpConfig: options.chainOpConfig };
  const isAtGenesis = (fork: Fork): boolean => isActive(forkTimes, fork, l2Time);
  const base: Genesis = {
    config,
    header: {
      parentHash: ZERO_HASH,
      beneficiary: SEQUENCER_FEE_VAULT,
      difficulty: 0n,
      number: 0n,
      gasLimit: options.gasLimit,
      gasUsed: 0n,
      timestamp: l2Time,
      extraData: genesisExtraData(options.chainOpConfig, isAtGenesis),
      mixHash: ZERO_HASH,
      nonce: '0x0000000000000000',
      baseFeePerGas: FIRST_BASE_FEE,
      blobGasUsed: 0n,
      excessBlobGas: 0n,
    },
    alloc: baseAlloc(options, isAtGenesis('ecotone')),
  };
  const { atGenesis } = schedule;
  const isLater = FORKS.indexOf(atGenesis as Fork) > FORKS.indexOf('ecotone');
  const alloc = isLater
    ? await upgradeAlloc(withoutExtraData(base), atGenesis as Fork)
    : base.alloc;
  const genesis: Genesis = { ...base, alloc };
  return { genesis, rollup: rollupOf(options, genesis) };
}

/** Block 0's hash is that of its header, which has the root of the alloc. */
function rollupOf(options: GenesisOptions, genesis: Genesis): RollupConfig {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  const block = applyGenesis(genesis, state);
  return {
    genesis: {
      l1: { number: options.l1Start.number, hash: options.l1Start.hash },
      l2: { number: 0n, hash: block.hash },
      l2Time: options.l1Start.timestamp,
      systemConfig: genesisSystemConfig(
        options,
        isActive(genesis.config.forkTimes, 'ecotone', options.l1Start.timestamp),
      ),
    },
    blockTime: options.blockTime,
    maxSequencerDrift: options.maxSequencerDrift,
    seqWindowSize: options.seqWindowSize,
    channelTimeout: options.channelTimeout,
    l1ChainId: options.l1ChainId,
    l2ChainId: options.l2ChainId,
    forkTimes: genesis.config.forkTimes,
    pectraBlobScheduleTime: undefined,
    keepKarstUpgradeGas: false,
    batchInboxAddress: options.batchInbox,
    depositContractAddress: options.l1Contracts.optimismPortal,
    l1SystemConfigAddress: options.l1Contracts.systemConfig,
    chainOpConfig: options.chainOpConfig,
    spanBatchV2Time: undefined,
  };
}

function genesisSystemConfig(options: GenesisOptions, isEcotone: boolean): SystemConfig {
  return {
    batcherAddr: options.batcher,
    overhead: ZERO_HASH,
    scalar: genesisScalar(options, isEcotone),
    gasLimit: options.gasLimit,
    eip1559Params: ZERO_EIP1559_PARAMS,
    operatorFeeParams: ZERO_HASH,
    minBaseFee: 0n,
    daFootprintGasScalar: 0,
  };
}

/** Before Ecotone the scalar is one number, which Ecotone reads as its base fee scalar. */
function genesisScalar(
  { baseFeeScalar, blobBaseFeeScalar }: GenesisOptions,
  isEcotone: boolean,
): Hash {
  if (!isEcotone) return bytesToHex(bigintToBytes(BigInt(baseFeeScalar), 32));
  return encodeFeeScalars({
    baseFeeScalar: BigInt(baseFeeScalar),
    blobBaseFeeScalar: BigInt(blobBaseFeeScalar),
  });
}

function baseAlloc(options: GenesisOptions, ecotone: boolean): Alloc {
  const { l1Contracts: l1, l1ChainId, owner } = options;
  const alloc: Alloc = new Map([
    ...predeployAccounts({ l1, l1ChainId, owner, oracle: { ecotone } }),
    ...preinstallAccounts({ ecotone }),
  ]);
  for (const [address, balance] of options.funded) alloc.set(address, account({ balance }));
  return alloc;
}

/** Block 1's fee parameters stand in block 0's extraData, from Holocene on. */
function genesisExtraData(chain: ChainOpConfig, isAtGenesis: (fork: Fork) => boolean): Uint8Array {
  if (!isAtGenesis('holocene')) return new Uint8Array(0);
  const denominator = bigintToBytes(chain.eip1559DenominatorCanyon, 4);
  const elasticity = bigintToBytes(chain.eip1559Elasticity, 4);
  const params = bytesToHex(concatBytes(denominator, elasticity));
  return encodeExtraData(params, isAtGenesis('jovian') ? 0n : undefined);
}

function withoutExtraData(genesis: Genesis): Genesis {
  return { ...genesis, header: { ...genesis.header, extraData: new Uint8Array(0) } };
}
