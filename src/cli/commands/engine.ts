import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import type { Hash } from '../../base/bytes.ts';
import { ConfigError } from '../../base/errors.ts';
import { excerpt } from '../../base/excerpt.ts';
import { type ExecutionEngine, openEngine } from '../../execution/engine.ts';
import type { Genesis } from '../../execution/genesis.ts';
import { parseGenesisJson } from '../../execution/genesisJson.ts';
import {
  type EngineServer,
  type EngineServerOptions,
  PUBLIC_APIS,
  startEngineServer,
} from '../../execution/server/engineServer.ts';
import { memoryKeyValueStore } from '../../execution/store/keyValueStore.ts';
import { openLevelStore } from '../../execution/store/levelStore.ts';
import { createCallTurns } from '../../execution/server/callTurns.ts';
import { installNative } from '../../native/install.ts';
import { FORKS } from '../../protocol/forks.ts';
import { decodeJwtSecret } from '../../transport/jwt.ts';
import type { Log, LogFields } from '../../transport/log.ts';
import { logEngine, type LoggedEngine } from '../engineLog.ts';
import { ENGINE_FLAGS, IDLE_ENGINE_FLAGS } from '../engineFlags.ts';
import { parseJsonFile, readText } from '../files.ts';
import { addGoFlags, type GoFlagValues, readGoFlags } from '../goFlags.ts';
import { interruptSignal, untilAborted } from '../interrupt.ts';
import { type CliIo, pathArgument } from '../io.ts';
import type { AdjustableLog } from '../log.ts';
import { roleLog } from '../roleSetup.ts';
import { assertApart, cannotListen } from '../servedAt.ts';
import { isHttpUrl, wrongUrl } from '../values.ts';
import { VERSION } from '../version.ts';

/** Adds `headwater engine`: the embedded engine by itself, for any rollup node to drive. */
export function registerEngine(program: Command, io: CliIo): void {
  const command = program
    .command('engine')
    .description(
      'Executes and keeps one L2 chain, driven by a rollup node over the Engine API, and answers ' +
        'wallets by HTTP and WebSocket. Takes the flags of op-geth that concern this, and their ' +
        'environment variables with the prefix GETH_.',
    );
  addGoFlags(command, 'GETH', [...ENGINE_FLAGS, ...IDLE_ENGINE_FLAGS]);
  command.action(async (options) => {
    const values = readGoFlags(options as { readonly [name: string]: unknown });
    const log = roleLog(values, io);
    setVerbosity(values, log);
    assertOneKeeping(values, command.getOptionValueSource('gcmode') !== 'default');
    for (const { name } of IDLE_ENGINE_FLAGS) {
      if (values.text(name) !== undefined) log.warn('flag has no effect', { flag: name });
    }
    await runEngine(values, io, log, interruptSignal());
  });
}

async function runEngine(
  values: GoFlagValues,
  io: CliIo,
  log: AdjustableLog,
  signal: AbortSignal,
): Promise<void> {
  const file = genesisFile(values, io);
  const genesis = parseJsonFile(file, (json) => parseGenesisJson(json));
  const datadir = values.text('datadir');
  const directory = datadir === undefined ? undefined : pathArgument(datadir, io);
  const readSecret = secretOf(values, io, directory, log);
  const options = serverOptions(values, log);
  const { auth, http, ws } = options;
  // HTTP and WebSocket may share a port.
  const isShared = http?.host === ws?.host && http?.port === ws?.port;
  assertApart({ authrpc: auth, http, ws: isShared ? undefined : ws });
  log.info('headwater engine starts', {
    version: VERSION,
    genesis: file,
    datadir: directory ?? 'none',
    states: stateBlocks(values),
    ...chainFields(genesis),
  });
  await installNative();
  if (directory === undefined) log.warn('no --datadir: nothing is kept when the engine stops');
  const store =
    directory === undefined
      ? memoryKeyValueStore()
      : await openLevelStore(join(directory, 'engine'), 'datadir');
  const turns = createCallTurns();
  let logged: LoggedEngine | undefined;
  let engine: ExecutionEngine;
  let jwtSecret: Uint8Array;
  try {
    jwtSecret = readSecret();
    const keepStateBlocks = stateBlocks(values);
    engine = await openEngine(genesis, store, {
      keepStateBlocks,
      pause: turns.pause,
      onPruned: (pruned) => logged?.onPruned(pruned),
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  let server: EngineServer | undefined;
  try {
    log.info('engine opened', headFields(engine));
    logged = logEngine(engine, log);
    const auth = { ...options.auth, jwtSecret };
    server = await listen({ ...options, auth, engine: logged.engine, turns });
    for (const way of ['auth', 'http', 'ws'] as const) {
      const running = server[way];
      if (running === undefined) continue;
      log.info('server started', { way, addr: running.host, port: running.port });
    }
    await untilAborted(signal);
  } finally {
    log.info('stopping');
    await server?.stop();
    logged?.stop();
    const fields = headFields(engine);
    await engine.close();
    log.info('engine stopped', fields);
  }
}

/** The chain, and when each of its forks is, or `genesis`. */
function chainFields({ config, header }: Genesis): LogFields {
  const times = FORKS.flatMap((fork) => {
    const time = config.forkTimes[fork];
    if (time === undefined) return [];
    return [`${fork}@${time <= header.timestamp ? 'genesis' : time}`];
  });
  return { chainId: config.chainId, forks: times.join(' ') };
}

function headFields(engine: ExecutionEngine): LogFields {
  const { head, safe, finalized } = engine.heads();
  const numberOf = (hash: Hash) => engine.block(hash)?.header.number ?? 'none';
  return {
    genesis: engine.genesis.hash,
    head: numberOf(head),
    hash: head,
    safe: numberOf(safe),
    finalized: numberOf(finalized),
  };
}

function serverOptions(
  values: GoFlagValues,
  log: Log,
): Omit<EngineServerOptions, 'engine' | 'auth'> & {
  readonly auth: Omit<EngineServerOptions['auth'], 'jwtSecret'>;
} {
  // Looked at though the port may stay closed: who names it wrongly should hear of it.
  const apis = { http: apisOf(values, 'http', log), ws: apisOf(values, 'ws', log) };
  const publicPort = (name: 'http' | 'ws', origins: string) => ({
    host: values.requiredText(`${name}.addr`),
    port: values.port(`${name}.port`),
    apis: apis[name],
    origins: values.list(origins),
  });
  const isHttp = values.isSet('http');
  const isWs = values.isSet('ws');
  return {
    version: VERSION,
    log,
    auth: {
      host: values.requiredText('authrpc.addr'),
      port: values.port('authrpc.port'),
      vhosts: values.list('authrpc.vhosts'),
    },
    http: isHttp
      ? { ...publicPort('http', 'http.corsdomain'), vhosts: values.list('http.vhosts') }
      : undefined,
    ws: isWs ? publicPort('ws', 'ws.origins') : undefined,
    gasCap: values.integer('rpc.gascap'),
    callTimeoutMs: values.durationMs('rpc.evmtimeout'),
    sequencerUrl: urlOf(values, 'rollup.sequencerhttp'),
    txFeeCap: BigInt(Math.round(values.number('rpc.txfeecap') * 1e9)) * 10n ** 9n,
  };
}

/** @throws UsageError naming the flag, when an address is taken or not ours. */
async function listen(options: EngineServerOptions): Promise<EngineServer> {
  try {
    return await startEngineServer(options);
  } catch (cause) {
    const { auth, http, ws } = options;
    throw cause instanceof Error ? cannotListen({ authrpc: auth, http, ws }, cause) : cause;
  }
}

/** Namespaces of op-geth that are none of ours: taken, so that its command lines work. */
const MISSING_APIS = ['admin', 'clique', 'dev', 'les', 'personal'];

/** Namespaces of a port that asks for no token. */
function apisOf(values: GoFlagValues, way: 'http' | 'ws', log: Log): readonly string[] {
  const name = `${way}.api`;
  const apis = values.list(name);
  const known = PUBLIC_APIS.join(', ');
  if (apis.includes('engine')) {
    const accepted = `${known}; the Engine API is served on the port with the token only`;
    throw new ConfigError(name, '`engine`', accepted);
  }
  const others = apis.filter((api) => !PUBLIC_APIS.includes(api));
  const wrong = others.find((api) => !MISSING_APIS.includes(api));
  const found = wrong ?? values.text(name);
  const isNothing = apis.length === 0 && (found !== undefined || values.isSet(way));
  if (wrong !== undefined || isNothing) {
    const shown = found === undefined ? 'nothing' : `\`${excerpt(found)}\``;
    throw new ConfigError(name, shown, `some of ${known}`);
  }
  for (const api of others) log.warn('no such namespace', { flag: name, api, known });
  return apis;
}

function urlOf(values: GoFlagValues, name: string): URL | undefined {
  const text = values.text(name);
  if (text === undefined) return undefined;
  if (isHttpUrl(text)) return new URL(text);
  throw new ConfigError(name, wrongUrl(text), 'an http or https URL');
}

/** @throws ConfigError */
function genesisFile(values: GoFlagValues, io: CliIo): string {
  const path = values.text('genesis');
  if (path !== undefined) return pathArgument(path, io);
  const accepted = 'the genesis file of the chain, --genesis genesis.json (or .json.gz)';
  throw new ConfigError('genesis', 'nothing', accepted);
}

/** @throws ConfigError when two flags say the opposite of each other. */
function assertOneKeeping(values: GoFlagValues, isModeGiven: boolean): void {
  if (!isModeGiven || values.text('gcmode') !== 'full' || !values.isSet('archive')) return;
  throw new ConfigError('archive', 'both', 'only one of --gcmode full and --archive');
}

function stateBlocks(values: GoFlagValues): number | 'archive' {
  const mode = values.oneOf('gcmode', ['full', 'archive']);
  const kept = values.integer('history.state');
  if (mode === 'archive' || values.isSet('archive') || kept === 0n) return 'archive';
  return Number(kept);
}

/**
 * The secret of the given file, read at once. Else that of `datadir`, which is made on the first
 * start: only when asked for, because nothing is written to a folder that others use.
 */
function secretOf(
  values: GoFlagValues,
  io: CliIo,
  directory: string | undefined,
  log: Log,
): () => Uint8Array {
  const flag = 'authrpc.jwtsecret';
  const read = (path: string): Uint8Array => decodeJwtSecret(readText(path), flag);
  const given = values.text(flag);
  if (given !== undefined) {
    const secret = read(pathArgument(given, io));
    return () => secret;
  }
  if (directory === undefined) {
    const accepted = 'a file with 64 hex digits, or a --datadir to make one in';
    throw new ConfigError(flag, 'nothing', accepted);
  }
  const path = join(directory, 'jwtsecret');
  return () => {
    if (!existsSync(path)) {
      writeFileSync(path, `0x${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
      log.info('made a JWT secret; the driver must read the same file', { path });
    }
    return read(path);
  };
}

const VERBOSITY = ['crit', 'error', 'warn', 'info', 'debug', 'trace'] as const;

function setVerbosity(values: GoFlagValues, log: AdjustableLog): void {
  if (values.text('verbosity') === undefined) return;
  const level = VERBOSITY[Number(values.integer('verbosity'))];
  if (level === undefined) {
    const found = `\`${values.text('verbosity')}\``;
    throw new ConfigError('verbosity', found, 'a number from 0 to 5');
  }
  log.setLevel(level);
}
