import type { Address } from '../../base/bytes.ts';
import { BEACON_ROOTS } from '../../execution/systemAccounts.ts';
import { type RuntimeName, runtimeCode } from '../contracts/bytecode.ts';
import { account, type Alloc } from './alloc.ts';

/**
 * Contracts that people expect on every chain. Karst's upgrade needs the first: without it the
 * whole bundle succeeds and does nothing.
 */
const PREINSTALLS: readonly (readonly [Address, RuntimeName])[] = [
  ['0x4e59b44847b379578588920ca78fbf26c0b4956c', 'DeterministicDeploymentProxy'],
  ['0x914d7fec6aac8cd542e72bca78b30650d45643d7', 'SafeSingletonFactory'],
  ['0x13b0d85ccb8bf860b6b79af3029fca081ae9bef2', 'Create2Deployer'],
  ['0xca11bde05977b3631167028862be2a173976ca11', 'MultiCall3'],
];

const BEACON_ROOTS_SENDER: Address = '0x0b799c86a49deeb90402691f1041aa3af2d3c875';

/**
 * Accounts of the preinstalls. The beacon roots contract is among them only with Ecotone at
 * genesis: otherwise Ecotone's upgrade deploys it, and its sender's nonce must still be zero.
 */
export function preinstallAccounts(options: { readonly ecotone: boolean }): Alloc {
  const accounts: Alloc = new Map();
  for (const [address, name] of PREINSTALLS)
    accounts.set(address, account({ code: runtimeCode(name) }));
  if (options.ecotone) {
    accounts.set(BEACON_ROOTS, account({ code: runtimeCode('BeaconBlockRoots'), nonce: 1n }));
    accounts.set(BEACON_ROOTS_SENDER, account({ nonce: 1n }));
  }
  return accounts;
}
