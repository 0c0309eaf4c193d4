import { type Address, bytesToBigint, type Hash, hexToBytes } from '../../src/base/bytes.ts';
import { createInterpreter } from '../../src/execution/evm/interpreter/createEvm.ts';
import type { EvmFork, EvmMessage, EvmResult } from '../../src/execution/evm/port.ts';
import { EMPTY_ACCOUNT } from '../../src/execution/state/account.ts';
import { commitState } from '../../src/execution/state/commitState.ts';
import {
  openState,
  setAccount,
  setCode,
  setStorage,
  type WorldState,
} from '../../src/execution/state/worldState.ts';

/** Where the code runs, and who calls it. */
export const HERE: Address = `0x${'c0'.repeat(20)}`;
export const CALLER: Address = `0x${'ca'.repeat(20)}`;

/** Code that is run, and what differs from the usual. */
export type CodeRun = {
  readonly code: string;
  readonly fork?: EvmFork;
  readonly gas?: bigint;
  readonly data?: Uint8Array;
  /** Storage of the code's account. */
  readonly storage?: readonly (readonly [bigint, bigint])[];
  /** Code of other accounts. */
  readonly others?: readonly (readonly [Address, string])[];
  readonly warmSlots?: EvmMessage['warmSlots'];
  readonly warmAddresses?: readonly Address[];
};

/** Result of running hex code at HERE, and the state after it. The caller has 1000 wei. */
export async function runCode(run: CodeRun): Promise<EvmResult & { readonly state: WorldState }> {
  const state = openState(undefined, { readNode: () => undefined, readCode: () => undefined });
  setAccount(state, CALLER, { ...EMPTY_ACCOUNT, nonce: 1n, balance: 1000n });
  setAccount(state, HERE, { ...EMPTY_ACCOUNT, nonce: 1n, balance: 100n });
  setCode(state, HERE, hexToBytes(`0x${run.code}`));
  for (const [slot, value] of run.storage ?? []) setStorage(state, HERE, slot, value);
  for (const [address, code] of run.others ?? []) {
    setAccount(state, address, { ...EMPTY_ACCOUNT, nonce: 1n });
    setCode(state, address, hexToBytes(`0x${code}`));
  }
  commitState(state);
  const block = {
    fork: run.fork ?? 'karst',
    chainId: 901n,
    number: 1000n,
    timestamp: 1_700_000_000n,
    coinbase: `0x${'42'.repeat(20)}`,
    prevRandao: `0x${'77'.repeat(32)}`,
    gasLimit: 30_000_000n,
    baseFeePerGas: 9n,
    blockHash: (number: bigint): Hash => `0x${number.toString(16).padStart(64, '0')}`,
  } as const;
  const result = await evm.run(state, block, {
    caller: CALLER,
    to: HERE,
    value: 0n,
    data: run.data ?? new Uint8Array(0),
    gasLimit: run.gas ?? 1_000_000n,
    gasPrice: 10n,
    warmAddresses: [CALLER, HERE, ...(run.warmAddresses ?? [])],
    warmSlots: run.warmSlots ?? [],
  });
  return { ...result, state };
}

/** The word that code leaves on top of the stack; undefined when it fails. */
export async function topOf(run: CodeRun): Promise<bigint | undefined> {
  const { status, output } = await runCode({ ...run, code: `${run.code}60005260206000f3` });
  return status === 'success' ? bytesToBigint(output) : undefined;
}

/** Code that pushes 32-byte words, so that the first one ends on top. */
export function pushes(...words: readonly bigint[]): string {
  return words
    .toReversed()
    .map((word) => `7f${BigInt.asUintN(256, word).toString(16).padStart(64, '0')}`)
    .join('');
}

const evm = createInterpreter(901n);
