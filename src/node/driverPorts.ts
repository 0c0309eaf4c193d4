import type { Dropped } from '../derive/dropped.ts';
import type { DeriveConfig, DeriveState } from '../derive/state.ts';
import type { AttributesStep } from '../derive/step.ts';
import type { EnginePort } from '../engine/port.ts';
import type { L1BlockRef, L2BlockRef } from '../protocol/ids.ts';
import type { BlobSource } from '../sources/blobSource.ts';
import type { L1Heads } from '../sources/l1Heads.ts';
import type { L1Memory } from '../sources/l1Memory.ts';
import type { L1Source } from '../sources/l1Source.ts';
import type { Log } from '../transport/log.ts';
import type { Waits } from '../transport/waits.ts';
import type { ChainHeads } from './chainHeads.ts';
import type { L1Refs } from './l1Refs.ts';
import type { SafeHeads } from './safeHeads.ts';

/** All that the driver works with. Whoever makes these closes them. */
export type DriverPorts = {
  readonly config: DeriveConfig;
  readonly engine: EnginePort;
  readonly l1: L1Source;
  readonly l1Heads: L1Heads;
  readonly l1Refs: L1Refs;
  readonly l1Memory: L1Memory;
  readonly blobs: BlobSource;
  readonly safeHeads: SafeHeads;
  readonly chain: ChainHeads;
  readonly waits: Waits;
  readonly log: Log;
  readonly events: DriverEvents;
  readonly options: DriverOptions;
};

/** What an operator chooses. */
export type DriverOptions = {
  /** L1 blocks kept away from the L1 head. */
  readonly confirmations: bigint;
  /** L1 blocks fetched ahead, at most. */
  readonly readAhead: number;
  /** For one L1 block or its blobs. */
  readonly l1DeadlineMs: number;
  /** L1 blocks between two looks at finality without a signal. */
  readonly finalityDelay: bigint;
  readonly recoveredOffsetBlocks: bigint;
};

/** What happens, for metrics and the status page. Listeners must not throw. */
export type DriverEvents = {
  readonly derived: (event: DerivedBlock) => void;
  readonly dropped: (dropped: Dropped) => void;
  readonly reset: (reason: string, message: string) => void;
  /** A step failed and is tried again. */
  readonly failed: (what: string) => void;
  readonly l1Reorg: (depth: bigint) => void;
  readonly advanced: (l1: L1BlockRef) => void;
  /** An unsafe block came from outside. */
  readonly unsafePayload: () => void;
};

/** An L2 block that derivation has put into the chain or found there. */
export type DerivedBlock = {
  readonly block: L2BlockRef;
  readonly step: AttributesStep;
  readonly how: 'consolidated' | 'built';
  /** Deposits included. */
  readonly transactions: number;
  readonly gasUsed: bigint;
  /** True when it stands in for one that the engine refused. */
  readonly isReplacement: boolean;
};

/** What derivation is doing. */
export type DriverPhase =
  | { readonly type: 'findingHeads' }
  | { readonly type: 'deriving' }
  /** Everything L1 has has been read. */
  | { readonly type: 'atL1Head' }
  | { readonly type: 'halted'; readonly message: string };

/** Where the driver stands. */
export type DriverStatus = {
  readonly phase: DriverPhase;
  /** The L1 block being read. */
  readonly currentL1: L1BlockRef | undefined;
  /** The derivation under way, to be looked at and not kept: it goes on changing. */
  readonly derivation: DeriveState | undefined;
};
