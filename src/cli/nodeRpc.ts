import { TransportError } from '../transport/errors.ts';
import { createHttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import { UsageError } from './exit.ts';
import { isHttpUrl, wrongUrl } from './values.ts';

/** Where `headwater node` listens unless told otherwise. */
export const DEFAULT_RPC = 'http://127.0.0.1:9545';

/** JSON-RPC: there is no such method. */
const NO_METHOD = -32_601;

/**
 * The answer of a running node.
 *
 * @throws UsageError for a bad URL, and for a server that does not know the method; Error when no
 *         node answers.
 */
export async function callNode(rpc: string, method: string): Promise<unknown> {
  if (!isHttpUrl(rpc)) {
    throw new UsageError(`--rpc: expected a URL with http or https, found ${wrongUrl(rpc)}`);
  }
  const client = createHttpClient({ url: new URL(rpc), timeoutMs: 5_000 });
  try {
    return await rpcCall(client, { method, params: [] });
  } catch (cause) {
    if (!(cause instanceof TransportError)) throw cause;
    if (cause.code === 'rpc' && cause.status === NO_METHOD) {
      const found = `a server without it at ${client.name}`;
      throw new UsageError(`--rpc: expected a node with \`${method}\`, found ${found}`, { cause });
    }
    const message = `no node answers at ${client.name}: is it running, and is that its --rpc.port?`;
    throw new Error(message, { cause });
  } finally {
    client.close();
  }
}
