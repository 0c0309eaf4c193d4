import { type Common, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { keccak256, sha256 } from '../../../base/hash.ts';
import { hasRules } from '../forkRules.ts';
import { verifyKzgProof } from '../kzgProof.ts';
import type { EvmFork } from '../port.ts';

/** The Ethereum rule set of a fork, with our own hashes and proofs. @spec execution.md 7.3 */
export function createRuleSet(fork: EvmFork, chainId: bigint): Common {
  return createCommon(hardforkOf(fork), chainId);
}

/** The first rule set that has P256VERIFY. */
export function createOsakaCommon(chainId: bigint): Common {
  return createCommon(Hardfork.Osaka, chainId);
}

function createCommon(hardfork: Hardfork, chainId: bigint): Common {
  const kzg = { verifyProof: verifyKzgProof };
  return createCustomCommon({ chainId: Number(chainId), name: 'l2' }, Mainnet, {
    hardfork,
    customCrypto: { keccak256, sha256, kzg: kzg as never },
  });
}

function hardforkOf(fork: EvmFork): Hardfork {
  if (hasRules(fork, 'karst')) return Hardfork.Osaka;
  if (hasRules(fork, 'isthmus')) return Hardfork.Prague;
  if (hasRules(fork, 'ecotone')) return Hardfork.Cancun;
  return hasRules(fork, 'canyon') ? Hardfork.Shanghai : Hardfork.Paris;
}
