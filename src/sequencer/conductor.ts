import type { PayloadEnvelope } from '../protocol/executionPayload.ts';
import { toPayloadJson } from '../protocol/executionPayloadJson.ts';
import { type AbortOptions, sleep } from '../transport/abort.ts';
import type { HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { Conductor } from './ports.ts';

const TRIES = 2;
const PAUSE_MS = 50;

/** op-conductor over JSON-RPC. Throws TransportError. @spec protocol/sequencer.md 6 */
export function createConductor(http: HttpClient): Conductor {
  const ask = async (method: string, params: readonly unknown[], abort: AbortOptions) => {
    for (let tries = 1; ; tries++) {
      try {
        return await rpcCall(http, { method, params }, abort);
      } catch (error) {
        abort.signal?.throwIfAborted();
        if (tries >= TRIES) throw error;
        await sleep(PAUSE_MS, abort);
      }
    }
  };
  return {
    isLeader: async (abort = {}) => (await ask('conductor_leader', [], abort)) === true,
    commit: async (envelope, abort = {}) => {
      await ask('conductor_commitUnsafePayload', [envelopeJson(envelope)], abort);
    },
  };
}

function envelopeJson({ executionPayload, parentBeaconBlockRoot }: PayloadEnvelope): unknown {
  const json = { executionPayload: toPayloadJson(executionPayload) };
  return parentBeaconBlockRoot === undefined ? json : { ...json, parentBeaconBlockRoot };
}
