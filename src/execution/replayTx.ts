import { InvariantError } from '../base/errors.ts';
import { type BlockContext, type TxResult } from './blockContext.ts';
import {
  type BlockBuilder,
  executeTransaction,
  openBlock,
  type ParentBlock,
} from './buildBlock.ts';
import type { CallObserver, EvmBlock } from './evm/port.ts';
import { attributesOf } from './payloadBlock.ts';
import { endTransaction, type WorldState } from './state/worldState.ts';
import type { BlockRecord } from './store/records.ts';

/**
 * Executes a transaction of a known block again, with all before it, and has its calls observed.
 *
 * @param state     The state after `parent`, which the caller alone has.
 * @param blockHash Hashes of earlier blocks of the same chain.
 */
export async function replayTx(
  builder: BlockBuilder,
  parent: ParentBlock,
  block: BlockRecord,
  index: number,
  state: WorldState,
  blockHash: EvmBlock['blockHash'],
  observer: CallObserver,
): Promise<TxResult> {
  const { evm } = builder;
  const attributes = attributesOf(builder.config, block.header, block.transactions);
  const context: BlockContext = await openBlock(builder, parent, attributes, state, blockHash);
  const watched: BlockContext['evm'] = {
    ...evm,
    run: (at, around, message) => evm.run(at, around, message, observer),
  };
  for (const [i, raw] of block.transactions.entries()) {
    const isLast = i === index;
    const outcome = await executeTransaction(isLast ? { ...context, evm: watched } : context, raw);
    if (outcome.type === 'invalid') break;
    if (isLast) return outcome.result;
    endTransaction(state);
  }
  throw new InvariantError(`block \`${block.hash}\` gave another result when executed again`);
}
