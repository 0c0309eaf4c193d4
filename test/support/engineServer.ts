import { bytesToHex } from '../../src/base/bytes.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { BlockSelector, EnginePort, PayloadStatus } from '../../src/engine/port.ts';
import { decodeDepositTx } from '../../src/protocol/deposit.ts';
import type { PayloadEnvelope } from '../../src/protocol/executionPayload.ts';
import {
  fromAttributesJson,
  fromPayloadJson,
  toPayloadJson,
} from '../../src/protocol/executionPayloadJson.ts';
import type { Header } from '../../src/protocol/header.ts';
import { payloadHeader } from '../../src/protocol/payloadHeader.ts';
import type { RollupConfig } from '../../src/protocol/rollupConfig.ts';
import { toQuantity } from '../../src/protocol/rpcJson.ts';
import { checkJwt } from '../../src/transport/jwt.ts';
import {
  type Call,
  CallError,
  type RequestFault,
  type RpcServer,
  startRpcServer,
} from './rpcServer.ts';

export type EngineServerOptions = {
  readonly engine: EnginePort;
  readonly config: RollupConfig;
  readonly jwtSecret: Uint8Array;
  readonly fault?: (calls: readonly Call[]) => RequestFault | undefined;
};

/** An engine behind the Engine API over HTTP, with the versions and the token checked. */
export async function startEngineServer(options: EngineServerOptions): Promise<RpcServer> {
  const { engine, config, jwtSecret } = options;
  return startRpcServer({
    fault: (calls, request) => {
      const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
      const refused = checkJwt(token, jwtSecret, Math.floor(Date.now() / 1000));
      if (refused !== undefined) return { type: 'status', status: 401 };
      return options.fault?.(calls);
    },
    answer: async (call) => {
      try {
        return await answer(engine, config, call);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        throw new CallError(error.rpcCode ?? -32000, error.message);
      }
    },
  });
}

async function answer(engine: EnginePort, config: RollupConfig, call: Call): Promise<unknown> {
  const [first, second, third] = call.params;
  const [name, version] = call.method.replace(/^engine_/, '').split(/(?=V\d$)/);
  switch (name) {
    case 'forkchoiceUpdated': {
      if (call.params.length !== 2) throw new CallError(-32602, 'two parameters');
      const attributes = second === null ? undefined : fromAttributesJson(second);
      const { status, build } = await engine.forkchoiceUpdated(first as never, attributes);
      return { payloadStatus: statusJson(status), payloadId: build?.id ?? null };
    }
    case 'getPayload':
      return envelopeJson(await engine.getPayload({ id: first as never, timestamp: 0n }), version);
    case 'newPayload': {
      if (version === 'V4' && call.params.length !== 4)
        throw new CallError(-32602, 'four parameters');
      const parentBeaconBlockRoot = version === 'V2' ? undefined : (third as never);
      const executionPayload = fromPayloadJson(first);
      return statusJson(await engine.newPayload({ executionPayload, parentBeaconBlockRoot }));
    }
    case 'eth_getBlockByNumber':
    case 'eth_getBlockByHash':
      return blockJson(config, await engine.block(selector(call.method, String(first))));
    case 'eth_getProof':
      return { storageHash: await engine.storageRoot(first as never, third as never) };
    case 'eth_chainId':
      return toQuantity(await engine.chainId());
    default:
      throw new CallError(-32601, `no method ${call.method}`);
  }
}

function selector(method: string, id: string): BlockSelector {
  if (method === 'eth_getBlockByHash') return { hash: id as never };
  return id.startsWith('0x') ? { number: BigInt(id) } : { label: id as never };
}

function statusJson(status: PayloadStatus): object {
  if (status.type !== 'invalid') {
    return { status: status.type.toUpperCase(), latestValidHash: null, validationError: null };
  }
  const { latestValidHash, validationError } = status;
  return { status: 'INVALID', latestValidHash: latestValidHash ?? null, validationError };
}

function envelopeJson(envelope: PayloadEnvelope, version: string | undefined): object {
  const executionPayload = toPayloadJson(envelope.executionPayload);
  if (version === 'V2') return { executionPayload, blockValue: '0x0' };
  const { parentBeaconBlockRoot } = envelope;
  return { executionPayload, blockValue: '0x0', parentBeaconBlockRoot, executionRequests: [] };
}

function blockJson(config: RollupConfig, found: PayloadEnvelope | undefined): unknown {
  if (found === undefined) return null;
  const header = payloadHeader(config, found);
  const { blockHash, transactions, withdrawals } = found.executionPayload;
  const fields = Object.entries(header).map(([key, value]) => [
    WIRE_NAMES[key] ?? key,
    wire(value),
  ]);
  return {
    ...Object.fromEntries(fields),
    hash: blockHash,
    transactions: transactions.map(depositJson),
    withdrawals: withdrawals ?? null,
  };
}

const WIRE_NAMES: Readonly<Record<string, string>> = {
  ommersHash: 'sha3Uncles',
  beneficiary: 'miner',
};

function wire(value: Header[keyof Header]): string | null {
  if (value instanceof Uint8Array) return bytesToHex(value);
  return typeof value === 'bigint' ? toQuantity(value) : (value ?? null);
}

/** JSON of a deposit; the tests' engine holds no other transactions. */
function depositJson(raw: Uint8Array): object {
  const tx = decodeDepositTx(raw);
  return {
    ...tx,
    type: '0x7e',
    to: tx.to ?? null,
    mint: toQuantity(tx.mint),
    value: toQuantity(tx.value),
    gas: toQuantity(tx.gas),
    input: bytesToHex(tx.data),
  };
}
