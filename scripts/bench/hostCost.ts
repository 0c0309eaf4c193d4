import type { Evm } from '../../src/execution/evm/port.ts';
import { checkpoint, revertTo } from '../../src/execution/state/worldState.ts';
import type { Part, Shares } from './profile.ts';

// What the host costs over the bare EVM. The bare EVM is the EVM port alone: the same messages, in
// the same order, on a state that is in memory and holds all they read. It is measured by running
// each message twice where it stands in its block: once to bring what it reads to memory, then,
// with that undone, once more, timed. Everything else that executing a block takes is host:
// decoding, recovering senders, checking, fees, reads of the tries, receipts, roots, headers,
// storing.

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

/** Where executing blocks spends its time. What the EVM reads from the tries counts as EVM. */
export const EXECUTION_PARTS: readonly Part[] = [
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
