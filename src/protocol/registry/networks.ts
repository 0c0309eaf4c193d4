import { type Hash, ZERO_HASH } from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { nearestWords } from '../../base/nearest.ts';
import { ZERO_EIP1559_PARAMS } from '../extraData.ts';
import { FORKS, type ForkTimes } from '../forks.ts';
import type { ChainOpConfig, RollupConfig } from '../rollupConfig.ts';
import type { RegistryChain } from './registryChain.ts';
import { REGISTRY_CHAINS } from './registryChains.generated.ts';

/** L1 blocks. The registry does not tell it: it is the same on all its chains. */
const CHANNEL_TIMEOUT = 300n;

/** Older names of two networks. */
const ALIASES: { readonly [name: string]: string } = {
  mainnet: 'op-mainnet',
  sepolia: 'op-sepolia',
};

/** Why a chain that needs a feature is refused. */
const REASONS: { readonly [need in NonNullable<RegistryChain['needs']>]: string } = {
  'alt-da': 'its batches lie outside L1 (alt-DA), where this node cannot read them',
  interop: 'it belongs to an interop set, whose rules (Lagoon) this node does not know',
};

const LEFT_REGISTRY =
  'which has left the Superchain Registry and schedules forks of its own: give its rollup.json';

/** Networks that once had a name and have none any more. */
const FORMER_NETWORKS = ['base-mainnet', 'base-sepolia'];

/** Names that `rollupConfigByNetwork` takes, sorted. */
export function networkNames(): readonly string[] {
  return REGISTRY_CHAINS.filter(({ needs }) => needs === undefined).map(({ network }) => network);
}

/**
 * Rollup config of a chain known by name (`op-mainnet`), in any letters.
 *
 * @throws ConfigError for an unknown name, and for a known chain that cannot be derived here; it
 *         says why.
 * @spec   protocol/derivation.md 1.3
 */
export function rollupConfigByNetwork(name: string): RollupConfig {
  const lower = name.toLowerCase();
  const network = ALIASES[lower] ?? lower;
  const chain = REGISTRY_CHAINS.find((known) => known.network === network);
  const found = `\`${name}\``;
  if (chain === undefined) {
    const isFormer = FORMER_NETWORKS.includes(network);
    const told = isFormer ? `${found}, ${LEFT_REGISTRY}` : found;
    throw new ConfigError('network', told, acceptedFor(network));
  }
  if (chain.needs !== undefined) {
    throw new ConfigError('network', `${found}: ${REASONS[chain.needs]}`, 'another network');
  }
  return toRollupConfig(chain);
}

/** All names are many: the nearest are told, where any is near. */
function acceptedFor(network: string): string {
  const names = networkNames();
  const near = nearestWords(network, names);
  if (near.length === 0) return `one of ${names.join(', ')}`;
  return `one of the ${names.length} known networks, like ${near.join(', ')}`;
}

/** Name of the network with this chain id, or undefined. */
export function networkByChainId(l2ChainId: bigint): string | undefined {
  return chainById(l2ChainId)?.network;
}

/** EIP-1559 constants of a known chain, for a rollup.json that lacks them. */
export function chainOpConfigById(l2ChainId: bigint): ChainOpConfig | undefined {
  const chain = chainById(l2ChainId);
  return chain === undefined ? undefined : toChainOpConfig(chain);
}

function chainById(l2ChainId: bigint): RegistryChain | undefined {
  return REGISTRY_CHAINS.find((chain) => BigInt(chain.l2ChainId) === l2ChainId);
}

function toRollupConfig(chain: RegistryChain): RollupConfig {
  return {
    genesis: {
      l1: { number: BigInt(chain.l1Genesis[0]), hash: chain.l1Genesis[1] },
      l2: { number: BigInt(chain.l2Genesis[0]), hash: chain.l2Genesis[1] },
      l2Time: BigInt(chain.l2Time),
      systemConfig: {
        batcherAddr: chain.batcher,
        overhead: toHash(chain.overhead),
        scalar: toHash(chain.scalar),
        gasLimit: BigInt(chain.gasLimit),
        eip1559Params: ZERO_EIP1559_PARAMS,
        operatorFeeParams: ZERO_HASH,
        minBaseFee: 0n,
        daFootprintGasScalar: 0,
      },
    },
    blockTime: BigInt(chain.blockTime),
    maxSequencerDrift: BigInt(chain.maxSequencerDrift),
    seqWindowSize: BigInt(chain.seqWindowSize),
    channelTimeout: CHANNEL_TIMEOUT,
    l1ChainId: BigInt(chain.l1ChainId),
    l2ChainId: BigInt(chain.l2ChainId),
    forkTimes: toForkTimes(chain.forkTimes),
    pectraBlobScheduleTime: toBigint(chain.pectraBlobScheduleTime),
    keepKarstUpgradeGas: chain.keepKarstUpgradeGas === true,
    batchInboxAddress: chain.batchInbox,
    depositContractAddress: chain.portal,
    l1SystemConfigAddress: chain.systemConfig,
    chainOpConfig: toChainOpConfig(chain),
    spanBatchV2Time: undefined,
  };
}

/** Regolith is active from the genesis of every chain of the registry. */
function toForkTimes(times: RegistryChain['forkTimes']): ForkTimes {
  const named = FORKS.map((fork, i) => [fork, i === 0 ? 0n : toBigint(times[i - 1])]);
  return Object.fromEntries(named) as ForkTimes;
}

function toChainOpConfig({ eip1559 }: RegistryChain): ChainOpConfig {
  return {
    eip1559Elasticity: BigInt(eip1559[0]),
    eip1559Denominator: BigInt(eip1559[1]),
    eip1559DenominatorCanyon: BigInt(eip1559[2]),
  };
}

function toBigint(value: number | null | undefined): bigint | undefined {
  return value === null || value === undefined ? undefined : BigInt(value);
}

function toHash(trimmed: string): Hash {
  return `0x${trimmed.slice(2).padStart(64, '0')}`;
}
