import { join } from 'node:path';
import { ConfigError } from '../base/errors.ts';
import type { DeriveConfig } from '../derive/state.ts';
import type { EnginePort } from '../engine/port.ts';
import {
  DEFAULT_DRIVER_OPTIONS,
  type L1Options,
  type NodeOptions,
  type SequencerParts,
  type ServerOptions,
} from '../node/nodeOptions.ts';
import { memorySafeHeads, type SafeHeads } from '../node/safeHeads.ts';
import { FORKS } from '../protocol/forks.ts';
import { lacksPectraBlobSchedule } from '../protocol/registry/l1Chains.ts';
import type { SequencerEvents } from '../sequencer/ports.ts';
import type { CallWatch } from '../transport/callWatch.ts';
import type { Log } from '../transport/log.ts';
import { decodeJwtSecret } from '../transport/jwt.ts';
import { chainOfFlags } from './chainFlags.ts';
import { parseFlagJson, readFlagText } from './flagFiles.ts';
import { atLeastMs, type GoFlagValues, LEAST_POLL_MS } from './goFlags.ts';
import { type CliIo, pathArgument } from './io.ts';
import { assertSameChain } from './sameChain.ts';
import { sequencerOfFlags } from './sequencerFlags.ts';
import { wrongUrl } from './values.ts';
import { IGNORED_FLAGS, P2P_FLAGS, REFUSED_FLAGS } from './nodeFlags.ts';

/** What the flags of `headwater node` come to, before anything is opened. */
export type NodePlan = {
  readonly config: DeriveConfig;
  readonly l1: L1Options;
  readonly driver: NodeOptions['driver'];
  /** Opens the engine: over HTTP, or the embedded one. */
  readonly openEngine: (watch: CallWatch) => Promise<EnginePort>;
  readonly openSafeHeads: () => Promise<SafeHeads>;
  readonly hasSafeHeadDb: boolean;
  readonly engineSync: NodeOptions['engineSync'];
  /** Undefined: a verifier. */
  readonly sequencer: ((events: SequencerEvents) => SequencerParts) | undefined;
};

/**
 * Reads and checks all flags.
 *
 * @param given Flags that somebody has given, as against those left at their default.
 * @throws ConfigError naming the flag, what was found and what is accepted.
 */
export function planNode(
  values: GoFlagValues,
  given: ReadonlySet<string>,
  io: CliIo,
  log: Log,
): NodePlan {
  refuseUnsupported(values);
  warnIgnored(values, given, log);
  assertOneOf(values, 'l2.enginekind', ['geth', 'reth', 'erigon']);
  assertOneOf(values, 'syncmode', ['consensus-layer', 'execution-layer']);
  assertOneOf(values, 'l1.rpckind', RPC_KINDS);
  const l1Urls = servers(values, 'l1', /^(https?|wss?):$/);
  if (!l1Urls.some(({ url }) => url.protocol.startsWith('http'))) {
    throw new ConfigError('l1', 'no HTTP endpoint', 'the URL of an L1 endpoint, http or https');
  }
  const sequencer = sequencerOfFlags(values, io);
  const config = chainOfFlags(values, io, log);
  assertPectraBlobSchedule(values, config);
  const datadir = values.text('datadir');
  const directory = datadir === undefined ? undefined : pathArgument(datadir, io);
  const safedb = safeHeadFolder(values, directory, io);
  const engineSync = engineSyncOf(values, config);
  return {
    config,
    l1: l1Options(values, config, l1Urls, directory),
    driver: driverOptions(values, engineSync?.offsetBlocks ?? 0n),
    engineSync,
    openEngine: engineOf(values, config, directory, io, log),
    openSafeHeads: async () => {
      if (safedb === undefined) return memorySafeHeads();
      const { openSafeHeadDb } = await import('../node/safeHeadDb.ts');
      return openSafeHeadDb(safedb.path, config.rollup.l2ChainId, safedb.flag);
    },
    hasSafeHeadDb: safedb !== undefined,
    sequencer,
  };
}

/** Where safe heads are recorded, and the flag that says so. */
function safeHeadFolder(
  values: GoFlagValues,
  directory: string | undefined,
  io: CliIo,
): { readonly path: string; readonly flag: string } | undefined {
  const given = values.text('safedb.path');
  if (given !== undefined) return { path: pathArgument(given, io), flag: 'safedb.path' };
  return directory === undefined ? undefined : { path: join(directory, 'safedb'), flag: 'datadir' };
}

/** The blobs of such a chain would be priced by another schedule than the network’s. */
function assertPectraBlobSchedule(values: GoFlagValues, { rollup }: DeriveConfig): void {
  if (!lacksPectraBlobSchedule(rollup)) return;
  if (values.isSet('ignore-missing-pectra-blob-schedule')) return;
  const accepted =
    'a time, because chains of this L1 from before its Prague kept older blob fees for a while: ' +
    '--override.pectrablobschedule, or --ignore-missing-pectra-blob-schedule';
  throw new ConfigError('pectra_blob_schedule_time', 'nothing', accepted);
}

const RPC_KINDS = [
  'alchemy',
  'quicknode',
  'infura',
  'parity',
  'nethermind',
  'debug_geth',
  'erigon',
  'basic',
  'any',
  'standard',
];

function refuseUnsupported(values: GoFlagValues): void {
  for (const { name, kind } of REFUSED_FLAGS) {
    const isUsed = kind === 'boolean' ? values.isSet(name) : values.text(name) !== undefined;
    if (!isUsed) continue;
    const found = kind === 'boolean' ? '`true`' : 'a value';
    throw new ConfigError(name, found, 'the flag left out, because this is not supported');
  }
}

function warnIgnored(values: GoFlagValues, given: ReadonlySet<string>, log: Log): void {
  for (const { name } of IGNORED_FLAGS) {
    if (given.has(name)) log.warn('flag has no effect', { flag: name });
  }
  const wanted = P2P_FLAGS.filter(({ name }) => given.has(name) && name !== 'p2p.disable');
  if (wanted.length > 0 && !values.isSet('p2p.disable')) {
    const flags = wanted.map(({ name }) => name).join(', ');
    log.warn('there is no peer-to-peer network yet; its flags have no effect', { flags });
  }
}

function assertOneOf(values: GoFlagValues, flag: string, words: readonly string[]): void {
  if (values.text(flag) !== undefined) values.oneOf(flag, words);
}

function servers(
  values: GoFlagValues,
  flag: string,
  protocols = /^https?:$/,
): readonly ServerOptions[] {
  return values.list(flag).map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && protocols.test(url.protocol)) return { url };
    // The text may hold a key, so it is not repeated.
    throw new ConfigError(flag, wrongUrl(text), 'URLs with http or https, separated by commas');
  });
}

function l1Options(
  values: GoFlagValues,
  { rollup }: DeriveConfig,
  endpoints: readonly ServerOptions[],
  directory: string | undefined,
): L1Options {
  const [first, ...others] = servers(values, 'l1.beacon');
  const headers = beaconHeader(values);
  const beacons = first === undefined ? [] : [{ ...first, ...headers }, ...others];
  if (beacons.length === 0 && needsBeacon(rollup) && !values.isSet('l1.beacon.ignore')) {
    const accepted = 'the URL of a beacon server, because Ecotone puts batches into blobs; ';
    throw new ConfigError('l1.beacon', 'nothing', `${accepted}or --l1.beacon.ignore`);
  }
  const rate = values.number('l1.rpc-rate-limit');
  const slot = values.integer('l1.beacon.slot-duration-override');
  return {
    endpoints,
    beacons,
    archivers: [
      ...servers(values, 'l1.beacon-fallbacks'),
      ...servers(values, 'l1.beacon-archiver'),
    ],
    maxConcurrency: inRange(values, 'l1.max-concurrency', 1, 1_000),
    maxBatchSize: inRange(values, 'l1.rpc-max-batch-size', 1, 500),
    maxCallsPerSecond: rate === 0 ? Infinity : rate,
    requestTimeoutMs: 10_000,
    pollIntervalMs: atLeastMs(values, 'l1.http-poll-interval', LEAST_POLL_MS),
    epochPollIntervalMs: values.durationMs('l1.epoch-poll-interval'),
    secondsPerSlot: slot === 0n ? undefined : slot,
    blobDirectory: directory === undefined ? undefined : join(directory, 'blobs'),
  };
}

function needsBeacon({ forkTimes }: DeriveConfig['rollup']): boolean {
  return forkTimes.ecotone !== undefined;
}

function beaconHeader(values: GoFlagValues): { readonly headers?: Record<string, string> } {
  const text = values.text('l1.beacon-header');
  if (text === undefined) return {};
  const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return { headers: { [name]: value } };
  throw new ConfigError('l1.beacon-header', 'something else', '`Name: value`');
}

function inRange(values: GoFlagValues, flag: string, least: number, most: number): number {
  const value = values.integer(flag);
  if (value >= least && value <= most) return Number(value);
  throw new ConfigError(flag, `\`${value}\``, `a number from ${least} to ${most}`);
}

function engineSyncOf(
  values: GoFlagValues,
  { rollup: { blockTime } }: Pick<DeriveConfig, 'rollup'>,
): NodeOptions['engineSync'] {
  if (values.text('syncmode') !== 'execution-layer') return undefined;
  if (values.text('l2') === undefined) {
    const accepted = 'an engine behind --l2: the embedded one has no peers to sync from';
    throw new ConfigError('syncmode', '`execution-layer` without --l2', accepted);
  }
  const offsetS = BigInt(Math.ceil(values.durationMs('syncmode.offset-el-safe') / 1_000));
  return { offsetBlocks: (offsetS + blockTime - 1n) / blockTime };
}

function driverOptions(values: GoFlagValues, recoveredOffsetBlocks: bigint): NodeOptions['driver'] {
  const delay = values.integer('finality.delay');
  return {
    ...DEFAULT_DRIVER_OPTIONS,
    confirmations: values.integer('verifier.l1-confs'),
    readAhead: inRange(values, 'l1.read-ahead', 1, 1_000),
    finalityDelay: delay === 0n ? DEFAULT_DRIVER_OPTIONS.finalityDelay : delay,
    recoveredOffsetBlocks,
  };
}

function engineOf(
  values: GoFlagValues,
  config: DeriveConfig,
  directory: string | undefined,
  io: CliIo,
  log: Log,
): NodePlan['openEngine'] {
  const genesis = values.text('genesis');
  const url = values.text('l2');
  if (url !== undefined && genesis !== undefined) {
    throw new ConfigError('genesis', 'both', 'only one of --l2 and --genesis');
  }
  if (url !== undefined) return httpEngine(values, config, io);
  if (genesis === undefined) {
    const accepted = 'the URL of an engine, or --genesis FILE to run the embedded one';
    throw new ConfigError('l2', 'nothing', accepted);
  }
  const text = readFlagText('genesis', genesis, io);
  if (directory === undefined) log.warn('no --datadir: nothing is kept when the node stops');
  return async () => {
    const { openEmbeddedEngine } = await import('../node/openEmbeddedEngine.ts');
    const json = parseFlagJson('genesis', genesis, text);
    const overridden = FORKS.filter((fork) => values.text(`override.${fork}`) !== undefined);
    // The rollup config decides, so that what the genesis says otherwise would go unnoticed.
    const rollup = values.text('rollup.config') ?? `the network ${values.text('network')}`;
    assertSameChain(config.rollup, json, { rollup, genesis, overridden });
    return openEmbeddedEngine(config.rollup, json, directory && join(directory, 'engine'));
  };
}

function httpEngine(
  values: GoFlagValues,
  { rollup }: DeriveConfig,
  io: CliIo,
): NodePlan['openEngine'] {
  const [server, ...more] = servers(values, 'l2');
  if (server === undefined || more.length > 0) {
    throw new ConfigError('l2', `${more.length + 1} URLs`, 'the URL of one engine');
  }
  const file = values.text('l2.jwt-secret');
  if (file === undefined) {
    const accepted = 'the file with the secret that the engine was started with';
    throw new ConfigError('l2.jwt-secret', 'nothing', accepted);
  }
  const jwtSecret = decodeJwtSecret(readFlagText('l2.jwt-secret', file, io), 'l2.jwt-secret');
  const timeoutMs = values.durationMs('l2.engine-rpc-timeout');
  return async (watch) => {
    const { createHttpEngine } = await import('../engine/httpEngine.ts');
    return createHttpEngine({
      url: server.url,
      jwtSecret,
      config: rollup,
      timeoutMs,
      watch,
    });
  };
}
