import { bytesToHex } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { isActive } from '../protocol/forks.ts';
import type { Header } from '../protocol/header.ts';
import { EMPTY_TRIE_ROOT, orderedTrieRoot } from '../protocol/orderedTrie.ts';
import type { RollupConfig } from '../protocol/rollupConfig.ts';
import { headerFromRpc } from '../protocol/rpcHeader.ts';
import { isAbsent, readArray, readHash, toRecord } from '../protocol/rpcJson.ts';
import { encodeRpcTransaction } from '../protocol/rpcTransaction.ts';

/**
 * A block as `eth_getBlockBy…` gives it with full transactions, in the form of a payload.
 *
 * The engine is trusted with the hash. The transactions are put together from their fields and
 * must give the header's root: a field we would read wrongly is noticed here.
 *
 * @throws DecodeError
 */
export function fromBlockJson(
  config: Pick<RollupConfig, 'forkTimes'>,
  answer: unknown,
): PayloadEnvelope {
  const json = toRecord(answer, 'block');
  const header = headerFromRpc(json);
  const transactions = readArray(json, 'transactions').map(encodeRpcTransaction);
  const root = orderedTrieRoot(transactions);
  if (root !== header.transactionsRoot) {
    const message = `block ${header.number}: expected transactions root ${header.transactionsRoot}, found ${root}`;
    throw new DecodeError('transactionsRoot', -1, message);
  }
  return {
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    executionPayload: {
      parentHash: header.parentHash,
      feeRecipient: header.beneficiary,
      stateRoot: header.stateRoot,
      receiptsRoot: header.receiptsRoot,
      logsBloom: bytesToHex(header.logsBloom),
      prevRandao: header.mixHash,
      blockNumber: header.number,
      gasLimit: header.gasLimit,
      gasUsed: header.gasUsed,
      timestamp: header.timestamp,
      extraData: header.extraData,
      baseFeePerGas: header.baseFeePerGas ?? 0n,
      blockHash: readHash(json, 'hash'),
      transactions,
      withdrawals: isAbsent(json, 'withdrawals') ? undefined : readArray(json, 'withdrawals'),
      blobGasUsed: header.blobGasUsed,
      excessBlobGas: header.excessBlobGas,
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
