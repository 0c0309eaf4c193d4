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

/** What to tell of a server that cannot listen: the address, why, and the flags. */
export function cannotListen(flags: Served, { host, port }: ListenAddress, cause: Error): Error {
  if (!('code' in cause)) return cause;
  const place = `${host}:${port} (${String(cause.code)})`;
  const isHost = cause.code === 'ENOTFOUND' || cause.code === 'EADDRNOTAVAIL';
  const others = isHost ? `--${flags}.addr` : `--${flags}.addr or --${flags}.port`;
  return new UsageError(`cannot listen on ${place}: choose another with ${others}`, { cause });
}
