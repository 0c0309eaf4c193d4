import { type Hex, ZERO_HASH } from '../../../src/base/bytes.ts';
import type {
  CaseJson,
  L1BlockJson,
  StepJson,
  TransactionJson,
} from '../../../src/cli/differential/caseJson.ts';
import { prepareCase } from '../../../src/cli/differential/corpusCase.ts';
import { type RunResult, runCase } from '../../../src/cli/differential/runCase.ts';
import type { Dropped } from '../../../src/derive/index.ts';
import { SEQUENCER_FEE_VAULT } from '../../../src/protocol/predeploys.ts';

/** A file of conformance vectors, as specs-vectors/README.md describes it. */
export type VectorFile = {
  readonly format: 1;
  readonly family: string;
  /** rollup.json, before a vector's own changes. */
  readonly rollup: { readonly [key: string]: unknown };
  readonly l1ChainConfig: object;
  /** Fork times in rollup.json's keys, by name of the era. */
  readonly eras: { readonly [era: string]: { readonly [key: string]: unknown } };
  /** Headers of consecutive L1 blocks, the rollup's L1 genesis first. */
  readonly l1: readonly L1BlockJson[];
  readonly vectors: readonly Vector[];
};

/** One vector: changes to the file's world, and what must come of it. */
export type Vector = {
  readonly name: string;
  readonly rule: string;
  readonly era: string;
  /** Changes of rollup.json besides the era's. */
  readonly rollup?: { readonly [key: string]: unknown };
  /** Transactions by L1 block number. */
  readonly transactions: { readonly [number: string]: readonly PostJson[] };
  /** Logs by L1 block number, all in one successful receipt. */
  readonly logs?: { readonly [number: string]: readonly LogJson[] };
  readonly blobs?: readonly { readonly versionedHash: Hex; readonly payload: Hex }[];
  readonly expect: ExpectJson;
};

/** A transaction; what is absent: type 2, from the genesis batcher, to the inbox, no data. */
export type PostJson = Partial<TransactionJson>;

export type LogJson = {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
};

export type ExpectJson = {
  readonly steps: readonly VectorStepJson[];
  readonly drops: readonly DropJson[];
  readonly final: {
    readonly outcome: 'idle' | 'halted';
    readonly safe: { readonly number: number; readonly hash: Hex };
    /** Absent when it is the safe head. */
    readonly pendingSafe?: { readonly number: number; readonly hash: Hex };
    readonly l1Origin: number;
  };
};

/** A step of the corpus form; `concluding` is true where absent, the hash is cut to 8 bytes. */
export type VectorStepJson = Omit<StepJson, 'concluding'> & {
  readonly concluding?: false;
  /** Absent when it is the vault. The hash does not cover it. */
  readonly feeRecipient?: Hex;
};

export type DropJson = {
  readonly subject: string;
  readonly reason: string;
  readonly l1: number;
  readonly channelId?: string;
  readonly batchIndex?: number;
  readonly frameNumber?: number;
};

type RollupJson = {
  readonly genesis: {
    readonly l2: { readonly number: number; readonly hash: Hex };
    readonly l2_time: number;
    readonly system_config: { readonly batcherAddr: Hex };
  };
  readonly batch_inbox_address: Hex;
};

/** A vector put into its file's world, as a case of the corpus form. */
export function toCase(
  file: Omit<VectorFile, 'vectors'>,
  vector: Omit<Vector, 'expect'>,
): CaseJson {
  const rollup = {
    ...file.rollup,
    ...file.eras[vector.era],
    ...vector.rollup,
  } as unknown as RollupJson;
  const first = file.l1[0] as L1BlockJson;
  const { genesis } = rollup;
  const safe = {
    ...genesis.l2,
    time: genesis.l2_time,
    l1Origin: { number: first.number, hash: first.hash },
    sequenceNumber: 0,
  };
  return {
    name: vector.name,
    family: file.family,
    rollup,
    l1ChainConfig: file.l1ChainConfig,
    start: { safeHead: safe },
    l1: file.l1.map((header) => withContent(rollup, header, vector)),
    blobs: vector.blobs ?? [],
    detail: 'compact',
    expect: { steps: [], final: { outcome: 'idle', safe, l1Origin: safe.l1Origin } },
  };
}

/** Logs sit in the receipt of one more transaction, behind the others, to the zero address. */
function withContent(
  rollup: RollupJson,
  header: L1BlockJson,
  vector: Omit<Vector, 'expect'>,
): L1BlockJson {
  const usual = {
    type: 2,
    from: rollup.genesis.system_config.batcherAddr,
    to: rollup.batch_inbox_address,
    input: '0x',
  };
  const posts = vector.transactions[header.number] ?? [];
  const transactions = posts.map((tx) => ({ ...usual, ...tx }));
  const logs = vector.logs?.[header.number];
  if (logs === undefined) return { ...header, transactions };
  const carrier = {
    type: 2,
    from: ZERO_HASH.slice(0, 42),
    to: ZERO_HASH.slice(0, 42),
    input: '0x',
  };
  const receipts = [...transactions.map(() => ({ status: 1 })), { status: 1, logs }];
  return { ...header, transactions: [...transactions, carrier], receipts };
}

/** What a vector comes to, in the form of its `expect`. */
export function runVector(
  file: Omit<VectorFile, 'vectors'>,
  vector: Omit<Vector, 'expect'>,
): ExpectJson {
  return toExpect(runCase(prepareCase(toCase(file, vector))));
}

function toExpect({ steps, notes, outcome, safe, pendingSafe, l1Origin }: RunResult): ExpectJson {
  if (outcome !== 'idle' && outcome !== 'halted') throw new RangeError(`outcome ${outcome}`);
  const idOf = ({ number, hash }: typeof safe) => ({
    number: Number(number),
    hash: hash.slice(0, 18) as Hex,
  });
  return {
    steps: steps.map(({ kind, step, block, isReplacement }) => ({
      kind,
      number: Number(step.parent.number) + 1,
      derivedFrom: Number(step.derivedFrom.number),
      epoch: Number(step.epoch.number),
      sequenceNumber: Number(step.sequenceNumber),
      ...(step.concluding ? {} : { concluding: false as const }),
      ...(isReplacement ? { depositsOnlyReplacement: true } : {}),
      ...(step.attributes.suggestedFeeRecipient === SEQUENCER_FEE_VAULT
        ? {}
        : { feeRecipient: step.attributes.suggestedFeeRecipient }),
      ...(block === undefined ? {} : { hash: block.hash.slice(0, 18) as Hex }),
    })),
    drops: notes.map(toDrop),
    final: {
      outcome,
      safe: idOf(safe),
      ...(pendingSafe.hash === safe.hash ? {} : { pendingSafe: idOf(pendingSafe) }),
      l1Origin: Number(l1Origin),
    },
  };
}

function toDrop({ subject, reason, at }: Dropped): DropJson {
  const { l1, channelId, batchIndex, frameNumber } = at;
  return {
    subject,
    reason,
    l1: Number(l1.number),
    ...(channelId === undefined ? {} : { channelId }),
    ...(batchIndex === undefined ? {} : { batchIndex }),
    ...(frameNumber === undefined ? {} : { frameNumber }),
  };
}
