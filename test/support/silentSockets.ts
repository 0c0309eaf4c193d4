import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';

/**
 * Opens connections one after the other, which send `text` and then nothing more.
 *
 * @returns those that the other side has not closed, the oldest first, once `left` of them remain.
 */
export async function openSilent(
  port: number,
  { count, left, text = '' }: { count: number; left: number; text?: string },
): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  let open = count;
  let resolve: () => void = () => undefined;
  const isDone = new Promise<void>((done) => (resolve = done));
  for (let i = 0; i < count; i++) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    socket.on('close', () => {
      open -= 1;
      if (open === left) resolve();
    });
    await once(socket, 'connect').catch(() => undefined);
    if (text !== '') socket.write(text);
  }
  if (open > left) await isDone;
  return sockets.filter((socket) => !socket.closed);
}

/** A client with one connection that it keeps between its calls. */
export function keepingClient(port: number, headers: Record<string, string> = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
  return {
    close: () => agent.destroy(),
    /** The status of a call, and whether it went over the connection of the call before. */
    call: async () => {
      const sent = request({
        port,
        host: '127.0.0.1',
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', ...headers },
      });
      sent.end(body);
      const [reply] = (await once(sent, 'response')) as [IncomingMessage];
      reply.resume();
      await once(reply, 'end');
      return { status: reply.statusCode, isKept: sent.reusedSocket };
    },
  };
}
