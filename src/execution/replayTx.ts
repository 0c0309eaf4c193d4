import { InvariantError } from '../base/errors.ts';
import type { TxResult } from './blockContext.ts';
import {
  type BlockBuilder,
  executeTransaction,
  openBlock,
  type ParentBlock,
} from './buildBlock.ts';
import type { EvmBlock, Pause, RunOptions } from './evm/port.ts';
import { withOptions } from './evm/withOptions.ts';
import { attributesOf } from './payloadBlock.ts';
import { endTransaction, type WorldState } from './state/worldState.ts';
import type { BlockRecord } from './store/records.ts';

/** What is wanted of the runs. */
export type ReplayOptions = {
  /** For the transactions before. */
  readonly pause: Pause;
  /** Asked for those of the transaction itself, when its turn has come. */
  readonly begin: () => Promise<RunOptions>;
};

/**
 * Executes a transaction of a known block again, with all before it.
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
  { pause, begin }: ReplayOptions,
): Promise<TxResult> {
  const { evm } = builder;
  const attributes = attributesOf(builder.config, block.header, block.transactions);
  const paused: BlockBuilder = { ...builder, evm: withOptions(evm, { pause }) };
  const context = await openBlock(paused, parent, attributes, state, blockHash);
  for (const [i, raw] of block.transactions.entries()) {
    const isLast = i === index;
    const watched = isLast ? { ...context, evm: withOptions(evm, await begin()) } : context;
    const outcome = await executeTransaction(watched, raw);
    if (outcome.type === 'invalid') break;
    if (isLast) return outcome.result;
    endTransaction(state);
  }
  throw new InvariantError(`block \`${block.hash}\` gave another result when executed again`);
}
