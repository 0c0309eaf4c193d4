import { custom, type CustomTransport } from 'viem';
import type { Pool } from './pool.ts';

/**
 * A pool of endpoints as a viem transport: keep-alive, batching, pacing and fail-over are the
 * pool's, so viem itself tries once.
 *
 * Errors are SourceError, which viem wraps and keeps as `cause`.
 */
export function viemTransport(pool: Pool): CustomTransport {
  const request = async ({
    method,
    params,
  }: {
    method: string;
    params?: unknown;
  }): Promise<unknown> => {
    const list = Array.isArray(params) ? (params as readonly unknown[]) : [];
    // Null is an answer here: whether it means "not yet" is for the caller to say.
    const found = await pool.ask(async (endpoint) => ({
      value: await endpoint.call(method, list),
    }));
    return found?.value;
  };
  return custom({ request }, { retryCount: 0 });
}
