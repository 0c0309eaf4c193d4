import { ConfigError } from '../base/errors.ts';
import { UsageError } from './exit.ts';
import type { GoFlagValues } from './goFlags.ts';

/** Where one server of a service listens. */
export type ListenAddress = {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
};

/** What is served: the RPC, and the metrics on a port of their own. */
export type Served = 'rpc' | 'metrics';

/** Where the flags put a server. @throws ConfigError naming the flag. */
export function servedAt(flags: Served, values: GoFlagValues): ListenAddress {
  return { host: values.requiredText(`${flags}.addr`), port: values.port(`${flags}.port`) };
}

/**
 * Looks at all addresses before anything is opened: no service should start to stop at once.
 *
 * @throws ConfigError naming the flag.
 */
export function assertAddresses(values: GoFlagValues): void {
  servedAt('rpc', values);
  servedAt('metrics', values);
}

/** Servers by the beginning of their flags: `rpc` for `--rpc.addr` and `--rpc.port`. */
export type ListenAddresses = { readonly [flags: string]: ListenAddress | undefined };

/**
 * Refuses two of `servers` on one address, before anything is opened: the second one would be told
 * that another process listens there.
 *
 * @throws ConfigError naming the flags of both.
 */
export function assertApart(servers: ListenAddresses): void {
  const before: [string, ListenAddress][] = [];
  for (const [flags, at] of Object.entries(servers)) {
    if (at === undefined || at.port === 0) continue;
    const same = before.find(([, other]) => other.port === at.port && isSameHost(other, at));
    if (same !== undefined) {
      const accepted = `another port than that of --${same[0]}.port`;
      throw new ConfigError(`${flags}.port`, `\`${at.port}\` for both`, accepted);
    }
    before.push([flags, at]);
  }
}

/** An address that stands for all of the machine has the port on every one. */
function isSameHost(one: ListenAddress, other: ListenAddress): boolean {
  const [a, b] = [one, other].map(({ host }) => (host === 'localhost' ? '127.0.0.1' : host));
  return a === b || [a, b].some((host) => host === '0.0.0.0' || host === '::');
}

/**
 * What to tell when one of `servers` cannot listen: the address, why, and the flag to change. An
 * error of another kind is returned as it is.
 */
export function cannotListen(servers: ListenAddresses, cause: Error): Error {
  const found = failedServer(servers, cause);
  const code = 'code' in cause ? String(cause.code) : '';
  if (found === undefined || code === '') return cause;
  const [flags, { host, port }] = found;
  const reason = REASONS[code] ?? 'it cannot be opened: choose another with';
  const flag = code in HOST_REASONS ? `--${flags}.addr` : `--${flags}.port`;
  return new UsageError(`cannot listen on ${host}:${port} (${code}): ${reason} ${flag}`);
}

/** Why no port of an address can be listened on. */
const HOST_REASONS: { readonly [code: string]: string } = {
  ENOTFOUND: 'there is no address of that name: choose another with',
  EAI_AGAIN: 'the name cannot be looked up: choose another with',
  EADDRNOTAVAIL: 'this machine has no such address: choose another with',
};

const REASONS: { readonly [code: string]: string } = {
  ...HOST_REASONS,
  EADDRINUSE: 'another process listens there: stop that one, or choose another port with',
  EACCES: 'this user may not listen there: choose a port above 1023 with',
};

/** The error has the port and address that it is about, or the name that was looked up. */
function failedServer(servers: ListenAddresses, cause: Error): [string, ListenAddress] | undefined {
  const { port, address, hostname } = cause as Error & {
    port?: number;
    address?: string;
    hostname?: string;
  };
  const all = Object.entries(servers).filter(
    (entry): entry is [string, ListenAddress] => entry[1] !== undefined,
  );
  const isHost = ({ host }: ListenAddress): boolean =>
    [address, hostname].includes(host === 'localhost' ? '127.0.0.1' : host);
  return (
    all.find(([, at]) => at.port === port && isHost(at)) ??
    all.find(([, at]) => isHost(at)) ??
    all.find(([, at]) => at.port === port) ??
    all[0]
  );
}
