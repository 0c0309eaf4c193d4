import { ConfigError } from '../base/errors.ts';
import type { Address } from '../base/bytes.ts';
import { createKzg, type Kzg } from '../native/kzg.ts';
import { healthPage } from '../node/rpc/headwater.ts';
import { readString, type RpcMethods, unary } from '../node/rpc/rpcMethods.ts';
import { type RpcServer, type RpcServerOptions, startRpcServer } from '../node/rpc/rpcServer.ts';
import { createHttpClient, type HttpClient } from '../transport/http.ts';
import { createL1Client, type L1Client } from '../l1Tx/l1Client.ts';
import { signerOf } from '../l1Tx/signer.ts';
import { createTxSender, type TxSender } from '../l1Tx/txSender.ts';
import type { GoFlagValues } from './goFlags.ts';
import type { CliIo } from './io.ts';
import { type AdjustableLog, createLog } from './log.ts';
import { LOG_FORMATS } from './logFormat.ts';
import { toLogLevel } from './logLevel.ts';
import { txSenderConfig } from './roleFlags.ts';
import type { RoleMetrics } from './roleMetrics.ts';
import { assertAddresses, cannotListen, type Served, servedAt } from './servedAt.ts';
import { isHttpUrl, wrongUrl } from './values.ts';
import { VERSION } from './version.ts';

/** What every service that writes to L1 has. */
export type RoleSetup = {
  readonly l1: L1Client;
  readonly txSender: TxSender;
  readonly kzg: Kzg;
  readonly close: () => Promise<void>;
};

/** The log that a service's flags ask for; lines go to stderr. */
export function roleLog(values: GoFlagValues, io: CliIo): AdjustableLog {
  return createLog({
    level: toLogLevel(values.requiredText('log.level')),
    format: values.oneOf('log.format', LOG_FORMATS),
    hasColor: values.isSet('log.color'),
    hasPid: values.isSet('log.pid'),
    stream: io.stderr,
  });
}

/** L1 client and transaction sender of a service. @throws ConfigError, or TransportError. */
export async function roleSetup(
  values: GoFlagValues,
  log: AdjustableLog,
  metrics: RoleMetrics,
  signal: AbortSignal,
): Promise<RoleSetup> {
  assertAddresses(values);
  const signer = await signerOf({
    privateKey: values.text('private-key'),
    mnemonic: values.text('mnemonic'),
    hdPath: values.text('hd-path') ?? values.text('sequencer-hd-path'),
  });
  const http = endpointOf(values, 'l1-eth-rpc', values.requiredText('l1-eth-rpc'));
  const l1 = createL1Client(http);
  const kzg = createKzg();
  const txSender = createTxSender({
    l1,
    signer,
    kzg,
    config: txSenderConfig(values, await l1ChainIdOf(l1, signal)),
    onEvent: (event) => {
      metrics.txs.onEvent(event);
      const { type, ...fields } = event;
      if (type === 'refused') log.warn('L1 refused a transaction', fields);
      else log.debug(`L1 transaction ${type}`, fields);
    },
  });
  metrics.txs.attach(txSender);
  const close = async (): Promise<void> => {
    http.close();
    await kzg.close();
  };
  return { l1, txSender, kzg, close };
}

async function l1ChainIdOf(l1: L1Client, signal: AbortSignal): Promise<bigint> {
  try {
    return await l1.chainId({ signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error('L1 does not answer: look at --l1-eth-rpc', { cause });
  }
}

/** A client of an endpoint that a flag names. */
export function endpointOf(values: GoFlagValues, flag: string, text: string): HttpClient {
  if (!isHttpUrl(text)) throw new ConfigError(flag, wrongUrl(text), 'an http or https URL');
  return createHttpClient({
    url: new URL(text),
    timeoutMs: values.durationMs('network-timeout'),
  });
}

/** Serves `/healthz` and `/metrics`, and the admin methods where the flags ask for them. */
export async function roleServer(
  values: GoFlagValues,
  log: AdjustableLog,
  metrics: RoleMetrics,
  admin: RpcMethods,
): Promise<Pick<RpcServer, 'stop'>> {
  const setLogLevel = unary(readString, (level) => {
    log.setLevel(toLogLevel(level));
    return null;
  });
  const server = await listen('rpc', values, {
    log,
    methods: values.isSet('rpc.enable-admin') ? { ...admin, admin_setLogLevel: setLogLevel } : {},
    pages: { '/healthz': healthPage(VERSION), '/metrics': metrics.page },
  });
  log.info('RPC server started', { url: server.url.origin });
  if (!values.isSet('metrics.enabled')) return server;
  try {
    const beside = await listen('metrics', values, {
      log,
      methods: {},
      pages: { '/metrics': metrics.page },
    });
    log.info('metrics server started', { url: beside.url.origin });
    return { stop: async () => void (await Promise.all([server.stop(), beside.stop()])) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** @throws UsageError naming the flag, when the address is taken or not ours. */
async function listen(
  flags: Served,
  values: GoFlagValues,
  served: Pick<RpcServerOptions, 'methods' | 'pages' | 'log'>,
): Promise<RpcServer> {
  const at = servedAt(flags, values);
  try {
    return await startRpcServer({ ...at, ...served, watch: () => {} });
  } catch (cause) {
    throw cause instanceof Error ? cannotListen({ [flags]: at }, cause) : cause;
  }
}

/** An address in a flag, in lowercase. @throws ConfigError */
export function addressOf(values: GoFlagValues, flag: string): Address | undefined {
  const text = values.text(flag);
  if (text === undefined) return undefined;
  if (/^0x[\da-f]{40}$/i.test(text)) return text.toLowerCase() as Address;
  throw new ConfigError(flag, `\`${text}\``, 'an address of 20 bytes');
}
