import { type Address, bytesToHex, EMPTY_BYTES, type Hash, type Hex } from '../../base/bytes.ts';
import type { GenesisAccount } from '../../execution/genesis.ts';

/** The state of block 0. */
export type Alloc = Map<Address, GenesisAccount>;

/** An account at genesis: what is left out is zero or empty. */
export function account(given: Partial<GenesisAccount>): GenesisAccount {
  return { nonce: 0n, balance: 0n, code: EMPTY_BYTES, storage: new Map(), ...given };
}

/** An account in geth's genesis.json. */
export type AllocAccountJson = {
  readonly balance: Hex;
  readonly nonce?: Hex;
  readonly code?: Hex;
  readonly storage?: { readonly [slot: Hash]: Hash };
};

/** The `alloc` object of geth's genesis.json; addresses without `0x`, ascending. */
export function toAllocJson(alloc: ReadonlyMap<Address, GenesisAccount>): {
  readonly [address: string]: AllocAccountJson;
} {
  const sorted = [...alloc].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([address, value]) => [address.slice(2), toAccountJson(value)]),
  );
}

function toAccountJson({ balance, nonce, code, storage }: GenesisAccount): AllocAccountJson {
  const slots = [...storage].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return {
    balance: `0x${balance.toString(16)}`,
    ...(nonce === 0n ? {} : { nonce: `0x${nonce.toString(16)}` as const }),
    ...(code.length === 0 ? {} : { code: bytesToHex(code) }),
    ...(slots.length === 0
      ? {}
      : { storage: Object.fromEntries(slots.map(([slot, value]) => [word(slot), word(value)])) }),
  };
}

function word(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, '0')}`;
}
