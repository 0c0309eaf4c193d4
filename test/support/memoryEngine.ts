import { bytesToHex, type Hash, type Hex, ZERO_HASH } from '../../src/base/bytes.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type {
  BlockSelector,
  EnginePort,
  ForkchoiceState,
  PayloadStatus,
} from '../../src/engine/port.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import { encodeExtraData } from '../../src/protocol/extraData.ts';
import { isActive } from '../../src/protocol/forks.ts';
import { headerHash } from '../../src/protocol/header.ts';
import { payloadHeader } from '../../src/protocol/payloadHeader.ts';
import type { PayloadAttributes } from '../../src/protocol/payloadAttributes.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';

/** First bytes of a transaction that the engine refuses, when building and when checking. */
export const POISON: Uint8Array = Uint8Array.of(0x02, 0xde, 0xad);

/** An engine without execution: hashes are right, state is made up. */
export type MemoryEngine = EnginePort & {
  readonly genesis: PayloadEnvelope;
  /** Names of the calls so far. */
  readonly calls: string[];
  /** State of the last forkchoice update that was taken. */
  readonly heads: () => ForkchoiceState;
  /** Forgets every block above a number, as a restored engine has. */
  readonly rewind: (number: bigint) => void;
};

/** A chain with one block at number 0. */
export function createMemoryEngine(config: RollupConfig): MemoryEngine {
  const genesis = seal(config, undefined, genesisAttributes(config));
  const genesisHash = genesis.executionPayload.blockHash;
  const blocks = new Map<Hash, PayloadEnvelope>([[genesisHash, genesis]]);
  const builds = new Map<Hex, PayloadEnvelope>();
  let heads: ForkchoiceState = {
    headBlockHash: genesisHash,
    safeBlockHash: ZERO_HASH,
    finalizedBlockHash: ZERO_HASH,
  };
  const calls: string[] = [];

  const ancestor = (number: bigint): PayloadEnvelope | undefined => {
    let at = blocks.get(heads.headBlockHash);
    while (at !== undefined && at.executionPayload.blockNumber > number) {
      at = blocks.get(at.executionPayload.parentHash);
    }
    return at?.executionPayload.blockNumber === number ? at : undefined;
  };
  const isCanonical = (hash: Hash): boolean => {
    const block = blocks.get(hash);
    if (block === undefined) return false;
    return ancestor(block.executionPayload.blockNumber) === block;
  };
  const select = (id: BlockSelector): PayloadEnvelope | undefined => {
    if ('hash' in id) return blocks.get(id.hash);
    if ('number' in id) return ancestor(id.number);
    const { headBlockHash, safeBlockHash, finalizedBlockHash } = heads;
    return blocks.get(
      { latest: headBlockHash, safe: safeBlockHash, finalized: finalizedBlockHash }[id.label],
    );
  };

  return {
    genesis,
    calls,
    heads: () => heads,
    rewind: (number) => {
      for (const [hash, { executionPayload }] of blocks) {
        if (executionPayload.blockNumber > number) blocks.delete(hash);
      }
      const last = [...blocks.values()].find(
        (block) => block.executionPayload.blockNumber === number,
      );
      heads = { ...heads, headBlockHash: last?.executionPayload.blockHash ?? genesisHash };
    },
    forkchoiceUpdated: async (state, attributes) => {
      calls.push(attributes === undefined ? 'forkchoiceUpdated' : 'forkchoiceUpdated+');
      const head = blocks.get(state.headBlockHash);
      if (head === undefined) return { status: { type: 'syncing' }, build: undefined };
      const before = heads;
      heads = state;
      for (const hash of [state.safeBlockHash, state.finalizedBlockHash]) {
        if (hash === ZERO_HASH || isCanonical(hash)) continue;
        heads = before;
        throw new EngineError('invalidForkchoiceState', 'not one chain', { rpcCode: -38002 });
      }
      if (attributes === undefined) return { status: { type: 'valid' }, build: undefined };
      if (attributes.timestamp <= head.executionPayload.timestamp) {
        throw new EngineError('invalidAttributes', 'time stands still', { rpcCode: -38003 });
      }
      const verdict = judge(attributes.transactions);
      if (verdict.type === 'invalid') return { status: verdict, build: undefined };
      const payload = seal(config, head, attributes);
      const id = payload.executionPayload.blockHash.slice(0, 18) as Hex;
      builds.set(id, payload);
      return { status: { type: 'valid' }, build: { id, timestamp: attributes.timestamp } };
    },
    getPayload: async ({ id }) => {
      calls.push('getPayload');
      const payload = builds.get(id);
      if (payload === undefined)
        throw new EngineError('unknownPayload', 'no such build', { rpcCode: -38001 });
      return payload;
    },
    newPayload: async (envelope) => {
      calls.push('newPayload');
      const { blockHash, parentHash, transactions } = envelope.executionPayload;
      if (!blocks.has(parentHash)) return { type: 'syncing' };
      if (hashOf(config, envelope) !== blockHash) return invalid('the block has another hash');
      const verdict = judge(transactions);
      if (verdict.type === 'valid') blocks.set(blockHash, envelope);
      return verdict;
    },
    block: async (id) => {
      calls.push('block');
      return select(id);
    },
    storageRoot: async () => STATE,
    chainId: async () => config.l2ChainId,
    close: async () => undefined,
  };
}

const STATE: Hash = `0x${'57'.repeat(32)}`;

function judge(transactions: readonly Uint8Array[]): PayloadStatus {
  const poison = bytesToHex(POISON);
  const isPoisoned = transactions.some((tx) => bytesToHex(tx).startsWith(poison));
  return isPoisoned ? invalid('a transaction is poisoned') : { type: 'valid' };
}

function invalid(validationError: string): PayloadStatus {
  return { type: 'invalid', validationError, latestValidHash: undefined };
}

function genesisAttributes(config: RollupConfig): PayloadAttributes {
  const { l2Time, systemConfig } = config.genesis;
  const at = (fork: 'canyon' | 'ecotone' | 'holocene' | 'jovian'): boolean =>
    isActive(config.forkTimes, fork, l2Time);
  return {
    timestamp: l2Time,
    prevRandao: ZERO_HASH,
    suggestedFeeRecipient: `0x${'00'.repeat(20)}`,
    withdrawals: at('canyon') ? [] : undefined,
    parentBeaconBlockRoot: at('ecotone') ? ZERO_HASH : undefined,
    transactions: [],
    noTxPool: true,
    gasLimit: systemConfig.gasLimit,
    eip1559Params: at('holocene') ? '0x000000fa00000006' : undefined,
    minBaseFee: at('jovian') ? 0n : undefined,
  };
}

function seal(
  config: RollupConfig,
  parent: PayloadEnvelope | undefined,
  attributes: PayloadAttributes,
): PayloadEnvelope {
  const { timestamp, eip1559Params, minBaseFee } = attributes;
  const hasBlobFields = isActive(config.forkTimes, 'ecotone', timestamp);
  const params = eip1559Params === '0x0000000000000000' ? '0x000000fa00000006' : eip1559Params;
  const envelope: PayloadEnvelope = {
    parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
    executionPayload: {
      parentHash: parent?.executionPayload.blockHash ?? ZERO_HASH,
      feeRecipient: attributes.suggestedFeeRecipient,
      stateRoot: STATE,
      receiptsRoot: STATE,
      logsBloom: bytesToHex(new Uint8Array(256)),
      prevRandao: attributes.prevRandao,
      blockNumber: parent === undefined ? 0n : parent.executionPayload.blockNumber + 1n,
      gasLimit: attributes.gasLimit,
      gasUsed: 0n,
      timestamp,
      extraData: params === undefined ? new Uint8Array(0) : encodeExtraData(params, minBaseFee),
      baseFeePerGas: 7n,
      blockHash: ZERO_HASH,
      transactions: attributes.transactions,
      withdrawals: attributes.withdrawals,
      blobGasUsed: hasBlobFields ? 0n : undefined,
      excessBlobGas: hasBlobFields ? 0n : undefined,
      withdrawalsRoot: isActive(config.forkTimes, 'isthmus', timestamp) ? STATE : undefined,
    },
  };
  const blockHash = hashOf(config, envelope);
  return { ...envelope, executionPayload: { ...envelope.executionPayload, blockHash } };
}

function hashOf(config: RollupConfig, envelope: PayloadEnvelope): Hash {
  return headerHash(payloadHeader(config, envelope));
}
