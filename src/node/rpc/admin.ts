import type { Hash } from '../../base/bytes.ts';
import { DecodeError } from '../../base/errors.ts';
import type { JsonValue } from '../../base/json.ts';
import type { PayloadEnvelope } from '../../protocol/executionPayload.ts';
import { fromEnvelopeJson } from '../../protocol/executionPayloadJson.ts';
import { headerHash } from '../../protocol/header.ts';
import { payloadHeader } from '../../protocol/payloadHeader.ts';
import type { RollupNode } from '../node.ts';
import {
  invalidParam,
  plain,
  readBoolean,
  readHash32,
  readString,
  RPC_CODES,
  RpcError,
  type RpcMethods,
  unary,
} from './rpcMethods.ts';

/** What an operator does to a sequencer; undefined on a verifier. */
export type SequencerControl = {
  /** @throws Error with a message for the operator. */
  readonly start: (unsafeHead: Hash) => Promise<void>;
  /** @returns Hash of the last head. */
  readonly stop: () => Promise<Hash>;
  readonly isActive: () => boolean;
  readonly overrideLeader: () => Promise<void>;
  readonly hasConductor: () => boolean;
  readonly setRecoverMode: (isOn: boolean) => void;
};

/** The `admin_` methods. @spec protocol/node-surface.md 2.2 */
export function adminMethods(
  node: RollupNode,
  sequencer: SequencerControl | undefined,
  setLogLevel: (word: string) => void,
): RpcMethods {
  const control = (): SequencerControl => {
    if (sequencer !== undefined) return sequencer;
    throw new RpcError(RPC_CODES.application, 'sequencer is not enabled');
  };
  return {
    admin_resetDerivationPipeline: plain(() => {
      node.driver.reset('asked for by admin_resetDerivationPipeline');
      return null;
    }),
    admin_startSequencer: unary(readHash32, async (hash) => {
      await control().start(hash);
      return null;
    }),
    admin_stopSequencer: plain(() => control().stop()),
    admin_sequencerActive: plain(() => sequencer?.isActive() ?? false),
    admin_overrideLeader: plain(async () => {
      await control().overrideLeader();
      return null;
    }),
    admin_conductorEnabled: plain(() => sequencer?.hasConductor() ?? false),
    admin_setRecoverMode: unary(readBoolean, (isOn) => {
      sequencer?.setRecoverMode(isOn);
      return null;
    }),
    admin_setLogLevel: unary(readString, (word) => {
      try {
        setLogLevel(word);
      } catch {
        throw new RpcError(RPC_CODES.application, `unknown level: ${word}`);
      }
      return null;
    }),
    admin_postUnsafePayload: unary(readEnvelope, (envelope) => {
      assertHash(node, envelope);
      node.unsafe.post(envelope);
      return null;
    }),
  };
}

function readEnvelope(value: JsonValue, index: number): PayloadEnvelope {
  try {
    return fromEnvelopeJson(value);
  } catch (error) {
    if (error instanceof DecodeError) throw invalidParam(index, error.message);
    throw error;
  }
}

function assertHash(node: RollupNode, envelope: PayloadEnvelope): void {
  const { blockHash } = envelope.executionPayload;
  const found = headerHash(payloadHeader(node.options.config.rollup, envelope));
  if (found === blockHash) return;
  const message = `payload has bad block hash: ${blockHash}, actual block hash is: ${found}`;
  throw new RpcError(RPC_CODES.application, message);
}
