import PQueue from 'p-queue';
import type { JsonValue } from '../../base/json.ts';
import { bytesToHex } from '../../base/bytes.ts';
import { keccak256 } from '../../base/hash.ts';
import type { Log } from '../../transport/log.ts';
import type { ExecutionEngine } from '../engine.ts';
import { createInterpreter } from '../evm/interpreter/createEvm.ts';
import { createTxPool, type TxPool } from '../pool/txPool.ts';
import { type CallLimits, callMethods } from './callMethods.ts';
import { type CallTurns, createCallTurns } from './callTurns.ts';
import { chainMethods, debugMethods } from './chainMethods.ts';
import { engineMethods } from './engineMethods.ts';
import { feeMethods } from './feeMethods.ts';
import { filterMethods } from './filterMethods.ts';
import type { RpcLimits, RpcMethods } from './jsonRpc.ts';
import { logMethods } from './logMethods.ts';
import { readBytes } from './params.ts';
import { poolMethods } from './poolMethods.ts';
import type { RpcServerOptions } from './port.ts';
import { type RunningServer, startRpcServer } from './rpcServer.ts';
import { forwardTo } from './forwardTx.ts';
import { stateMethods } from './stateMethods.ts';
import { createSubscriptions } from './subscriptions.ts';
import { traceMethods } from './traceMethods.ts';

/** A port that is open to anybody who reaches it. */
export type PublicPort = {
  readonly host: string;
  readonly port: number;
  /** Namespaces, like `eth`. */
  readonly apis: readonly string[];
  /** Origins of web pages that may call; `*` for any. */
  readonly origins: readonly string[];
};

/** What is served, and where. Port 0 is any free one. */
export type EngineServerOptions = {
  readonly engine: ExecutionEngine;
  /** Of the program, for `web3_clientVersion`. */
  readonly version: string;
  readonly log: Log;
  /** A pool that blocks are made from already; one of its own where none is given. */
  readonly pool?: TxPool;
  readonly auth: {
    readonly host: string;
    readonly port: number;
    readonly jwtSecret: Uint8Array;
    readonly vhosts: readonly string[];
  };
  readonly http?: (PublicPort & { readonly vhosts: readonly string[] }) | undefined;
  readonly ws?: PublicPort | undefined;
  /** Most gas of one call; 0 is no limit. */
  readonly gasCap?: bigint;
  /** Time that one call may take; 0 is no limit. */
  readonly callTimeoutMs?: number;
  /** Turns that calls take, closed by `stop`; their own where none are given. */
  readonly turns?: CallTurns;
  /** Most a sent transaction may offer for gas, in wei; 0 is no limit. */
  readonly txFeeCap?: bigint;
  /** RPC of the sequencer, which gets sent transactions in place of the pool. */
  readonly sequencerUrl?: URL | undefined;
};

/** A served engine. */
export type EngineServer = {
  readonly pool: TxPool;
  readonly auth: RunningServer;
  readonly http: RunningServer | undefined;
  readonly ws: RunningServer | undefined;
  /** Lets go of all connections and ends all calls; the engine stays open. */
  readonly stop: () => Promise<void>;
};

/** For whoever drives the engine: large payloads, many calls. */
const AUTH_LIMITS: RpcLimits = {
  heldBytes: 512 << 20,
  bodyBytes: 128 << 20,
  batchCalls: 2000,
  batchMs: 120_000,
  answerChars: 250_000_000,
};
const PUBLIC_LIMITS: RpcLimits = {
  heldBytes: 128 << 20,
  bodyBytes: 5 << 20,
  batchCalls: 1000,
  batchMs: 10_000,
  answerChars: 25_000_000,
};

/** Namespaces that a port without a token can serve. `rpc` is always there. */
export const PUBLIC_APIS: readonly string[] = [
  'eth',
  'net',
  'web3',
  'txpool',
  'debug',
  'miner',
  'rpc',
];
const AUTH_APIS = ['engine', 'eth', 'net', 'web3', 'debug'];
const LOG_LIMITS = { maxBlocks: 10_000n, maxLogs: 20_000, maxBytes: 16 << 20 };
/** Queries of logs that run at the same time. */
const LOG_QUERIES = 8;
const GAS_CAP = 50_000_000n;
/** As much as the EVM can count. */
const NO_GAS_CAP = 2n ** 53n;
const CALL_TIMEOUT_MS = 5000;
const TX_FEE_CAP = 10n ** 18n;

/**
 * Serves an engine: the Engine API with a token, the public methods by HTTP and WebSocket.
 *
 * @throws ErrnoException when it cannot listen.
 */
export async function startEngineServer(options: EngineServerOptions): Promise<EngineServer> {
  const { engine, log } = options;
  const pool = options.pool ?? createTxPool(engine);
  const running: RunningServer[] = [];
  const start = async (port: PortOptions): Promise<RunningServer> => {
    const server = await startRpcServer({ ...port, log });
    running.push(server);
    return server;
  };
  const turns = options.turns ?? createCallTurns();
  const stop = async (): Promise<void> => {
    // What runs for nobody would keep the process alive.
    turns.close();
    if (options.pool === undefined) pool.close();
    await Promise.all(running.map((server) => server.stop()));
  };
  const ports = portsOf(options, pool, commonMethods({ ...options, turns }, pool));
  try {
    const auth = await start(ports.auth);
    const http = ports.http && (await start(ports.http));
    const ws = ports.ws === 'as http' ? http : ports.ws && (await start(ports.ws));
    return { pool, auth, http, ws, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type PortOptions = Omit<RpcServerOptions, 'log'>;

type Ports = {
  readonly auth: PortOptions;
  readonly http: PortOptions | undefined;
  readonly ws: PortOptions | 'as http' | undefined;
};

function portsOf(
  { engine, auth, http, ws }: EngineServerOptions,
  pool: TxPool,
  common: RpcMethods,
): Ports {
  // Callers of the other ports must not take the places of whoever drives the engine.
  const placed = () => ({
    subscriptions: createSubscriptions(engine, pool),
    methods: { ...common, ...placedMethods(engine, pool) },
  });
  const [driver, others] = [placed(), placed()];
  const authMethods = namespaces(driver.methods, AUTH_APIS);
  const ways = { http: authMethods, ws: authMethods, subscriptions: driver.subscriptions };
  const closed = { http: undefined, ws: undefined, corsOrigins: [], wsOrigins: [] };
  const open = {
    ...closed,
    subscriptions: others.subscriptions,
    limits: PUBLIC_LIMITS,
    jwtSecret: undefined,
    vhosts: ['*'],
  };
  const isShared = ws !== undefined && ws.host === http?.host && ws.port === http.port;
  const wsWay = ws && {
    ws: namespaces(others.methods, publicApis(ws.apis)),
    wsOrigins: ws.origins,
  };
  return {
    auth: { ...closed, ...auth, ...ways, limits: AUTH_LIMITS },
    http: http && {
      ...open,
      ...(isShared ? wsWay : {}),
      host: http.host,
      port: http.port,
      vhosts: http.vhosts,
      http: namespaces(others.methods, publicApis(http.apis)),
      corsOrigins: http.origins,
    },
    ws: isShared ? 'as http' : ws && { ...open, ...wsWay, host: ws.host, port: ws.port },
  };
}

/** What the methods need beside the ports they are served on. */
type MethodOptions = EngineServerOptions & { readonly turns: CallTurns };

/** Every method there is. */
export function allMethods(options: MethodOptions, pool: TxPool): RpcMethods {
  return { ...commonMethods(options, pool), ...placedMethods(options.engine, pool) };
}

/** Those of which there are only so many at a time. */
function placedMethods(engine: ExecutionEngine, pool: TxPool): RpcMethods {
  const limits = { ...LOG_LIMITS, queue: new PQueue({ concurrency: LOG_QUERIES }) };
  return { ...logMethods(engine, limits), ...filterMethods(engine, pool, limits) };
}

function commonMethods(options: MethodOptions, pool: TxPool): RpcMethods {
  const { engine, version, turns, gasCap = GAS_CAP } = options;
  const limits: CallLimits = {
    gasCap: gasCap === 0n || gasCap > NO_GAS_CAP ? NO_GAS_CAP : gasCap,
    timeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS,
    turns,
  };
  // One for all that is asked: its tables take some 10 ms, and code is analyzed once.
  const evm = createInterpreter(engine.config.chainId);
  return {
    ...engineMethods(engine, pool, { version }),
    ...chainMethods(engine, pool),
    ...stateMethods(engine, pool),
    ...callMethods(engine, evm, limits),
    ...feeMethods(engine),
    ...poolMethods(engine, pool, {
      txFeeCap: options.txFeeCap ?? TX_FEE_CAP,
      forward: options.sequencerUrl && forwardTo(options.sequencerUrl),
    }),
    ...debugMethods(engine),
    ...traceMethods(engine, evm, limits),
    ...plainMethods(engine, version),
  };
}

function plainMethods(engine: ExecutionEngine, version: string): RpcMethods {
  const answer = (value: JsonValue) => () => value;
  return {
    eth_syncing: answer(false),
    eth_accounts: answer([]),
    eth_mining: answer(false),
    eth_protocolVersion: answer('0x44'),
    net_version: answer(engine.config.chainId.toString()),
    net_listening: answer(true),
    net_peerCount: answer('0x0'),
    web3_clientVersion: answer(`headwater/v${version}`),
    web3_sha3: (params) => bytesToHex(keccak256(readBytes(params, 0))),
    rpc_modules: answer({ eth: '1.0', net: '1.0', web3: '1.0' }),
  };
}

/** The Engine API is none of these, whatever is asked for. */
function publicApis(apis: readonly string[]): readonly string[] {
  return apis.filter((api) => PUBLIC_APIS.includes(api));
}

function namespaces(methods: RpcMethods, apis: readonly string[]): RpcMethods {
  const isServed = (name: string): boolean =>
    apis.includes(name.split('_')[0] as string) || name === 'rpc_modules';
  return Object.fromEntries(Object.entries(methods).filter(([name]) => isServed(name)));
}
