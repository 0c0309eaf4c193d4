import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on 127.0.0.1. */
export type LocalServer = {
  readonly url: string;
  /** Ends all connections. Resolves once nothing listens any more. */
  readonly stop: () => Promise<void>;
};

const MAX_BODY_BYTES = 16 << 20;

/**
 * Serves HTTP on 127.0.0.1.
 *
 * @param port 0 picks a free one.
 * @throws ErrnoException (`EADDRINUSE`, `EACCES`) when it cannot listen.
 */
export async function startLocalServer(
  { port, maxConnections }: { readonly port: number; readonly maxConnections: number },
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LocalServer> {
  const server = createServer(answer);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Body of a request as text. @throws Error when it is longer than 16 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new Error(`expected at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
