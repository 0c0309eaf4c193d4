import type { BlobParams, L1ChainConfig } from '../l1ChainConfig.ts';
import type { RollupConfig } from '../rollupConfig.ts';

/** Times of the forks that changed blob parameters, in the order of `BLOB_FORKS`. Seconds. */
const L1_CHAINS: { readonly [chainId: string]: readonly number[] } = {
  // Mainnet, Sepolia, Holesky, Hoodi.
  1: [1710338135, 1746612311, 1764798551, 1765290071, 1767747671],
  11155111: [1706655072, 1741159776, 1760427360, 1761017184, 1761607008],
  17000: [1707305664, 1740434112, 1759308480, 1759800000, 1760389824],
  560048: [0, 1742999832, 1761677592, 1762365720, 1762955544],
};

/** EIP-4844, EIP-7691, EIP-7594, EIP-7892 with the parameters of the first two BPO forks. */
const BLOB_FORKS = [
  { fork: 'cancun', target: 3, max: 6, baseFeeUpdateFraction: 3338477n },
  { fork: 'prague', target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
  { fork: 'osaka', target: 6, max: 9, baseFeeUpdateFraction: 5007716n },
  { fork: 'bpo1', target: 10, max: 15, baseFeeUpdateFraction: 8346193n },
  { fork: 'bpo2', target: 14, max: 21, baseFeeUpdateFraction: 11684671n },
] as const;

/**
 * The blob schedule of a public L1, or undefined for any other chain id: such an L1 needs a file.
 *
 * @spec protocol/derivation.md 1.4
 */
export function l1ChainConfigById(chainId: bigint): L1ChainConfig | undefined {
  const times = L1_CHAINS[chainId.toString()];
  if (times === undefined) return undefined;
  const blobSchedule = BLOB_FORKS.map((params, i): BlobParams => {
    return { ...params, time: BigInt(times[i] as number) };
  });
  return { chainId, blobSchedule };
}

/**
 * True when a config should say `pectra_blob_schedule_time` and does not: chains on Sepolia and
 * Holesky that existed when Prague came there kept Cancun's blob fees for a while. op-node refuses
 * to start with such a config.
 */
export function lacksPectraBlobSchedule(config: RollupConfig): boolean {
  if (config.l1ChainId !== 11155111n && config.l1ChainId !== 17000n) return false;
  const prague = L1_CHAINS[config.l1ChainId.toString()]?.[1] as number;
  return config.genesis.l2Time < BigInt(prague) && config.pectraBlobScheduleTime === undefined;
}
