import type { Address } from '../base/bytes.ts';
import { type BlockContext, hasFork } from './blockContext.ts';
import type { EvmMessage, EvmResult } from './evm/port.ts';

/**
 * Runs the message of a transaction. What self-destructed is still there: fees may yet go to it,
 * and are lost with it.
 */
export function runMessage(
  context: BlockContext,
  message: Omit<EvmMessage, 'warmAddresses'> & { readonly warmAddresses?: readonly Address[] },
): EvmResult | Promise<EvmResult> {
  const warm = [...(message.warmAddresses ?? []), message.caller];
  if (message.to !== undefined) warm.push(message.to);
  if (hasFork(context, 'canyon')) warm.push(context.block.coinbase);
  const { evm, state, block } = context;
  return evm.run(state, block, { ...message, warmAddresses: warm });
}
