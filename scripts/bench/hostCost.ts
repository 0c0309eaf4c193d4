import type { Evm } from '../../src/execution/evm/port.ts';
import type { Part, Shares } from './profile.ts';

// What the host costs over the EVM, in processor time of the thread that executes: the time of
// executing blocks less the time within the EVM port, over the time within the EVM port.
//
// Everything has run before, with the same EVM, as in a node that is up, but for the transactions:
// each run decodes them anew. Medians of rounds.
//
//   whole     all that the thread does from the first block to the last. Genesis and reading the
//             recordings are not in it, nor is what other threads do meanwhile: collecting garbage
//             in part, compiling, recovering senders.
//   EVM       within the EVM port, where the messages stand in their blocks, with the reads of the
//             state that they ask for. That clock knows the process only, so of its time the part
//             is taken that the thread has in the process in the same run, in which senders are
//             recovered by the thread itself, and not within the port.
//   host      the rest: decoding, handing over signatures, checks, fees, receipts, header, garbage.
//
// Two things can be counted either way, and the line has them both ways, by their shares in a
// profile: the state root and storing, which a node has beside executing; and the reads that walk
// through tries, which are the host's code and run because the EVM asks.

/** An EVM with a clock: the processor time of the process within it so far. */
export type ClockedEvm = { readonly evm: Evm; readonly seconds: () => number };

/** Wraps `evm`. The clock takes 0.6 µs, half of it within: 0.2 % of `every-fork-a`. */
export function clockedEvm(evm: Evm): ClockedEvm {
  let microseconds = 0;
  return {
    evm: {
      precompiles: evm.precompiles,
      run: async (state, block, message) => {
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

/** Seconds of the whole and within the EVM, and the shares of the whole. */
export type HostCost = { readonly whole: number; readonly inEvm: number; readonly shares: Shares };

/** The figures in one line. The reads are all there are: a few are the host's own. */
export function hostCostLine(what: string, { whole, inEvm, shares }: HostCost): string {
  const seconds = (part: string): number => whole * (shares.get(part) ?? 0);
  const beside = seconds('state root') + seconds('storing');
  const host = whole - beside - inEvm;
  const reads = seconds('reads');
  const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
  return (
    `host cost  ${what}: whole ${whole.toFixed(2)} s, EVM ${inEvm.toFixed(2)} s, ` +
    `host code ${percent(host / inEvm)} of the EVM, ` +
    `${percent((host + reads) / (inEvm - reads))} with reads of tries as host code, ` +
    `${percent((host + beside) / inEvm)} with state root and storing`
  );
}
