import type { AbortOptions } from './abort.ts';
import { createHttpClient, type HttpClientOptions } from './http.ts';
import { type RpcAnswer, type RpcCall, rpcBatch, rpcCall } from './jsonRpc.ts';

/** A way to one JSON-RPC server. */
export type RpcConnection = {
  /** Scheme, host and port: fit for messages. */
  readonly name: string;
  /**
   * Sends one message: a plain call, or a batch where there are several.
   *
   * @returns As many answers as calls, in their order.
   * @throws  TransportError when the message as a whole had no answer, or the signal's reason.
   */
  readonly request: (
    calls: readonly [RpcCall, ...RpcCall[]],
    options: AbortOptions & { readonly timeoutMs: number },
  ) => Promise<readonly RpcAnswer[]>;
  readonly close: () => void;
};

/** Over HTTP: one POST for each message. */
export function httpConnection(options: HttpClientOptions): RpcConnection {
  const client = createHttpClient(options);
  return {
    name: client.name,
    request: async (calls, sending) => {
      if (calls.length > 1) return rpcBatch(client, calls, sending);
      return [{ type: 'result', result: await rpcCall(client, calls[0], sending) }];
    },
    close: () => client.close(),
  };
}
