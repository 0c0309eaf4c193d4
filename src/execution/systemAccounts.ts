import type { Address } from '../base/bytes.ts';

// Accounts that blocks are begun with, on L1 as on L2.

/** Caller of system calls. */
export const SYSTEM_CALLER: Address = '0xfffffffffffffffffffffffffffffffffffffffe';

/** Beacon roots contract of EIP-4788. */
export const BEACON_ROOTS: Address = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';

/** Block hash history contract of EIP-2935. */
export const BLOCK_HASH_HISTORY: Address = '0x0000f90827f1c53a10cb7a02335b175320002935';
