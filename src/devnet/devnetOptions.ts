import type { DaType } from '../batcher/channelConfig.ts';
import type { ForkSchedule } from './genesis/forkSchedule.ts';

/** What a devnet is made of and how long its parts take. */
export type DevnetOptions = {
  /** Seconds. */
  readonly l1BlockTime: number;
  /** Seconds. */
  readonly l2BlockTime: bigint;
  /** Nodes that know nothing but L1; at least one. */
  readonly verifiers: number;
  readonly schedule: ForkSchedule;
  readonly batchType: 'singular' | 'span';
  readonly compression: 'zlib' | 'brotli';
  readonly daType: DaType | 'auto';
  /** Transactions of made-up users in each L2 block. */
  readonly txsPerBlock: number;
  /** L1 reorgs, answers that do not come, parts that are killed. */
  readonly chaos: { readonly seed: number } | undefined;
  /** Folder for a recording of L1 and L2. */
  readonly recordTo: string | undefined;
};

/** In which form a batcher writes. */
export type BatchForm = Pick<DevnetOptions, 'batchType' | 'compression' | 'daType'>;

/** Every form in which batches can be. */
export const BATCH_FORMS: readonly BatchForm[] = (['singular', 'span'] as const).flatMap(
  (batchType) =>
    (['zlib', 'brotli'] as const).flatMap((compression) =>
      (['calldata', 'blobs'] as const).map((daType) => ({ batchType, compression, daType })),
    ),
);

/** A devnet that shows its first safe block soon. */
export const DEFAULT_DEVNET: DevnetOptions = {
  l1BlockTime: 3,
  l2BlockTime: 1n,
  verifiers: 1,
  schedule: { atGenesis: 'karst', until: 'karst', upgradeEvery: 0n },
  batchType: 'span',
  compression: 'brotli',
  daType: 'blobs',
  txsPerBlock: 3,
  chaos: undefined,
  recordTo: undefined,
};

/** Chain ids that tools know as those of development chains. */
export const DEV_CHAIN_IDS = { l1: 900n, l2: 901n } as const;

/** L1 blocks that an epoch may wait for its batches; long enough for a part to be away. */
export const DEV_SEQ_WINDOW = 200n;
