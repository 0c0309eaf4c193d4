import { FORKS } from '../protocol/forks.ts';
import type { GoFlag } from './goFlags.ts';
import { flag, LOG_FLAGS, METRICS_FLAGS } from './roleFlags.ts';

// The flags of op-node, with its names in the environment and its defaults, and a few of our own.
// Choice: servers listen on loopback by default, op-node's on every address.

/** Flags of `headwater node` that do something. */
const NODE_FLAGS: readonly GoFlag[] = [
  {
    ...flag('l1', 'list', undefined, 'L1 execution endpoints, preferred first'),
    env: 'L1_ETH_RPC',
  },
  flag('l1.beacon', 'list', undefined, 'beacon servers of the L1, preferred first'),
  flag('l1.beacon-header', 'list', undefined, 'header for the beacon servers, `Name: value`'),
  flag('l1.beacon-fallbacks', 'list', undefined, 'servers asked for blobs after the beacon ones'),
  flag('l1.beacon-archiver', 'list', undefined, 'older name of --l1.beacon-fallbacks'),
  flag('l1.beacon.ignore', 'boolean', undefined, 'start without a beacon server'),
  flag('l1.beacon.slot-duration-override', 'integer', '0', 'seconds of an L1 slot; 0: ask'),
  flag('l1.max-concurrency', 'integer', '10', 'requests to an L1 endpoint at once'),
  flag('l1.rpc-max-batch-size', 'integer', '20', 'calls in one request to L1'),
  flag('l1.rpc-rate-limit', 'number', '0', 'calls to L1 per second; 0: no limit'),
  flag('l1.http-poll-interval', 'duration', '12s', 'time between looks at the L1 head'),
  flag('l1.epoch-poll-interval', 'duration', '6m24s', 'the same for safe and finalized L1'),
  flag('l1.read-ahead', 'integer', '64', 'L1 blocks fetched ahead, at most (not of op-node)'),
  flag('verifier.l1-confs', 'integer', '0', 'L1 blocks kept away from the L1 head'),
  {
    ...flag('l2', 'string', undefined, 'engine to drive; without it --genesis'),
    env: 'L2_ENGINE_RPC',
  },
  {
    ...flag('l2.jwt-secret', 'string', undefined, 'file with the secret shared with the engine'),
    env: 'L2_ENGINE_AUTH',
  },
  flag('l2.engine-rpc-timeout', 'duration', '10s', 'time limit of a call to the engine'),
  {
    ...flag('l2.enginekind', 'string', 'reth', 'geth, reth or erigon; all are driven alike'),
    env: 'L2_ENGINE_KIND',
  },
  flag('genesis', 'string', undefined, 'genesis of the embedded engine, .json or .json.gz'),
  flag('datadir', 'string', undefined, 'folder of all data; without it nothing is kept'),
  flag('network', 'string', undefined, 'a chain known by name, like op-mainnet'),
  flag('rollup.config', 'string', undefined, 'rollup.json of any other chain'),
  flag('rollup.l1-chain-config', 'string', undefined, 'chain config of an L1 that is not public'),
  ...FORKS.filter((fork) => fork !== 'regolith').map((fork) =>
    flag(`override.${fork}`, 'integer', undefined, `time of ${fork} instead of the config's`),
  ),
  flag('override.lagoon', 'integer', undefined, 'not supported'),
  flag(
    'override.pectrablobschedule',
    'integer',
    undefined,
    'time of the late Pectra blob schedule',
  ),
  flag('override.keep-karst-upgrade-gas', 'boolean', undefined, 'keep the gas added by Karst'),
  flag(
    'syncmode',
    'string',
    'consensus-layer',
    'consensus-layer, or execution-layer: the engine syncs to a posted unsafe block first',
  ),
  flag(
    'syncmode.offset-el-safe',
    'duration',
    '12h',
    'distance of a recovered safe head to the tip',
  ),
  flag(
    'ignore-missing-pectra-blob-schedule',
    'boolean',
    undefined,
    'start although the config lacks the time of a late Pectra blob schedule',
  ),
  flag('finality.delay', 'integer', '0', 'L1 blocks between looks at finality; 0: 64'),
  flag('safedb.path', 'string', undefined, 'folder of the safe head records; else in --datadir'),
  flag('rpc.addr', 'string', '127.0.0.1', 'address the RPC listens on'),
  flag('rpc.port', 'integer', '9545', 'port the RPC listens on; 0: any'),
  flag('rpc.enable-admin', 'boolean', undefined, 'serve the admin methods'),
  flag('rpc.admin-state', 'string', undefined, 'file that keeps what the admin methods changed'),
  ...METRICS_FLAGS,
  ...LOG_FLAGS,
  flag('sequencer.enabled', 'boolean', undefined, 'build blocks'),
  flag('sequencer.stopped', 'boolean', undefined, 'start without building'),
  flag('sequencer.max-safe-lag', 'integer', '0', 'most blocks the tip may lead; 0: no limit'),
  flag('sequencer.l1-confs', 'integer', '4', 'L1 blocks that origins stay behind the L1 head'),
  flag(
    'sequencer.recover',
    'boolean',
    undefined,
    'build empty blocks until origins have caught up',
  ),
  flag('sequencer.sealing-duration', 'duration', '50ms', 'time kept for sealing a block'),
  flag('conductor.enabled', 'boolean', undefined, 'ask a conductor who of several may build'),
  flag('conductor.rpc', 'string', 'http://127.0.0.1:8547', 'RPC of the conductor'),
  flag('conductor.rpc-timeout', 'duration', '1s', 'time limit of a call to the conductor'),
];

/** Flags of op-node whose use is refused, because leaving them out would change what happens. */
export const REFUSED_FLAGS: readonly GoFlag[] = [
  flag('l2.follow.source', 'string', undefined, 'not supported'),
  flag('altda.enabled', 'boolean', undefined, 'not supported'),
  flag('experimental.sequencer-api', 'boolean', undefined, 'not supported'),
  flag('interop.dependency-set', 'string', undefined, 'not supported'),
];

const P2P = 'peer-to-peer; without effect yet';

/** Flags of peer-to-peer: taken with one warning, unless it is turned off. */
export const P2P_FLAGS: readonly GoFlag[] = [
  flag('p2p.disable', 'boolean', undefined, 'says that no peers are wanted'),
  ...['no-discovery', 'nat', 'sync.onlyreqtostatic', 'sync.req-resp', 'ping'].map((name) =>
    flag(`p2p.${name}`, 'boolean', undefined, P2P),
  ),
  { ...flag('p2p.ban.peers', 'boolean', undefined, P2P), env: 'P2P_PEER_BANNING' },
  { ...flag('p2p.ban.threshold', 'string', undefined, P2P), env: 'P2P_PEER_BANNING_THRESHOLD' },
  { ...flag('p2p.ban.duration', 'string', undefined, P2P), env: 'P2P_PEER_BANNING_DURATION' },
  { ...flag('p2p.listen.tcp', 'string', undefined, P2P), env: 'P2P_LISTEN_TCP_PORT' },
  { ...flag('p2p.listen.udp', 'string', undefined, P2P), env: 'P2P_LISTEN_UDP_PORT' },
  { ...flag('p2p.scoring', 'string', undefined, P2P), env: 'P2P_PEER_SCORING' },
  { ...flag('p2p.useragent', 'string', undefined, P2P), env: 'P2P_AGENT' },
  { ...flag('p2p.gossip.mesh.dlo', 'string', undefined, P2P), env: 'P2P_GOSSIP_MESH_DLO' },
  {
    ...flag('p2p.gossip.mesh.floodpublish', 'boolean', undefined, P2P),
    env: 'P2P_GOSSIP_FLOOD_PUBLISH',
  },
  ...[
    'advertise.ip',
    'advertise.tcp',
    'advertise.udp',
    'bootnodes',
    'discovery.path',
    'gossip.mesh.d',
    'gossip.mesh.lo',
    'gossip.mesh.dhi',
    'gossip.mesh.dlazy',
    'gossip.timestamp.threshold',
    'listen.ip',
    'mux',
    'netrestrict',
    'peers.grace',
    'peers.hi',
    'peers.lo',
    'peerstore.path',
    'priv.path',
    'priv.raw',
    'security',
    'sequencer.key',
    'static',
    'timeout.accept',
    'timeout.dial',
    'timeout.negotiation',
  ].map((name) => flag(`p2p.${name}`, 'string', undefined, P2P)),
];

const NO_EFFECT = 'of op-node; without effect here';

/** Flags that are taken and change nothing. Each that is given is named in a warning. */
export const IGNORED_FLAGS: readonly GoFlag[] = [
  { ...flag('l1.trustrpc', 'boolean', undefined, NO_EFFECT), env: 'L1_TRUST_RPC' },
  { ...flag('l1.rpckind', 'string', 'standard', NO_EFFECT), env: 'L1_RPC_KIND' },
  ...[
    'l1.beacon.fetch-all-sidecars',
    'syncmode.req-resp',
    'l2.skip-sync-start-check',
    'fetch-withdrawal-root-from-state',
    'rollup.load-protocol-versions',
    'pprof.enabled',
    'heartbeat.enabled',
    'beta.extra-networks',
    'signer.tls.enabled',
    'altda.da-service',
    'altda.verify-on-read',
    'conductor.paused',
  ].map((name) => flag(name, 'boolean', undefined, NO_EFFECT)),
  { ...flag('l2.engine-sync', 'boolean', undefined, NO_EFFECT), env: 'L2_ENGINE_SYNC_ENABLED' },
  { ...flag('snapshotlog.file', 'string', undefined, NO_EFFECT), env: 'SNAPSHOT_LOG' },
  ...[
    'l1.cache-size',
    'l1.runtime-config-reload-interval',
    'finality.lookback',
    'l2.follow.source.rpc-timeout',
    'l2.backup-unsafe-sync-rpc',
    'rollup.halt',
    'supervisor',
    'pprof.addr',
    'pprof.path',
    'pprof.port',
    'pprof.type',
    'heartbeat.moniker',
    'heartbeat.url',
    'signer.address',
    'signer.endpoint',
    'signer.header',
    'signer.tls.ca',
    'signer.tls.cert',
    'signer.tls.key',
    'altda.da-server',
    'altda.get-timeout',
    'altda.put-timeout',
    'altda.max-concurrent-da-requests',
    'interop.rpc.addr',
    'interop.rpc.port',
    'interop.jwt-secret',
  ].map((name) => flag(name, 'string', undefined, NO_EFFECT)),
];

/** Every flag of `headwater node`. */
export const ALL_NODE_FLAGS: readonly GoFlag[] = [
  ...NODE_FLAGS,
  ...REFUSED_FLAGS,
  ...P2P_FLAGS,
  ...IGNORED_FLAGS,
];
