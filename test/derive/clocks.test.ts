import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/base/bytes.ts';
import { buildAttributes, type BuiltAttributes } from '../../src/derive/attributesBuilder.ts';
import type { DeriveConfig } from '../../src/derive/index.ts';
import { decodeDepositTx } from '../../src/protocol/deposit.ts';
import { encodeFrames, type Frame } from '../../src/protocol/frame.ts';
import { FORKS, type Fork } from '../../src/protocol/forks.ts';
import type { InboxTx, L1Block } from '../../src/protocol/l1Block.ts';
import type { L1Info } from '../../src/protocol/l1Info.ts';
import { decodeL1InfoTx } from '../../src/protocol/l1InfoTx.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import {
  channelId,
  channelOf,
  dataOf,
  encodeBatch,
  framesOf,
  singularOf,
  spanOf,
} from './support/batches.ts';
import { chainAt, chainForking } from './support/config.ts';
import { blobTx, emit, l1Blocks, post } from './support/l1.ts';
import { type BlockPlan, headAt, honestChain, userTx } from './support/l2.ts';
import { configLog } from './support/logs.ts';
import { deriveAll, REFUSED_TX } from './support/run.ts';

// The table of clocks: for each rule of a fork, the time that is compared with the fork's. A probe
// tells whether the rule holds in a small world: with the fork at exactly that time it does, a
// second later it does not. All times of the world differ:
//
//   L1 blocks   100 at 1000, 101 at 1005, 102 at 1011, 103 with the batches at 1019, later ones
//   L2 blocks   1 and 2 of L1 block 100, 3 (at 1006) to 5 of 101, 6 (at 1012) to 8 of 102

const L1_SECONDS = [0, 5, 11, 19, 25, 31, 37];
const EPOCHS = [100, 100, 101, 101, 101, 102, 102, 102];
const ORIGIN = 1005n;
const BLOCK_FOUR = 1008n;
const CONFIG_EVENT = 1011n;
const INCLUSION = 1019n;

type Posts = { readonly [l1Block: number]: readonly (Uint8Array | Partial<InboxTx>)[] };

function l1Of(config: DeriveConfig): readonly L1Block[] {
  return l1Blocks(config, L1_SECONDS.length, { timeOf: (i) => L1_SECONDS[i] as number });
}

/** Genesis and the blocks of the world, without transactions but for those given by height. */
function chainOf(
  config: DeriveConfig,
  txs: { readonly [height: number]: readonly Uint8Array[] } = {},
  l1 = l1Of(config),
): readonly L2Block[] {
  const plans: BlockPlan[] = EPOCHS.map((epoch, i) => ({ epoch, txs: txs[i + 1] ?? [] }));
  return honestChain(config, l1, plans);
}

function derive(config: DeriveConfig, posts: Posts) {
  return deriveAll(
    config,
    Object.entries(posts).reduce(
      (l1, [number, items]) => post(config, l1, Number(number), ...items),
      l1Of(config),
    ),
  );
}

/** Singular batches of the first blocks, in L1 block 103. */
function singles(config: DeriveConfig, chain: readonly L2Block[], count = 4): Uint8Array {
  return dataOf(
    config,
    chain.slice(1, 1 + count).map((block) => singularOf(config, block)),
  );
}

function attributesOf(config: DeriveConfig, height: number, l1 = l1Of(config)): PayloadAttributes {
  const parent = headAt(config, chainOf(config, {}, l1)[height - 1] as L2Block);
  const epoch = l1[(EPOCHS[height - 1] as number) - 100] as L1Block;
  return (buildAttributes(config, parent, epoch, []) as BuiltAttributes).attributes;
}

/** What the L1 attributes of a block say. */
function l1InfoAt(config: DeriveConfig, height: number, l1 = l1Of(config)): L1Info {
  const { transactions, timestamp } = attributesOf(config, height, l1);
  return decodeL1InfoTx(config.rollup, transactions[0] as Uint8Array, timestamp);
}

const nameOf = (fork: Fork): string => `${fork.charAt(0).toUpperCase()}${fork.slice(1)}`;

type Row = {
  readonly rule: string;
  readonly fork: readonly [before: Fork | 'bedrock', fork: Fork];
  /** The time that is compared with the fork's. */
  readonly clock: bigint;
  readonly config?: Partial<RollupConfig>;
  readonly holds: (config: DeriveConfig) => boolean;
};

const ROWS: readonly Row[] = [
  {
    rule: 'Regolith, gas of the L1 attributes: L2 block',
    fork: ['bedrock', 'regolith'],
    clock: BLOCK_FOUR,
    holds: (config) => {
      const [tx] = attributesOf(config, 4).transactions;
      return decodeDepositTx(tx as Uint8Array).gas === 1_000_000n;
    },
  },
  {
    rule: 'Canyon, withdrawals: L2 block',
    fork: ['regolith', 'canyon'],
    clock: BLOCK_FOUR,
    holds: (config) => attributesOf(config, 4).withdrawals !== undefined,
  },
  {
    rule: 'Canyon, any complete channel is read: L1 block being read',
    fork: ['regolith', 'canyon'],
    clock: INCLUSION,
    holds: (config) => {
      const [open] = framesOf(channelId(1), channelOf(config, []), 2) as [Frame];
      const posts = { 103: [encodeFrames([open]), singles(config, chainOf(config))] };
      return derive(config, posts).steps[0]?.derivedFrom.number === 103n;
    },
  },
  {
    rule: 'Delta, spans are taken apart: L1 block being read',
    fork: ['canyon', 'delta'],
    clock: INCLUSION,
    holds: (config) => {
      // A blob transaction, which no span may hold: that shows only when it is taken apart.
      const empty = encodeBatch(config, spanOf(config, chainOf(config).slice(1, 2)));
      const columns = concatBytes(new Uint8Array(86), Uint8Array.of(3, 0xc0, 0, 0));
      const span = concatBytes(empty.slice(0, -1), Uint8Array.of(1), columns);
      return derive(config, { 103: [dataOf(config, [span])] }).reasons[0] === 'spanNotConvertible';
    },
  },
  {
    rule: 'Delta, spans are accepted: first epoch of the span',
    fork: ['canyon', 'delta'],
    clock: ORIGIN,
    holds: (config) => {
      const chain = chainOf(config);
      const items = [1, 2, 3].map((height) => singularOf(config, chain[height] as L2Block));
      const data = dataOf(config, [...items, spanOf(config, chain.slice(4, 6))]);
      return derive(config, { 103: [data] }).safe.number === 5n;
    },
  },
  {
    rule: 'Ecotone, blobs: L1 block being read',
    fork: ['delta', 'ecotone'],
    clock: INCLUSION,
    holds: (config) => {
      const data = singles(config, chainOf(config));
      return derive(config, { 103: [blobTx(data)] }).safe.number === 4n;
    },
  },
  {
    rule: 'Ecotone, fee scalar updates: L1 block of the event',
    fork: ['delta', 'ecotone'],
    clock: CONFIG_EVENT,
    // The overhead of an update is stored before, and forgotten from then on.
    holds: (config) => {
      const l1 = emit(l1Of(config), 102, configLog(config, 1, 5n, 1n << 248n));
      const info = l1InfoAt(config, 6, l1);
      return info.format === 'bedrock' && BigInt(info.overhead) === 0n;
    },
  },
  ...(['ecotone', 'isthmus', 'jovian'] as const).map(
    (fork): Row => ({
      rule: `${nameOf(fork)}, format of the L1 attributes: one L2 block after the first`,
      fork: [FORKS[FORKS.indexOf(fork) - 1] as Fork, fork],
      clock: BLOCK_FOUR - 2n,
      holds: (config) => l1InfoAt(config, 4).format === fork,
    }),
  ),
  {
    rule: 'Fjord, brotli: L1 block being read',
    fork: ['ecotone', 'fjord'],
    clock: INCLUSION,
    holds: (config) => {
      const items = [singularOf(config, chainOf(config)[1] as L2Block)];
      const frames = framesOf(channelId(1), channelOf(config, items, 'brotli-9'));
      return derive(config, { 103: [encodeFrames(frames)] }).safe.number === 1n;
    },
  },
  {
    rule: 'Fjord, sequencer drift: L1 origin of the batch',
    fork: ['ecotone', 'fjord'],
    clock: ORIGIN,
    config: { maxSequencerDrift: 2n },
    holds: (config) => {
      const data = singles(config, chainOf(config, { 4: [userTx(4)] }));
      return derive(config, { 103: [data] }).safe.number === 4n;
    },
  },
  {
    rule: 'Granite, channel timeout: L1 block being read',
    fork: ['fjord', 'granite'],
    clock: INCLUSION,
    config: { channelTimeout: 1n },
    holds: (config) => {
      const items = [singularOf(config, chainOf(config)[1] as L2Block)];
      const [first, last] = framesOf(channelId(1), channelOf(config, items), 2) as [Frame, Frame];
      // Nothing is read between the two, so nothing else can find the channel too old.
      const posts = { 101: [encodeFrames([first])], 103: [encodeFrames([last])] };
      return derive(config, posts).safe.number === 1n;
    },
  },
  {
    rule: 'Holocene, frames in order: L1 block being read',
    fork: ['granite', 'holocene'],
    clock: INCLUSION,
    holds: (config) => {
      const items = [singularOf(config, chainOf(config)[1] as L2Block)];
      const [first, last] = framesOf(channelId(1), channelOf(config, items), 2) as [Frame, Frame];
      const data = [encodeFrames([last]), encodeFrames([first])];
      return derive(config, { 103: data }).reasons[0] === 'frameWithoutChannel';
    },
  },
  {
    rule: 'Holocene, past batches: L1 block being read',
    fork: ['granite', 'holocene'],
    clock: INCLUSION,
    holds: (config) => {
      const data = singles(config, chainOf(config));
      return derive(config, { 103: [data, data] }).reasons[0] === 'past';
    },
  },
  {
    rule: 'Holocene, deposits-only replacement: L1 block derived from',
    fork: ['granite', 'holocene'],
    clock: INCLUSION,
    holds: (config) => {
      const data = singles(config, chainOf(config, { 4: [REFUSED_TX] }));
      return derive(config, { 103: [data] }).safe.number === 4n;
    },
  },
  {
    rule: 'Holocene, EIP-1559 parameters: L2 block',
    fork: ['granite', 'holocene'],
    clock: BLOCK_FOUR,
    holds: (config) => attributesOf(config, 4).eip1559Params !== undefined,
  },
  {
    rule: 'Isthmus, set-code transactions: L2 block',
    fork: ['holocene', 'isthmus'],
    clock: BLOCK_FOUR,
    holds: (config) => {
      const data = singles(config, chainOf(config, { 4: [Uint8Array.of(4, 0xc0)] }));
      return derive(config, { 103: [data] }).safe.number === 4n;
    },
  },
  {
    rule: 'Jovian, minimum base fee: L2 block',
    fork: ['isthmus', 'jovian'],
    clock: BLOCK_FOUR,
    holds: (config) => attributesOf(config, 4).minBaseFee !== undefined,
  },
  ...(['jovian', 'karst'] as const).map(
    (fork): Row => ({
      rule: `${nameOf(fork)}, no transactions in its first block: L2 block`,
      fork: [FORKS[FORKS.indexOf(fork) - 1] as Fork, fork],
      clock: BLOCK_FOUR,
      holds: (config) => {
        const data = singles(config, chainOf(config, { 4: [userTx(4)] }));
        return derive(config, { 103: [data] }).reasons[0] === 'transactionsInActivationBlock';
      },
    }),
  ),
  ...(['ecotone', 'fjord', 'isthmus', 'jovian', 'karst'] as const).map(
    (fork): Row => ({
      rule: `${nameOf(fork)}, upgrade transactions: L2 block`,
      fork: [FORKS[FORKS.indexOf(fork) - 1] as Fork, fork],
      clock: BLOCK_FOUR,
      holds: (config) => attributesOf(config, 4).transactions.length > 1,
    }),
  ),
  {
    rule: 'Karst, upgrade gas: L2 block',
    fork: ['jovian', 'karst'],
    clock: BLOCK_FOUR,
    holds: (config) =>
      attributesOf(config, 4).gasLimit > config.rollup.genesis.systemConfig.gasLimit,
  },
];

describe('the table of clocks', () => {
  test.each(ROWS.map((row) => [row.rule, row] as const))('clock of %s', (_, row) => {
    const {
      fork: [before, fork],
      clock,
      config = {},
      holds,
    } = row;
    const at = (time: bigint) =>
      holds(chainForking(before, fork, time, { seqWindowSize: 50n, ...config }));
    expect(at(clock), `${fork} at ${clock}`).toBe(true);
    expect(at(clock + 1n), `${fork} at ${clock + 1n}`).toBe(false);
  });

  test('clock of the Pectra blob schedule: L1 origin', () => {
    const blobSchedule = [
      { fork: 'cancun', time: 0n, target: 3, max: 6, baseFeeUpdateFraction: 3_338_477n },
      { fork: 'prague', time: 0n, target: 6, max: 9, baseFeeUpdateFraction: 5_007_716n },
    ];
    const feeWith = (pectraBlobScheduleTime: bigint) => {
      const config = {
        ...chainAt('granite', { pectraBlobScheduleTime }),
        l1Chain: { chainId: 900n, blobSchedule },
      };
      const l1 = l1Of(config).map((block) => ({ ...block, excessBlobGas: 50_000_000n }));
      const info = l1InfoAt(config, 4, l1);
      return info.format === 'bedrock' ? undefined : info.blobBaseFee;
    };
    const [cancun, prague] = [3_194_333n, 21_689n];
    expect(feeWith(ORIGIN)).toBe(prague);
    expect(feeWith(ORIGIN + 1n)).toBe(cancun);
  });
});
