import type { RpcLimits } from '../../src/execution/server/jsonRpc.ts';
import { CONNECTION_TIMES, type RpcServerOptions } from '../../src/execution/server/port.ts';
import { SILENT_LOG } from '../../src/transport/log.ts';

/** Limits that no test comes near but on purpose. */
export const WIDE_LIMITS: RpcLimits = {
  heldBytes: 50 << 20,
  bodyBytes: 5 << 20,
  batchCalls: 10,
  batchMs: 10_000,
  answerChars: 1e9,
};

/** A port of this machine that lets everybody in and has no subscriptions; its methods are left. */
export const OPEN_PORT = {
  host: '127.0.0.1',
  port: 0,
  limits: WIDE_LIMITS,
  times: CONNECTION_TIMES,
  jwtSecret: undefined,
  vhosts: ['*'],
  corsOrigins: [],
  wsOrigins: [],
  subscriptions: { open: () => ({ methods: {}, count: () => 0, close: () => undefined }) },
  log: SILENT_LOG,
} satisfies Omit<RpcServerOptions, 'http' | 'ws'>;
