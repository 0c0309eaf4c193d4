import type { Address } from '../base/bytes.ts';
import type { DevAccount } from './devAccounts.ts';
import type { Devnet } from './devnet.ts';

/** Where a devnet is reached. */
export type DevnetUrls = {
  readonly l1: string;
  readonly beacon: string;
  /** `eth_` methods of the sequencer's engine. */
  readonly l2: string;
  readonly sequencer: string;
  readonly verifier: string;
  readonly page: string;
};

/** Where a devnet stands. Numbers of L2 blocks but for `l1`. */
export type DevnetState = {
  readonly seconds: number;
  readonly l1: bigint;
  readonly unsafe: bigint;
  /** Of the sequencer's own derivation. */
  readonly sequencerSafe: bigint;
  /** Least of all verifiers. */
  readonly safe: bigint;
  readonly finalized: bigint;
  readonly equal: bigint;
  readonly transactions: number;
  readonly deposits: number;
  readonly drops: number;
};

/** Reads where a devnet stands, `seconds` after it was up. */
export function devnetState(devnet: Devnet, seconds: number): DevnetState {
  const own = devnet.sequencer().node;
  const others = devnet.verifiers().map(({ node }) => node.heads());
  const least = (numbers: readonly bigint[]): bigint =>
    numbers.reduce((a, b) => (a < b ? a : b), numbers[0] ?? 0n);
  const { now } = devnet.counts;
  return {
    seconds,
    l1: own.l1.heads.head('latest')?.number ?? 0n,
    unsafe: own.heads()?.unsafeHead.number ?? 0n,
    sequencerSafe: own.heads()?.safeHead.number ?? 0n,
    safe: least(others.map((heads) => heads?.safeHead.number ?? 0n)),
    finalized: least(others.map((heads) => heads?.finalizedHead.number ?? 0n)),
    equal: now.equal,
    transactions: now.transactions,
    deposits: now.deposits,
    drops: now.drops,
  };
}

/** The state in one line; lines of different times are aligned. */
export function describeDevnet(state: DevnetState): string {
  const number = (value: bigint | number): string => String(value).padStart(5);
  const lag = state.unsafe - state.safe;
  return [
    `${state.seconds.toFixed(0).padStart(5)} s`,
    `L1 ${number(state.l1)}`,
    `sequencer ${number(state.unsafe)}`,
    `verifier ${number(state.safe)} safe ${number(state.finalized)} final (${number(lag)} behind)`,
    `equal ${number(state.equal)}`,
    `${number(state.transactions)} txs ${number(state.deposits)} deposits`,
    ...(state.drops === 0 ? [] : [`${state.drops} drops`]),
  ].join('  ');
}

/** What to try on a running devnet. `user` is an account with ether on L1. */
export function suggestions(urls: DevnetUrls, portal: Address, user: DevAccount): string {
  const ask = (url: string, method: string): string =>
    `  curl -s ${url} -H 'content-type: application/json' \\\n` +
    `    -d '{"jsonrpc":"2.0","id":1,"method":"${method}","params":[]}'`;
  return [
    'Try, in another terminal:',
    ask(urls.verifier, 'optimism_syncStatus'),
    ask(urls.verifier, 'headwater_why'),
    ask(urls.l2, 'eth_blockNumber'),
    `  npm run -s headwater -- deposit --l1 ${urls.l1} --l2 ${urls.l2} \\`,
    `    --portal ${portal} --value 1 \\`,
    `    --private-key ${user.key}`,
  ].join('\n');
}
