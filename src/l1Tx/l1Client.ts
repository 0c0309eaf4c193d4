import type { Address, Hash, Hex } from '../base/bytes.ts';
import { bytesToHex } from '../base/bytes.ts';
import { readHash, readQuantity, toBytes, toQuantity, toRecord } from '../protocol/rpcJson.ts';
import type { AbortOptions } from '../transport/abort.ts';
import { TransportError } from '../transport/errors.ts';
import type { HttpClient } from '../transport/http.ts';
import { rpcCall } from '../transport/jsonRpc.ts';
import type { FeeMarket } from './fees.ts';

/** Where an L1 transaction ended up. */
export type TxReceipt = {
  readonly hash: Hash;
  readonly succeeded: boolean;
  readonly blockNumber: bigint;
  readonly blockHash: Hash;
  /** Wei, for gas and blobs together. */
  readonly cost: bigint;
};

/** An L1 call as `eth_estimateGas` takes it. */
export type L1Call = {
  readonly from: Address;
  readonly to: Address;
  readonly data: Uint8Array;
  /** Wei. */
  readonly value: bigint;
};

/** What sending transactions needs of an L1. All throw TransportError or the signal's reason. */
export type L1Client = {
  readonly chainId: (options?: AbortOptions) => Promise<bigint>;
  /** Number and time of the head. */
  readonly head: (options?: AbortOptions) => Promise<{
    readonly number: bigint;
    readonly timestamp: bigint;
    readonly feeMarket: FeeMarket;
  }>;
  /** Nonce after the mined transactions of `address`, at the head or after a block. */
  readonly nonce: (
    address: Address,
    at: 'latest' | bigint,
    options?: AbortOptions,
  ) => Promise<bigint>;
  readonly estimateGas: (call: L1Call, options?: AbortOptions) => Promise<bigint>;
  /** Result of a read-only call at the head. A revert is a TransportError of code `rpc`. */
  readonly call: (to: Address, data: Hex, options?: AbortOptions) => Promise<Hex>;
  readonly sendRaw: (raw: Hex, options?: AbortOptions) => Promise<void>;
  readonly receipt: (hash: Hash, options?: AbortOptions) => Promise<TxReceipt | undefined>;
};

/** An L1 over JSON-RPC. */
export function createL1Client(http: HttpClient): L1Client {
  const call = (method: string, params: readonly unknown[], options: AbortOptions = {}) =>
    rpcCall(http, { method, params }, options);
  return {
    chainId: async (options) => quantity(await call('eth_chainId', [], options)),
    head: async (options) => {
      const [block, tip, blobBaseFee] = await Promise.all([
        call('eth_getBlockByNumber', ['latest', false], options),
        call('eth_maxPriorityFeePerGas', [], options),
        call('eth_blobBaseFee', [], options).catch(noBlobs),
      ]);
      const header = toRecord(block, 'L1 head');
      return {
        number: readQuantity(header, 'number', 8),
        timestamp: readQuantity(header, 'timestamp', 8),
        feeMarket: {
          tip: quantity(tip),
          baseFee: readQuantity(header, 'baseFeePerGas'),
          blobBaseFee: quantity(blobBaseFee),
        },
      };
    },
    nonce: async (address, at, options) => {
      const block = at === 'latest' ? at : toQuantity(at);
      return quantity(await call('eth_getTransactionCount', [address, block], options));
    },
    estimateGas: async (request, options) => {
      const { from, to, data, value } = request;
      const body = { from, to, data: bytesToHex(data), value: toQuantity(value) };
      return quantity(await call('eth_estimateGas', [body], options));
    },
    call: async (to, data, options) => {
      const answer = await call('eth_call', [{ to, data }, 'latest'], options);
      return bytesToHex(toBytes(answer, 'call result'));
    },
    sendRaw: async (raw, options) => {
      await call('eth_sendRawTransaction', [raw], options);
    },
    receipt: async (hash, options) => {
      const found = await call('eth_getTransactionReceipt', [hash], options);
      return found === null || found === undefined ? undefined : toReceipt(found);
    },
  };
}

function toReceipt(value: unknown): TxReceipt {
  const receipt = toRecord(value, 'receipt');
  const hasBlobs = receipt['blobGasUsed'] !== undefined && receipt['blobGasUsed'] !== null;
  const blobs = hasBlobs
    ? readQuantity(receipt, 'blobGasUsed', 8) * readQuantity(receipt, 'blobGasPrice')
    : 0n;
  return {
    hash: readHash(receipt, 'transactionHash'),
    succeeded: readQuantity(receipt, 'status') === 1n,
    blockNumber: readQuantity(receipt, 'blockNumber', 8),
    blockHash: readHash(receipt, 'blockHash'),
    cost: readQuantity(receipt, 'gasUsed', 8) * readQuantity(receipt, 'effectiveGasPrice') + blobs,
  };
}

/** A chain without blobs, as some rollups are: whoever would pay for them pays the least. */
function noBlobs(error: unknown): Hex {
  if (error instanceof TransportError && error.code === 'rpc') return '0x1';
  throw error;
}

function quantity(value: unknown): bigint {
  return readQuantity({ value }, 'value');
}
