import { type Address, concatBytes, EMPTY_BYTES, hexToBytes, ZERO_ADDRESS } from '../base/bytes.ts';
import type { EvmBlock } from './evm/port.ts';
import { accountOf, bumpNonce, codeOf, setCode, type WorldState } from './state/worldState.ts';
import type { Authorization } from './transaction.ts';

/** What applying the authorizations of a transaction leaves for the rest of it. */
export type AppliedAuthorizations = {
  /** Accounts that are warm from now on. */
  readonly warm: readonly Address[];
  /** Adds to the refund counter, whatever becomes of the call. */
  readonly gasRefund: bigint;
};

type AuthorizationContext = {
  readonly state: WorldState;
  readonly block: Pick<EvmBlock, 'chainId'>;
};

/**
 * Sets the code of every account that signed a valid authorization; the others are skipped.
 *
 * @spec EIP-7702; protocol/execution.md 2.8
 */
export function applyAuthorizations(
  { state, block }: AuthorizationContext,
  authorizations: readonly Authorization[],
): AppliedAuthorizations {
  const warm: Address[] = [];
  let gasRefund = 0n;
  for (const { chainId, address, nonce, authority } of authorizations) {
    if (chainId !== 0n && chainId !== block.chainId) continue;
    if (nonce >= MAX_NONCE || authority === undefined) continue;
    warm.push(authority);
    if (!hasNoCodeOrDelegation(state, authority)) continue;
    const account = accountOf(state, authority);
    if ((account?.nonce ?? 0n) !== nonce) continue;
    if (account !== undefined) gasRefund += REFUND_FOR_EXISTING;
    const code =
      address === ZERO_ADDRESS ? EMPTY_BYTES : concatBytes(DELEGATION, hexToBytes(address));
    setCode(state, authority, code);
    bumpNonce(state, authority);
  }
  return { warm, gasRefund };
}

/** True where there is no code, or only the mark that another account's code runs here. */
export function hasNoCodeOrDelegation(state: WorldState, address: Address): boolean {
  const code = codeOf(state, address);
  if (code.length === 0) return true;
  return code.length === 23 && DELEGATION.every((byte, i) => code[i] === byte);
}

const DELEGATION = Uint8Array.of(0xef, 0x01, 0x00);
const MAX_NONCE = 2n ** 64n - 1n;
const REFUND_FOR_EXISTING = 12_500n;
