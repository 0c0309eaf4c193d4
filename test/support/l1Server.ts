import type { Call, RpcServer, RpcServerOptions } from './rpcServer.ts';
import { CallError, startRpcServer } from './rpcServer.ts';
import type { ServedBlock } from './l1Chain.ts';

/**
 * An L1 endpoint over blocks made for a test. The chain and the head may be changed at any time.
 */
export type L1Server = RpcServer & { chain: readonly ServedBlock[]; head: bigint };

export type L1ServerOptions = Omit<RpcServerOptions, 'answer'> & {
  readonly chain: readonly ServedBlock[];
  readonly head?: bigint;
  /** Replaces an answer. */
  readonly spoil?: (call: Call, result: unknown) => unknown;
};

export async function startL1Server(options: L1ServerOptions): Promise<L1Server> {
  const last = (options.chain.at(-1) as ServedBlock).number;
  const view = { chain: options.chain, head: options.head ?? last };
  const server = await startRpcServer({
    ...options,
    answer: (call) => {
      const result = answerL1(view.chain, view.head, call);
      return options.spoil === undefined ? result : options.spoil(call, result);
    },
  });
  return Object.assign(view, server);
}

function answerL1(chain: readonly ServedBlock[], head: bigint, { method, params }: Call): unknown {
  const visible = chain.filter(({ number }) => number <= head);
  const [id, full] = params;
  switch (method) {
    case 'eth_chainId':
      return '0x1';
    case 'eth_getBlockByNumber': {
      const number = typeof id === 'string' && id.startsWith('0x') ? BigInt(id) : head;
      return blockAnswer(
        visible.find((block) => block.number === number),
        full,
      );
    }
    case 'eth_getBlockByHash':
      return blockAnswer(
        visible.find(({ hash }) => hash === id),
        full,
      );
    case 'eth_getBlockReceipts':
      return visible.find(({ hash }) => hash === id)?.receipts ?? null;
    case 'eth_getTransactionReceipt':
      return visible
        .flatMap(({ receipts }) => receipts as readonly { readonly transactionHash: unknown }[])
        .find(({ transactionHash }) => transactionHash === id);
    default:
      throw new CallError(-32601, `no method ${method}`);
  }
}

function blockAnswer(found: ServedBlock | undefined, full: unknown): unknown {
  if (found === undefined) return null;
  return full === true ? found.block : { ...found.block, transactions: [] };
}
