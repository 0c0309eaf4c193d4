import { InvariantError } from '../base/errors.ts';
import type { TxResult } from './blockContext.ts';
import {
  type BlockBuilder,
  executeTransaction,
  openBlock,
  type ParentBlock,
} from './buildBlock.ts';
import type { EvmBlock, RunOptions } from './evm/port.ts';
import { withOptions } from './evm/withOptions.ts';
import { attributesOf } from './payloadBlock.ts';
import { endTransaction, type WorldState } from './state/worldState.ts';
import type { BlockRecord } from './store/records.ts';

/**
 * Executes a transaction of a known block again, with all before it.
 *
 * @param state     The state after `parent`, which the caller alone has.
 * @param blockHash Hashes of earlier blocks of the same chain.
 * @param options   For the transaction itself; those before it have the same pauses.
 */
export async function replayTx(
  builder: BlockBuilder,
  parent: ParentBlock,
  block: BlockRecord,
  index: number,
  state: WorldState,
  blockHash: EvmBlock['blockHash'],
  options: RunOptions,
): Promise<TxResult> {
  const { evm } = builder;
  const attributes = attributesOf(builder.config, block.header, block.transactions);
  const paused: BlockBuilder = { ...builder, evm: withOptions(evm, { pause: options.pause }) };
  const context = await openBlock(paused, parent, attributes, state, blockHash);
  const watched = withOptions(evm, options);
  for (const [i, raw] of block.transactions.entries()) {
    const isLast = i === index;
    const outcome = await executeTransaction(isLast ? { ...context, evm: watched } : context, raw);
    if (outcome.type === 'invalid') break;
    if (isLast) return outcome.result;
    endTransaction(state);
  }
  throw new InvariantError(`block \`${block.hash}\` gave another result when executed again`);
}
