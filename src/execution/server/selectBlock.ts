import { type Hash, ZERO_HASH } from '../../base/bytes.ts';
import type { JsonValue } from '../../base/json.ts';
import type { AbortOptions } from '../../transport/abort.ts';
import type { ExecutionEngine } from '../engine.ts';
import type { WorldState } from '../state/worldState.ts';
import type { BlockRecord } from '../store/records.ts';
import { RpcError } from './jsonRpc.ts';
import { type BlockTag, readOptionalBlockTag } from './params.ts';

/**
 * The block that a caller means. Undefined when there is none: an unknown number or hash, or a
 * label that was never set.
 *
 * Choice: `pending` is the latest block. op-geth makes no pending block of its own either, unless
 * told to.
 */
export function selectBlock(engine: ExecutionEngine, tag: BlockTag): BlockRecord | undefined {
  if ('number' in tag) return engine.blockByNumber(tag.number);
  if ('hash' in tag) {
    const block = engine.block(tag.hash);
    if (block === undefined || tag.mustBeCanonical !== true) return block;
    if (engine.blockByNumber(block.header.number)?.hash === block.hash) return block;
    throw new RpcError('application', 'hash is not currently canonical');
  }
  const { head, safe, finalized } = engine.heads();
  switch (tag.label) {
    case 'earliest':
      return engine.genesis;
    case 'latest':
    case 'pending':
      return engine.block(head);
    case 'safe':
      return set(engine, safe);
    case 'finalized':
      return set(engine, finalized);
  }
}

/** Like `selectBlock`. @throws RpcError when there is none. */
export function requireBlock(engine: ExecutionEngine, tag: BlockTag): BlockRecord {
  const block = selectBlock(engine, tag);
  if (block !== undefined) return block;
  throw new RpcError(
    'application',
    'label' in tag ? `${tag.label} block not found` : 'header not found',
  );
}

/** The head. */
export function headBlock(engine: ExecutionEngine): BlockRecord {
  return requireBlock(engine, { label: 'latest' });
}

/** A block and a state after it that the caller alone has. */
export type BlockState = { readonly block: BlockRecord; readonly state: WorldState };

/**
 * Block and state that the parameter at `index` names; the latest where it is left out.
 *
 * @throws RpcError when there is no such block; PrunedStateError, now or when the state is read.
 */
export async function readBlockState(
  engine: ExecutionEngine,
  params: readonly JsonValue[],
  index: number,
  options: AbortOptions,
): Promise<BlockState> {
  const block = requireBlock(engine, readOptionalBlockTag(params, index));
  return { block, state: await stateOf(engine, block, options) };
}

/** A state after a block. @throws RpcError; PrunedStateError, now or when it is read. */
export async function stateOf(
  engine: ExecutionEngine,
  block: BlockRecord,
  options: AbortOptions,
): Promise<WorldState> {
  const state = await engine.openState(block.hash, options);
  if (state !== undefined) return state;
  throw new RpcError('application', 'header not found');
}

function set(engine: ExecutionEngine, hash: Hash): BlockRecord | undefined {
  return hash === ZERO_HASH ? undefined : engine.block(hash);
}
