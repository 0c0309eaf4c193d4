import type { Command } from '@commander-js/extra-typings';
import type { CliIo } from './io.ts';

/** Adds one command, with its options and its action, to the program. */
export type Register = (program: Command, io: CliIo) => void;

/**
 * A command as the list knows it. `load` fetches the rest, and only for the command that runs:
 * `--help` must answer before the execution engine would be loaded.
 */
export type CommandEntry = {
  readonly name: string;
  /** One line for `headwater --help`. */
  readonly summary: string;
  readonly load: () => Promise<Register>;
};

/** Every command, in the order of `headwater --help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'node',
    summary: 'follow L1, derive the L2 and drive an engine',
    load: async () => (await import('./commands/node.ts')).registerNode,
  },
  {
    name: 'status',
    summary: 'show the heads of a running node',
    load: async () => (await import('./commands/status.ts')).registerStatus,
  },
  {
    name: 'why',
    summary: 'ask a running node what it waits for',
    load: async () => (await import('./commands/why.ts')).registerWhy,
  },
  {
    name: 'demo',
    summary: 'build a small chain in memory, derive and execute it, and show how',
    load: async () => (await import('./commands/demo.ts')).registerDemo,
  },
  {
    name: 'devnet',
    summary: 'bring up a whole chain here: L1, sequencer, batcher, verifiers',
    load: async () => (await import('./commands/devnet.ts')).registerDevnet,
  },
  {
    name: 'replay',
    summary: 'derive and execute a recorded chain from genesis, and compare',
    load: async () => (await import('./commands/replay.ts')).registerReplay,
  },
  {
    name: 'explain',
    summary: 'tell what was read, kept and dropped of a recorded chain, and why',
    load: async () => (await import('./commands/explain.ts')).registerExplain,
  },
  {
    name: 'differential',
    summary: 'derive corpus cases and compare with what the reference client derived',
    load: async () => (await import('./commands/differential.ts')).registerDifferential,
  },
  {
    name: 'decode',
    summary: 'show what batcher data, a blob or a channel holds',
    load: async () => (await import('./commands/decode.ts')).registerDecode,
  },
  {
    name: 'execute',
    summary: 'execute recorded blocks on their witness and compare',
    load: async () => (await import('./commands/execute.ts')).registerExecute,
  },
  {
    name: 'engine',
    summary: 'serve the embedded engine: Engine API and JSON-RPC',
    load: async () => (await import('./commands/engine.ts')).registerEngine,
  },
  {
    name: 'batcher',
    summary: 'write unsafe L2 blocks to L1',
    load: async () => (await import('./commands/batcher.ts')).registerBatcher,
  },
  {
    name: 'proposer',
    summary: 'propose output roots on L1',
    load: async () => (await import('./commands/proposer.ts')).registerProposer,
  },
  {
    name: 'genesis',
    summary: 'make a new chain: L1 contracts, rollup.json, genesis.json',
    load: async () => (await import('./commands/genesis.ts')).registerGenesis,
  },
  {
    name: 'deposit',
    summary: 'bring ether or a call from L1 to L2',
    load: async () => (await import('./commands/bridge.ts')).registerDeposit,
  },
  {
    name: 'withdraw',
    summary: 'bring ether or a call from L2 to L1',
    load: async () => (await import('./commands/bridge.ts')).registerWithdraw,
  },
];
