import { hexToBytes, type Address, type Hash } from '../base/bytes.ts';
import { type BlockContext, hasFork } from './blockContext.ts';
import { CREATE2_DEPLOYER, create2DeployerCode } from './create2Deployer.ts';
import { codeOf, endTransaction, setCode, withAbsentAccount } from './state/worldState.ts';
import { BEACON_ROOTS, BLOCK_HASH_HISTORY, SYSTEM_CALLER } from './systemAccounts.ts';

/**
 * Changes that a block makes before its first transaction.
 *
 * @spec protocol/execution.md 3.2, 3.7
 */
export async function applyBlockStart(
  context: BlockContext,
  parentHash: Hash,
  parentBeaconBlockRoot: Hash | undefined,
): Promise<void> {
  const { state, config, block } = context;
  // Only the block at exactly Canyon's time: where that time falls between two blocks, the code
  // is never set, and histories depend on it.
  if (block.timestamp === config.forkTimes.canyon) {
    setCode(state, CREATE2_DEPLOYER, create2DeployerCode());
    endTransaction(state);
  }
  if (parentBeaconBlockRoot !== undefined) {
    await systemCall(context, BEACON_ROOTS, parentBeaconBlockRoot);
  }
  if (hasFork(context, 'isthmus')) await systemCall(context, BLOCK_HASH_HISTORY, parentHash);
}

async function systemCall(context: BlockContext, to: Address, word: Hash): Promise<void> {
  const { state, evm, block } = context;
  if (codeOf(state, to).length === 0) return;
  const message = {
    caller: SYSTEM_CALLER,
    to,
    value: 0n,
    data: hexToBytes(word),
    gasLimit: SYSTEM_CALL_GAS,
    gasPrice: 0n,
    warmAddresses: [SYSTEM_CALLER, to],
    warmSlots: [],
  };
  await withAbsentAccount(state, SYSTEM_CALLER, async () => {
    await evm.run(state, block, message);
    endTransaction(state);
  });
}

const SYSTEM_CALL_GAS = 30_000_000n;
