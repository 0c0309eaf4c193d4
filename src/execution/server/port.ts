import type { ConnectionPlaces } from '../../transport/connectionPlaces.ts';
import type { Log } from '../../transport/log.ts';
import type { HeldBytes } from './heldBytes.ts';
import type { RpcLimits, RpcMethods } from './jsonRpc.ts';
import type { Subscriptions } from './subscriptions.ts';

/** How one port is served. */
export type RpcServerOptions = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Methods of each way in; a way without methods is closed. */
  readonly http: RpcMethods | undefined;
  readonly ws: RpcMethods | undefined;
  readonly limits: RpcLimits;
  /** At a time. Default 512. */
  readonly maxConnections?: number;
  /** Default `CONNECTION_TIMES`. */
  readonly times?: ConnectionTimes;
  /** Callers must show a token of this secret. */
  readonly jwtSecret: Uint8Array | undefined;
  /** Names under which the server may be called; `*` for any. Addresses always may. */
  readonly vhosts: readonly string[];
  /** Origins whose pages may call by HTTP; `*` for any. */
  readonly corsOrigins: readonly string[];
  /** Origins whose pages may open a WebSocket; `*` for any. */
  readonly wsOrigins: readonly string[];
  readonly subscriptions: Subscriptions;
  readonly log: Log;
};

/** What a connection may take. */
export type ConnectionTimes = {
  /** For a whole request to arrive; a connection without any counts as one. */
  readonly readMs: number;
  /** For an answer to be taken. */
  readonly writeMs: number;
  /** Between two requests. A driver must be able to leave as much between its calls. */
  readonly idleMs: number;
  /** After which a silent WebSocket is asked for a sign of life. */
  readonly pingMs: number;
  /** For that sign to come. */
  readonly pongMs: number;
};

/** Those of go-ethereum. */
export const CONNECTION_TIMES: ConnectionTimes = {
  readMs: 30_000,
  writeMs: 30_000,
  idleMs: 120_000,
  pingMs: 30_000,
  pongMs: 30_000,
};

/** What serves the callers of one port. */
export type Port = RpcServerOptions & {
  readonly times: ConnectionTimes;
  readonly held: HeldBytes;
  readonly places: ConnectionPlaces;
};

/** Why a request is not let in, before its body is read. */
export type Refusal = { readonly status: number; readonly reason: string };
