import type { DeriveConfig } from '../derive/state.ts';
import type { EngineHeads } from '../engine/heads.ts';
import type { EnginePort } from '../engine/port.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import type { L2BlockRef } from '../protocol/ids.ts';
import type { L1Heads } from '../sources/l1Heads.ts';
import type { L1Source } from '../sources/l1Source.ts';
import type { AbortOptions } from '../transport/abort.ts';
import type { Log } from '../transport/log.ts';
import type { Waits } from '../transport/waits.ts';

/** The node's heads, as the sequencer changes them: one change at a time, in turn. */
export type SequencerChain = {
  readonly current: () => EngineHeads | undefined;
  /** False while the node looks for its heads. */
  readonly areKnown: () => boolean;
  readonly change: <T>(
    change: (heads: EngineHeads) => Promise<readonly [EngineHeads, T]>,
  ) => Promise<T | undefined>;
  readonly onChange: (listener: (heads: EngineHeads) => void) => () => void;
};

/** Who decides which of several sequencers may produce. All throw Error when nobody answers. */
export type Conductor = {
  readonly isLeader: (options?: AbortOptions) => Promise<boolean>;
  /** Makes a block the one that every later leader goes on from. Nothing is told before that. */
  readonly commit: (envelope: PayloadEnvelope, options?: AbortOptions) => Promise<void>;
};

/** Where a sequencer keeps whether it was running. */
export type SequencerMemory = {
  /** Undefined when nothing has been kept yet. */
  readonly read: () => Promise<boolean | undefined>;
  readonly write: (isStarted: boolean) => Promise<void>;
};

/** What happens, for metrics. Listeners must not throw. */
export type SequencerEvents = {
  readonly sequenced: (block: L2BlockRef, transactions: number, buildMs: number) => void;
  /** A block was not made, and is tried again. */
  readonly failed: (message: string) => void;
  readonly inconsistentOrigin: () => void;
};

/** All that a sequencer works with. Whoever makes these closes them. */
export type SequencerPorts = {
  readonly config: DeriveConfig;
  readonly engine: EnginePort;
  readonly chain: SequencerChain;
  readonly l1: Pick<L1Source, 'ref' | 'block'>;
  readonly l1Heads: Pick<L1Heads, 'head'>;
  readonly conductor: Conductor | undefined;
  readonly memory: SequencerMemory;
  readonly waits: Waits;
  readonly log: Log;
  /** Has the node find its heads again. */
  readonly reset: (reason: string) => void;
  /** Tells the network of a block that is committed. Must not throw. */
  readonly publish: (envelope: PayloadEnvelope) => void;
  readonly events: SequencerEvents;
  readonly options: SequencerOptions;
};

/** What an operator chooses. */
export type SequencerOptions = {
  /** L1 blocks kept away from the L1 head. */
  readonly confirmations: bigint;
  /** L2 blocks that may be unsafe; 0 for no limit. */
  readonly maxSafeLag: bigint;
  readonly sealingDurationMs: number;
  /** Does nothing until it is started, unless the memory says otherwise. */
  readonly isStopped: boolean;
  readonly isRecovering: boolean;
};
