/** Derivation as a library: the pure core, and the simplest driver around it. */
export { type BuildRefusal, buildAttributes, type BuiltAttributes } from './attributesBuilder.ts';
export { type DeriveEvent, deriveChain, type L1View, type SyncEngine } from './deriveChain.ts';
export { describe } from './describe.ts';
export type * from './dropped.ts';
export { applyInvalidPayload, type InvalidPayloadOutcome } from './invalidPayload.ts';
export { nullBlock, transactionsDigestHex } from './nullEngine.ts';
export { addL1Block, addL2Block, flushChannel, next, start } from './pipeline.ts';
export { upcomingTransactions } from './spanInProgress.ts';
export type { Checkpoint, DeriveConfig, DeriveState, SafeHead } from './state.ts';
export type * from './step.ts';
export {
  type ChainAnswer,
  type ChainQuestion,
  findBase,
  findHeads,
  type Heads,
  type SyncStart,
  type Walk,
} from './syncStart.ts';
