import { bytesToHex, type Hash } from '../../base/bytes.ts';
import { TransportError } from '../../transport/errors.ts';
import { createHttpClient } from '../../transport/http.ts';
import { rpcCall } from '../../transport/jsonRpc.ts';
import { RpcError } from './jsonRpc.ts';

/**
 * Hands transactions to the sequencer at `url`, and its refusals back to the caller: a node that
 * builds no blocks would keep them for ever.
 */
export function forwardTo(url: URL): (raw: Uint8Array) => Promise<Hash> {
  const client = createHttpClient({ url });
  return async (raw) => {
    const call = { method: 'eth_sendRawTransaction', params: [bytesToHex(raw)] };
    try {
      return (await rpcCall(client, call, {})) as Hash;
    } catch (error) {
      if (error instanceof TransportError) throw new RpcError('application', error.message);
      throw error;
    }
  };
}
