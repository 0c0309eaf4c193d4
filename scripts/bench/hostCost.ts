import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, type Hex } from '../../src/base/bytes.ts';
import type { RecoverAhead } from '../../src/base/secp256k1.ts';
import type { Evm } from '../../src/execution/evm/port.ts';
import type { Part, Shares } from './profile.ts';

// What the host costs over the EVM, in processor time: the time of executing blocks less the time
// within the EVM port, over the time within the EVM port.
//
// Both are of the same run, by the same clock. Everything has run before, with the same EVM, as in
// a node that is up, but for the transactions: each run decodes them anew. What earlier runs left
// is collected before. The median of rounds.
//
//   whole     all from the first block to the last. Genesis and reading the recordings are not in
//             it, nor is recovering senders, which a node does on another thread: here it was done
//             by an earlier run, and finding the key takes about as long as handing over the job.
//   EVM       within the EVM port, where the messages stand in their blocks, with the reads of the
//             state that they ask for.
//   host      the rest: decoding, signing hashes, checks, fees, receipts, header, garbage.
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

/** Recovers the key of each signature once, and remembers it. All of them are valid. */
export function recoverOnce(): RecoverAhead {
  const keys = new Map<Hex, Uint8Array>();
  return (signatures) =>
    signatures.map(({ hash, compact, yParity }) => {
      const r = bytesToHex(compact.subarray(0, 32));
      const known = keys.get(r);
      if (known !== undefined) return () => known;
      const signature = secp256k1.Signature.fromBytes(compact, 'compact').addRecoveryBit(yParity);
      const key = signature.recoverPublicKey(hash).toBytes(false);
      keys.set(r, key);
      return () => key;
    });
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

/** Seconds of a run, and of those the ones within the EVM. */
export type HostRun = { readonly whole: number; readonly inEvm: number };

/** The figures in one line. The reads are all there are: a few are the host's own. */
export function hostCostLine(what: string, { whole, inEvm }: HostRun, shares: Shares): string {
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
