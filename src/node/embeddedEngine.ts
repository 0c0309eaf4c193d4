import { bytesToHex, type Hash, hexToBytes, type Hex, ZERO_HASH } from '../base/bytes.ts';
import { keccak256 } from '../base/hash.ts';
import { EngineError } from '../engine/errors.ts';
import type { BlockSelector, EnginePort, ForkchoiceOutcome } from '../engine/port.ts';
import { nextBaseFee } from '../execution/baseFee.ts';
import type { ExecutionEngine } from '../execution/engine.ts';
import type { TxPool } from '../execution/pool/txPool.ts';
import { payloadOf } from '../execution/payloadBlock.ts';
import { recoverSendersAhead } from '../execution/sendersAhead.ts';
import type { BlockRecord } from '../execution/store/records.ts';
import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { MESSAGE_PASSER } from '../protocol/predeploys.ts';

/** Builds that nobody has asked for are forgotten, the oldest first. */
const MAX_BUILDS = 8;

/** A payload that waits to be fetched; `fill` puts in what has come meanwhile. */
type Build = { readonly fill: () => Promise<PayloadEnvelope> };

/**
 * The embedded engine as the node drives any engine: no HTTP, no JSON, no copies. A block it has
 * built is known to it, so inserting that block again costs nothing.
 *
 * @param pool Where transactions come from when attributes ask for them: when the payload is
 *             fetched, so that what came meanwhile is in it. Without one there are none.
 */
export function embeddedEngine(
  engine: ExecutionEngine,
  pool?: Pick<TxPool, 'candidates'>,
): EnginePort {
  const builds = new Map<Hex, Build>();
  const toEnvelope = (block: BlockRecord): PayloadEnvelope => payloadOf(engine.config, block);
  return {
    forkchoiceUpdated: async (state, attributes) => {
      const { headBlockHash: head, safeBlockHash: safe, finalizedBlockHash: finalized } = state;
      const verdict = await engine.setForkchoice({ head, safe, finalized });
      if (verdict.type === 'unknownHead') return { status: { type: 'syncing' }, build: undefined };
      if (verdict.type === 'inconsistent') {
        throw new EngineError('invalidForkchoiceState', verdict.reason);
      }
      const status = { type: 'valid' } as const;
      if (attributes === undefined) return { status, build: undefined };
      const outcome = await engine.build(head, attributes);
      if (outcome.type === 'unknownParent')
        return { status: { type: 'syncing' }, build: undefined };
      if (outcome.type === 'invalid') return refused(outcome.reason, head);
      const id = payloadId(outcome.block.hash);
      const envelope = toEnvelope(outcome.block);
      const fill = async (): Promise<PayloadEnvelope> => {
        const parent = engine.block(head);
        if (pool === undefined || attributes.noTxPool || parent === undefined) return envelope;
        const baseFee = nextBaseFee(engine.config, parent.header, attributes.timestamp);
        const filled = await engine.build(head, attributes, pool.candidates(baseFee));
        return filled.type === 'sealed' ? toEnvelope(filled.block) : envelope;
      };
      builds.set(id, { fill });
      for (const oldest of builds.keys()) {
        if (builds.size <= MAX_BUILDS) break;
        builds.delete(oldest);
      }
      return { status, build: { id, timestamp: attributes.timestamp } };
    },
    getPayload: async ({ id }) => {
      const build = builds.get(id);
      if (build === undefined) throw new EngineError('unknownPayload', `no payload \`${id}\``);
      builds.delete(id);
      return build.fill();
    },
    newPayload: async (envelope) => {
      const outcome = await engine.insert(envelope);
      if (outcome.type === 'valid') return { type: 'valid' };
      if (outcome.type === 'unknownParent') return { type: 'syncing' };
      const { reason: validationError, latestValidHash } = outcome;
      return { type: 'invalid', validationError, latestValidHash };
    },
    block: async (id) => {
      const block = select(engine, id);
      return block === undefined ? undefined : toEnvelope(block);
    },
    storageRoot: async (address, blockHash) => {
      const root = engine.messagePasserStorageRoot(blockHash);
      if (address === MESSAGE_PASSER && root !== undefined) return root;
      throw new EngineError('rpc', `no storage root of ${address} after block \`${blockHash}\``);
    },
    chainId: async () => engine.config.chainId,
    expectTransactions: recoverSendersAhead,
    close: () => engine.close(),
  };
}

function select(engine: ExecutionEngine, id: BlockSelector): BlockRecord | undefined {
  if ('hash' in id) return engine.block(id.hash);
  if ('number' in id) return engine.blockByNumber(id.number);
  const { head, safe, finalized } = engine.heads();
  const hash: Hash = { latest: head, safe, finalized }[id.label];
  return hash === ZERO_HASH ? undefined : engine.block(hash);
}

function refused(validationError: string, latestValidHash: Hash): ForkchoiceOutcome {
  return { status: { type: 'invalid', validationError, latestValidHash }, build: undefined };
}

/** Eight bytes that name a build; its block's hash is as good as any other name. */
function payloadId(blockHash: Hash): Hex {
  return bytesToHex(keccak256(hexToBytes(blockHash)).subarray(0, 8));
}
