import type { Hash } from '../base/bytes.ts';
import { DecodeError } from '../base/errors.ts';
import type { Header } from './header.ts';
import {
  type RpcObject,
  isAbsent,
  rpcAddress,
  rpcBytes,
  rpcHash,
  rpcHex,
  rpcObject,
  rpcQuantity,
} from './rpcFields.ts';

/**
 * Header in the answer of `eth_getBlockBy…`, of L1 or L2. Nothing is checked against the answer's
 * `hash`: recompute it with `headerHash`.
 *
 * A later field than `baseFeePerGas` may be missing or null; fields this code does not know are
 * ignored, so a block of a fork after them does not hash right.
 *
 * @throws DecodeError naming the field that is missing or not what its name says, or that is there
 *         while an earlier one is not.
 */
export function headerFromRpc(json: unknown): Header {
  const block = rpcObject(json, 'block');
  assertNoGap(block);
  const bloom = rpcHex(block, 'logsBloom', 256);
  return {
    parentHash: rpcHash(block, 'parentHash'),
    ommersHash: rpcHash(block, 'sha3Uncles'),
    beneficiary: rpcAddress(block, 'miner'),
    stateRoot: rpcHash(block, 'stateRoot'),
    transactionsRoot: rpcHash(block, 'transactionsRoot'),
    receiptsRoot: rpcHash(block, 'receiptsRoot'),
    logsBloom: rpcBytes({ bloom }, 'bloom'),
    difficulty: rpcQuantity(block, 'difficulty', 32),
    number: rpcQuantity(block, 'number', 8),
    gasLimit: rpcQuantity(block, 'gasLimit', 8),
    gasUsed: rpcQuantity(block, 'gasUsed', 8),
    timestamp: rpcQuantity(block, 'timestamp', 8),
    extraData: rpcBytes(block, 'extraData'),
    mixHash: rpcHash(block, 'mixHash'),
    nonce: rpcHex(block, 'nonce', 8),
    baseFeePerGas: optionalQuantity(block, 'baseFeePerGas', 32),
    withdrawalsRoot: optionalHash(block, 'withdrawalsRoot'),
    blobGasUsed: optionalQuantity(block, 'blobGasUsed', 8),
    excessBlobGas: optionalQuantity(block, 'excessBlobGas', 8),
    parentBeaconBlockRoot: optionalHash(block, 'parentBeaconBlockRoot'),
    requestsHash: optionalHash(block, 'requestsHash'),
    blockAccessListHash: optionalHash(block, 'blockAccessListHash'),
    slotNumber: optionalQuantity(block, 'slotNumber', 8),
  };
}

/** Fields of later eras, in header order. */
const OPTIONAL_FIELDS = [
  'baseFeePerGas',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
  'blockAccessListHash',
  'slotNumber',
] as const;

function assertNoGap(block: RpcObject): void {
  let missing: string | undefined;
  for (const name of OPTIONAL_FIELDS) {
    if (isAbsent(block, name)) {
      missing ??= name;
    } else if (missing !== undefined) {
      const message = `\`${missing}\`: expected it wherever \`${name}\` is, found nothing`;
      throw new DecodeError('rpcField', -1, message);
    }
  }
}

function optionalHash(block: RpcObject, name: string): Hash | undefined {
  return isAbsent(block, name) ? undefined : rpcHash(block, name);
}

function optionalQuantity(block: RpcObject, name: string, maxBytes: number): bigint | undefined {
  return isAbsent(block, name) ? undefined : rpcQuantity(block, name, maxBytes);
}
