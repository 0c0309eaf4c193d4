import type { Hash } from '../base/bytes.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { headerHash } from '../protocol/header.ts';
import { payloadHeader } from '../protocol/payloadHeader.ts';
import type { EngineParts } from './engineCore.ts';
import { attributesOf, headerDifference } from './payloadBlock.ts';
import type { BlockRecord } from './store/records.ts';

/** Verdict on a block that was built elsewhere. */
export type InsertOutcome =
  | { readonly type: 'valid'; readonly block: BlockRecord }
  | {
      readonly type: 'invalid';
      readonly reason: string;
      readonly latestValidHash: Hash | undefined;
    }
  | { readonly type: 'unknownParent' };

/** Executes and stores a block that was built elsewhere. It does not become the head. */
export async function insertBlock(
  parts: EngineParts,
  envelope: PayloadEnvelope,
): Promise<InsertOutcome> {
  const { tree, keeper, config, store } = parts;
  const { executionPayload: payload } = envelope;
  const header = payloadHeader(config, envelope);
  const hash = headerHash(header);
  if (hash !== payload.blockHash) {
    const reason = `block hash: fields give \`${hash}\`, payload says \`${payload.blockHash}\``;
    return { type: 'invalid', reason, latestValidHash: undefined };
  }
  const known = tree.block(hash);
  if (known !== undefined) {
    // Built here, perhaps, and stored nowhere yet: who is told that it is good may count on it.
    const changes = tree.unstored(known.hash);
    if (changes.length > 0) await store.write(changes);
    tree.stored(known.hash);
    return { type: 'valid', block: known };
  }
  const parent = tree.block(payload.parentHash);
  if (parent === undefined) return { type: 'unknownParent' };
  const latestValidHash = parent.hash;
  const attributes = attributesOf(config, header, payload.transactions);
  const outcome = await keeper.build(parent, attributes);
  if (outcome.type === 'invalid')
    return { type: 'invalid', reason: outcome.reason, latestValidHash };
  const { block } = outcome;
  if (block.hash !== hash) {
    const reason = headerDifference(block.header, header) ?? 'another block hash';
    return { type: 'invalid', reason, latestValidHash };
  }
  await store.write(tree.unstored(hash));
  tree.stored(hash);
  return { type: 'valid', block };
}
