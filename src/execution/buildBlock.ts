import type { Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import { keccak256Hex } from '../base/hash.ts';
import { decodeDepositTx, DEPOSIT_TX_TYPE } from '../protocol/deposit.ts';
import { isActive, newestFork } from '../protocol/forks.ts';
import {
  EMPTY_OMMERS_HASH,
  EMPTY_REQUESTS_HASH,
  type Header,
  headerHash,
} from '../protocol/header.ts';
import { orderedTrieRoot, EMPTY_TRIE_ROOT } from '../protocol/orderedTrie.ts';
import { logsBloom } from '../protocol/bloom.ts';
import type { PayloadAttributes } from '../protocol/payloadAttributes.ts';
import { MESSAGE_PASSER } from '../protocol/predeploys.ts';
import { encodeReceipt, type Receipt } from '../protocol/receipt.ts';
import { extraDataOf, nextBaseFee } from './baseFee.ts';
import {
  type BlockContext,
  hasFork,
  type InvalidTx,
  type TxOutcome,
  type TxResult,
} from './blockContext.ts';
import { type CandidateTxs, takeCandidates } from './candidateTxs.ts';
import { checkAttributes } from './checkAttributes.ts';
import type { ExecutionConfig } from './executionConfig.ts';
import type { Evm, EvmBlock } from './evm/port.ts';
import { executeDeposit } from './executeDeposit.ts';
import { executeSignedTx } from './executeSignedTx.ts';
import { txSize } from './fees.ts';
import { recoverSendersAhead, signedTxOf } from './sendersAhead.ts';
import { commitState } from './state/commitState.ts';
import {
  discardChanges,
  endTransaction,
  storageRootOf,
  type WorldState,
} from './state/worldState.ts';
import { applyBlockStart } from './systemCalls.ts';

/** What a block is built on. */
export type ParentBlock = { readonly hash: Hash; readonly header: Header };

/** Rules and machinery that stay the same from block to block. */
export type BlockBuilder = {
  readonly config: ExecutionConfig;
  readonly evm: Evm;
};

/** A block with everything that executing it gave. */
export type ExecutedBlock = {
  readonly hash: Hash;
  readonly header: Header;
  /** Encoded, as in the attributes. */
  readonly transactions: readonly Uint8Array[];
  readonly receipts: readonly Receipt[];
  readonly results: readonly TxResult[];
};

/** Why a payload cannot become a block. */
export type InvalidPayload = {
  readonly type: 'invalid';
  readonly code: InvalidTx | 'attributes';
  readonly reason: string;
  /** The transaction at fault, where one is. */
  readonly transaction: { readonly index: number; readonly hash: Hash } | undefined;
};

/** What became of a payload. */
export type BuildOutcome =
  | { readonly type: 'sealed'; readonly block: ExecutedBlock }
  | InvalidPayload;

/**
 * Executes `attributes` on `parent` and seals the block.
 *
 * @param state     The state after `parent`, without uncommitted changes. Afterwards it holds the
 *                  state after the new block, committed, or is as before when the payload is
 *                  invalid.
 * @param blockHash Hashes of earlier blocks of the same chain, for BLOCKHASH.
 * @param candidates What the block may hold behind the attributes' own transactions.
 * @throws MissingNodeError and others for faults of the store or the EVM; never for anything that
 *         `attributes` contain. The state is then useless.
 * @spec protocol/execution.md 3
 */
export async function buildBlock(
  builder: BlockBuilder,
  parent: ParentBlock,
  attributes: PayloadAttributes,
  state: WorldState,
  blockHash: EvmBlock['blockHash'],
  candidates?: CandidateTxs,
): Promise<BuildOutcome> {
  const { config } = builder;
  const { timestamp } = attributes;
  const problem = checkAttributes(config, parent.header, attributes);
  if (problem !== undefined) return invalidAttributes(problem);
  const { eip1559Params, minBaseFee } = attributes;
  const extra = extraDataOf(config, timestamp, eip1559Params, minBaseFee);
  if (extra.type === 'invalid') return invalidAttributes(extra.reason);
  recoverSendersAhead(attributes.transactions);
  const context = await openBlock(builder, parent, attributes, state, blockHash);
  const results = await executeTransactions(context, parent.header, attributes.transactions);
  if ('code' in results) {
    discardChanges(state);
    return results;
  }
  if (candidates === undefined || isDepositsOnlyBlock(context, parent.header)) {
    const sealed = seal(context, parent.hash, attributes, results, extra.extraData);
    return { type: 'sealed', block: sealed };
  }
  const taken = await takeCandidates(context, candidates);
  const transactions = [...attributes.transactions, ...taken.transactions];
  const all = [...results, ...taken.results];
  const whole = { ...attributes, transactions };
  return { type: 'sealed', block: seal(context, parent.hash, whole, all, extra.extraData) };
}

/**
 * A block up to its first transaction, with attributes that are fit for `parent`.
 *
 * @param state The state after `parent`; it is changed.
 */
export async function openBlock(
  builder: BlockBuilder,
  parent: ParentBlock,
  attributes: PayloadAttributes,
  state: WorldState,
  blockHash: EvmBlock['blockHash'],
): Promise<BlockContext> {
  const { config, evm } = builder;
  const { timestamp } = attributes;
  const block: EvmBlock = {
    fork: newestFork(config.forkTimes, timestamp),
    chainId: config.chainId,
    number: parent.header.number + 1n,
    timestamp,
    coinbase: attributes.suggestedFeeRecipient,
    prevRandao: attributes.prevRandao,
    gasLimit: attributes.gasLimit,
    baseFeePerGas: nextBaseFee(config, parent.header, timestamp),
    blockHash,
  };
  const context: BlockContext = {
    config,
    evm,
    state,
    block,
    gasPool: attributes.gasLimit,
    daUsed: 0n,
    fees: undefined,
  };
  await applyBlockStart(context, parent.hash, attributes.parentBeaconBlockRoot);
  return context;
}

async function executeTransactions(
  context: BlockContext,
  parent: Header,
  transactions: readonly Uint8Array[],
): Promise<readonly TxResult[] | InvalidPayload> {
  const depositsOnly = isDepositsOnlyBlock(context, parent);
  const results: TxResult[] = [];
  for (const [index, raw] of transactions.entries()) {
    const outcome =
      depositsOnly && raw[0] !== DEPOSIT_TX_TYPE
        ? invalidTx('notADeposit', 'the first block of this fork may hold deposits only')
        : await executeTransaction(context, raw);
    if (outcome.type === 'invalid') {
      return { ...outcome, transaction: { index, hash: keccak256Hex(raw) } };
    }
    endTransaction(context.state);
    results.push(outcome.result);
  }
  return results;
}

/** From Jovian on, a fork's first block holds no user transactions. @spec execution.md 3.8 */
function isDepositsOnlyBlock(context: BlockContext, parent: Header): boolean {
  const { forkTimes } = context.config;
  return (['jovian', 'karst'] as const).some(
    (fork) => hasFork(context, fork) && !isActive(forkTimes, fork, parent.timestamp),
  );
}

/** Decodes and runs a transaction; `endTransaction` is left to do. */
export function executeTransaction(
  context: BlockContext,
  raw: Uint8Array,
): TxOutcome | Promise<TxOutcome> {
  if (raw[0] === DEPOSIT_TX_TYPE) {
    const tx = decoded(decodeDepositTx, raw);
    return 'code' in tx ? tx : executeDeposit(context, tx, raw);
  }
  const tx = decoded(signedTxOf, raw);
  return 'code' in tx ? tx : executeSignedTx(context, tx, txSize(raw));
}

function decoded<T>(decode: (raw: Uint8Array) => T, raw: Uint8Array): T | InvalidOutcome {
  try {
    return decode(raw);
  } catch (cause) {
    if (cause instanceof DecodeError) return invalidTx('undecodable', cause.message);
    throw cause;
  }
}

type InvalidOutcome = Extract<TxOutcome, { type: 'invalid' }>;

function invalidTx(code: InvalidTx, reason: string): InvalidOutcome {
  return { type: 'invalid', code, reason };
}

function invalidAttributes(reason: string): InvalidPayload {
  return { type: 'invalid', code: 'attributes', reason, transaction: undefined };
}

function seal(
  context: BlockContext,
  parentHash: Hash,
  attributes: PayloadAttributes,
  results: readonly TxResult[],
  extraData: Uint8Array,
): ExecutedBlock {
  const { state, block } = context;
  const receipts = toReceipts(context, results);
  const stateRoot = commitState(state);
  const canyon = hasFork(context, 'canyon');
  const ecotone = hasFork(context, 'ecotone');
  const isthmus = hasFork(context, 'isthmus');
  const header: Header = {
    parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    beneficiary: block.coinbase,
    stateRoot,
    transactionsRoot: orderedTrieRoot(attributes.transactions),
    receiptsRoot: orderedTrieRoot(receipts.map(encodeReceipt)),
    logsBloom: logsBloom(receipts.flatMap((receipt) => receipt.logs)),
    difficulty: 0n,
    number: block.number,
    gasLimit: block.gasLimit,
    gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
    timestamp: block.timestamp,
    extraData,
    mixHash: block.prevRandao,
    nonce: '0x0000000000000000',
    baseFeePerGas: block.baseFeePerGas,
    withdrawalsRoot: isthmus
      ? storageRootOf(state, MESSAGE_PASSER)
      : canyon
        ? EMPTY_TRIE_ROOT
        : undefined,
    blobGasUsed: ecotone ? context.daUsed : undefined,
    excessBlobGas: ecotone ? 0n : undefined,
    parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    requestsHash: isthmus ? EMPTY_REQUESTS_HASH : undefined,
    blockAccessListHash: undefined,
    slotNumber: undefined,
  };
  const { transactions } = attributes;
  const hash = headerHash(header);
  return { hash, header, transactions, receipts, results };
}

function toReceipts(context: BlockContext, results: readonly TxResult[]): readonly Receipt[] {
  const canyon = hasFork(context, 'canyon');
  let cumulativeGasUsed = 0n;
  return results.map((result) => {
    cumulativeGasUsed += result.gasUsed;
    return {
      type: result.type,
      succeeded: result.status === 'success',
      cumulativeGasUsed,
      logs: result.logs,
      depositNonce: result.depositNonce,
      depositReceiptVersion: canyon && result.type === DEPOSIT_TX_TYPE ? 1n : undefined,
    };
  });
}
