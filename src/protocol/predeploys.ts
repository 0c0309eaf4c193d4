import type { Address } from '../base/bytes.ts';

// Contracts that every L2 has from genesis on. @spec OP Stack specification, "Predeploys"

/** GasPriceOracle. */
export const GAS_PRICE_ORACLE: Address = '0x420000000000000000000000000000000000000f';

/** SequencerFeeVault: who gets the fees of derived blocks. */
export const SEQUENCER_FEE_VAULT: Address = '0x4200000000000000000000000000000000000011';

/** L1Block: holds the L1 attributes, from which fees are read. */
export const L1_BLOCK: Address = '0x4200000000000000000000000000000000000015';

/** L2ToL1MessagePasser: its storage root is part of every output root. */
export const MESSAGE_PASSER: Address = '0x4200000000000000000000000000000000000016';

/** BaseFeeVault: receives the base fee of what was used. */
export const BASE_FEE_VAULT: Address = '0x4200000000000000000000000000000000000019';

/** L1FeeVault: receives the L1 data fee. */
export const L1_FEE_VAULT: Address = '0x420000000000000000000000000000000000001a';

/** OperatorFeeVault: receives the operator fee, from Isthmus on. */
export const OPERATOR_FEE_VAULT: Address = '0x420000000000000000000000000000000000001b';
