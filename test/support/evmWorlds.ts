import fc from 'fast-check';
import { type Address, concatBytes, hexToBytes } from '../../src/base/bytes.ts';

// Small worlds of contracts that call, create, delegate to and destroy each other, and
// transactions for them: what two EVMs must agree on.

/** Contracts of a world; the first ones are called by transactions. */
export const CONTRACTS: readonly Address[] = [0xc1, 0xc2, 0xc3, 0xc4].map(repeated);

/** Accounts whose code is init code, for creations to copy. */
export const LIBRARIES: readonly Address[] = [0xb1, 0xb2].map(repeated);

/** Accounts without code; each may send and sign authorizations. */
export const OWNERS: readonly Address[] = [0xa1, 0xa2, 0xa3].map(repeated);

const NOBODY: Address = repeated(0x77);

/** A world and what happens in it. */
export type EvmWorld = {
  readonly contracts: readonly Uint8Array[];
  readonly libraries: readonly Uint8Array[];
  readonly txs: readonly WorldTx[];
};

/** One transaction. `to` is undefined for a creation from `data`. */
export type WorldTx = {
  readonly type: 'signed' | 'deposit';
  readonly from: Address;
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly gasLimit: bigint;
  readonly data: Uint8Array;
  readonly accessList: readonly { readonly address: Address; readonly slots: readonly bigint[] }[];
  /** Who signs, and whose code is to run there. */
  readonly delegations: readonly { readonly authority: Address; readonly address: Address }[];
};

/** Worlds with up to 5 transactions. */
export function evmWorlds(): fc.Arbitrary<EvmWorld> {
  return fc.record({
    contracts: fc.array(program(12), { minLength: CONTRACTS.length, maxLength: CONTRACTS.length }),
    libraries: fc.array(initCode(), { minLength: LIBRARIES.length, maxLength: LIBRARIES.length }),
    txs: fc.array(worldTx(), { minLength: 1, maxLength: 5 }),
  });
}

const ADDRESS = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...CONTRACTS) },
  { weight: 2, arbitrary: fc.constantFrom(...OWNERS, ...LIBRARIES, NOBODY) },
  { weight: 2, arbitrary: fc.constantFrom(...[1, 2, 3, 4, 5, 6, 7, 9, 11, 256].map(lowAddress)) },
);

function worldTx(): fc.Arbitrary<WorldTx> {
  const called = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom<Address | undefined>(...CONTRACTS) },
    { weight: 1, arbitrary: fc.constantFrom<Address | undefined>(...OWNERS, NOBODY, undefined) },
  );
  const delegation = fc.record({ authority: fc.constantFrom(...OWNERS, NOBODY), address: ADDRESS });
  return fc
    .record({
      type: fc.constantFrom('signed', 'signed', 'deposit' as const),
      from: fc.constantFrom(...OWNERS),
      to: called,
      value: fc.constantFrom(0n, 0n, 3n),
      gasLimit: fc.constantFrom(60_000n, 120_000n, 500_000n, 3_000_000n),
      initCode: initCode(),
      callData: fc.uint8Array({ maxLength: 40 }),
      accessList: fc.array(
        fc.record({ address: ADDRESS, slots: fc.array(fc.bigInt(0n, 3n), { maxLength: 2 }) }),
        { maxLength: 2 },
      ),
      delegations: fc.array(delegation, { maxLength: 2 }),
    })
    .map(({ initCode: code, callData, ...tx }) => ({
      ...tx,
      data: tx.to === undefined ? code : callData,
    }));
}

/** Init code: does things, then returns a program, or ends otherwise. */
function initCode(): fc.Arbitrary<Uint8Array> {
  return fc.tuple(steps(4), program(5), fc.nat(9)).map(([before, runtime, how]) => {
    if (how === 0) return concatBytes(before, Uint8Array.of(0xfe));
    if (how === 1) return concatBytes(before, call('ff', [repeated(0xc1)]));
    if (how === 2) return concatBytes(before, REVERT);
    // Code that may not be deployed: it begins with 0xef, or is too long.
    if (how === 3) return concatBytes(before, bytes('60ef60005360016000f3'));
    if (how === 4) return concatBytes(before, bytes('6160016000f3'));
    const size = runtime.length;
    const tail = 9 + before.length;
    // CODECOPY the runtime to 0 and return it; all pushes are PUSH2 and PUSH1 of fixed width.
    const copy = Uint8Array.of(0x61, size >> 8, size & 255, 0x80, 0x61, 0, 0, 0x60, 0);
    const end = bytes('396000f3');
    const at = tail + end.length;
    copy[5] = at >> 8;
    copy[6] = at & 255;
    return concatBytes(before, copy, end, runtime);
  });
}

function program(maxSteps: number): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(steps(maxSteps), fc.nat(9), ADDRESS)
    .map(([body, how, heir]) => concatBytes(body, ending(how, heir)));
}

function ending(how: number, heir: Address): Uint8Array {
  if (how === 0) return REVERT;
  if (how === 1) return call('ff', [heir]);
  if (how === 2) return Uint8Array.of(0xfe);
  if (how < 6) return bytes('60406000f3');
  return Uint8Array.of(0);
}

/** Output of a revert that never begins with 0xef, which the judge takes for bad code. */
const REVERT = bytes('600060005360216000fd');

function steps(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.array(STEP, { maxLength }).map((parts) => concatBytes(...parts));
}

const SLOT = fc.bigInt(0n, 3n);
const SMALL = fc.bigInt(0n, 2n);
const GAS = fc.constantFrom(0n, 100n, 2300n, 20_000n, 100_000n, 1n << 255n);
const LENGTH = fc.constantFrom(0n, 1n, 32n, 96n, 128n, 160n, 192n, 213n);
const OFFSET = fc.constantFrom(0n, 0n, 1n, 31n, 64n);
const WORD = fc.oneof(
  fc.constantFrom(0n, 1n, 27n, 32n, (1n << 256n) - 1n, 1n << 255n, 0xefn << 248n),
  fc.bigInt(0n, (1n << 256n) - 1n),
);

/** Adds the top of the stack to slot 5, so that it counts. */
const KEEP = bytes('60055401600555');

/** Steps of a program: operands in stack order, and what becomes of a result. */
const STEP: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: operation('55', SLOT, SMALL) },
  { weight: 2, arbitrary: operation('5d', SLOT, SMALL) },
  { weight: 2, arbitrary: kept(operation('54', SLOT)) },
  { weight: 2, arbitrary: kept(operation('5c', SLOT)) },
  { weight: 3, arbitrary: operation('52', OFFSET, WORD) },
  { weight: 1, arbitrary: operation('5e', OFFSET, OFFSET, LENGTH) },
  { weight: 1, arbitrary: operation('a1', OFFSET, LENGTH, SLOT) },
  { weight: 1, arbitrary: operation('a0', OFFSET, LENGTH) },
  { weight: 1, arbitrary: operation('3e', OFFSET, SMALL, SMALL) },
  { weight: 2, arbitrary: fc.constant(bytes('3d6000603f3e')) },
  { weight: 1, arbitrary: operation('37', OFFSET, SMALL, LENGTH) },
  { weight: 1, arbitrary: operation('39', OFFSET, SMALL, LENGTH) },
  { weight: 1, arbitrary: operation('3c', ADDRESS, OFFSET, SMALL, LENGTH) },
  { weight: 1, arbitrary: kept(operation('31', ADDRESS)) },
  { weight: 1, arbitrary: kept(operation('3b', ADDRESS)) },
  { weight: 1, arbitrary: kept(operation('3f', ADDRESS)) },
  { weight: 1, arbitrary: kept(operation('20', OFFSET, LENGTH)) },
  { weight: 1, arbitrary: kept(operation('40', fc.constantFrom(0n, 43n, 44n, 299n, 300n))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x47, 0x48, 0x59, 0x5a)
      .map((op) => concatBytes(Uint8Array.of(op), KEEP)),
  },
  { weight: 6, arbitrary: kept(callOf('f1', true)) },
  { weight: 1, arbitrary: kept(callOf('f2', true)) },
  { weight: 3, arbitrary: kept(callOf('f4', false)) },
  { weight: 2, arbitrary: kept(callOf('fa', false)) },
  { weight: 2, arbitrary: fc.constantFrom(...LIBRARIES).chain(creation) },
);

function kept(step: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const after = fc.constantFrom(KEEP, bytes('50'), bytes('50'));
  return fc.tuple(step, after).map((parts) => concatBytes(...parts));
}

function operation(op: string, ...operands: fc.Arbitrary<bigint | Address>[]) {
  return fc.tuple(...operands).map((values) => call(op, values));
}

function callOf(op: string, hasValue: boolean): fc.Arbitrary<Uint8Array> {
  const value = hasValue ? [fc.constantFrom(0n, 0n, 1n, 900n)] : [];
  return operation(op, GAS, ADDRESS, ...value, OFFSET, LENGTH, OFFSET, LENGTH);
}

/** Copies init code of a library to memory and creates from it; perhaps calls what came out. */
function creation(library: Address): fc.Arbitrary<Uint8Array> {
  const made = fc.tuple(fc.constantFrom(0n, 0n, 2n), fc.option(SMALL), fc.boolean());
  return made.map(([value, salt, isCalled]) => {
    const at = concatBytes(push(library), bytes('3b'), push(0n), push(256n), push(library));
    const copied = concatBytes(at, bytes('3c'), salt === null ? new Uint8Array(0) : push(salt));
    const created = concatBytes(
      copied,
      push(library),
      bytes('3b'),
      push(256n),
      push(value),
      bytes(salt === null ? 'f0' : 'f5'),
    );
    // CALL with all gas: the address is below five zeros.
    const called = bytes('60006000600060006000855af150');
    return concatBytes(created, isCalled ? called : new Uint8Array(0), KEEP);
  });
}

/** `op` with its operands, the first of which ends on top of the stack. */
function call(op: string, operands: readonly (bigint | Address)[]): Uint8Array {
  return concatBytes(...operands.toReversed().map(push), bytes(op));
}

function push(value: bigint | Address): Uint8Array {
  const digits = typeof value === 'bigint' ? value.toString(16) : value.slice(2);
  const padded = digits.length % 2 === 0 ? digits : `0${digits}`;
  return concatBytes(Uint8Array.of(0x5f + padded.length / 2), bytes(padded));
}

function bytes(hex: string): Uint8Array {
  return hexToBytes(`0x${hex}`);
}

function repeated(byte: number): Address {
  return `0x${byte.toString(16).padStart(2, '0').repeat(20)}`;
}

function lowAddress(n: number): Address {
  return `0x${n.toString(16).padStart(40, '0')}`;
}
