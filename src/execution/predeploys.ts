import type { Address } from '../base/bytes.ts';

/** Holds the L1 attributes, from which fees are read. */
export const L1_BLOCK: Address = '0x4200000000000000000000000000000000000015';

/** L2ToL1MessagePasser: its storage root is part of every output root. */
export const MESSAGE_PASSER: Address = '0x4200000000000000000000000000000000000016';

/** Receives the base fee of what was used. */
export const BASE_FEE_VAULT: Address = '0x4200000000000000000000000000000000000019';

/** Receives the L1 data fee. */
export const L1_FEE_VAULT: Address = '0x420000000000000000000000000000000000001a';

/** Receives the operator fee, from Isthmus on. */
export const OPERATOR_FEE_VAULT: Address = '0x420000000000000000000000000000000000001b';

/** Caller of system calls. */
export const SYSTEM_CALLER: Address = '0xfffffffffffffffffffffffffffffffffffffffe';

/** Beacon roots contract of EIP-4788. */
export const BEACON_ROOTS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';

/** Block hash history contract of EIP-2935. */
export const BLOCK_HASH_HISTORY: Address = '0x0000f90827f1c53a10cb7a02335b175320002935';
