import type { Evm } from '../../src/execution/evm/port.ts';
import { checkpoint, revertTo } from '../../src/execution/state/worldState.ts';
import type { Part, Shares } from './profile.ts';

// What the host costs over the bare EVM, in processor time of the thread that executes.
//
// Everything has run before, with the same EVM, as in a node that is up. Medians of rounds.
//
//   whole     all that the thread does from the first block to the last. Genesis and reading the
//             recordings are not in it, nor is what other threads do meanwhile: collecting garbage
//             in part, compiling, recovering senders.
//   bare EVM  the EVM port alone: the same messages, in the same order, on a state that is in
//             memory and holds all they read. Each message is run twice where it stands in its
//             block: once to bring what it reads to memory, then, with that undone, once more,
//             timed. That clock knows the process only, so of its time the part is taken that the
//             thread has in the process in the same run, in which there is no other work.
//   host      the rest: decoding, checking, fees, reads of the tries, receipts, header, garbage.
//             Beside it stand the state root and storing, by their share in a profile.

/** An EVM whose messages run twice, and the processor time of the second runs so far. */
export type BareEvm = { readonly evm: Evm; readonly seconds: () => number };

/** Wraps `evm`. */
export function bareEvm(evm: Evm): BareEvm {
  let microseconds = 0;
  return {
    evm: {
      precompiles: evm.precompiles,
      run: async (state, block, message) => {
        const point = checkpoint(state);
        await evm.run(state, block, message);
        revertTo(state, point);
        const start = process.cpuUsage();
        const result = await evm.run(state, block, message);
        const { user, system } = process.cpuUsage(start);
        microseconds += user + system;
        return result;
      },
    },
    seconds: () => microseconds / 1e6,
  };
}

/** Where executing blocks spends its time. A stack belongs to the first that it meets. */
export const EXECUTION_PARTS: readonly Part[] = [
  ['reads', /state\/worldState/, /^(readAccount|committedSlot|codeByHash)$/],
  ['EVM', /execution\/evm\//],
  ['state root', /commitState/],
  ['senders', /execution\/(transaction|sendersAhead)|protocol\/signedTx|base\/secp256k1/],
  ['receipts and header', /buildBlock/, /^(seal|toReceipts)$/],
  ['storing', /execution\/(store|engine|blockTree)|memory-level|classic-level/],
  ['fees and checks', /execution\/(executeSignedTx|executeDeposit|fees|fastLz|intrinsicGas)/],
];

/**
 * The figures in one line: what the host costs over the bare EVM, with and without the work that a
 * node has beside executing, which is the state root and storing.
 */
export function hostCostLine(what: string, whole: number, bare: number, shares: Shares): string {
  const beside = (shares.get('state root') ?? 0) + (shares.get('storing') ?? 0);
  const percent = (value: number): string => `${(value * 100).toFixed(0)} %`;
  const host = whole * (1 - beside) - bare;
  return (
    `host cost  ${what}: whole ${whole.toFixed(2)} s, bare EVM ${bare.toFixed(2)} s, ` +
    `host code ${percent(host / bare)} of the bare EVM, ` +
    `${percent((whole - bare) / bare)} with state root and storing`
  );
}
