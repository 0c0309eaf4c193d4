import { type PayloadEnvelope, payloadFields } from '../protocol/executionPayload.ts';
import { isActive } from '../protocol/forks.ts';
import type { Header } from '../protocol/header.ts';
import { EMPTY_TRIE_ROOT } from '../protocol/orderedTrie.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { blockFromRpc } from '../protocol/rpcBlock.ts';
import { isAbsent, readArray, toRecord } from '../protocol/rpcJson.ts';

/**
 * A block as `eth_getBlockBy…` gives it with full transactions, in the form of a payload. Proven
 * by its own hash, so a field that we would read wrongly is noticed here.
 *
 * @throws DecodeError
 */
export function fromBlockJson(
  config: Pick<RollupConfig, 'forkTimes'>,
  answer: unknown,
): PayloadEnvelope {
  const json = toRecord(answer, 'block');
  const { hash, header, transactions } = blockFromRpc(json);
  return {
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    executionPayload: {
      ...payloadFields(hash, header, transactions),
      withdrawals: isAbsent(json, 'withdrawals') ? undefined : readArray(json, 'withdrawals'),
      withdrawalsRoot: payloadWithdrawalsRoot(config, header),
    },
  };
}

/**
 * Before Isthmus a payload has no such field, though the header has the root of its empty list.
 * Any other root is kept: it is what consolidation must not accept.
 */
function payloadWithdrawalsRoot(
  config: Pick<RollupConfig, 'forkTimes'>,
  header: Header,
): Header['withdrawalsRoot'] {
  const isIsthmus = isActive(config.forkTimes, 'isthmus', header.timestamp);
  return !isIsthmus && header.withdrawalsRoot === EMPTY_TRIE_ROOT
    ? undefined
    : header.withdrawalsRoot;
}
