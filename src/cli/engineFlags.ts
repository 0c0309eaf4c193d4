import type { GoFlag } from './goFlags.ts';
import { flag, LOG_FLAGS } from './roleFlags.ts';

// The flags of op-geth, with its names and defaults, and two of our own: --genesis and --archive.

/** Flags of `headwater engine` that do something. */
export const ENGINE_FLAGS: readonly GoFlag[] = [
  flag('genesis', 'string', undefined, 'genesis of the chain, .json or .json.gz'),
  flag('datadir', 'string', undefined, 'folder of all data; without it nothing is kept'),
  flag('gcmode', 'string', 'full', 'full: recent states; archive: all states'),
  flag('archive', 'boolean', undefined, 'the same as --gcmode archive'),
  flag('history.state', 'integer', '1024', 'recent blocks whose states are kept; 0: all'),
  flag('authrpc.addr', 'string', 'localhost', 'address the Engine API listens on'),
  flag('authrpc.port', 'integer', '8551', 'port the Engine API listens on; 0: any'),
  flag('authrpc.vhosts', 'list', 'localhost', 'names the Engine API may be called by; `*`: any'),
  flag('authrpc.jwtsecret', 'string', undefined, 'file with the secret; else one in --datadir'),
  flag('http', 'boolean', undefined, 'serve the public methods by HTTP'),
  flag('http.addr', 'string', 'localhost', 'address of HTTP'),
  flag('http.port', 'integer', '8545', 'port of HTTP; 0: any'),
  flag('http.api', 'list', 'eth,net,web3', 'namespaces served by HTTP'),
  flag('http.vhosts', 'list', 'localhost', 'names HTTP may be called by; `*`: any'),
  flag('http.corsdomain', 'list', undefined, 'origins whose pages may call; `*`: any'),
  flag('ws', 'boolean', undefined, 'serve the public methods by WebSocket'),
  flag('ws.addr', 'string', 'localhost', 'address of WebSocket'),
  flag('ws.port', 'integer', '8546', 'port of WebSocket; 0: any'),
  flag('ws.api', 'list', 'eth,net,web3', 'namespaces served by WebSocket'),
  flag('ws.origins', 'list', undefined, 'origins whose pages may connect; `*`: any'),
  flag('rpc.gascap', 'integer', '50000000', 'most gas of one call; 0: no limit'),
  flag('rpc.evmtimeout', 'duration', '5s', 'longest that one call runs; 0: no limit'),
  flag('rpc.txfeecap', 'number', '1', 'most a sent transaction may cost, ether; 0: no limit'),
  flag('rollup.sequencerhttp', 'string', undefined, 'RPC that gets sent transactions'),
  ...LOG_FLAGS,
  flag('verbosity', 'integer', undefined, 'the level as a number, 0 silent to 5 detail'),
];

/** Flags of op-geth that are taken, so that its command lines work, and change nothing. */
export const IDLE_ENGINE_FLAGS: readonly GoFlag[] = [
  flag('networkid', 'integer', undefined, 'the genesis tells; without effect'),
  flag('syncmode', 'string', undefined, 'the driver gives every block; without effect'),
  flag('nodiscover', 'boolean', undefined, 'there are no peers; without effect'),
  flag('maxpeers', 'integer', undefined, 'there are no peers; without effect'),
  flag('port', 'integer', undefined, 'there are no peers; without effect'),
  flag('cache', 'integer', undefined, 'caches have their own limits; without effect'),
  flag('state.scheme', 'string', undefined, 'of op-geth’s database; without effect'),
  flag('db.engine', 'string', undefined, 'of op-geth’s database; without effect'),
  flag('rollup.disabletxpoolgossip', 'boolean', undefined, 'nothing is gossiped'),
  flag('rollup.computependingblock', 'boolean', undefined, 'pending is the latest block'),
];
