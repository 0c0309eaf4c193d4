import { bytesToHex, type Hex, hexToBytes } from '../../src/base/bytes.ts';
import { encodeRlp } from '../../src/base/rlp.ts';
import type { DeriveConfig, DropReason } from '../../src/derive/index.ts';
import { FORKS, type Fork, type ForkTimes, isActive } from '../../src/protocol/forks.ts';
import type { InboxTx, L1Block } from '../../src/protocol/l1Block.ts';
import type { L2Block } from '../../src/protocol/l2Block.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { forksUpTo } from '../../test/support/rollupConfig.ts';
import { chainWith } from '../../test/derive/support/config.ts';
import { l1Blocks } from '../../test/derive/support/l1.ts';
import { type BlockPlan, honestChain, userTx } from '../../test/derive/support/l2.ts';
import type { LogJson } from '../../test/derive/support/vectors.ts';

/** L1 block in which batches are read, unless a scenario says otherwise, and its time. */
export const INCLUSION = 103;
export const INCLUSION_TIME = 1018n;

/** Number of L1 blocks: 100 to 104, six seconds apart from time 1000 on. */
export const L1_COUNT = 5;

/** The clock that decides a fork's rules here: see the table of clocks in the rules. */
const CLOCKS: { readonly [fork in Fork]: bigint } = {
  regolith: 1006n,
  canyon: INCLUSION_TIME,
  delta: 1006n,
  ecotone: INCLUSION_TIME,
  fjord: 1000n,
  granite: INCLUSION_TIME,
  holocene: INCLUSION_TIME,
  isthmus: 1006n,
  jovian: 1006n,
  karst: 1006n,
};

/** A schedule of activations. */
export type Era = {
  readonly name: string;
  readonly forkTimes: ForkTimes;
  /** Absent: span batches of version 2 are off. */
  readonly spanBatchV2Time?: bigint;
};

/** Both sides of every fork boundary: older forks at genesis, this one just active or not yet. */
export const ERAS: readonly Era[] = FORKS.flatMap((fork, index) =>
  (['before', 'at'] as const).map((side) => {
    const time = side === 'at' ? CLOCKS[fork] : CLOCKS[fork] + 1n;
    const times = FORKS.map((name, i) => {
      return [name, i < index ? 0n : i === index ? time : undefined] as const;
    });
    return { name: `${fork}-${side}`, forkTimes: Object.fromEntries(times) as ForkTimes };
  }),
);

/** Span batches of version 2 before and at their activation, and off, among old and new rules. */
export const V2_ERAS: readonly Era[] = (
  [
    ['canyon', ['at']],
    ['fjord', ['off', 'before', 'at']],
    ['holocene', ['off', 'before', 'at']],
    ['karst', ['at']],
  ] as const
).flatMap(([fork, sides]) =>
  sides.map((side) => ({
    name: `${fork}-v2-${side}`,
    forkTimes: forksUpTo(fork),
    ...(side === 'off' ? {} : { spanBatchV2Time: INCLUSION_TIME + (side === 'at' ? 0n : 1n) }),
  })),
);

/** What a scenario works with: an honest chain whose batches it spoils. */
export type Stage = {
  readonly config: DeriveConfig;
  readonly l1: readonly L1Block[];
  /** Genesis, then six blocks: 1 and 2 of epoch 100, 3 to 5 of 101, 6 of 102. Block 3 is empty. */
  readonly chain: readonly L2Block[];
  /** Whether a fork is active at a time. */
  readonly has: (fork: Fork, time: bigint) => boolean;
  /** Whether Holocene's rules hold for what is read at the usual place. */
  readonly holocene: boolean;
  /** Whether span batches of version 2 count in what is read at the usual place. */
  readonly spanV2: boolean;
  /** Whether block 3 is the first one of a fork that wants it empty. */
  readonly activates: boolean;
};

/** Data to post, by L1 block; bytes are calldata of the batcher. */
export type Posts = { readonly [number: number]: readonly (Uint8Array | Partial<InboxTx>)[] };

/** A rule broken once. What must come of it is stated by hand, apart from the code that derives. */
export type Scenario = {
  readonly name: string;
  /** Section and row of the rule. */
  readonly rule: string;
  readonly rollup?: Partial<RollupConfig>;
  /** Blocks of the honest chain, where the usual ones will not do. */
  readonly plans?: readonly BlockPlan[];
  readonly posts: (stage: Stage) => Posts;
  readonly logs?: (stage: Stage) => { readonly [number: number]: readonly LogJson[] };
  /** Reasons of the drops, in order, and the number of the last block. */
  readonly expect: (stage: Stage) => {
    readonly reasons: readonly DropReason[];
    readonly safe: number;
    readonly outcome?: 'halted';
    /** Fee recipients that are not the vault, block by block. */
    readonly recipients?: readonly Hex[];
  };
};

/** What a refused batch comes to: from Holocene on it costs its channel. */
export function refusal({ holocene }: Pick<Stage, 'holocene'>, reason: DropReason): DropReason[] {
  return holocene ? [reason, 'flushed'] : [reason];
}

const PLANS: readonly BlockPlan[] = [100, 100, 101, 101, 101, 102].map((epoch, i) => ({
  epoch,
  txs: i === 2 ? [] : [userTx(i + 1)],
}));

/** A scenario's world in an era. */
export function stageOf(
  { rollup = {}, plans = PLANS }: Scenario,
  { forkTimes, spanBatchV2Time }: Era,
): Stage {
  const usual = { seqWindowSize: 20n, spanBatchV2Time };
  const config = withScalar(chainWith(forkTimes, { ...usual, ...rollup }));
  const l1 = l1Blocks(config, L1_COUNT);
  const has = (fork: Fork, time: bigint) => isActive(forkTimes, fork, time);
  return {
    config,
    l1,
    chain: honestChain(config, l1, plans),
    has,
    holocene: has('holocene', INCLUSION_TIME),
    spanV2: spanBatchV2Time !== undefined && INCLUSION_TIME >= spanBatchV2Time,
    activates: (['jovian', 'karst'] as const).some((f) => has(f, 1006n) && !has(f, 1004n)),
  };
}

/** One fee scalar in all eras, so that vectors share their genesis. */
function withScalar({ rollup, l1Chain }: DeriveConfig): DeriveConfig {
  const { genesis } = rollup;
  const scalar: Hex = `0x01${'00'.repeat(23)}000c5fc500000558`;
  const systemConfig = { ...genesis.systemConfig, scalar };
  return { rollup: { ...rollup, genesis: { ...genesis, systemConfig } }, l1Chain };
}

/** A well-formed transaction that the null engine refuses. */
export function markedTx(): Uint8Array {
  const one = Uint8Array.of(1);
  const word = new Uint8Array(32).fill(1);
  const data = hexToBytes('0xdeadbeefdeadbeef');
  const to = new Uint8Array(20).fill(7);
  return encodeRlp([one, one, one, to, one, data, Uint8Array.of(27), word, word]);
}

/** A log in JSON. */
export function logJson(log: {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Uint8Array;
}): LogJson {
  return { address: log.address, topics: log.topics, data: bytesToHex(log.data) };
}
