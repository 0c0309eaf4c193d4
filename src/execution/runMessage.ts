import type { Address } from '../base/bytes.ts';
import { type BlockContext, hasFork } from './blockContext.ts';
import type { EvmMessage, EvmResult } from './evm/port.ts';
import { deleteAccount } from './state/worldState.ts';

/** Runs the message of a transaction and removes what self-destructed. */
export async function runMessage(
  context: BlockContext,
  message: Omit<EvmMessage, 'warmAddresses'> & { readonly warmAddresses?: readonly Address[] },
): Promise<EvmResult> {
  const warm = [...(message.warmAddresses ?? []), message.caller];
  if (message.to !== undefined) warm.push(message.to);
  if (hasFork(context, 'canyon')) warm.push(context.block.coinbase);
  const { evm, state, block } = context;
  const result = await evm.run(state, block, { ...message, warmAddresses: warm });
  for (const address of result.selfDestructs) deleteAccount(state, address);
  return result;
}
